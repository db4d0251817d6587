//! The mail with the documents, taken by a real SMTP conversation.

use crate::harness::{mails::mail_server, person, spawn_app_with, until};

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
    until("the mail", async || !mails.lock().unwrap().is_empty()).await;
    // Asking for it again, once it is noted that it was sent, changes nothing.
    app.settled().await;
    let invoice =
        fapiao_domain::ids::Id::parse(delivery["invoice"]["id"].as_str().unwrap()).unwrap();
    fapiao_usecases::platform::mail::mail_invoice(app.ports(), &invoice)
        .await
        .unwrap();
    let taken = mails;
    let mails = taken.lock().unwrap().clone();
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
    // Taken back: a second mail brings the red invoice, in words of its own.
    let back = serde_json::json!({ "mode": "confirm", "reason": "02", "everything": true });
    let path = format!("/orders/{}/refunds", order["id"].as_str().unwrap());
    assert_eq!(app.post(&path, "M-1-r", &back).await.status, 201);
    until("the second mail", async || taken.lock().unwrap().len() > 1).await;
    let mails = taken.lock().unwrap().clone();
    assert_eq!(mails.len(), 2);
    let ledger = app.tax_ledger().await;
    let red = ledger["numbers"].as_array().unwrap();
    let red = red.iter().find(|it| it["kind"] == "red").unwrap();
    let file = format!("SAMPLE_{}.pdf", red["number"].as_str().unwrap());
    assert!(
        mails[1].1.contains(&file),
        "{file} is not in the second mail"
    );
    let subject = |text: &str| {
        let line = text.lines().find(|it| it.starts_with("Subject:"));
        line.unwrap().to_owned()
    };
    assert_ne!(subject(&mails[0].1), subject(&mails[1].1));
    app.stop().await;
}
