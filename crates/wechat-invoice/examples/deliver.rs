//! One delivery from page to card, against a WeChat on your machine or the real one.
//!
//! ```text
//! cargo run -p wechat-sandbox &
//! cargo run -p wechat-invoice --example deliver
//! cargo run -p wechat-invoice --example deliver -- BASE_URL APP_ID SECRET invoice.pdf INVOICE_NUMBER
//! ```
//!
//! Opens a page, waits until somebody authorises on it (in the sandbox: open the address in a browser), then uploads the
//! PDF and inserts the card. Without arguments it talks to the sandbox and draws a PDF that only a sandbox takes for an
//! invoice; the real WeChat wants the file that the tax authority gave out.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use wechat_invoice::merchant::{AuthPageRequest, AuthStatus, Contact, PageKind, Source};
use wechat_invoice::platform::{
    CardTemplate, InsertInvoice, InvoiceIdentity, InvoiceUserData, LogoFormat,
};
use wechat_invoice::{
    Account, Endpoints, MemoryTokenStore, MerchantClient, PlatformClient, TokenKeeper, Transport,
};

/// The smallest picture there is: one grey dot.
pub const LOGO: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\nIDATx\x9cch\0\0\0\x82\0\x81w\xcdr\xb6\0\0\0\0IEND\xaeB`\x82";

/// What the sandbox starts with when nobody configures it.
const SANDBOX: [&str; 3] = [
    "http://127.0.0.1:8090",
    "wxsandbox000000001",
    "sandbox-secret-000000000000000000",
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    run(&arguments, &mut std::io::stdout()).await
}

/// The example itself; a test of the product runs it, too.
pub async fn run(arguments: &[String], out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let made_up = format!("2699{now:016}");
    let ([base, app_id, secret], number, pdf) = match arguments[..] {
        [] => (SANDBOX, made_up.as_str(), drawn(&made_up)),
        [base, app_id, secret] => ([base, app_id, secret], made_up.as_str(), drawn(&made_up)),
        [base, app_id, secret, file, number] => {
            ([base, app_id, secret], number, std::fs::read(file)?)
        }
        _ => {
            return Err("usage: deliver [BASE_URL APP_ID SECRET [PDF_FILE INVOICE_NUMBER]]".into());
        }
    };
    let account = Account::new(app_id, secret.into());
    let transport = Transport::new(Endpoints::new(base.parse()?)?)?;
    let keeper = TokenKeeper::new(transport, Arc::new(MemoryTokenStore::new()));
    let merchant = MerchantClient::new(&keeper, account.clone());
    let platform = PlatformClient::new(&keeper, account);

    let s_pappid = platform.own_s_pappid().await?;
    merchant
        .set_contact(&Contact {
            phone: "075500000000".into(),
            time_out_secs: 3600,
            ..Contact::default()
        })
        .await?;
    let order_id = format!("EXAMPLE{now}");
    let page = AuthPageRequest {
        s_pappid: s_pappid.clone(),
        order_id: order_id.clone(),
        money_fen: 11_300,
        source: Source::Web,
        redirect_url: None,
        kind: PageKind::Confirm,
    };
    let page = merchant.get_auth_url(&page).await?;
    writeln!(out, "Open this page and authorise:\n  {}", page.auth_url)?;
    while merchant.get_auth_data(&s_pappid, &order_id).await?.status != AuthStatus::Authorised {
        tokio::time::sleep(Duration::from_secs(2)).await;
    }

    let logo_url = platform.upload_logo(LOGO.into(), LogoFormat::Png).await?;
    let template = CardTemplate {
        logo_url,
        title: "示例商店".into(),
        payee: "示例商贸有限公司".into(),
        kind: "电子发票(普通发票)".into(),
        custom: None,
        promotion: None,
    };
    let card_id = platform.create_card(&template).await?;
    let s_pdf_media_id = platform.upload_pdf(pdf.into(), number).await?;
    let invoice = InvoiceUserData {
        fee_fen: 11_300,
        fee_without_tax_fen: 10_000,
        tax_fen: 1_300,
        title: "张三".into(),
        billing_time: i64::try_from(now)?,
        identity: InvoiceIdentity::Digital {
            number: number.to_owned(),
        },
        lines: Vec::new(),
        s_pdf_media_id,
        s_trip_pdf_media_id: None,
        buyer_number: None,
        buyer_address_and_phone: None,
        buyer_bank_account: None,
        seller_number: None,
        seller_address_and_phone: None,
        seller_bank_account: None,
        remarks: None,
        cashier: None,
        maker: None,
    };
    let insert = InsertInvoice {
        order_id,
        card_id,
        app_id: app_id.to_owned(),
        invoice,
    };
    match platform.insert(&insert).await {
        Ok(card) => writeln!(out, "The card is in the wallet; its code is {}.", card.code)?,
        Err(error) => {
            writeln!(out, "{error}\nadvice: {}", error.advice().as_str())?;
            if let Some(info) = error.code_info() {
                writeln!(out, "{}\n{}", info.cause.en, info.next_step.en)?;
            }
        }
    }
    Ok(())
}

/// A page with the number on it. No invoice: it shows where the real file goes.
pub fn drawn(number: &str) -> Vec<u8> {
    let text = format!("BT /F1 18 Tf 40 60 Td (Invoice No. {number}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 120] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut table = "0000000000 65535 f \n".to_owned();
    for (index, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", pdf.len()));
        pdf.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let (size, start) = (objects.len() + 1, pdf.len());
    pdf.push_str(&format!(
        "xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    ));
    pdf.into_bytes()
}
