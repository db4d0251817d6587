//! HTTP/1.1 over kept connections, as little of it as our own servers need.

use crate::Failure;
use std::{
    io,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Longer than any answer may take; a server that hangs ends the measurement.
const PATIENCE: Duration = Duration::from_secs(30);
/// A connection that lay idle longer is not used again: the server closes it after five seconds.
const IDLE_MAX: Duration = Duration::from_secs(3);
const BODY_MAX_BYTES: usize = 32 * 1024 * 1024;

/// A server and its idle connections.
pub(crate) struct Server {
    authority: String,
    idle: Mutex<Vec<(Connection, Instant)>>,
}

/// An answer.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The beginning of the body, for a message.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body)
            .chars()
            .take(400)
            .collect()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<serde_json::Value, Failure> {
        serde_json::from_slice(&self.body).map_err(|error| {
            format!(
                "answer {} is not JSON ({error}): {}",
                self.status,
                self.text()
            )
        })
    }
}

impl Server {
    /// The server at a base address such as `http://127.0.0.1:8080`.
    pub(crate) fn new(base: &str) -> Result<Server, Failure> {
        let authority = base
            .strip_prefix("http://")
            .ok_or_else(|| format!("`{base}` is not an http address"))?;
        Ok(Server {
            authority: authority.trim_end_matches('/').to_owned(),
            idle: Mutex::default(),
        })
    }

    /// A request that reads.
    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
        self.message("GET", path, headers, None)
    }

    /// A request with a body.
    pub(crate) fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
        self.message("POST", path, headers, Some(body))
    }

    /// A request that deletes.
    pub(crate) fn delete(&self, path: &str) -> Vec<u8> {
        self.message("DELETE", path, &[], None)
    }

    fn message(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Vec<u8> {
        let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.authority);
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(body) = body {
            text.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        text.push_str("\r\n");
        text.push_str(body.unwrap_or_default());
        text.into_bytes()
    }

    /// A new connection.
    pub(crate) async fn connect(&self) -> Result<Connection, Failure> {
        let opened = async {
            let stream = TcpStream::connect(&self.authority).await?;
            stream.set_nodelay(true)?;
            Ok(stream)
        };
        let failed = |error: io::Error| format!("{}: {error}", self.authority);
        Ok(Connection {
            stream: opened.await.map_err(failed)?,
            buffer: Vec::with_capacity(4096),
        })
    }

    /// Asks over an idle connection, or a new one when none is idle.
    pub(crate) async fn ask(&self, message: &[u8]) -> Result<Answer, Failure> {
        let mut connection = match self.take_idle() {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let answer = connection.ask(message).await?;
        self.idle().push((connection, Instant::now()));
        Ok(answer)
    }

    fn take_idle(&self) -> Option<Connection> {
        let mut idle = self.idle();
        // The newest is on top: once it is too old, all are.
        match idle.pop() {
            Some((connection, since)) if since.elapsed() < IDLE_MAX => Some(connection),
            Some(_) => {
                idle.clear();
                None
            }
            None => None,
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<(Connection, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A kept connection, used for one request after the other.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Sends a request and reads its answer.
    pub(crate) async fn ask(&mut self, message: &[u8]) -> Result<Answer, Failure> {
        match timeout(PATIENCE, self.exchange(message)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(format!(
                "{}: no readable answer: {error}",
                first_line(message)
            )),
            Err(_) => Err(format!(
                "{}: no answer within {PATIENCE:?}",
                first_line(message)
            )),
        }
    }

    async fn exchange(&mut self, message: &[u8]) -> io::Result<Answer> {
        self.stream.write_all(message).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(answer) = read_answer(&self.buffer)? {
                return Ok(answer);
            }
        }
    }
}

fn first_line(message: &[u8]) -> String {
    let line = message
        .split(|byte| *byte == b'\r')
        .next()
        .unwrap_or_default();
    // Without the query: that of a push is long and says nothing.
    let text = String::from_utf8_lossy(line);
    text.split('?').next().unwrap_or_default().to_owned()
}

/// The answer, once all of it is there.
fn read_answer(bytes: &[u8]) -> io::Result<Option<Answer>> {
    let Some(end) = find(bytes, b"\r\n\r\n") else {
        return Ok(None);
    };
    let malformed = || io::Error::other("not HTTP");
    let head = std::str::from_utf8(&bytes[..end]).map_err(|_| malformed())?;
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| {
            line.strip_prefix("HTTP/1.")?
                .split(' ')
                .nth(1)?
                .parse()
                .ok()
        })
        .ok_or_else(malformed)?;
    let (mut length, mut chunked) = (0, false);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().map_err(|_| malformed())?;
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            chunked = value.contains("chunked");
        }
    }
    if BODY_MAX_BYTES < length {
        return Err(io::Error::other("the body is too large"));
    }
    let rest = &bytes[end + 4..];
    let body = if chunked {
        joined(rest)?
    } else {
        rest.get(..length).map(<[u8]>::to_vec)
    };
    Ok(body.map(|body| Answer { status, body }))
}

/// The chunks of a body, once the last one is there.
fn joined(mut rest: &[u8]) -> io::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    loop {
        let Some(end) = find(rest, b"\r\n") else {
            return Ok(None);
        };
        let size = std::str::from_utf8(&rest[..end])
            .ok()
            .and_then(|line| usize::from_str_radix(line.split(';').next()?.trim(), 16).ok())
            .filter(|size| body.len() + size <= BODY_MAX_BYTES)
            .ok_or_else(|| io::Error::other("not a chunk"))?;
        let Some(chunk) = rest.get(end + 2..end + 2 + size + 2) else {
            return Ok(None);
        };
        if size == 0 {
            return Ok(Some(body));
        }
        body.extend_from_slice(&chunk[..size]);
        rest = &rest[end + 2 + size + 2..];
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|it| it == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_given_only_when_all_of_it_is_there() {
        let plain = b"HTTP/1.1 201 Created\r\ncontent-length: 5\r\n\r\nabcde".as_slice();
        let chunked =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n"
                .as_slice();
        for (wire, status) in [(plain, 201), (chunked, 200)] {
            for cut in 0..wire.len() {
                assert_eq!(read_answer(&wire[..cut]).unwrap(), None, "{cut}");
            }
            let body = b"abcde".to_vec();
            assert_eq!(read_answer(wire).unwrap(), Some(Answer { status, body }));
        }
        let empty = read_answer(b"HTTP/1.1 302 Found\r\nlocation: /\r\n\r\n").unwrap();
        assert_eq!(empty.map(|it| it.status), Some(302));
        read_answer(b"SMTP ready\r\n\r\n").unwrap_err();
    }
}
