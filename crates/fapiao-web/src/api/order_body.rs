//! The body of `POST /api/v1/orders`, read member by member.

use super::{
    json::Node,
    reader::{Members, Reader},
};
use crate::problem::{Kind, Problem, Said};
use fapiao_domain::delivery::{Channel, PageType};
use fapiao_usecases::{
    fields::FieldError,
    merchant::drafts::{DeliveryDraft, DifferenceDraft, DocumentDraft, LineDraft, OrderDraft},
    records::{Payment, RawTitleRecord},
};
use url::Url;

pub(crate) const ORDER: [&str; 10] = [
    "store",
    "order_no",
    "sold_at",
    "discount",
    "remark",
    "lines",
    "delivery",
    "payment",
    "difference_tax",
    "invoice_kind",
];
pub(crate) const DIFFERENCE: [&str; 2] = ["mode", "deduction"];
pub(crate) const LINE: [&str; 11] = [
    "name",
    "tax_code",
    "spec",
    "unit",
    "quantity",
    "unit_price",
    "amount",
    "tax_included",
    "rate",
    "discount",
    "preference",
];
pub(crate) const DELIVERY: [&str; 4] = ["channel", "page", "return_url", "title"];
pub(crate) const TITLE: [&str; 10] = [
    "kind",
    "name",
    "tax_number",
    "address",
    "phone",
    "bank",
    "bank_account",
    "email",
    "override_reason",
    "document",
];
pub(crate) const DOCUMENT: [&str; 3] = ["type", "nationality", "number"];
pub(crate) const PAYMENT: [&str; 3] = ["channel", "transaction_no", "trade_no"];

/// Longest return address.
const URL_MAX: usize = 512;

/// What a body asks for, and what is wrong with it so far. The rules of the use-case are asked too before anything is
/// answered, so that a caller sees all mistakes at once.
pub(crate) struct OrderBody {
    pub(crate) draft: OrderDraft,
    reader: Reader,
}

impl OrderBody {
    /// Reads a body. `https_only` refuses return addresses over plain HTTP.
    ///
    /// # Errors
    /// 422 when the body is no object.
    pub(crate) fn read(node: &Node, https_only: HttpsOnly) -> Result<OrderBody, Problem> {
        let mut reader = Reader::default();
        let Some(body) = reader.object(node, String::new(), &ORDER) else {
            return Err(Problem::wrong(Kind::InvalidFields, reader.into_wrong()));
        };
        let lines = reader.list(&body, "lines");
        let draft = OrderDraft {
            store: reader.optional_text(&body, "store"),
            order_no: reader.text(&body, "order_no"),
            sold_at: reader.optional_text(&body, "sold_at"),
            lines: lines
                .into_iter()
                .map(|(pointer, node)| line(&mut reader, node, pointer))
                .collect(),
            discount: reader.optional_decimal(&body, "discount", "20.00"),
            remark: reader.optional_text(&body, "remark"),
            delivery: match reader.optional_object(&body, "delivery", &DELIVERY) {
                Some(wanted) => delivery(&mut reader, &wanted, https_only),
                None => None,
            },
            payment: reader
                .optional_object(&body, "payment", &PAYMENT)
                .map(|it| payment(&mut reader, &it)),
            difference: reader
                .optional_object(&body, "difference_tax", &DIFFERENCE)
                .map(|it| difference(&mut reader, &it)),
            invoice_kind: reader.optional_text(&body, "invoice_kind"),
        };
        Ok(OrderBody { draft, reader })
    }

    /// Whether the body itself was right.
    pub(crate) fn is_content(&self) -> bool {
        self.reader.is_content()
    }

    /// Everything that is wrong: with the body, and by the rules.
    pub(crate) fn refused(self, rules: Vec<FieldError>) -> Problem {
        self.reader.refused(rules)
    }
}

/// Whether plain HTTP is refused in return addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HttpsOnly {
    /// In production.
    Yes,
    /// On a developer's machine.
    No,
}

/// Reads the body of `POST /api/v1/orders/{id}/deliveries`.
///
/// # Errors
/// 422 with everything that is wrong.
pub(crate) fn delivery_body(node: &Node, https_only: HttpsOnly) -> Result<DeliveryDraft, Problem> {
    let mut reader = Reader::default();
    let body = reader.object(node, String::new(), &DELIVERY);
    let draft = body.and_then(|body| delivery(&mut reader, &body, https_only));
    match draft {
        Some(draft) if reader.is_content() => Ok(draft),
        _ => Err(Problem::wrong(Kind::InvalidFields, reader.into_wrong())),
    }
}

/// Reads a body that has nothing to say: `{}`.
///
/// # Errors
/// 422 with everything that is wrong.
pub(crate) fn nothing_body(node: &Node) -> Result<(), Problem> {
    let mut reader = Reader::default();
    let _ = reader.object(node, String::new(), &[]);
    if reader.is_content() {
        Ok(())
    } else {
        Err(Problem::wrong(Kind::InvalidFields, reader.into_wrong()))
    }
}

