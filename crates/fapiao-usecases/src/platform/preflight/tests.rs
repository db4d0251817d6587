//! Each code that can be foreseen, by the one fact that brings it about.

use super::{call::owner_of, *};
use crate::records::{AccountKind, PushMode, SealedText};
use chrono::TimeDelta;
use fapiao_domain::{
    card::CardState,
    delivery::{Channel, DeliveryState, PageType},
    ids::{AccountId, DeliveryId, Id, InvoiceId, OrderId, SellerId},
    invoice::{Identity, InvoiceKind, InvoiceState},
    money::Fen,
    party::{SellerParty, Title, TitleKind},
    totals::Totals,
};

const ULID: &str = "01J8ZC3N6T9Q4W2E5R7Y8U1P0A";
const OTHER: &str = "01J8ZC3N6T9Q4W2E5R7Y8U1P0B";
const NUMBER: &str = "26999000000000000001";

fn now() -> DateTime<Utc> {
    "2026-11-21T02:00:00Z".parse().unwrap()
}

fn fen(value: i64) -> Fen {
    Fen::new(value).unwrap()
}

/// An insert that WeChat would take.
fn right() -> InsertFacts {
    let invoice = Invoice {
        id: InvoiceId::from_ulid(ULID),
        order: OrderId::from_ulid(ULID),
        delivery: DeliveryId::from_ulid(ULID),
        seller: SellerId::from_ulid(ULID),
        kind: InvoiceKind::DigitalOrdinary,
        identity: Some(Identity::Digital {
            number: NUMBER.to_owned(),
        }),
        state: InvoiceState::Issued,
        reason: String::new(),
        seller_party: SellerParty::default(),
        province: "33".to_owned(),
        clerks: Default::default(),
        title: Title {
            kind: TitleKind::Person,
            name: "张三".to_owned(),
            tax_number: String::new(),
            address: String::new(),
            phone: String::new(),
            bank: String::new(),
            bank_account: String::new(),
            email: String::new(),
        },
        lines: Vec::new(),
        sources: Vec::new(),
        red: None,
        totals: Totals {
            amount: fen(10_000),
            tax: fen(1_300),
            total: fen(11_300),
        },
        difference: None,
        payments: Vec::new(),
        remark: String::new(),
        issued_at: Some(now()),
        receipt: String::new(),
        uploaded_at: None,
        created_at: now(),
        version: 1,
    };
    InsertFacts {
        delivery: Delivery {
            id: DeliveryId::from_ulid(ULID),
            order: OrderId::from_ulid(ULID),
            seller: SellerId::from_ulid(ULID),
            account: AccountId::from_ulid(ULID),
            channel: Channel::Web,
            page: PageType::Title,
            short_code: "ABCDEFGHJK".to_owned(),
            state: DeliveryState::Issuing,
            reason: String::new(),
            return_url: String::new(),
            expires_at: now() + TimeDelta::hours(72),
            authorised_at: Some(now()),
            due_at: None,
            overdue_at: None,
            refusal_url: String::new(),
            wechat_order_id: None,
            raw_title: None,
            part: None,
            invoice: Some(invoice.id.clone()),
            created_at: now(),
            version: 1,
        },
        invoice,
        platform: Account {
            id: AccountId::from_ulid(ULID),
            name: "样例".to_owned(),
            kind: AccountKind::ServiceAccount,
            app_id: "wx1234567890abcdef".to_owned(),
            original_id: String::new(),
            secret: SealedText::default(),
            push_token: SealedText::default(),
            push_key: SealedText::default(),
            previous_push_key: None,
            push_mode: PushMode::Safe,
            // The app id in base64url, `_`, and 32 bytes.
            platform_id: Some(
                "d3gxMjM0NTY3ODkwYWJjZGVmXyqXUWw1S2iEjNvY9UoiagpVsh7ROOIHrWxcu5wAqlrq".to_owned(),
            ),
            pay_seller: None,
            contact_phone: String::new(),
            contact_timeout_secs: 0,
            contact_set_at: None,
            last_push_at: None,
            pay_merchant: String::new(),
            pay_linked_at: None,
            version: 1,
        },
        template_at: Some(now() - TimeDelta::days(3)),
        card: None,
        others: Vec::new(),
        pdf: Some(PdfLook {
            is_pdf: true,
            encrypted: false,
            size: 50_000,
            text: Some(format!("发票号码：{NUMBER}")),
        }),
        now: now(),
    }
}

fn card(delivery: &str, state: CardState) -> Card {
    Card {
        delivery: DeliveryId::from_ulid(delivery),
        invoice: InvoiceId::from_ulid(ULID),
        state,
        template: "tpl".to_owned(),
        media: None,
        asked_at: None,
        code: String::new(),
        openid: String::new(),
        version: 1,
    }
}

#[test]
fn a_right_insert_has_no_findings() {
    assert_eq!(foresee_insert(&right()), []);
}

