//! Making an invoice out: sent once for certain, then followed by query and event.

use super::{Found, account_of, awaited, kind_of, look_up};
use crate::{
    errors::{Advice, OutsideError, StoreError},
    keeping::keep,
    platform::received::carries,
    ports::{Ports, Scope, UnifiedIssued, UnifiedOrder, UnifiedSent},
    records::{Account, Invoice, UnifiedCall},
    step::StepError,
};
use fapiao_domain::ids::DeliveryId;
use std::ops::RangeInclusive;

/// Codes of the unified calls that are about who asks, what was left out, WeChat's own trouble, or another serial.
const ABOUT_THE_QUESTION: [RangeInclusive<u32>; 2] = [73_001..=73_016, 73_101..=73_110];

/// Brings a call as far as it goes now. Once it may have been sent, WeChat is asked before it is sent again.
///
/// # Errors
/// [`StepError`]; `NotYet` while the result is awaited.
pub async fn make_out(ports: &Ports, id: &DeliveryId) -> Result<(), StepError> {
    let Some(call) = ports.store.make_out_call(id).await? else {
        return Ok(());
    };
    let invoice = invoice_of(ports, &call).await?;
    match call.state.as_str() {
        "failed" => return Ok(()),
        "issued" => {
            let issued = UnifiedIssued {
                code: String::new(),
                number: invoice
                    .identity
                    .as_ref()
                    .map_or_else(String::new, |it| it.number().to_owned()),
                check_code: String::new(),
                issued_at: invoice.issued_at,
                pdf_url: call.pdf_url.clone(),
            };
            return finish(ports, &call, &invoice, &issued).await;
        }
        _ => {}
    }
    let account = account_of(ports, &call).await?;
    let tax_number = &invoice.seller_party.tax_number;
    if call.state != "ready" {
        match look_up(ports, &account, &call, tax_number).await? {
            Found::Issued(issued) => return take(ports, &call, &invoice, &issued).await,
            Found::Processing => return Err(awaited(ports, &call)),
            // Taken on a moment ago: the query may lag behind. It is never sent again.
            Found::Nothing if call.state == "taken" => return Err(awaited(ports, &call)),
            Found::Nothing => {}
        }
    }
    send(ports, &account, &call, &invoice).await
}

async fn send(
    ports: &Ports,
    account: &Account,
    call: &UnifiedCall,
    invoice: &Invoice,
) -> Result<(), StepError> {
    let openid = ports.store.unified_buyer(&call.delivery).await?;
    let Some(openid) = openid else {
        return Err(StepError::parked(
            "openid_missing",
            "未收到带有买家 openid 的微信推送，统一开票接口无法请求：请检查推送地址，请买家重新授权，或自行开具 / WeChat's unified calls want the buyer's openid, which only its push tells, and the push did not come; \
             check the push address, ask the buyer to agree again, or issue this one yourself",
        ));
    };
    let delivery = ports.store.delivery(&Scope::All, &call.delivery).await?;
    let delivery = delivery.ok_or_else(|| StoreError::NotFound {
        what: format!("delivery {}", call.delivery),
    })?;
    let settings = ports.store.unified_settings(&call.seller).await?;
    let order = UnifiedOrder {
        openid,
        order_id: delivery.order_id_at_wechat().to_owned(),
        serial: call.serial.clone(),
        trade: settings.map_or_else(|| "0".to_owned(), |it| it.trade),
        invoice: invoice.clone(),
    };
    ports
        .store
        .record_unified(&call.subject, UnifiedSent::Asked)
        .await?;
    match ports.unified.make_out(account, &order).await {
        Ok(()) => {}
        Err(error) if super::PROCESSING.contains(&error.code.as_str()) => {}
        Err(error) => {
            if error.advice == Advice::OutcomeUnknown {
                ports
                    .store
                    .record_unified(&call.subject, UnifiedSent::Unknown)
                    .await?;
            }
            return Err(error.into());
        }
    }
    ports
        .store
        .record_unified(&call.subject, UnifiedSent::Taken)
        .await?;
    Err(StepError::not_yet(
        2,
        "微信已受理开票 / WeChat took the invoice on",
    ))
}

/// What the query told becomes the invoice.
async fn take(
    ports: &Ports,
    call: &UnifiedCall,
    invoice: &Invoice,
    issued: &UnifiedIssued,
) -> Result<(), StepError> {
    kind_of(issued)?;
    let at = issued.issued_at.unwrap_or_else(|| ports.clock.now());
    match ports.store.record_made_out(call, issued, at).await {
        Ok(()) => {}
        Err(StoreError::Exists { what }) => {
            return Err(StepError::parked(
                "unified_number",
                format!("{what} differs from what WeChat told before; clear it up, then retry"),
            ));
        }
        Err(error) => return Err(error.into()),
    }
    finish(ports, call, invoice, issued).await
}

