//! Pages of fiscal bills and their collecting units.

use super::{BUYERS, Pages, Sample, fen, id};
use fapiao_domain::{card::CardState, delivery::DeliveryState};
use fapiao_web::{
    i18n::{fill1, fill2},
    pages::{
        bills::{
            BillActs, BillCardFacts, BillDeliveryFacts, BillFacts, BillForm, BillItemRow,
            BillListPage, BillListRow, BillNewPage, BillShowPage, BillTyped, BillWorkRow,
            EarlierRow, ItemForm,
        },
        deliveries::qr_svg,
        field::Errors,
        fiscal_units::{
            FiscalUnitForm, FiscalUnitListPage, FiscalUnitPage, FiscalUnitRow, TemplateBlock,
        },
        orders::ListFilter,
        parts::{Action, Badge, Chip, Choice, Link, Pager, Standing, Tone},
        shell::Section,
    },
};

const UNIT: &str = "浙江省示例市第一人民医院";

pub(crate) fn add(s: &Sample, pages: &mut Pages) {
    list(s, pages);
    entry(s, pages);
    bill(s, pages);
    units(s, pages);
}

fn list(s: &Sample, pages: &mut Pages) {
    let t = s.t();
    let shell = s.shell(Section::Bills);
    let states = [
        DeliveryState::PageOpened,
        DeliveryState::Carded,
        DeliveryState::Refused,
        DeliveryState::Issuing,
    ];
    let rows = (0..30)
        .map(|n| BillListRow {
            href: format!("/admin/bills/{}", id("bil", n)),
            code: "44060126".to_owned(),
            number: format!("{:010}", 4_127 - n),
            payer: BUYERS[n % 4].to_owned(),
            unit: UNIT.to_owned(),
            amount: fen([5_000, 123_456_700, 50][n % 3]),
            state: shell.delivery(states[n % states.len()]),
            void: (n % 7 == 5).then(|| Badge::new(Tone::Bad, t.fiscal.void_mark)),
            issued: s.ago(9 + (n as i64) * 31),
        })
        .collect();
    let page = BillListPage {
        filter: ListFilter {
            void: "no".to_owned(),
            ..ListFilter::default()
        },
        units: vec![
            Choice::new("", t.common.all),
            Choice::new("fun_1", UNIT),
            Choice::new("fun_2", "示例市公安局交通警察支队"),
        ],
        states: vec![
            Choice::new("", t.common.all),
            Choice::new("page_opened", t.state.delivery_page_opened),
        ],
        voids: vec![
            Choice::new("", t.fiscal.void_all),
            Choice::new("no", t.fiscal.void_none),
            Choice::new("yes", t.fiscal.void_only),
        ],
        chips: vec![Chip {
            label: t.fiscal.void_none.to_owned(),
            without: "/admin/bills".to_owned(),
        }],
        rows,
        count: "1,284".to_owned(),
        pager: Pager {
            previous: None,
            next: Some("/admin/bills?after=abc".to_owned()),
            shown: 30,
        },
        can_create: true,
        shell,
    };
    pages.add("bills", page.clone());
    let empty = BillListPage {
        rows: Vec::new(),
        chips: Vec::new(),
        count: "0".to_owned(),
        pager: Pager::default(),
        ..page.clone()
    };
    pages.add("bills-none", empty.clone());
    pages.add(
        "bills-no-units",
        BillListPage {
            units: vec![Choice::new("", t.common.all)],
            ..empty
        },
    );
}

fn entry(s: &Sample, pages: &mut Pages) {
    let t = s.t();
    let page = BillNewPage {
        shell: s.shell(Section::Bills),
        form: BillForm::blank(),
        errors: Errors::default(),
        taken: None,
        units: vec![
            Choice::new("", t.form.not_chosen),
            Choice::new("U001", format!("U001 {UNIT}")),
            Choice::new("U002", "U002 示例市公安局交通警察支队"),
        ],
        asks: true,
        hears: true,
        sources: vec![
            Choice::new("web", t.fiscal.source_web),
            Choice::new("app", t.fiscal.source_app),
        ],
    };
    pages.add("bill-new", page.clone());
    let typed = BillForm {
        unit: "U001".to_owned(),
        code: "4406012".to_owned(),
        number: "0000000001".to_owned(),
        payer: "王小明".to_owned(),
        amount: "50".to_owned(),
        items: vec![ItemForm {
            name: "挂号费".to_owned(),
            amount: "fifty".to_owned(),
            ..ItemForm::default()
        }],
        ..BillForm::blank()
    };
    let wrong = BillNewPage {
        form: typed,
        errors: s.wrong(&[
            ("code", &s.say("票据代码为 8 位数字", "8 digits")),
            ("lines-0-amount", &s.say("大于零的金额", "an amount")),
        ]),
        taken: Some(Link::new(t.fiscal.taken_open, "/admin/bills/bil_1")),
        ..page.clone()
    };
    pages.add("bill-new-wrong", wrong);
    pages.add(
        "bill-new-no-units",
        BillNewPage {
            units: Vec::new(),
            ..page
        },
    );
}

