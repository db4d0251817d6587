//! Pages for those who are not signed in, and the mail.

use super::{Pages, SELLER, Sample, fen};
use fapiao_domain::{delivery::PageType, red::RedReason};
use fapiao_web::pages::{
    buyer::{BuyerPage, BuyerState, FileSums, RedSlip, Sale, red_reason},
    fault::{BareFaultPage, Fault},
    kept::{KeptPage, KeptValue},
    mail::{InvoiceMail, InvoiceMailHtml, InvoiceMailText, RedMail},
    parts::Link,
    shell::Section,
    sign_in::SignInPage,
};

pub(crate) fn add(s: &Sample, pages: &mut Pages) {
    let door = SignInPage {
        bare: s.bare("/admin/sign-in"),
        login: String::new(),
        next: "/admin".to_owned(),
        kept: String::new(),
        wrong: None,
        csrf: "t0ken".to_owned(),
    };
    pages.add("sign-in", door.clone());
    pages.add(
        "sign-in-wrong",
        SignInPage {
            login: "shen".to_owned(),
            wrong: Some(s.t().sign_in.wrong.to_owned()),
            ..door
        },
    );
    let typed = |name: &str, value: &str| KeptValue {
        name: name.to_owned(),
        value: value.to_owned(),
    };
    let kept = KeptPage {
        shell: s.shell(Section::Accounts),
        action: "/admin/accounts/acc_1".to_owned(),
        page: "/admin/accounts/acc_1".to_owned(),
        values: vec![
            typed("name", "示例商城公众号"),
            typed("contact_phone", "0571-60000000"),
            typed("version", "3"),
        ],
        secrets: vec!["secret".to_owned()],
    };
    pages.add("sign-in-kept", kept);
    pages.add(
        "fault-bare",
        BareFaultPage {
            bare: s.bare("/nowhere"),
            fault: Fault::not_found(s.t(), "/nowhere", "req_01KAG3V0ZX"),
        },
    );
    buyer(s, pages);
    mail(s, pages);
}

