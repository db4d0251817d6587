//! A mail server that keeps what it is given.

use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// Recipients and text of each mail.
pub type Mails = Arc<Mutex<Vec<(Vec<String>, String)>>>;

/// Starts one, which refuses whoever is called `refused`; its port, and what it took.
pub async fn mail_server() -> (u16, Mails) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mails = Mails::default();
    let taken = Arc::clone(&mails);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, Arc::clone(&taken)));
        }
    });
    (port, mails)
}

async fn converse(stream: TcpStream, mails: Mails) {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 test\r\n").await.unwrap();
    let (mut recipients, mut line) = (Vec::new(), String::new());
    while stream.read_line(&mut line).await.unwrap_or(0) > 0 {
        let command = line.trim_end().to_uppercase();
        let answer: &[u8] = if command.starts_with("EHLO") {
            b"250-test\r\n250 8BITMIME\r\n"
        } else if command.starts_with("RCPT") {
            if line.contains("refused@") {
                b"550 no such mailbox\r\n"
            } else {
                recipients.push(line.trim().to_owned());
                b"250 ok\r\n"
            }
        } else if command == "DATA" {
            stream.write_all(b"354 go on\r\n").await.unwrap();
            let mut text = String::new();
            while !text.ends_with("\r\n.\r\n") {
                stream.read_line(&mut text).await.unwrap();
            }
            mails
                .lock()
                .unwrap()
                .push((std::mem::take(&mut recipients), text));
            b"250 taken\r\n"
        } else if command == "QUIT" {
            b"221 bye\r\n"
        } else {
            b"250 ok\r\n"
        };
        stream.write_all(answer).await.unwrap();
        line.clear();
    }
}
