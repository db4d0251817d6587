//! What users pick on a client: invoices from their wallet, titles from their list.
//!
//! The clients' answers differ: a list in one place is a text that holds a list in another, and members are spelt in two
//! ways. These readers take them all.

use serde::Deserialize;
use serde_json::Value;

use crate::debug::debug_only;
use crate::flex;
use crate::reimburser::CardRef;

/// An invoice that a user picked (`chooseInvoice`), ready for [`ReimburserClient`](crate::ReimburserClient).
#[derive(Clone, PartialEq, Eq)]
pub struct ChosenInvoice {
    /// Which card.
    pub card: CardRef,
    /// App id under which it was picked, where the client tells.
    pub app_id: Option<String>,
}

debug_only!(ChosenInvoice { app_id });

#[derive(Deserialize)]
struct Picked {
    #[serde(default, alias = "cardId", deserialize_with = "flex::trimmed")]
    card_id: Option<String>,
    #[serde(default, alias = "encryptCode", deserialize_with = "flex::text")]
    encrypt_code: Option<String>,
    #[serde(default, alias = "appId", deserialize_with = "flex::trimmed")]
    app_id: Option<String>,
}

/// Reads what a client hands over after `chooseInvoice`: `choose_invoice_info` of a page, `invoiceInfo` of a mini program,
/// the list of an app; as a list, as a text that holds one, or as the whole answer around it. `None` if there is no list;
/// entries without both ids are left out.
///
/// ```
/// let from_a_page = r#"{"err_msg":"choose_invoice:ok","choose_invoice_info":"[{\"card_id\":\"p1\",\"encrypt_code\":\"a+b==\",\"app_id\":\"wx1\"}]"}"#;
/// let chosen = wechat_invoice::chosen_invoices(from_a_page).unwrap();
/// assert_eq!(chosen[0].card.encrypt_code, "a+b==");
/// ```
///
/// Source: the client sections of
/// <https://developers.weixin.qq.com/doc/offiaccount/WeChat_Invoice/E_Invoice/Reimburser_API_List.html>
pub fn chosen_invoices(text: &str) -> Option<Vec<ChosenInvoice>> {
    let mut value: Value = serde_json::from_str(text.trim()).ok()?;
    // Whole answer, text, list: three layers at most.
    for _ in 0..3 {
        value = match value {
            Value::Array(items) => {
                let read = |item| serde_json::from_value::<Picked>(item).ok();
                let whole = |it: Picked| {
                    let (card_id, encrypt_code) = (it.card_id?, it.encrypt_code?);
                    let app_id = it.app_id;
                    let card = CardRef {
                        card_id,
                        encrypt_code,
                    };
                    (!card.encrypt_code.is_empty()).then_some(ChosenInvoice { card, app_id })
                };
                return Some(
                    items
                        .into_iter()
                        .filter_map(read)
                        .filter_map(whole)
                        .collect(),
                );
            }
            Value::String(inner) => serde_json::from_str(&inner).ok()?,
            Value::Object(mut answer) => answer
                .remove("choose_invoice_info")
                .or_else(|| answer.remove("invoiceInfo"))?,
            _ => return None,
        };
    }
    None
}

/// A title that a user picked (`chooseInvoiceTitle`).
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct ChosenTitle {
    /// Whether it is a person's (`"1"`); an organisation's is `"0"`. Sent as text or number.
    #[serde(rename = "type", default, deserialize_with = "flex::switch")]
    pub is_person: bool,
    /// Name on the invoice (抬头).
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub title: Option<String>,
    /// Tax number (税号).
    #[serde(rename = "taxNumber", default, deserialize_with = "flex::trimmed")]
    pub tax_number: Option<String>,
    /// Address.
    #[serde(rename = "companyAddress", default, deserialize_with = "flex::trimmed")]
    pub address: Option<String>,
    /// Telephone.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub telephone: Option<String>,
    /// Bank.
    #[serde(rename = "bankName", default, deserialize_with = "flex::trimmed")]
    pub bank_name: Option<String>,
    /// Bank account.
    #[serde(rename = "bankAccount", default, deserialize_with = "flex::trimmed")]
    pub bank_account: Option<String>,
}

debug_only!(ChosenTitle { is_person });

/// Reads what a client hands over after `chooseInvoiceTitle`: the object itself, a text that holds it, or a page's whole
/// answer with `choose_invoice_title_info`. `None` if it is none of these or has no name.
///
/// Source: <https://developers.weixin.qq.com/miniprogram/en/dev/api/open-api/invoice/wx.chooseInvoiceTitle.html>
pub fn chosen_title(text: &str) -> Option<ChosenTitle> {
    let mut value: Value = serde_json::from_str(text.trim()).ok()?;
    for _ in 0..3 {
        value = match value {
            Value::Object(mut answer) => match answer.remove("choose_invoice_title_info") {
                Some(inner) => inner,
                None => {
                    let title: ChosenTitle = serde_json::from_value(Value::Object(answer)).ok()?;
                    return title.title.is_some().then_some(title);
                }
            },
            Value::String(inner) => serde_json::from_str(&inner).ok()?,
            _ => return None,
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invoices_are_read_in_every_shape_a_client_hands_over() {
        let list = r#"[{"card_id":"p1","encrypt_code":"a+b/==","app_id":"wx1"},{"cardId":"p2","encryptCode":"c"},{"card_id":"p3"},7]"#;
        let text = Value::from(list).to_string();
        let shapes = [
            list.to_owned(),
            text.clone(),
            format!(r#"{{"err_msg":"choose_invoice:ok","choose_invoice_info":{list}}}"#),
            format!(r#"{{"err_msg":"choose_invoice:ok","choose_invoice_info":{text}}}"#),
            format!(r#"{{"errMsg":"chooseInvoice:ok","invoiceInfo":{text}}}"#),
        ];
        for shape in shapes {
            let chosen = chosen_invoices(&shape).unwrap();
            assert_eq!(chosen.len(), 2, "{shape}");
            assert_eq!(chosen[0].card.encrypt_code, "a+b/==", "exactly as received");
            assert_eq!(chosen[0].app_id.as_deref(), Some("wx1"));
            assert_eq!(chosen[1].card.card_id, "p2");
        }
        for nothing in [
            "",
            "7",
            "{}",
            r#"{"err_msg":"choose_invoice:cancel"}"#,
            r#""\"x\"""#,
        ] {
            assert!(chosen_invoices(nothing).is_none(), "{nothing}");
        }
    }

    #[test]
    fn a_title_is_read_from_page_and_mini_program() {
        let inner = r#"{"type":"0","title":" 示例公司 ","taxNumber":"91440300MADEMO0001","companyAddress":"","telephone":75500000000,"bankName":"","bankAccount":"","errMsg":"chooseInvoiceTitle:ok"}"#;
        let around = format!(r#"{{"choose_invoice_title_info":{}}}"#, Value::from(inner));
        for shape in [inner, &around] {
            let title = chosen_title(shape).unwrap();
            assert!(!title.is_person && title.address.is_none());
            assert_eq!(title.title.as_deref(), Some("示例公司"));
            assert_eq!(title.tax_number.as_deref(), Some("91440300MADEMO0001"));
            assert_eq!(title.telephone.as_deref(), Some("75500000000"));
        }
        assert!(
            chosen_title(r#"{"type":1,"title":"张三"}"#)
                .unwrap()
                .is_person
        );
        assert!(chosen_title(r#"{"errMsg":"chooseInvoiceTitle:fail cancel"}"#).is_none());
    }
}
