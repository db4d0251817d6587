//! Money, proof and records.

use super::{Pages, SELLER, SELLER_LONG, Sample, fen, id};
use fapiao_web::{
    i18n::states::{self, Verdict},
    pages::{
        audit::{AuditPage, AuditRow},
        fault::{Fault, FaultPage},
        inbox::{InboxPage, PushRow},
        ledger::{LedgerPage, RuleRow, Run},
        orders::ListFilter,
        parts::{Badge, Choice, Link, Pager, Raw, Tone},
        shell::Section,
        stock::{GiveBack, QuotaRow, SegmentRow, StockPage},
    },
};

pub(crate) fn add(s: &Sample, pages: &mut Pages) {
    stock(s, pages);
    ledger(s, pages);
    inbox(s, pages);
    audit(s, pages);
    faults(s, pages);
}

fn stock(s: &Sample, pages: &mut Pages) {
    let t = s.t();
    let segment = |first: &str, last: &str, used, whole, badge, minutes| SegmentRow {
        year: 2026,
        first: first.to_owned(),
        last: last.to_owned(),
        used,
        whole,
        state: badge,
        received: s.ago(minutes),
    };
    let entries = (0..20)
        .map(|n| QuotaRow {
            at: s.ago(n * 33),
            what: if n == 19 {
                t.stock.granted.to_owned()
            } else {
                t.stock.reserved.to_owned()
            },
            link: (n != 19).then(|| {
                Link::new(
                    format!("2699200000000000{:04}", 4_127 - n),
                    "/admin/invoices/inv_1",
                )
            }),
            change: if n == 19 {
                fen(7_500_000_000)
            } else {
                fen(-110_142 - n * 731)
            },
            balance: fen(5_211_037_720 + n * 110_000),
        })
        .collect();
    let page = StockPage {
        gateway: None,
        quota_ends: Some(("2026-11-15".to_owned(), false)),
        give_back: Some(GiveBack {
            most: fen(4_711_037_720),
            amount: String::new(),
            under_way: None,
        }),
        errors: s.wrong(&[(
            "amount",
            &s.say("金额须大于 ¥0.00", "An amount above ¥0.00"),
        )]),
        numbers_until: "按近期用量可用到 11 月 26 日周四 15:00".to_owned(),
        quota_until: "按近期用量本月够用".to_owned(),
        shell: s.shell(Section::Stock),
        sellers: vec![
            Choice::new("/admin/stock?seller=1", SELLER),
            Choice::new("/admin/stock?seller=2", SELLER_LONG),
        ],
        seller: "/admin/stock?seller=1".to_owned(),
        seller_id: id("sel", 1),
        numbers_left: 8_214,
        numbers_whole: 20_000,
        refill_below: 1_000,
        quota_left: fen(5_211_037_720),
        quota_below: fen(500_000_000),
        quota_fetch: fen(7_500_000_000),
        month: "2026-11".to_owned(),
        segments: vec![
            segment(
                "26992000000000010001",
                "26992000000000020000",
                0,
                10_000,
                Badge::new(Tone::Plain, t.state.in_store),
                300,
            ),
            segment(
                "26992000000000000001",
                "26992000000000010000",
                9_786,
                10_000,
                Badge::new(Tone::Ok, t.state.in_use),
                60 * 24 * 9,
            ),
            segment(
                "26992000000000990001",
                "26992000000000991000",
                1_000,
                1_000,
                Badge::new(Tone::Plain, t.state.used_up),
                60 * 24 * 40,
            ),
        ],
        entries,
        can_refill: true,
    };
    pages.add("stock", page.clone());
    pages.add(
        "stock-empty",
        StockPage {
            numbers_until: "按近期用量可用到 11 月 26 日周四 15:00".to_owned(),
            quota_until: "按近期用量本月够用".to_owned(),
            segments: Vec::new(),
            entries: Vec::new(),
            numbers_left: 0,
            numbers_whole: 0,
            ..page
        },
    );
}