fn buyer(s: &Sample, pages: &mut Pages) {
    let sale = Sale {
        store: "湖畔茶舍 · 西湖龙井路店".to_owned(),
        seller: SELLER.to_owned(),
        logo: None,
        total: fen(124_460),
        order_no: "20261120-0381".to_owned(),
        date: "2026-11-20".to_owned(),
        phone: "0571-87654321".to_owned(),
        is_special: false,
    };
    let number = || "26992000000000000127".to_owned();
    let download = || "/o/7K3M9QXW/file.pdf".to_owned();
    let states = [
        (
            "ready",
            BuyerState::Ready {
                go: "/o/7K3M9QXW/wechat".to_owned(),
                expires: Some(s.ago(-70 * 60)),
            },
        ),
        ("preparing", BuyerState::Preparing),
        ("issuing", BuyerState::Issuing { step: 1 }),
        ("inserting", BuyerState::Issuing { step: 2 }),
        ("delayed", BuyerState::Delayed),
        (
            "with-staff",
            BuyerState::WithStaff {
                needs_company: true,
            },
        ),
        (
            "carded",
            BuyerState::Carded {
                number: number(),
                download: download(),
            },
        ),
        (
            "issued-only",
            BuyerState::IssuedOnly {
                number: number(),
                download: download(),
            },
        ),
        (
            "refused",
            BuyerState::Refused {
                reason: s.say(
                    "订单金额有误，请到店重新开票",
                    "The amount is wrong; please come to the shop",
                ),
                url: Some("https://example.com/why".to_owned()),
            },
        ),
        ("expired", BuyerState::Expired),
        ("mini-program", BuyerState::InMiniProgram),
        ("app", BuyerState::InApp),
        ("asked", BuyerState::Asked),
        (
            "failed",
            BuyerState::Failed {
                reason: None,
                next: None,
            },
        ),
    ];
    for (name, state) in states {
        pages.add(
            &format!("buyer-{name}"),
            BuyerPage {
                parts: Vec::new(),
                bare: s.bare("/o/7K3M9QXW"),
                sale: Some(sale.clone()),
                state,
                reference: "dlv_…U10007".to_owned(),
                due: Some(s.ago(-3 * 60).at),
                page: PageType::Title,
                is_again: false,
                was_opened: false,
                files: Vec::new(),
                sums: Vec::new(),
                reds: Vec::new(),
                left: None,
            },
        );
    }
    let red = |number: &str, total: i64, reason: RedReason| RedSlip {
        number: number.to_owned(),
        date: "2026-11-20".to_owned(),
        total: fen(total),
        reason: red_reason(s.t(), reason),
        files: ["PDF", "XML", "OFD"]
            .map(|it| Link::new(it, format!("/o/7K3M9QXW/red/{number}/file.pdf")))
            .to_vec(),
    };
    let taken = |state, reds, left| BuyerPage {
        parts: Vec::new(),
        bare: s.bare("/o/7K3M9QXW"),
        sale: Some(sale.clone()),
        state,
        reference: "dlv_…U10007".to_owned(),
        due: None,
        page: PageType::Title,
        is_again: false,
        was_opened: false,
        files: ["OFD", "XML"]
            .map(|it| Link::new(it, format!("/o/7K3M9QXW/file.{}", it.to_ascii_lowercase())))
            .to_vec(),
        sums: ["PDF", "OFD", "XML"]
            .map(|kind| FileSums {
                kind: kind.to_owned(),
                sha256: "9f4c2a9be0117d6cd519e2f0c88a6fb3d9a7c8a1de4452fe07ab3918d2c6b590"
                    .to_owned(),
                sm3: "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0".to_owned(),
            })
            .to_vec(),
        reds,
        left,
    };
    let carded = BuyerState::Carded {
        number: number(),
        download: download(),
    };
    let part = red("26992000000000000130", -24_460, RedReason::Returned);
    pages.add(
        "buyer-partly-red",
        taken(carded, vec![part], Some(fen(100_000))),
    );
    let whole = red("26992000000000000131", -124_460, RedReason::Mistake);
    let back = BuyerState::TakenBack {
        number: number(),
        download: download(),
        next: Some(("/o/8H2KQWER".to_owned(), true)),
    };
    pages.add("buyer-taken-back", taken(back, vec![whole], None));
    pages.add(
        "buyer-not-found",
        BuyerPage {
            parts: Vec::new(),
            bare: s.bare("/o/unknown"),
            sale: None,
            state: BuyerState::NotFound,
            reference: String::new(),
            due: None,
            page: PageType::Title,
            is_again: false,
            was_opened: false,
            files: Vec::new(),
            sums: Vec::new(),
            reds: Vec::new(),
            left: None,
        },
    );
}

fn mail(s: &Sample, pages: &mut Pages) {
    let mail = InvoiceMail {
        lang: s.lang,
        t: s.t(),
        seller: SELLER.to_owned(),
        store: "湖畔茶舍 · 西湖龙井路店".to_owned(),
        buyer: "杭州云栖茶业有限公司".to_owned(),
        number: "26992000000000000127".to_owned(),
        kind: "电子发票（普通发票）",
        date: "2026-11-20".to_owned(),
        total: fen(124_460),
        order_no: "20261120-0381".to_owned(),
        page_url: "https://fapiao.example.com/o/7K3M9QXW".to_owned(),
        phone: "0571-87654321".to_owned(),
        sample: true,
        red: None,
    };
    pages.add("mail", InvoiceMailHtml { mail: &mail });
    pages.add("mail.txt", InvoiceMailText { mail: &mail });
    let mail = InvoiceMail {
        number: "26992000000000000131".to_owned(),
        total: fen(-124_460),
        red: Some(RedMail {
            blue: "26992000000000000127".to_owned(),
            reason: RedReason::Mistake,
            left: fen(0),
            again: true,
        }),
        ..mail
    };
    pages.add("mail-red", InvoiceMailHtml { mail: &mail });
    pages.add("mail-red.txt", InvoiceMailText { mail: &mail });
}