#[test]
fn each_code_is_foreseen_by_its_fact() {
    type Spoil = fn(&mut InsertFacts);
    let table: [(&str, Weight, SafeStep, Spoil); 28] = [
        ("72035", Weight::Certain, SafeStep::NewLink, |it| {
            it.delivery.state = DeliveryState::Refused
        }),
        ("72056", Weight::Certain, SafeStep::OpenInvoice, |it| {
            it.delivery.state = DeliveryState::Carded
        }),
        ("72038", Weight::Certain, SafeStep::AskWeChat, |it| {
            it.delivery.authorised_at = None
        }),
        ("72015", Weight::Certain, SafeStep::Settings, |it| {
            it.platform.platform_id = None
        }),
        ("48001", Weight::Likely, SafeStep::Settings, |it| {
            it.platform.kind = AccountKind::MiniProgram
        }),
        ("72038", Weight::Likely, SafeStep::Settings, |it| {
            it.platform.app_id = "wx00000000000000ff".to_owned()
        }),
        ("40078", Weight::Likely, SafeStep::Retry, |it| {
            it.template_at = Some(now() - TimeDelta::minutes(2))
        }),
        ("72031", Weight::Certain, SafeStep::OpenInvoice, |it| {
            it.invoice.identity = None
        }),
        ("72031", Weight::Certain, SafeStep::OpenInvoice, |it| {
            it.invoice.title.name = "  ".to_owned()
        }),
        ("72031", Weight::Certain, SafeStep::OpenInvoice, |it| {
            it.invoice.issued_at = None
        }),
        ("72041", Weight::Certain, SafeStep::OpenInvoice, |it| {
            it.invoice.identity = Some(Identity::Digital {
                number: "2699900000000000000X".to_owned(),
            });
            it.pdf = None;
        }),
        ("72043", Weight::Certain, SafeStep::OpenInvoice, |it| {
            it.invoice.identity = Some(Identity::Digital {
                number: "269990000".to_owned(),
            });
            it.pdf = None;
        }),
        ("72043", Weight::Certain, SafeStep::OpenInvoice, |it| {
            it.invoice.identity = Some(Identity::Classic {
                code: "044".to_owned(),
                number: "12345678".to_owned(),
                check_code: "1".to_owned(),
                machine: String::new(),
            });
            it.pdf = None;
        }),
        ("72045", Weight::Certain, SafeStep::OpenInvoice, |it| {
            it.invoice.identity = Some(Identity::Classic {
                code: "044001900111".to_owned(),
                number: "12345678".to_owned(),
                check_code: String::new(),
                machine: String::new(),
            });
            it.pdf = None;
        }),
        ("72073", Weight::Certain, SafeStep::OpenInvoice, |it| {
            it.invoice.totals.tax = fen(1_299)
        }),
        ("72040", Weight::Certain, SafeStep::AttachPaper, |it| {
            it.pdf = Some(PdfLook {
                is_pdf: false,
                encrypted: false,
                size: 9,
                text: None,
            });
        }),
        ("72040", Weight::Certain, SafeStep::AttachPaper, |it| {
            it.pdf = Some(PdfLook {
                is_pdf: true,
                encrypted: true,
                size: 9,
                text: None,
            });
        }),
        ("40009", Weight::Likely, SafeStep::OpenInvoice, |it| {
            it.pdf = Some(PdfLook {
                is_pdf: true,
                encrypted: false,
                size: PDF_BYTES_MAX + 1,
                text: Some(NUMBER.to_owned()),
            });
        }),
        ("72047", Weight::Certain, SafeStep::AttachPaper, |it| {
            let text = Some("发票号码：26999000000000000009".to_owned());
            it.pdf = Some(PdfLook {
                is_pdf: true,
                encrypted: false,
                size: 9,
                text,
            });
        }),
        ("72047", Weight::Likely, SafeStep::AttachPaper, |it| {
            let text = Some("发票号码 购方 26999000000000000009".to_owned());
            it.pdf = Some(PdfLook {
                is_pdf: true,
                encrypted: false,
                size: 9,
                text,
            });
        }),
        ("72047", Weight::Likely, SafeStep::AttachPaper, |it| {
            it.pdf = Some(PdfLook {
                is_pdf: true,
                encrypted: false,
                size: 9,
                text: None,
            });
        }),
        ("72047", Weight::Certain, SafeStep::AttachPaper, |it| {
            let text = Some("发 票 号 码 : 2699900000 0000000009 第1页".to_owned());
            it.pdf = Some(PdfLook {
                is_pdf: true,
                encrypted: false,
                size: 9,
                text,
            });
        }),
        ("72042", Weight::Certain, SafeStep::OpenInvoice, |it| {
            it.others = vec![card(OTHER, CardState::Inserted)]
        }),
        ("72042", Weight::Certain, SafeStep::OpenInvoice, |it| {
            it.invoice.state = InvoiceState::FullyRed
        }),
        ("72056", Weight::Certain, SafeStep::EnterCode, |it| {
            it.card = Some(card(ULID, CardState::CodeUnknown))
        }),
        ("72054", Weight::Likely, SafeStep::Retry, |it| {
            let asked_at = Some(now() - TimeDelta::seconds(5));
            it.card = Some(Card {
                asked_at,
                ..card(ULID, CardState::Inserting)
            });
        }),
        ("72056", Weight::Likely, SafeStep::Retry, |it| {
            let asked_at = Some(now() - TimeDelta::minutes(5));
            it.card = Some(Card {
                asked_at,
                ..card(ULID, CardState::Inserting)
            });
        }),
        ("72046", Weight::Likely, SafeStep::Retry, |it| {
            let media = Some(("m".to_owned(), now() - TimeDelta::hours(73)));
            it.card = Some(Card {
                media,
                ..card(ULID, CardState::Uploading)
            });
        }),
    ];
    for (row, (code, weight, step, spoil)) in table.into_iter().enumerate() {
        let mut facts = right();
        spoil(&mut facts);
        let findings = foresee_insert(&facts);
        let [finding] = findings.as_slice() else {
            panic!("row {row}: {findings:?}");
        };
        assert_eq!(
            (finding.code, finding.weight, finding.step),
            (code, weight, step),
            "row {row}"
        );
        assert_eq!(
            stops(&findings).is_some(),
            weight == Weight::Certain,
            "row {row}"
        );
    }
}