fn bill(s: &Sample, pages: &mut Pages) {
    let t = s.t();
    let shell = s.shell(Section::Bills);
    let link = "https://fp.example.cn/b/7K3M9QXW".to_owned();
    let waiting = BillShowPage {
        bill: BillFacts {
            href: "/admin/bills/bil_1".to_owned(),
            id: id("bil", 1),
            code: "44060126".to_owned(),
            number: "0000000001".to_owned(),
            check_code: "a1B2c3".to_owned(),
            payer: "王小明".to_owned(),
            unit: Link::new(UNIT, "/admin/fiscal-units/fun_1"),
            amount: fen(5_000),
            remark: "门诊号 20261120-0381".to_owned(),
            issued: s.ago(34),
            created: s.ago(31),
            file: None,
            void: None,
        },
        items: vec![
            BillItemRow {
                name: "挂号费".to_owned(),
                quantity: "1 次".to_owned(),
                standard: "10.00".to_owned(),
                amount: fen(1_000),
            },
            BillItemRow {
                name: "检查费".to_owned(),
                quantity: String::new(),
                standard: String::new(),
                amount: fen(4_000),
            },
        ],
        standing: Standing {
            tone: Tone::Wait,
            sentence: fill1(t.fiscal_stand.awaits, fill1(t.stand.hours, 71)),
            detail: t.fiscal_stand.awaits_more.to_owned(),
            ..Standing::default()
        },
        delivery: BillDeliveryFacts {
            state: shell.delivery(DeliveryState::Created),
            source: t.fiscal.source_web,
            created: s.ago(31),
            authorised: None,
            expires: Some(s.ago(-70 * 60)),
            reason: String::new(),
            qr: qr_svg(&link),
            page_url: Some(link),
            hand_over: None,
        },
        card: None,
        no_card: t.fiscal.no_card,
        work: vec![BillWorkRow {
            what: t.fiscal_acts.job_confirm,
            next: Some(s.ago(-2)),
            reason: s.say("交款人尚未同意", "the payer has not agreed yet"),
        }],
        earlier: vec![EarlierRow {
            created: s.ago(26 * 60),
            source: t.fiscal.source_web,
            state: shell.delivery(DeliveryState::Refused),
            reason: s.say("请到窗口核对交款人姓名", "Please have the name checked"),
        }],
        acts: BillActs {
            upload: true,
            refuse: true,
            void: Some(t.fiscal.void_no_card),
            ..BillActs::default()
        },
        typed: BillTyped::default(),
        errors: Errors::default(),
        timeline: s.history(),
        refresh: Some(10),
        shell,
    };
    pages.add("bill", waiting.clone());
    let shell = &waiting.shell;
    let mut wrong = waiting.clone();
    wrong.errors = s.wrong(&[
        ("upload", t.fiscal.no_file),
        (
            "refusal_reason",
            &s.say("1 至 60 个字", "1 to 60 characters"),
        ),
    ]);
    pages.add("bill-wrong", wrong);
    let mut carded = waiting.clone();
    carded.bill.file = Some(("48.2 KB".to_owned(), "ab12".repeat(16)));
    carded.standing = Standing {
        tone: Tone::Ok,
        sentence: t.fiscal_stand.in_wallet.to_owned(),
        primary: Some(Action::open(
            t.fiscal_stand.to_file,
            "/admin/bills/bil_1/file.pdf",
        )),
        ..Standing::default()
    };
    carded.delivery = BillDeliveryFacts {
        state: shell.delivery(DeliveryState::Carded),
        authorised: Some(s.ago(4)),
        expires: None,
        page_url: None,
        qr: None,
        ..carded.delivery
    };
    carded.card = Some(BillCardFacts {
        state: shell.card(CardState::Inserted),
        card_id: "pDEMOfiscalcard00000000000001".to_owned(),
        code: "700100200301".to_owned(),
    });
    carded.acts = BillActs {
        void: Some(t.fiscal.void_card),
        ..BillActs::default()
    };
    carded.refresh = None;
    carded.work = Vec::new();
    pages.add("bill-carded", carded.clone());
    let mut void = carded.clone();
    void.bill.void = Some((s.ago(1), "重复缴费".to_owned()));
    void.acts = BillActs::default();
    pages.add("bill-void", void);
    let mut unit = carded.clone();
    unit.card = None;
    unit.no_card = t.fiscal.card_elsewhere;
    unit.delivery.hand_over = Some((id("bdl", 1), "wx1234567890abcdef".to_owned()));
    unit.acts = BillActs {
        outcome: true,
        void: Some(t.fiscal.void_elsewhere),
        ..BillActs::default()
    };
    pages.add("bill-unit", unit);
    let mut expired = carded;
    expired.card = None;
    expired.acts.absent = true;
    expired.acts.again = vec![
        Choice::new("web", t.fiscal.source_web),
        Choice::new("app", t.fiscal.source_app),
    ];
    pages.add("bill-expired", expired);
}

