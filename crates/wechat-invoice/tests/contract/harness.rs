//! A recording server on a port of its own, and clients that talk to it.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;
use wechat_invoice::{
    Account, Endpoints, MemoryTokenStore, MerchantClient, PlatformClient, Timeouts, TokenKeeper,
    TokenStore, Transport, UnixClock,
};

pub(crate) const APP_ID: &str = "wx1234567890abcdef";
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const S_PAPPID: &str =
    "d3gxMjM0NTY3ODkwYWJjZGVmXyqXUWw1S2iEjNvY9UoiagpVsh7ROOIHrWxcu5wAqlrq";
pub(crate) const NOW: i64 = 1_767_225_600;

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(crate) method: String,
    /// Path and query, as sent.
    pub(crate) target: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Recorded {
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Json(String),
    Status(u16, String),
    Bytes(Vec<u8>),
    /// Reads the request and closes the connection.
    Close,
    /// Promises a body and breaks off in the middle.
    BreakOff,
    /// Reads the request and says nothing.
    Silence,
    Slow(Duration, String),
    Redirect(String),
}

#[derive(Default)]
struct Book {
    recorded: Vec<Recorded>,
    replies: HashMap<String, VecDeque<Reply>>,
    tokens: u32,
    tickets: u32,
}

/// The server. Answers token and ticket calls by itself unless told otherwise.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) base: Url,
    book: Arc<Mutex<Book>>,
}

impl Server {
    pub(crate) async fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let book = Arc::new(Mutex::new(Book::default()));
        let server = Server {
            base,
            book: Arc::clone(&book),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&book)));
            }
        });
        server
    }

    /// The next answer of a path; several are given in their order, the last one is repeated.
    pub(crate) fn reply(&self, path: &str, reply: Reply) {
        let mut book = self.book.lock().unwrap();
        book.replies
            .entry(path.to_owned())
            .or_default()
            .push_back(reply);
    }

    pub(crate) fn json(&self, path: &str, body: &str) {
        self.reply(path, Reply::Json(body.to_owned()));
    }

    pub(crate) fn recorded(&self, path: &str) -> Vec<Recorded> {
        let book = self.book.lock().unwrap();
        book.recorded
            .iter()
            .filter(|request| request.path == path)
            .cloned()
            .collect()
    }

    /// The only request to a path.
    pub(crate) fn only(&self, path: &str) -> Recorded {
        let mut recorded = self.recorded(path);
        assert_eq!(recorded.len(), 1, "requests to {path}");
        recorded.remove(0)
    }

    pub(crate) fn transport(&self) -> Transport {
        let limit = Duration::from_millis(700);
        let timeouts = Timeouts {
            connect: limit,
            token: limit,
            read: limit,
            upload: Duration::from_secs(5),
            insert: limit,
        };
        Transport::with_timeouts(Endpoints::new(self.base.clone()).unwrap(), timeouts).unwrap()
    }

    pub(crate) fn keeper(&self) -> TokenKeeper {
        self.keeper_on(Arc::new(MemoryTokenStore::new()), &Clock::default())
    }

    pub(crate) fn keeper_on(&self, store: Arc<dyn TokenStore>, clock: &Clock) -> TokenKeeper {
        TokenKeeper::with_clock(self.transport(), store, Arc::new(clock.clone()))
    }

    pub(crate) fn merchant(&self) -> MerchantClient {
        MerchantClient::new(&self.keeper(), account())
    }

    pub(crate) fn platform(&self) -> PlatformClient {
        PlatformClient::new(&self.keeper(), account())
    }
}

pub(crate) fn account() -> Account {
    Account::new(APP_ID, SECRET.into())
}

/// A clock that the test moves.
#[derive(Clone)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Default for Clock {
    fn default() -> Clock {
        Clock(Arc::new(AtomicI64::new(NOW)))
    }
}

impl Clock {
    pub(crate) fn pass(&self, secs: i64) {
        self.0.fetch_add(secs, Ordering::SeqCst);
    }
}

impl UnixClock for Clock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

async fn serve(mut stream: TcpStream, book: Arc<Mutex<Book>>) {
    let Some(request) = read_request(&mut stream).await else {
        return;
    };
    let reply = {
        let mut book = book.lock().unwrap();
        let reply = book.reply_to(&request);
        book.recorded.push(request);
        reply
    };
    let (status, head, body) = match reply {
        Reply::Json(body) => (200, String::new(), body.into_bytes()),
        Reply::Bytes(body) => (200, String::new(), body),
        Reply::Status(status, body) => (status, String::new(), body.into_bytes()),
        Reply::Redirect(to) => (302, format!("location: {to}\r\n"), Vec::new()),
        Reply::Slow(delay, body) => {
            tokio::time::sleep(delay).await;
            (200, String::new(), body.into_bytes())
        }
        Reply::Close => return,
        Reply::BreakOff => {
            let part = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"errcode\":0";
            stream.write_all(part.as_bytes()).await.unwrap();
            return;
        }
        Reply::Silence => {
            tokio::time::sleep(Duration::from_secs(30)).await;
            return;
        }
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{head}connection: close\r\n\r\n"
    );
    // The client may have gone away meanwhile.
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(&body).await;
}

impl Book {
    fn reply_to(&mut self, request: &Recorded) -> Reply {
        if let Some(replies) = self.replies.get_mut(&request.path) {
            let next = if 1 < replies.len() {
                replies.pop_front()
            } else {
                replies.front().cloned()
            };
            return next.expect("a reply was given");
        }
        match request.path.as_str() {
            "/cgi-bin/stable_token" => {
                self.tokens += 1;
                let token = format!(
                    r#"{{"access_token":"token-{}","expires_in":7200}}"#,
                    self.tokens
                );
                Reply::Json(token)
            }
            "/cgi-bin/ticket/getticket" => {
                self.tickets += 1;
                let ticket = format!("ticket-{}", self.tickets);
                Reply::Json(format!(
                    r#"{{"errcode":0,"errmsg":"ok","ticket":"{ticket}","expires_in":7200}}"#
                ))
            }
            other => Reply::Status(404, format!("no reply was given for {other}")),
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<Recorded> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?);
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers
        .get("content-length")
        .map_or(0, |text| text.parse().unwrap());
    let mut body = bytes[head_end + 4..].to_vec();
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    let url = Url::parse("http://x").unwrap().join(target).unwrap();
    let query = url
        .query_pairs()
        .map(|(k, v)| (k.into_owned(), v.into_owned()))
        .collect();
    Some(Recorded {
        method,
        target: target.to_owned(),
        path: url.path().to_owned(),
        query,
        headers,
        body,
    })
}
