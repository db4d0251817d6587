//! Templates, logos, files.

use serde_json::{Value, json};

use crate::scene::{Merchant, refused, stage};

#[tokio::test]
async fn a_template_is_checked_and_made_anew_each_time() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    assert_ne!(merchant.template().await, merchant.template().await);
    let path = "/card/invoice/platform/createcard";
    let good = json!({"invoice_info": {
        "base_info": {"logo_url": "https://mmbiz.qpic.cn/demo/logo.png", "title": "示例小店",
            "custom_url_name": "查看订单", "custom_url": "https://shop.example.com/card"},
        "payee": "深圳市示例商贸有限公司", "type": "电子发票(普通发票)"}});
    let with = |pointer: &str, value: Value| {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    for (pointer, value, code, hint) in [
        ("/invoice_info/payee", json!(""), 72031, "payee is empty"),
        (
            "/invoice_info/base_info/title",
            json!("一二三四五六七八九十"),
            45021,
            "title",
        ),
        (
            "/invoice_info/base_info/custom_url_name",
            json!("查看订单详情"),
            45021,
            "custom_url_name",
        ),
        (
            "/invoice_info/base_info/custom_url",
            json!("ftp://x"),
            72031,
            "custom_url",
        ),
        (
            "/invoice_info/base_info/logo_url",
            json!("https://cdn.example.com/l.png"),
            40141,
            "logo",
        ),
        (
            "/invoice_info",
            json!("text"),
            72031,
            "invoice_info must be an object",
        ),
    ] {
        refused(&merchant.post(path, with(pointer, value)).await, code, hint);
    }
    let plain = Merchant::sign_in(
        stage.running.base_url(),
        "wx000000merchant00",
        "merchant-secret",
    )
    .await;
    refused(&plain.post(path, good).await, 72015, "");
}

#[tokio::test]
async fn logos_are_pictures_of_limited_size_and_come_back() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let path = "/cgi-bin/media/uploadimg";
    let png = b"\x89PNG\r\n\x1a\nrest".to_vec();
    let answer = merchant
        .upload(path, "media", Some("logo.png"), png.clone())
        .await;
    assert!(answer.get("errcode").is_none(), "{answer}");
    let back = merchant
        .http
        .get(answer["url"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(back.headers()["content-type"], "image/png");
    assert_eq!(back.bytes().await.unwrap(), png);
    refused(
        &merchant
            .upload(path, "media", Some("a.gif"), b"GIF89a".to_vec())
            .await,
        40005,
        "PNG",
    );
    let mut large = png.clone();
    large.resize(1024 * 1024 + 1, 0);
    refused(
        &merchant.upload(path, "media", Some("a.png"), large).await,
        40009,
        "",
    );
    refused(
        &merchant
            .upload(path, "picture", Some("a.png"), png.clone())
            .await,
        47001,
        "picture",
    );
    let permanent = merchant.upload(
        "/cgi-bin/material/add_material?type=image",
        "media",
        Some("a.png"),
        png,
    );
    assert!(permanent.await["media_id"].is_string());
}

#[tokio::test]
async fn a_file_goes_up_under_the_right_name_and_comes_down_by_its_link() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let path = "/card/invoice/platform/setpdf";
    refused(
        &merchant.upload(path, "media", Some("a.pdf"), vec![1]).await,
        47001,
        "media",
    );
    refused(
        &merchant.upload(path, "pdf", None, vec![1]).await,
        40005,
        "filename",
    );
    refused(
        &merchant.upload(path, "pdf", Some("a.txt"), vec![1]).await,
        40005,
        ".pdf",
    );
    refused(
        &merchant.upload(path, "pdf", Some("a.pdf"), vec![]).await,
        41005,
        "empty",
    );
    merchant.settings(json!({"max_pdf_bytes": 1000})).await;
    refused(
        &merchant
            .upload(path, "pdf", Some("a.pdf"), vec![0; 1001])
            .await,
        40009,
        "1000",
    );
    // What is in it is not looked at here.
    let mut bytes: Vec<u8> = (0..=255).collect();
    bytes.extend_from_slice(b"\r\n--not the boundary\r\n\r\n");
    let id = merchant.media(bytes.clone()).await;
    assert!(id.parse::<u64>().is_ok());
    let get = "/card/invoice/platform/getpdf";
    refused(
        &merchant.post(get, json!({"s_media_id": id})).await,
        72027,
        "",
    );
    let answer = merchant
        .post(&format!("{get}?action=get_url"), json!({"s_media_id": id}))
        .await;
    assert_eq!(answer["pdf_url_expire_time"], 7200);
    let url = answer["pdf_url"].as_str().unwrap();
    assert_eq!(
        merchant
            .http
            .get(url)
            .send()
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap(),
        bytes
    );
    let cut = &url[..url.len() - 1];
    let dead: Value = merchant
        .http
        .get(cut)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(dead["ret"], 2);
    merchant.advance(7200).await;
    let dead: Value = merchant
        .http
        .get(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(dead["ret"], 7);
}

#[tokio::test]
async fn a_chunked_upload_is_not_read() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let url = format!(
        "{}/card/invoice/platform/setpdf?access_token={}",
        merchant.base, merchant.token
    );
    let host = merchant.base.strip_prefix("http://").unwrap();
    let path = url.strip_prefix(&merchant.base).unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
         content-type: multipart/form-data; boundary=B\r\ntransfer-encoding: chunked\r\n\r\n\
         5\r\n--B--\r\n0\r\n\r\n"
    );
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("\"errcode\":41005"), "{answer}");
}