fn units(s: &Sample, pages: &mut Pages) {
    let t = s.t();
    let u = &t.fiscal_unit;
    let row = |n: usize, role, template| FiscalUnitRow {
        href: format!("/admin/fiscal-units/{}", id("fun", n)),
        name: [UNIT, "示例市公安局交通警察支队", "示例大学"][n].to_owned(),
        code: format!("U00{n}"),
        role,
        template,
        state: Badge::new(Tone::Ok, u.open),
    };
    let page = FiscalUnitListPage {
        shell: s.shell(Section::FiscalUnits),
        rows: vec![
            row(0, u.role_both, Badge::new(Tone::Ok, u.template_ready)),
            row(1, u.role_unit, Badge::new(Tone::Plain, u.template_unused)),
            row(2, u.role_bureau, Badge::new(Tone::Bad, u.template_unknown)),
        ],
        can_edit: true,
    };
    pages.add("fiscal-units", page.clone());
    pages.add(
        "fiscal-units-none",
        FiscalUnitListPage {
            rows: Vec::new(),
            ..page
        },
    );
    let roles = vec![
        (Choice::new("both", u.role_both), u.role_both_means),
        (Choice::new("unit", u.role_unit), u.role_unit_means),
        (Choice::new("bureau", u.role_bureau), u.role_bureau_means),
    ];
    let new = FiscalUnitPage {
        shell: s.shell(Section::FiscalUnits),
        action: "/admin/fiscal-units".to_owned(),
        is_new: true,
        can_edit: true,
        form: FiscalUnitForm {
            role: "both".to_owned(),
            ..FiscalUnitForm::default()
        },
        errors: Errors::default(),
        roles,
        asks: true,
        inserts: true,
        hands_over: true,
        service_accounts: vec![
            Choice::new("", u.no_account),
            Choice::new("acc_1", "示例医院服务号"),
        ],
        apps: vec![Choice::new("", u.no_account)],
        template: None,
    };
    pages.add("fiscal-unit-new", new.clone());
    pages.add(
        "fiscal-unit-wrong",
        FiscalUnitPage {
            errors: s.wrong(&[("name", t.form.required), ("role", t.form.not_chosen)]),
            ..new.clone()
        },
    );
    let block = |standing, settles| TemplateBlock {
        standing,
        reason: String::new(),
        settles,
        card_id: String::new(),
        logo: Some("/admin/fiscal-units/fun_1/logo".to_owned()),
    };
    let saved = FiscalUnitPage {
        action: "/admin/fiscal-units/fun_1".to_owned(),
        is_new: false,
        form: FiscalUnitForm {
            version: "3".to_owned(),
            name: UNIT.to_owned(),
            code: "U001".to_owned(),
            role: "both".to_owned(),
            web_account: "acc_1".to_owned(),
            bureau_account: "acc_1".to_owned(),
            ..FiscalUnitForm::default()
        },
        hands_over: false,
        template: Some(block(
            (
                Tone::Ok,
                u.ready,
                fill2(u.ready_more, "pDEMOfiscalcard00000000000001", UNIT),
            ),
            false,
        )),
        ..new
    };
    pages.add("fiscal-unit", saved.clone());
    pages.add(
        "fiscal-unit-unknown",
        FiscalUnitPage {
            template: Some(block(
                (
                    Tone::Bad,
                    u.unknown,
                    fill1(u.unknown_more, "2026-11-20 14:02"),
                ),
                true,
            )),
            ..saved.clone()
        },
    );
    pages.add(
        "fiscal-unit-looked-at",
        FiscalUnitPage {
            can_edit: false,
            ..saved
        },
    );
}