fn ledger(s: &Sample, pages: &mut Pages) {
    let t = &s.t().state;
    let rule = |code: &str, zh: &str, en: &str, found| {
        RuleRow { code: code.to_owned(), title: s.say(zh, en), state: if found == 0 { Badge::new(Tone::Ok, t.holds) } else { Badge::new(Tone::Bad, t.violated) }, checked: 6_127, found: if found == 0 { Vec::new() } else { vec!["inv_01KAG3T1C7Q4W2E5R7Y8U10001: 124460 ≠ 124459".to_owned()] }, next: "先停止开票，与备份核对", query: "SELECT number, count(*) FROM invoice\nWHERE number IS NOT NULL\nGROUP BY number HAVING count(*) > 1".to_owned() }
    };
    let rules = |bad| {
        vec![
            rule("I1", "没有号码使用两次", "No number is used twice", 0),
            rule(
                "I2",
                "每个号码要么未用，要么对应一张发票",
                "Every number is unused or has one invoice",
                0,
            ),
            rule("I3", "明细之和等于合计", "Lines add up to totals", bad),
            rule(
                "I4",
                "每张红字发票对应一张蓝字发票",
                "Every red invoice has one blue",
                0,
            ),
            rule(
                "I5",
                "每个订单：已付 = 已开 − 红冲 + 未开",
                "Each order: paid = invoiced − red + open",
                0,
            ),
            rule(
                "I6",
                "每个版式文件与摘要一致",
                "Every document matches its hash",
                0,
            ),
            rule("I7", "操作日志链条完整", "The audit chain is unbroken", 0),
        ]
    };
    let run = |found| {
        Some(Run {
            at: s.ago(660),
            took: "1.8 s".to_owned(),
            looked_at: 6_127,
            found,
        })
    };
    pages.add(
        "ledger",
        LedgerPage {
            shell: s.shell(Section::Ledger),
            run: run(0),
            rules: rules(0),
            under_way: None,
            earlier: Vec::new(),
            anchors: Vec::new(),
        },
    );
    pages.add(
        "ledger-broken",
        LedgerPage {
            shell: s.shell(Section::Ledger),
            run: run(1),
            rules: rules(1),
            under_way: None,
            earlier: Vec::new(),
            anchors: Vec::new(),
        },
    );
    pages.add(
        "ledger-never",
        LedgerPage {
            shell: s.shell(Section::Ledger),
            run: None,
            rules: Vec::new(),
            under_way: Some(s.t().proof.waiting),
            earlier: Vec::new(),
            anchors: Vec::new(),
        },
    );
}

fn inbox(s: &Sample, pages: &mut Pages) {
    let t = s.t();
    let row = |minutes, verdict, why: String, event: &str| {
        PushRow {
        href: "/admin/inbox/psh_1".to_owned(),
        at: s.ago(minutes),
        account: "湖畔茶舍服务号".to_owned(),
        event: event.to_owned(),
        about: (!event.is_empty()).then(|| Link::new(id("dlv", 7), "/admin/deliveries/dlv_1")),
        verdict: states::verdict(t, verdict),
        why,
        seen: 3,
        raw: vec![
            Raw { label: t.inbox.decrypted.to_owned(), body: "<xml>\n  <FromUserName>oMuR•••Zk8E</FromUserName>\n  <CreateTime>1763618832</CreateTime>\n  <Event>user_authorize_invoice</Event>\n  <SuccOrderId>dlv_01KAG3T1C7Q4W2E5R7Y8U10007</SuccOrderId>\n</xml>".to_owned() },
        ],
    }
    };
    let page = InboxPage {
        shell: s.shell(Section::Inbox),
        tabs: Vec::new(),
        tests: Vec::new(),
        rows: vec![
            row(
                4,
                Verdict::Accepted,
                String::new(),
                "user_authorize_invoice",
            ),
            row(
                4,
                Verdict::Repeated,
                s.say("与 14:03:12 的推送相同", "the same as at 14:03:12"),
                "user_authorize_invoice",
            ),
            row(
                61,
                Verdict::Refused,
                s.say(
                    "签名不符，可能是伪造的推送",
                    "The signature does not fit; it may be forged",
                ),
                "",
            ),
        ],
        pager: Pager::default(),
    };
    pages.add("inbox", page.clone());
    pages.add(
        "inbox-empty",
        InboxPage {
            rows: Vec::new(),
            ..page
        },
    );
}

