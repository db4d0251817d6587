//! The mail with the documents, taken by a real SMTP conversation.

use crate::harness::{person, spawn_app_with};
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// Recipients and text of each mail.
pub type Mails = Arc<Mutex<Vec<(Vec<String>, String)>>>;

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
            recipients.push(line.trim().to_owned());
            b"250 ok\r\n"
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

#[tokio::test]
async fn the_buyer_gets_one_mail_with_both_documents() {
    let (port, mails) = mail_server().await;
    let url = format!("smtp://127.0.0.1:{port}");
    let app = spawn_app_with(&[
        ("FAPIAO_MAIL__ENABLED", "true"),
        ("FAPIAO_MAIL__SMTP_URL", &url),
        ("FAPIAO_MAIL__FROM", "fapiao@example.com"),
    ])
    .await;
    let order = app.authorised_order("M-1", &person("李雷")).await;
    let delivery = app.await_state(&order, "carded").await;
    let number = delivery["invoice"]["number"].as_str().unwrap();
    for _ in 0..200 {
        if !mails.lock().unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    // Asking for it again changes nothing.
    let invoice =
        fapiao_domain::ids::Id::parse(delivery["invoice"]["id"].as_str().unwrap()).unwrap();
    fapiao_usecases::platform::mail::mail_invoice(app.ports(), &invoice)
        .await
        .unwrap();
    let mails = mails.lock().unwrap().clone();
    assert_eq!(mails.len(), 1);
    let (recipients, text) = &mails[0];
    assert_eq!(recipients.len(), 1);
    assert!(recipients[0].contains("buyer@example.com"));
    for expected in [
        format!("SAMPLE_{number}.pdf"),
        format!("SAMPLE_{number}.xml"),
        "Message-ID: <inv_".to_owned(),
    ] {
        assert!(text.contains(&expected), "{expected} is not in the mail");
    }
    app.stop().await;
}
