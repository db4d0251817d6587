//! One delivery from page to card, against WeChat or a stand-in that speaks its interfaces.
//!
//! ```text
//! cargo run --example deliver -- http://127.0.0.1:8090 APP_ID SECRET invoice.pdf NUMBER
//! ```
//!
//! Opens a page, waits until somebody authorises on it, then uploads the PDF and inserts the card.

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
const LOGO: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\nIDATx\x9cch\0\0\0\x82\0\x81w\xcdr\xb6\0\0\0\0IEND\xaeB`\x82";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [base, app_id, secret, pdf, number] = arguments.as_slice() else {
        return Err("usage: deliver BASE_URL APP_ID SECRET PDF_FILE INVOICE_NUMBER".into());
    };
    let pdf = std::fs::read(pdf)?;
    let account = Account::new(app_id.as_str(), secret.as_str().into());
    let transport = Transport::new(Endpoints::new(base.parse()?)?)?;
    let keeper = TokenKeeper::new(transport, Arc::new(MemoryTokenStore::new()));
    let merchant = MerchantClient::new(&keeper, account.clone());
    let platform = PlatformClient::new(&keeper, account);
    let mut out = std::io::stdout();

    let s_pappid = platform.own_s_pappid().await?;
    merchant
        .set_contact(&Contact {
            phone: "075500000000".into(),
            time_out_secs: 3600,
        })
        .await?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
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
            number: number.clone(),
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
        app_id: app_id.clone(),
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
