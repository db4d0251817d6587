//! Files that the gateway makes of a digital invoice: a plain PDF and the structured XML, the same bytes each time.

use std::fmt::Write as _;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Problem, Shared, pdf, serve};
use crate::amount::yuan;
use crate::clock;
use crate::state::gateway::{GatewayInvoice, Stands};

/// What there is: none of the older form, whose files are the caller's.
pub(super) fn announced(invoice: &GatewayInvoice) -> Vec<Value> {
    if !invoice.code.is_empty() {
        return Vec::new();
    }
    [("pdf", paper(invoice)), ("xml", structured(invoice))]
        .into_iter()
        .map(|(format, bytes)| {
            json!({
                "format": format,
                "sha256": hex::encode(Sha256::digest(&bytes)),
                "size": bytes.len(),
            })
        })
        .collect()
}

pub(super) async fn file(
    authority: Shared,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    body: web::Bytes,
) -> Result<HttpResponse, actix_web::Error> {
    let (serial, format) = path.into_inner();
    serve(
        authority,
        request,
        body,
        "gateway.file",
        |authority, customer, _| async move {
            let world = authority.world();
            let invoice = world
                .state
                .serials
                .get(&serial)
                .filter(|it| it.stands == Stands::Issued && it.code.is_empty())
                .filter(|it| {
                    let taxpayer = world.state.taxpayers.get(&it.taxpayer);
                    taxpayer.is_some_and(|it| it.party == customer.party)
                });
            let made = match (invoice, format.as_str()) {
                (Some(invoice), "pdf") if customer.makes_files => {
                    ("application/pdf", paper(invoice))
                }
                (Some(invoice), "xml") if customer.makes_files => {
                    ("application/xml", structured(invoice))
                }
                _ => {
                    return Err(Problem::new(
                        404,
                        "unknown",
                        format!("there is no {format} of serial {serial}"),
                    ));
                }
            };
            Ok(HttpResponse::Ok().content_type(made.0).body(made.1))
        },
    )
    .await
}

fn paper(invoice: &GatewayInvoice) -> Vec<u8> {
    let day = clock::local(invoice.issued_at).format("%Y年%m月%d日");
    pdf::page(&[
        "样票 SAMPLE 非真实发票".to_owned(),
        "电子发票（普通发票）".to_owned(),
        format!("发票号码：{}", invoice.number),
        format!("开票日期：{day}"),
        format!("销售方：{}", invoice.taxpayer),
        format!("购买方：{}", invoice.buyer),
        format!("合计 ¥{} ¥{}", yuan(invoice.net), yuan(invoice.tax)),
        format!("价税合计（小写）¥{}", yuan(invoice.net + invoice.tax)),
    ])
}

fn structured(invoice: &GatewayInvoice) -> Vec<u8> {
    let escape = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    };
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<EInvoice><Header>");
    let _ = writeln!(
        xml,
        "<EIid>{}</EIid></Header><EInvoiceData><SellerInformation><SellerIdNum>{}</SellerIdNum></SellerInformation>\
         <BuyerInformation><BuyerName>{}</BuyerName></BuyerInformation><BasicInformation>\
         <TotalAmWithoutTax>{}</TotalAmWithoutTax><TotalTaxAm>{}</TotalTaxAm>\
         <TotalTax-includedAmount>{}</TotalTax-includedAmount><RequestTime>{}</RequestTime></BasicInformation>\
         </EInvoiceData></EInvoice>",
        invoice.number,
        invoice.taxpayer,
        escape(&invoice.buyer),
        yuan(invoice.net),
        yuan(invoice.tax),
        yuan(invoice.net + invoice.tax),
        clock::stamp(invoice.issued_at),
    );
    xml.into_bytes()
}
