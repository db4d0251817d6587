//! Reads an invoice out of a buyer's wallet, locks it, and closes it: what an expense system does.
//!
//! ```text
//! cargo run -p wechat-invoice --example reimburse -- BASE_URL APP_ID SECRET CHOSEN
//! ```
//!
//! CHOSEN is what the client hands over after `chooseInvoice`, as
//! `[{"card_id":"p…","encrypt_code":"…","app_id":"wx…"}]`. In the sandbox, `GET /sandbox/cards` shows both ids of every card.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;

use wechat_invoice::platform::ReimburseStatus;
use wechat_invoice::reimburser::CardRef;
use wechat_invoice::{
    Account, Endpoints, MemoryTokenStore, ReimburserClient, TokenKeeper, Transport, chosen_invoices,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    run(&arguments, &mut std::io::stdout()).await
}

/// The example itself; a test of the product runs it, too.
pub async fn run(arguments: &[String], out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let [base, app_id, secret, chosen] = arguments else {
        return Err("usage: reimburse BASE_URL APP_ID SECRET CHOSEN".into());
    };
    let chosen = chosen_invoices(chosen).ok_or("CHOSEN holds no list of invoices")?;
    let cards: Vec<CardRef> = chosen.into_iter().map(|it| it.card).collect();
    let transport = Transport::new(Endpoints::new(base.parse()?)?)?;
    let keeper = TokenKeeper::new(transport, Arc::new(MemoryTokenStore::new()));
    let account = Account::new(app_id.as_str(), secret.as_str().into());
    let reimburser = ReimburserClient::new(&keeper, account);

    let mut holder = None;
    for invoice in reimburser.invoices(&cards).await? {
        let Some(data) = &invoice.user_info else {
            continue;
        };
        let identity = data.identity();
        writeln!(
            out,
            "{} {} from {}: {} fen, {}",
            identity.code.unwrap_or_default(),
            identity.number.unwrap_or_default(),
            invoice.payee.as_deref().unwrap_or("?"),
            data.fee.unwrap_or_default(),
            data.reimburse_status.as_deref().unwrap_or("?"),
        )?;
        holder = invoice.openid.or(holder);
    }
    // Locked, nobody else can be given the same invoice. Then pay, then close: that cannot be undone.
    for card in &cards {
        reimburser
            .update_status(card, &ReimburseStatus::Lock)
            .await?;
    }
    writeln!(out, "locked {}", cards.len())?;
    let holder = holder.ok_or("WeChat did not say whose invoices these are")?;
    reimburser
        .update_statuses(&holder, &cards, &ReimburseStatus::Closure)
        .await?;
    writeln!(out, "closed {}", cards.len())?;
    Ok(())
}
