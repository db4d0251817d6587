//! As much HTTP/1.1 as it takes to ask our own servers, over one kept connection.

use crate::Failure;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Larger answers than any of ours; a runaway server should fail and not fill the memory.
const BODY_MAX_BYTES: u64 = 32 * 1024 * 1024;

/// One connection to one server, used for one request after the other.
pub(crate) struct Connection {
    authority: String,
    stream: BufReader<TcpStream>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    /// Connects to `base`, such as `http://127.0.0.1:8080`.
    pub(crate) fn open(base: &str) -> Result<Connection, Failure> {
        let rest = base
            .strip_prefix("http://")
            .ok_or(format!("`{base}` is not an http address"))?;
        let authority = rest.split('/').next().unwrap_or(rest).to_owned();
        let failed = |error| format!("{authority}: {error}");
        let stream = TcpStream::connect(&authority).map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .map_err(failed)?;
        Ok(Connection {
            authority,
            stream: BufReader::new(stream),
        })
    }

    /// Asks for `path`.
    pub(crate) fn get(&mut self, path: &str, headers: &[(&str, &str)]) -> Result<Answer, Failure> {
        self.request("GET", path, headers, &[])
    }

    /// Sends JSON to `path`.
    pub(crate) fn post(
        &mut self,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Result<Answer, Failure> {
        let headers = [&[("Content-Type", "application/json")], headers].concat();
        self.request("POST", path, &headers, body.to_string().as_bytes())
    }

    /// Deletes `path`.
    pub(crate) fn delete(&mut self, path: &str) -> Result<Answer, Failure> {
        self.request("DELETE", path, &[], &[])
    }

    fn request(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, Failure> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.authority);
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if method != "GET" {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        let message = [head.as_bytes(), body].concat();
        self.exchange(&message).map_err(|error| {
            format!(
                "{method} http://{}{path}: no readable answer: {error}",
                self.authority
            )
        })
    }

    fn exchange(&mut self, message: &[u8]) -> std::io::Result<Answer> {
        self.stream.get_mut().write_all(message)?;
        read_answer(&mut self.stream)
    }
}

impl Answer {
    /// The first header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(&found.1)
    }

    /// The body as JSON, or a failure that quotes it.
    pub(crate) fn json(&self) -> Result<Value, Failure> {
        serde_json::from_slice(&self.body).map_err(|error| {
            format!(
                "an answer {} is not JSON ({error}): {}",
                self.status,
                self.text()
            )
        })
    }

    /// The beginning of the body, for a message.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body)
            .chars()
            .take(600)
            .collect()
    }
}

fn read_answer(stream: &mut impl BufRead) -> std::io::Result<Answer> {
    let first = read_line(stream)?;
    let status = first
        .strip_prefix("HTTP/1.")
        .and_then(|rest| rest.split(' ').nth(1))
        .and_then(|code| code.parse().ok())
        .ok_or_else(|| malformed(&first))?;
    let mut headers = Vec::new();
    loop {
        let line = read_line(stream)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| malformed(&line))?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut answer = Answer {
        status,
        headers,
        body: Vec::new(),
    };
    let chunked = answer
        .header("transfer-encoding")
        .is_some_and(|how| how.contains("chunked"));
    if chunked {
        loop {
            let line = read_line(stream)?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = u64::from_str_radix(size, 16).map_err(|_| malformed(&line))?;
            read_exactly(stream, size, &mut answer.body)?;
            read_line(stream)?; // The end of the chunk; after the last one, of the message.
            if size == 0 {
                break;
            }
        }
    } else if let Some(length) = answer.header("content-length") {
        let size = length.parse().map_err(|_| malformed(length))?;
        read_exactly(stream, size, &mut answer.body)?;
    }
    Ok(answer)
}

fn read_line(stream: &mut impl BufRead) -> std::io::Result<String> {
    let mut line = String::new();
    if stream.take(64 * 1024).read_line(&mut line)? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn read_exactly(stream: &mut impl BufRead, size: u64, into: &mut Vec<u8>) -> std::io::Result<()> {
    if BODY_MAX_BYTES < size + into.len() as u64 {
        return Err(std::io::Error::other("the body is too large"));
    }
    if (stream.take(size).read_to_end(into)? as u64) < size {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

fn malformed(line: &str) -> std::io::Error {
    std::io::Error::other(format!("not HTTP: `{line}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_framings_are_read_and_leave_the_next_answer_in_place() {
        let wire = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}\
                    HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n\
                    HTTP/1.1 204 No Content\r\n\r\n";
        let mut stream = wire.as_bytes();
        let first = read_answer(&mut stream).unwrap();
        assert_eq!(
            (first.status, first.json().unwrap()),
            (201, serde_json::json!({}))
        );
        let second = read_answer(&mut stream).unwrap();
        assert_eq!((second.status, second.text().as_str()), (200, "abcde"));
        assert_eq!(read_answer(&mut stream).unwrap().status, 204);
        assert!(stream.is_empty());
    }

    #[test]
    fn a_short_body_is_an_error_and_not_a_short_answer() {
        let mut stream = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc".as_bytes();
        read_answer(&mut stream).unwrap_err();
    }
}