/// Reads the body of `POST /api/v1/deliveries/{id}/refusal`.
///
/// # Errors
/// 422 with everything that is wrong.
pub(crate) fn refusal_body(node: &Node) -> Result<(String, String), Problem> {
    let mut reader = Reader::default();
    let body = reader.object(node, String::new(), &["reason", "url"]);
    let told = body.map(|body| {
        (
            reader.text(&body, "reason"),
            reader.optional_text(&body, "url"),
        )
    });
    match told {
        Some(told) if reader.is_content() => Ok(told),
        _ => Err(Problem::wrong(Kind::InvalidFields, reader.into_wrong())),
    }
}

fn line(reader: &mut Reader, node: &Node, pointer: String) -> LineDraft {
    let Some(line) = reader.object(node, pointer, &LINE) else {
        return LineDraft::default();
    };
    // Two of three; with none of them the usual two are missing.
    let by_amount = line.has("amount");
    let by_price = by_amount && line.has("unit_price");
    LineDraft {
        name: reader.text(&line, "name"),
        tax_code: reader.text(&line, "tax_code"),
        spec: reader.optional_text(&line, "spec"),
        unit: reader.optional_text(&line, "unit"),
        quantity: if by_price {
            reader.optional_decimal(&line, "quantity", "2")
        } else {
            reader.decimal(&line, "quantity", "2")
        },
        unit_price: if by_amount {
            reader.optional_decimal(&line, "unit_price", "12.50")
        } else {
            reader.decimal(&line, "unit_price", "12.50")
        },
        amount: reader.optional_decimal(&line, "amount", "1000.00"),
        tax_included: reader.flag(&line, "tax_included"),
        rate: reader.decimal(&line, "rate", "0.13"),
        discount: reader.optional_decimal(&line, "discount", "1.00"),
        preference: reader.optional_text(&line, "preference"),
    }
}

fn delivery(reader: &mut Reader, of: &Members<'_>, https_only: HttpsOnly) -> Option<DeliveryDraft> {
    let channel_text = reader.text(of, "channel");
    let channel = Channel::parse(&channel_text);
    if channel.is_none() && !channel_text.is_empty() {
        let said = Said::new(
            "a channel is web, wap, app or mini_program",
            "渠道只能是 web、wap、app 或 mini_program",
        );
        reader.refuse(of.pointer("channel"), "E_CHANNEL", said);
    }
    let page_text = reader.optional_text(of, "page");
    let page = match PageType::parse(&page_text) {
        None if page_text.is_empty() => Some(PageType::Title),
        Some(page) => Some(page),
        None => {
            let said = Said::new(
                "a page is title, confirm or collect",
                "页面只能是 title、confirm 或 collect",
            );
            reader.refuse(of.pointer("page"), "E_PAGE", said);
            None
        }
    };
    let return_url = reader.optional_text(of, "return_url");
    if !return_url.is_empty() && !is_web_address(&return_url, https_only) {
        let said = Said::new(
            format!("a whole https address of at most {URL_MAX} characters"),
            format!("须为完整的 https 网址，最长 {URL_MAX} 个字符"),
        );
        reader.refuse(of.pointer("return_url"), "E_RETURN_URL", said);
    }
    let members = reader.optional_object(of, "title", &TITLE);
    let document = members
        .as_ref()
        .and_then(|it| reader.optional_object(it, "document", &DOCUMENT))
        .map(|it| DocumentDraft {
            kind: reader.text(&it, "type"),
            nationality: reader.optional_text(&it, "nationality"),
            number: reader.text(&it, "number"),
        });
    let title = members.map(|it| title(reader, &it));
    Some(DeliveryDraft {
        channel: channel?,
        page: page?,
        return_url,
        title,
        document,
        invoice: None,
    })
}

fn title(reader: &mut Reader, of: &Members<'_>) -> RawTitleRecord {
    let kind = reader.text(of, "kind");
    let kinds = ["", "person", "organisation", "organisation_without_number"];
    if !kinds.contains(&kind.as_str()) {
        let said = Said::new(
            "a title is of a person, an organisation or an organisation_without_number",
            "抬头类型只能是 person、organisation 或 organisation_without_number",
        );
        reader.refuse(of.pointer("kind"), "E_TITLE_KIND", said);
    }
    RawTitleRecord {
        own: Vec::new(),
        organisation: kind.starts_with("organisation"),
        no_number: kind == "organisation_without_number",
        name: reader.text(of, "name"),
        tax_number: reader.optional_text(of, "tax_number"),
        address: reader.optional_text(of, "address"),
        phone: reader.optional_text(of, "phone"),
        bank: reader.optional_text(of, "bank"),
        bank_account: reader.optional_text(of, "bank_account"),
        email: reader.optional_text(of, "email"),
        override_reason: reader.optional_text(of, "override_reason"),
        // Sealed by the use-case: the number itself goes no further than the draft.
        document: None,
    }
}

