//! The payer's page of a fiscal bill.

use super::{Pages, Sample, fen};
use fapiao_web::pages::bill_payer::{BillPayerPage, BillPayerState, BillSlip};

pub(crate) fn add(s: &Sample, pages: &mut Pages) {
    let slip = BillSlip {
        unit: "杭州市西湖区考试中心".to_owned(),
        amount: fen(26_000),
        code: "33060126".to_owned(),
        number: "0000012345".to_owned(),
        date: "2026-11-20".to_owned(),
        items: vec![
            ("专业技术人员资格考试报名考务费".to_owned(), fen(21_000)),
            ("证书工本费".to_owned(), fen(5_000)),
        ],
        remark: "2026 年度第二次".to_owned(),
        is_void: false,
    };
    let next = || Some("/b/8Q2M7ZK4".to_owned());
    let states = [
        (
            "ready",
            BillPayerState::Ready {
                go: "/b/7K3M9QXW/wechat".to_owned(),
                expires: s.ago(-70 * 60),
            },
        ),
        ("preparing", BillPayerState::Preparing),
        ("on-its-way", BillPayerState::OnItsWay),
        ("at-bureau", BillPayerState::AtBureau),
        ("no-file", BillPayerState::NoFile),
        ("with-staff", BillPayerState::WithStaff),
        ("carded", BillPayerState::Carded),
        (
            "refused",
            BillPayerState::Ended {
                reason: s.say(
                    "请到窗口核对交款人姓名",
                    "Please have the name checked at the counter",
                ),
                next: next(),
            },
        ),
        ("expired", BillPayerState::Expired { next: None }),
        (
            "void",
            BillPayerState::Void {
                reason: s.say("金额有误，已重新开具", "Wrong amount; a new one was made"),
            },
        ),
    ];
    for (name, state) in states {
        let is_void = matches!(state, BillPayerState::Void { .. });
        let page = BillPayerPage {
            bare: s.bare("/b/7K3M9QXW"),
            bill: Some(BillSlip {
                is_void,
                ..slip.clone()
            }),
            state,
            is_again: true,
            was_opened: false,
            download: (!is_void).then(|| "/b/7K3M9QXW/file.pdf".to_owned()),
            reference: "7K3M9QXW".to_owned(),
        };
        pages.add(&format!("buyer-bill-{name}"), page);
    }
    let unknown = BillPayerPage {
        bare: s.bare("/b"),
        bill: None,
        state: BillPayerState::NotFound,
        is_again: false,
        was_opened: false,
        download: None,
        reference: String::new(),
    };
    pages.add("buyer-bill-unknown", unknown);
}