#[test]
fn what_is_certain_stands_in_front() {
    let mut facts = right();
    facts.template_at = Some(now());
    facts.invoice.state = InvoiceState::FullyRed;
    let codes: Vec<_> = foresee_insert(&facts).iter().map(|it| it.code).collect();
    assert_eq!(codes, ["72042", "40078"]);
}

#[test]
fn a_card_that_was_struck_out_elsewhere_is_no_obstacle() {
    let mut facts = right();
    facts.others = vec![
        card(OTHER, CardState::Cancelled),
        card(OTHER, CardState::Uploading),
    ];
    assert_eq!(foresee_insert(&facts), []);
}

#[test]
fn the_owner_of_a_platform_id_is_read_only_when_it_is_one() {
    let id = "d3gxMjM0NTY3ODkwYWJjZGVmXyqXUWw1S2iEjNvY9UoiagpVsh7ROOIHrWxcu5wAqlrq";
    assert_eq!(owner_of(id).as_deref(), Some("wx1234567890abcdef"));
    for other in [
        "",
        "short",
        "票票票票票票票票票票票票",
        "sandbox_platform_id_0123456789",
    ] {
        assert_eq!(owner_of(other), None, "{other}");
    }
}

#[test]
fn a_template_without_payee_or_title_is_not_asked_for() {
    let platform = right().platform;
    let order = |payee: &str, title: &str| TemplateOrder {
        logo_url: "https://mmbiz.qpic.cn/logo".to_owned(),
        title: title.to_owned(),
        payee: payee.to_owned(),
        kind: InvoiceKind::DigitalOrdinary,
        first: None,
        second: None,
    };
    let codes = |order: &TemplateOrder, platform: &Account| -> Vec<(&'static str, Weight)> {
        let findings = foresee_template(order, platform);
        findings.iter().map(|it| (it.code, it.weight)).collect()
    };
    assert_eq!(codes(&order("示例有限公司", "示例"), &platform), []);
    assert_eq!(
        codes(&order(" ", "示例"), &platform),
        [("72031", Weight::Certain)]
    );
    let long = order("", "一二三四五六七八九A");
    assert_eq!(
        codes(&long, &platform),
        [("72031", Weight::Certain), ("45021", Weight::Likely)]
    );
    assert_eq!(codes(&order("示例", "Nine by Nine Shop"), &platform), []);
    let without = Account {
        platform_id: None,
        ..platform
    };
    assert_eq!(
        codes(&order("示例", "示例"), &without),
        [("72015", Weight::Likely)]
    );
}

#[test]
fn what_wechat_has_refused_for_good_is_neither_young_nor_running() {
    let mut facts = right();
    facts.delivery.state = DeliveryState::Failed;
    facts.template_at = Some(now());
    let asked_at = Some(now() - TimeDelta::seconds(5));
    facts.card = Some(Card {
        asked_at,
        ..card(ULID, CardState::Inserting)
    });
    assert_eq!(foresee_insert(&facts), []);
}

#[test]
fn every_refusal_of_an_insert_has_a_step() {
    for code in [
        "40078", "40107", "48001", "72015", "72018", "72022", "72031", "72035", "72036", "72038",
        "72040", "72041", "72042", "72043", "72045", "72046", "72047", "72048", "72049", "72050",
        "72053", "72054", "72056", "72057", "72063", "72073", "72075", "72076", "72081", "72082",
        "72083",
    ] {
        assert!(step_after(code).is_some(), "{code}");
    }
    assert_eq!(step_after("40164"), None);
}