/// The paper, and the card that the platform behind the call brings.
async fn finish(
    ports: &Ports,
    call: &UnifiedCall,
    invoice: &Invoice,
    issued: &UnifiedIssued,
) -> Result<(), StepError> {
    fetch_paper(ports, invoice, issued).await?;
    let openid = ports.store.unified_buyer(&call.delivery).await?;
    // Its code is known to the platform behind the call only.
    ports
        .store
        .record_outside_card(
            &call.delivery,
            "",
            None,
            openid.as_deref().unwrap_or_default(),
            serde_json::json!({ "serial": call.serial }),
        )
        .await?;
    Ok(())
}

/// Fetches the PDF where WeChat names one, and believes it only when it carries number and amount.
pub(super) async fn fetch_paper(
    ports: &Ports,
    invoice: &Invoice,
    issued: &UnifiedIssued,
) -> Result<(), StepError> {
    if issued.pdf_url.is_empty() || !ports.store.documents(&invoice.id).await?.is_empty() {
        return Ok(());
    }
    let pdf = ports.unified.fetch_pdf(&issued.pdf_url).await?;
    let total = invoice.totals.total;
    if let Err(why) = carries(ports, "wechat", &pdf, &issued.number, total).await? {
        return Err(StepError::parked(
            "unified_paper",
            format!(
                "微信统一开票接口给出的 PDF 与发票不符，请核对后重试 / the PDF that WeChat names: {why}; clear it up, then retry"
            ),
        ));
    }
    let document = keep(ports, &invoice.id, "pdf", "received", pdf).await?;
    ports
        .store
        .record_documents(&invoice.id, vec![document], Vec::new())
        .await?;
    Ok(())
}

/// The verdict on a failure that only an event of plain mode tells, before what WeChat's query says.
pub const PLAIN_ENDS_NOTHING: &str =
    "plain mode signs no text, so that this event ends no invoice; WeChat's query says: ";

/// A result event: a hint, proved by the query. `issued` is what it claims, where it said so; `signed`, whether anybody
/// signed its text.
///
/// # Errors
/// [`StepError`].
pub async fn take_result(
    ports: &Ports,
    serial: &str,
    tax_number: &str,
    issued: Option<bool>,
    signed: bool,
) -> Result<(&'static str, String), StepError> {
    let Some(call) = ports.store.unified_call(serial).await? else {
        return Ok(("ignored", format!("serial {serial} is not one of ours")));
    };
    let invoice = invoice_of(ports, &call).await?;
    if invoice.seller_party.tax_number != tax_number {
        return Ok(("parked", "it names another tax number".to_owned()));
    }
    if matches!(call.state.as_str(), "issued" | "failed") {
        return Ok(("handled", format!("the call is {} already", call.state)));
    }
    let account = account_of(ports, &call).await?;
    match look_up(ports, &account, &call, tax_number).await {
        Ok(Found::Issued(found)) if call.clears => {
            super::clear::take(ports, &call, &found).await?;
            Ok(("handled", "taken back".to_owned()))
        }
        Ok(Found::Issued(found)) => {
            take(ports, &call, &invoice, &found).await?;
            Ok(("handled", "issued".to_owned()))
        }
        Ok(Found::Processing | Found::Nothing) => {
            Ok(("handled", "WeChat does not confirm it (yet)".to_owned()))
        }
        Err(error) if issued == Some(false) && says_why(&error) => {
            if !signed {
                return Ok(("parked", format!("{PLAIN_ENDS_NOTHING}{}", error.message)));
            }
            ports.store.end_unified(&call, &error.message).await?;
            Ok(("handled", format!("failed: {}", error.message)))
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether the answer says why this invoice failed. Answers about the account or its limits (45009, 48001, 40164 …) say
/// nothing about it, nor do those about the question: it may well be issued.
fn says_why(error: &OutsideError) -> bool {
    let Ok(code) = error.code.parse::<u32>() else {
        return false;
    };
    matches!(code, 73_000..=73_199) && !ABOUT_THE_QUESTION.iter().any(|it| it.contains(&code))
}

async fn invoice_of(ports: &Ports, call: &UnifiedCall) -> Result<Invoice, StepError> {
    let found = ports
        .store
        .invoices_by_id(std::slice::from_ref(&call.invoice))
        .await?;
    found.into_iter().next().ok_or_else(|| {
        let what = format!("invoice {}", call.invoice);
        StoreError::NotFound { what }.into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_about_the_invoice_proves_that_it_failed() {
        let says =
            |code: &str| says_why(&OutsideError::new("wechat", code, "", Advice::NeedsPerson));
        for code in ["73000", "73100", "73150"] {
            assert!(says(code), "{code}");
        }
        // The daily limit, no right, our address, the prefix, being processed, unknown, no answer.
        for code in [
            "45009", "48001", "40164", "-1", "73110", "73105", "73107", "73109", "73005", "73101",
            "73102", "", "timeout",
        ] {
            assert!(!says(code), "{code}");
        }
    }
}
