//! An invoice as the upload (`QDFPSC`) wants it.

use super::{device::Device, errors::TAX};
use fapiao_domain::{
    document::DocumentKind,
    invoice::{Identity, InvoiceKind},
    line::InvoiceLine,
    party::TitleKind,
    preference::Preference,
};
use fapiao_usecases::{
    errors::{Advice, OutsideError},
    ports::IssueFace,
};
use serde_json::{Value, json};

/// Issued by a platform of one's own (`fpkjfsDm`).
const OWN_PLATFORM: &str = "5";
/// Own use (自用, `lqkpmsDm`).
const OWN_USE: &str = "01";
/// Remark lines the layout rules make from fields that are uploaded on their own.
const DERIVED: [&str; 8] = [
    "被红冲蓝字数电票号码：",
    "被红冲蓝字税控发票代码：",
    "差额征税：",
    "收款人:",
    "复核人:",
    "支付渠道:",
    "购方开户银行:",
    "销方开户银行:",
];

/// Who sends.
pub(super) struct Sender<'a> {
    pub(super) party_id: &'a str,
    pub(super) device: &'a Device,
    /// Whether the seller is small-scale.
    pub(super) small_scale: bool,
}

/// The upload's object for one invoice.
///
/// # Errors
/// For what this connection does not carry: the older form, and red invoices without their confirmation.
pub(super) fn body(issue: &IssueFace, sender: &Sender<'_>) -> Result<Value, OutsideError> {
    let face = &issue.face;
    let kind = match face.kind {
        InvoiceKind::DigitalOrdinary => "02",
        InvoiceKind::DigitalSpecial => "01",
        InvoiceKind::ClassicOrdinary => {
            return Err(unfit("the older form is issued by a tax device"));
        }
    };
    let Identity::Digital { number } = &face.identity else {
        return Err(unfit("only digital numbers can be uploaded"));
    };
    if face.red.is_some() != issue.red.is_some() {
        return Err(unfit("a red invoice needs its confirmation form"));
    }
    let person = face.buyer.kind == TitleKind::Person;
    let mut invoice = json!({
        "fphm": number,
        "lzfpbz": if face.red.is_some() { "1" } else { "0" },
        "ptbh": sender.party_id,
        "fppz": kind,
        "gmfzrrbz": if person { "Y" } else { "N" },
        "qyDm": format!("1{}00", face.province),
        "xsfnsrsbh": face.seller.tax_number,
        "xsfmc": face.seller.name,
        "xsfdz": face.seller.address,
        "xsfdh": face.seller.phone,
        "xsfkhh": face.seller.bank,
        "xsfzh": face.seller.bank_account,
        "gmfnsrsbh": if person { "" } else { face.buyer.tax_number.as_str() },
        "gmfmc": face.buyer.printed_name(),
        "gmfdz": face.buyer.address,
        "gmfdh": face.buyer.phone,
        "gmfkhh": face.buyer.bank,
        "gmfzh": face.buyer.bank_account,
        "hjje": face.totals.amount.to_string(),
        "hjse": face.totals.tax.to_string(),
        "jshj": face.totals.total.to_string(),
        "kpr": face.drawer,
        "skrxm": face.payee,
        "fhrxm": face.reviewer,
        "bz": free_remark(&face.remark),
        "ip": sender.device.address,
        "macdz": sender.device.card,
        "kprq": face.issued_at.format("%Y-%m-%d %H:%M:%S").to_string(),
        "fpkjfsDm": OWN_PLATFORM,
        "fpmxList": face.lines.iter().map(|it| line(it, issue, sender)).collect::<Vec<_>>(),
    });
    if let Some(document) = issue.document.as_ref().filter(|_| person) {
        invoice["zrrzjlxDm"] = json!(document.kind.code());
        invoice["zrrzjhm"] = json!(document.number);
        invoice["zrrgjDm"] = json!(document.nationality);
        // With an identity card the tax number, which persons have none of, has to equal its number.
        if document.kind == DocumentKind::IdentityCard {
            invoice["gmfnsrsbh"] = json!(document.number);
        }
    }
    if let Some(difference) = face.extras.difference {
        invoice["cezslxDm"] = json!(difference.kind.code());
    }
    // What the remark shows of banks is told by flags of their own.
    for (flag, shown) in [
        ("sfzsxsfyhzhbq", "销方开户银行:"),
        ("sfzsgmfyhzhbq", "购方开户银行:"),
    ] {
        if face.remark.lines().any(|it| it.starts_with(shown)) {
            invoice[flag] = json!("Y");
        }
    }
    if let (Some(reference), Some(upload)) = (&face.red, &issue.red) {
        invoice["dylzfphm"] = json!(reference.blue.number());
        invoice["hzqrxxdbh"] = json!(reference.confirmation);
        invoice["hzqrduuid"] = json!(upload.form_key);
    }
    if let Some((channel, transaction)) = &issue.payment {
        invoice["lqkpmsDm"] = json!(OWN_USE);
        invoice["zfxxList"] = json!([{ "zfqdDm": channel, "jydh": transaction }]);
    }
    if let Some(members) = invoice.as_object_mut() {
        members.retain(|_, value| value.as_str() != Some(""));
    }
    Ok(invoice)
}

fn unfit(why: &str) -> OutsideError {
    OutsideError::new(
        TAX,
        "unfit",
        format!("the invoice cannot be uploaded over the direct connection: {why}"),
        Advice::Never,
    )
}

fn line(line: &InvoiceLine, issue: &IssueFace, sender: &Sender<'_>) -> Value {
    let levy = issue.levy_lines.contains(&line.no);
    let mut row = json!({
        "mxxh": line.no,
        "fphxz": line.kind.code(),
        "xmmc": line.name,
        "hwhyslwfwmc": line.printed_name(),
        "spfwjc": line.short_name,
        "ggxh": line.spec,
        "dw": line.unit,
        "je": line.amount.to_string(),
        "slv": line.rate.fraction().to_string(),
        "se": line.tax.to_string(),
        "hsje": line.gross.to_string(),
        "sphfwssflhbbm": line.tax_code,
        "yhzcbs": line.policy(levy && !sender.small_scale).map_or("", Preference::code),
    });
    if let Some(difference) = issue.face.extras.difference {
        // With the sign of its line.
        let deduction = if line.gross.is_negative() {
            -difference.deduction
        } else {
            difference.deduction
        };
        row["kce"] = json!(deduction.to_string());
    }
    let place = usize::try_from(line.no).unwrap_or(0).wrapping_sub(1);
    if let Some(blue) = issue.red.as_ref().and_then(|it| it.blue_lines.get(place)) {
        row["dylzfpmxxh"] = json!(blue);
    }
    if let (Some(quantity), Some(price)) = (line.quantity, line.unit_price) {
        row["sl"] = json!(quantity.normalize().to_string());
        row["dj"] = json!(price.normalize().to_string());
    }
    if let Some(members) = row.as_object_mut() {
        members.retain(|_, value| value.as_str() != Some(""));
    }
    row
}

/// The remark without the lines that are uploaded as fields.
fn free_remark(remark: &str) -> String {
    let free = |line: &&str| !DERIVED.iter().any(|start| line.starts_with(start));
    remark.lines().filter(free).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::free_remark;

    #[test]
    fn clerks_and_payments_are_fields_and_not_said_twice() {
        let remark = "门店 S001\n收款人:王芳;    复核人:李娜;\n支付渠道:微信支付;    交易单号:42;";
        assert_eq!(free_remark(remark), "门店 S001");
    }
}