fn difference(reader: &mut Reader, of: &Members<'_>) -> DifferenceDraft {
    DifferenceDraft {
        mode: reader.text(of, "mode"),
        deduction: reader.decimal(of, "deduction", "84000.00"),
    }
}

fn payment(reader: &mut Reader, of: &Members<'_>) -> Payment {
    Payment {
        channel: reader.text(of, "channel"),
        transaction_no: reader.optional_text(of, "transaction_no"),
        trade_no: reader.optional_text(of, "trade_no"),
    }
}

fn is_web_address(text: &str, https_only: HttpsOnly) -> bool {
    let fits = |url: Url| {
        let scheme = match https_only {
            HttpsOnly::Yes => url.scheme() == "https",
            HttpsOnly::No => matches!(url.scheme(), "https" | "http"),
        };
        scheme && url.has_host() && url.username().is_empty() && url.password().is_none()
    };
    text.len() <= URL_MAX && Url::parse(text).is_ok_and(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;
    use serde_json::Value;

    fn read(text: &str) -> OrderBody {
        OrderBody::read(&Node::read(text.as_bytes()).unwrap(), HttpsOnly::Yes).unwrap()
    }

    fn pointers(problem: &Problem) -> Vec<(String, String)> {
        let document = problem.document(Lang::En, "", "");
        let document: Value = serde_json::from_str(&document).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let errors = document["errors"].as_array().unwrap();
        errors
            .iter()
            .map(|it| (text(&it["pointer"]), text(&it["code"])))
            .collect()
    }

    #[test]
    fn a_whole_order_is_read() {
        let body = read(
            r#"{"store":"S001","order_no":"A-1","lines":[{"name":"茶","tax_code":"1030205010000000000",
                "quantity":"2","unit":"盒","unit_price":"56.50","tax_included":true,"rate":"0.13","discount":"1"}],
                "delivery":{"channel":"web","return_url":"https://shop.example/back?x=1"}}"#,
        );
        assert!(body.is_content());
        let draft = body.draft;
        assert_eq!(
            (draft.store.as_str(), draft.order_no.as_str()),
            ("S001", "A-1")
        );
        assert_eq!((draft.sold_at.as_str(), draft.remark.as_str()), ("", ""));
        let line = &draft.lines[0];
        assert!(line.tax_included);
        assert_eq!(
            (line.quantity.as_str(), line.unit_price.as_str()),
            ("2", "56.50")
        );
        let delivery = draft.delivery.unwrap();
        assert_eq!(
            (delivery.channel, delivery.page),
            (Channel::Web, PageType::Title)
        );
    }

    #[test]
    fn mistakes_of_the_body_and_of_the_rules_are_told_together_and_once_each() {
        let body = read(
            r#"{"order_no":"A-1","total":"1.00","lines":[{"name":"茶","tax_code":"1",
                "quantity":2,"unit_price":12.5,"tax_included":"yes","rate":"13%"}, "tea"],
                "delivery":{"channel":"fax","page":"fancy","return_url":"http://shop.example"}}"#,
        );
        assert!(!body.is_content());
        let rules = vec![
            FieldError::new("/store", "E_STORE", "x"),
            FieldError::new("/lines/0/quantity", "E_QUANTITY", "x"),
            FieldError::new("/lines/0/rate", "E_RATE", "x"),
            FieldError::new("/lines/1/rate", "E_RATE", "x"),
        ];
        let expected = [
            ("/total", "E_UNKNOWN_MEMBER"),
            ("/lines/0/quantity", "E_DECIMAL_STRING"),
            ("/lines/0/unit_price", "E_DECIMAL_STRING"),
            ("/lines/0/tax_included", "E_TYPE"),
            ("/lines/1", "E_TYPE"),
            ("/delivery/channel", "E_CHANNEL"),
            ("/delivery/page", "E_PAGE"),
            ("/delivery/return_url", "E_RETURN_URL"),
            ("/store", "E_STORE"),
            ("/lines/0/rate", "E_RATE"),
        ]
        .map(|(pointer, code)| (pointer.to_owned(), code.to_owned()));
        assert_eq!(pointers(&body.refused(rules)), expected);
    }

    #[test]
    fn nobody_sets_what_is_ours_to_decide() {
        for member in [
            "id",
            "state",
            "seller",
            "totals",
            "fingerprint",
            "created_at",
            "source",
        ] {
            let body = read(&format!(r#"{{"order_no":"A","lines":[],"{member}":"x"}}"#));
            let problem = body.refused(Vec::new());
            assert_eq!(pointers(&problem)[0].0, format!("/{member}"));
        }
    }

    #[test]
    fn return_addresses_are_web_addresses() {
        let fits = |text: &str| is_web_address(text, HttpsOnly::Yes);
        assert!(fits("https://shop.example/a"));
        for text in [
            "javascript:alert(1)",
            "//shop.example",
            "/a",
            "http://shop.example",
            "https://u:p@shop.example",
        ] {
            assert!(!fits(text), "{text}");
        }
        assert!(is_web_address("http://127.0.0.1:8092/a", HttpsOnly::No));
    }
}
