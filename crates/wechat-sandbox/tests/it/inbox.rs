//! A place that takes pushes.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A push as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) query: String,
    pub(crate) body: String,
}

/// A server of a few lines that takes pushes and answers them as told.
pub(crate) struct Inbox {
    pub(crate) url: String,
    pub(crate) received: Arc<Mutex<Vec<Received>>>,
}

impl Inbox {
    /// Answers the n-th push (from 0) with `answer(n)`; `None` never answers.
    pub(crate) async fn open(
        answer: impl Fn(usize) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .unwrap();
        let url = format!("http://{}/callback", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&received);
        let answer = Arc::new(answer);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                tokio::spawn(async move {
                    let mut bytes = Vec::new();
                    let mut chunk = [0; 4096];
                    let (head, body) = loop {
                        let read = stream.read(&mut chunk).await.unwrap_or(0);
                        if read == 0 {
                            return;
                        }
                        bytes.extend_from_slice(&chunk[..read]);
                        let text = String::from_utf8_lossy(&bytes).into_owned();
                        let Some((head, body)) = text.split_once("\r\n\r\n") else {
                            continue;
                        };
                        let length = head
                            .lines()
                            .find_map(|line| {
                                let (name, value) = line.split_once(':')?;
                                name.eq_ignore_ascii_case("content-length")
                                    .then(|| value.trim().parse::<usize>().unwrap())
                            })
                            .unwrap_or(0);
                        if length <= body.len() {
                            break (head.to_owned(), body.to_owned());
                        }
                    };
                    let target = head.split(' ').nth(1).unwrap_or_default();
                    let query = target
                        .split_once('?')
                        .map_or("", |(_, query)| query)
                        .to_owned();
                    let number = {
                        let mut seen = seen.lock().unwrap();
                        seen.push(Received {
                            query: query.clone(),
                            body,
                        });
                        seen.len() - 1
                    };
                    let Some(mut text) = answer(number) else {
                        tokio::time::sleep(Duration::from_secs(5)).await;
                        return;
                    };
                    if text == "(echo)" {
                        text = param(&query, "echostr");
                    }
                    let status = if text.starts_with("(500)") {
                        "500 Oops"
                    } else {
                        "200 OK"
                    };
                    let reply = format!(
                        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
                        text.len()
                    );
                    let _ = stream.write_all(reply.as_bytes()).await;
                });
            }
        });
        Self { url, received }
    }

    pub(crate) fn all(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

/// A query parameter, percent-decoded.
pub(crate) fn param(query: &str, name: &str) -> String {
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}