fn audit(s: &Sample, pages: &mut Pages) {
    let t = s.t();
    let acts = [
        ("创建了订单", "made the order"),
        ("拒绝了投递", "refused the delivery"),
        (
            "更改了开票主体的银行账号",
            "changed the seller's bank account",
        ),
        ("重试了任务", "retried the job"),
    ];
    let rows = (0..30)
        .map(|n: usize| AuditRow {
            no: 48_213 - n as u64,
            at: s.ago(n as i64 * 19),
            who: ["沈知微", "西湖店收银机", "陆一鸣"][n % 3].to_owned(),
            what: s.say(acts[n % 4].0, acts[n % 4].1),
            link: Some(Link::new(
                if n % 4 == 2 {
                    SELLER.to_owned()
                } else {
                    format!("20261120-{:04}", 381 + n)
                },
                "/admin/orders/ord_1",
            )),
            raw: if n % 4 == 2 {
                vec![Raw {
                    label: t.act.facts.to_owned(),
                    body: "{\"short_name\": \"湖畔茶舍\"}".to_owned(),
                }]
            } else {
                Vec::new()
            },
            hash: format!(
                "{:02x}f4c2a9be0117d6cd51e2f0c88a6fb3d9a7c8a1de4452fe07ab3918d2c6b5",
                n
            ),
        })
        .collect();
    let page = AuditPage {
        shell: s.shell(Section::Audit),
        count: Some("10,000+".to_owned()),
        filter: ListFilter::default(),
        everybody: vec![
            Choice::new("", s.t().common.all),
            Choice::new("cli", s.t().act.by_cli),
        ],
        chips: Vec::new(),
        rows,
        pager: Pager {
            previous: None,
            next: Some("/admin/audit?after=1".to_owned()),
            shown: 30,
        },
    };
    pages.add("audit", page.clone());
    pages.add(
        "audit-none-found",
        AuditPage {
            rows: Vec::new(),
            ..page
        },
    );
}

fn faults(s: &Sample, pages: &mut Pages) {
    let t = s.t();
    let (which, code) = ("ord_01KAG3T1C7Q4W2E5R7Y8U10381", "req_01KAG3V0ZX");
    let faults = [
        Fault::forbidden(t, "/admin/staff", code),
        Fault::stale_form(t, "/admin/orders", code),
        Fault::not_found(t, which, code).leading(Link::new(t.nav.orders, "/admin/orders")),
        Fault::conflict(
            t,
            which,
            &s.say(
                "陆一鸣在 14:05 已取消此订单。",
                "陆一鸣 cancelled this order at 14:05.",
            ),
            code,
        ),
        Fault::too_large(
            t,
            "收银日报.csv",
            &s.say(
                "文件 18.2 MB，上限 10 MB。",
                "The file has 18.2 MB; the limit is 10 MB.",
            ),
            code,
        ),
        Fault::unprocessable(
            t,
            which,
            &s.say(
                "订单已全部开票，不能再生成开票链接。",
                "The order is invoiced in full; no further link can be made.",
            ),
            code,
        ),
        Fault::too_many(t, "", code),
        Fault::internal(t, "POST /admin/orders", code),
        Fault::unavailable(t, "", code),
    ];
    for (index, fault) in faults.into_iter().enumerate() {
        let mut shell = s.shell(Section::Home);
        shell.section = None;
        pages.add(
            &format!("fault-{}-{index}", fault.status),
            FaultPage { shell, fault },
        );
    }
}
