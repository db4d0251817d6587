//! The bodies of fiscal bills, read member by member.

use super::{
    json::Node,
    reader::{Members, Reader},
};
use crate::problem::{Kind, Problem};
use fapiao_usecases::{
    fields::FieldError,
    fiscal::{BillDraft, BillItemDraft, ForeignAuthorisation},
};

pub(crate) const BILL: [&str; 12] = [
    "unit",
    "code",
    "number",
    "check_code",
    "payer",
    "amount",
    "items",
    "remark",
    "issued_at",
    "source",
    "return_url",
    "authorisation",
];
pub(crate) const BILL_ITEM: [&str; 5] = ["name", "quantity", "unit", "standard", "amount"];
pub(crate) const AUTHORISATION: [&str; 2] = ["order_id", "app_id"];
pub(crate) const BILL_DELIVERY: [&str; 2] = ["source", "return_url"];
pub(crate) const BILL_OUTCOME: [&str; 2] = ["carded", "reason"];

/// What a bill's body says, and what is wrong with it so far. The rules of the use-case are asked too before anything is
/// answered, so that a caller sees all mistakes at once.
pub(crate) struct BillBody {
    pub(crate) draft: BillDraft,
    reader: Reader,
}

impl BillBody {
    /// Reads the body of `POST /api/v1/bills`.
    ///
    /// # Errors
    /// 422 when the body is no object.
    pub(crate) fn read(node: &Node) -> Result<BillBody, Problem> {
        let mut reader = Reader::default();
        let Some(body) = reader.object(node, String::new(), &BILL) else {
            return Err(Problem::wrong(Kind::InvalidFields, reader.into_wrong()));
        };
        let draft = bill(&mut reader, &body);
        Ok(BillBody { draft, reader })
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

/// Reads the body of `POST /api/v1/bills/{id}/deliveries`: where the payer is met, and where the payer goes afterwards.
///
/// # Errors
/// 422 with everything that is wrong.
pub(crate) fn again_body(node: &Node) -> Result<(String, String), Problem> {
    let mut reader = Reader::default();
    let body = reader.object(node, String::new(), &BILL_DELIVERY);
    let told = body.map(|body| {
        (
            reader.optional_text(&body, "source"),
            reader.optional_text(&body, "return_url"),
        )
    });
    whole(told, reader)
}

/// Reads a body that gives a reason, and nothing else.
///
/// # Errors
/// 422 with everything that is wrong.
pub(crate) fn reason_body(node: &Node) -> Result<String, Problem> {
    let mut reader = Reader::default();
    let body = reader.object(node, String::new(), &["reason"]);
    let reason = body.map(|body| reader.text(&body, "reason"));
    whole(reason, reader)
}

/// Reads the body of `POST /api/v1/bills/{id}/outcome`: whether the card is in the wallet, and why not.
///
/// # Errors
/// 422 with everything that is wrong.
pub(crate) fn outcome_body(node: &Node) -> Result<(bool, String), Problem> {
    let mut reader = Reader::default();
    let body = reader.object(node, String::new(), &BILL_OUTCOME);
    let told = body.map(|body| {
        let carded = reader.flag(&body, "carded");
        (carded, reader.optional_text(&body, "reason"))
    });
    whole(told, reader)
}

fn whole<T>(read: Option<T>, reader: Reader) -> Result<T, Problem> {
    match read {
        Some(read) if reader.is_content() => Ok(read),
        _ => Err(Problem::wrong(Kind::InvalidFields, reader.into_wrong())),
    }
}

fn bill(reader: &mut Reader, of: &Members<'_>) -> BillDraft {
    let items = if of.has("items") {
        reader.list(of, "items")
    } else {
        Vec::new()
    };
    BillDraft {
        unit: reader.text(of, "unit"),
        code: reader.text(of, "code"),
        number: reader.text(of, "number"),
        check_code: reader.optional_text(of, "check_code"),
        payer: reader.text(of, "payer"),
        amount: reader.decimal(of, "amount", "50.00"),
        items: items
            .into_iter()
            .map(|(pointer, node)| item(reader, node, pointer))
            .collect(),
        remark: reader.optional_text(of, "remark"),
        issued_at: reader.text(of, "issued_at"),
        source: reader.optional_text(of, "source"),
        return_url: reader.optional_text(of, "return_url"),
        authorisation: reader
            .optional_object(of, "authorisation", &AUTHORISATION)
            .map(|it| ForeignAuthorisation {
                order_id: reader.text(&it, "order_id"),
                app_id: reader.text(&it, "app_id"),
            }),
    }
}

fn item(reader: &mut Reader, node: &Node, pointer: String) -> BillItemDraft {
    let Some(item) = reader.object(node, pointer, &BILL_ITEM) else {
        return BillItemDraft::default();
    };
    BillItemDraft {
        name: reader.text(&item, "name"),
        quantity: reader.optional_decimal(&item, "quantity", "1"),
        unit: reader.optional_text(&item, "unit"),
        standard: reader.optional_decimal(&item, "standard", "50.00"),
        amount: reader.decimal(&item, "amount", "50.00"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;
    use serde_json::Value;

    fn node(text: &str) -> Node {
        Node::read(text.as_bytes()).unwrap()
    }

    fn wrong(problem: &Problem) -> Vec<(String, String)> {
        let document: Value = serde_json::from_str(&problem.document(Lang::En, "", "")).unwrap();
        let errors = document["errors"].as_array().unwrap();
        let text = |it: &Value| it.as_str().unwrap().to_owned();
        errors
            .iter()
            .map(|it| (text(&it["pointer"]), text(&it["code"])))
            .collect()
    }

    #[test]
    fn a_whole_bill_is_read() {
        let body = BillBody::read(
            &node(
                r#"{"unit":"U001","code":"44060126","number":"0000000001","check_code":"a1b2c3","payer":"张三",
                    "amount":"50.00","items":[{"name":"考试费","quantity":"1","unit":"次","standard":"50.00","amount":"50.00"}],
                    "issued_at":"2026-11-22T10:30:00+08:00","source":"app",
                    "authorisation":{"order_id":"FIN1","app_id":"wx1234567890abcdef"}}"#,
            ),
        )
        .unwrap();
        assert!(body.is_content());
        let draft = body.draft;
        assert_eq!(
            (draft.unit.as_str(), draft.amount.as_str()),
            ("U001", "50.00")
        );
        assert_eq!(draft.items[0].standard, "50.00");
        assert_eq!(draft.authorisation.unwrap().order_id, "FIN1");
        assert_eq!(draft.return_url, "");
    }

    #[test]
    fn everything_wrong_with_a_bill_is_named_at_once() {
        let body = BillBody::read(
            &node(
                r#"{"unit":"U001","code":44060126,"number":"0000000001","payer":"张三","amount":50.00,
                    "items":[{"name":"考试费","amount":50,"tax":"0"}],"issued_at":"2026-11-22 10:30","state":"carded",
                    "return_url":7,"authorisation":{"order_id":"FIN1"}}"#,
            ),
        )
        .unwrap();
        let rules = vec![
            FieldError::new("/code", "E_FISCAL_NUMBER", "said already"),
            FieldError::new("/unit", "E_FISCAL_UNIT", "no such unit"),
        ];
        let problem = body.refused(rules);
        let expected = [
            ("/state", "E_UNKNOWN_MEMBER"),
            ("/code", "E_TYPE"),
            ("/amount", "E_DECIMAL_STRING"),
            ("/items/0/tax", "E_UNKNOWN_MEMBER"),
            ("/items/0/amount", "E_DECIMAL_STRING"),
            ("/return_url", "E_TYPE"),
            ("/authorisation/app_id", "E_REQUIRED"),
            ("/unit", "E_FISCAL_UNIT"),
        ]
        .map(|(place, code)| (place.to_owned(), code.to_owned()));
        assert_eq!(wrong(&problem), expected);
    }

    #[test]
    fn an_outcome_is_yes_or_no() {
        assert_eq!(
            outcome_body(&node(r#"{"carded":false,"reason":"交款人已注销"}"#)).unwrap(),
            (false, "交款人已注销".to_owned())
        );
        assert!(outcome_body(&node(r#"{"reason":"x"}"#)).is_err());
        assert!(outcome_body(&node(r#"{"carded":"yes"}"#)).is_err());
        assert_eq!(reason_body(&node(r#"{"reason":"重开"}"#)).unwrap(), "重开");
        assert!(reason_body(&node("[]")).is_err());
    }
}
