//! The daily work.

use super::{BUYERS, Pages, SELLER, SELLER_LONG, Sample, fen, id};
use fapiao_domain::{
    card::CardState, delivery::DeliveryState, invoice::InvoiceState, order::OrderState,
};
use fapiao_usecases::ports::{IssuedCount, IssuedOfDay};
use fapiao_web::{
    i18n::states::{self, JobStanding},
    pages::{
        deliveries::{DeliveryCard, DeliveryShowPage, LinkNewPage, TitleFacts, TitleForm, qr_svg},
        field::Errors,
        home::{Attention, DayChart, HomePage, SellerStock, Today},
        import::{BadCell, BadRow, ColumnNote, DryRun, ImportPage},
        invoices::{
            CardFacts, DocumentRow, InvoiceFacts, InvoiceListPage, InvoiceRow, InvoiceShowPage,
        },
        jobs::{JobListPage, JobRow},
        lines::InvoiceBrief,
        orders::{
            LineForm, ListFilter, OrderFacts, OrderForm, OrderListPage, OrderNewPage, OrderRow,
            OrderShowPage, ProductOffer,
        },
        parts::{Action, Chip, Choice, Link, Pager, Raw, Standing, Tab, Tone},
        shell::{Section, Shell},
    },
};

pub(crate) fn add(s: &Sample, pages: &mut Pages) {
    home(s, pages);
    orders(s, pages);
    deliveries(s, pages);
    invoices(s, pages);
    jobs(s, pages);
    import(s, pages);
}

fn home(s: &Sample, pages: &mut Pages) {
    let stock = |seller: &str, left, whole, quota_left| SellerStock {
        until: [
            "按近期用量可用到 11 月 26 日周四 15:00".to_owned(),
            "按近期用量本月够用".to_owned(),
        ],
        seller: seller.to_owned(),
        href: "/admin/stock".to_owned(),
        numbers_left: left,
        numbers_whole: whole,
        quota_left: fen(quota_left),
        quota_fetch: fen(7_500_000_000),
    };
    let attention = |tone, count, what: String, why: String, minutes| Attention {
        tone,
        count,
        what,
        why,
        href: "/admin/jobs".to_owned(),
        since: Some(s.ago(minutes)),
    };
    let page = HomePage {
        shell: s.shell(Section::Home),
        attention: Some(vec![
            attention(
                Tone::Bad,
                2,
                s.say("发票被税局拒绝", "Invoices refused by the tax authority"),
                s.say(
                    "购买方税号校验不通过，请与买家核对后重新开票",
                    "The buyer's tax number does not check; ask the buyer and issue again",
                ),
                190,
            ),
            attention(
                Tone::Warn,
                1,
                s.say("上传结果待查", "Upload with unknown outcome"),
                s.say(
                    "正在按流水号查询，48 小时内须有结果",
                    "Being queried by serial; an answer is due within 48 hours",
                ),
                25,
            ),
            attention(
                Tone::Warn,
                14,
                s.say("开票链接今晚到期", "Links that expire tonight"),
                s.say(
                    "买家尚未打开，可以再发一次",
                    "Not opened yet; you may send them again",
                ),
                2_900,
            ),
        ]),
        today: Today {
            orders: 1_284,
            issued: IssuedCount {
                all: 967,
                red: 12,
                total: fen(24_019_988),
            },
            month: IssuedCount {
                all: 18_402,
                red: 231,
                total: fen(451_233_670),
            },
            awaiting: 317,
            in_progress: 3,
        },
        stock: vec![
            stock(SELLER, 8_214, 10_000, 5_211_037_720),
            stock(SELLER_LONG, 61, 1_000, 211_800_000),
            stock("杭州湖畔茶舍机场店", 0, 0, 0),
        ],
        recent: s.history(),
        days: DayChart {
            days: (1..=30)
                .map(|day: i64| IssuedOfDay {
                    day: format!("2026-11-{day:02}"),
                    all: (day * 37) % 211 * 5,
                    red: day % 4,
                })
                .collect(),
            red_words: s.t().home.of_these_red,
        },
        set_up: Some((7, 9)),
        can_create: true,
    };
    pages.add("home", page.clone());
    let quiet = HomePage {
        attention: Some(Vec::new()),
        set_up: None,
        days: DayChart::default(),
        stock: Vec::new(),
        recent: Vec::new(),
        today: Today::default(),
        ..page
    };
    pages.add("home-quiet", quiet);
}

fn orders(s: &Sample, pages: &mut Pages) {
    let t = s.t();
    let order_states = [
        OrderState::Invoiced,
        OrderState::Delivering,
        OrderState::Open,
        OrderState::Invoiced,
        OrderState::Cancelled,
    ];
    let delivery_states = [
        Some(DeliveryState::Carded),
        Some(DeliveryState::Issuing),
        None,
        Some(DeliveryState::Carded),
        Some(DeliveryState::Refused),
        Some(DeliveryState::Created),
        Some(DeliveryState::Failed),
    ];
    let shell = s.shell(Section::Orders);
    let rows: Vec<OrderRow> = (0..200)
        .map(|n| OrderRow {
            href: format!("/admin/orders/{}", id("ord", n)),
            order_no: if n % 9 == 4 {
                format!("TMALL-2026112000381{n:04}-88123456789")
            } else {
                format!("20261120-{:04}", 1284 - n)
            },
            store: s.stores()[1 + n % 3].label.clone(),
            invoice_number: if n % 4 == 0 {
                format!("2699200000000000{:04}", 4_127 - n)
            } else {
                String::new()
            },
            buyer: BUYERS[n % BUYERS.len()].to_owned(),
            kind: if n % 5 == 2 {
                s.t().special.short
            } else {
                s.t().special.short_ordinary
            },
            total: fen([124_460, 8_800, 123_456_789, 990, 56_000][n % 5]),
            refunded: fen([0, 0, 0, 990, 6_000][n % 5]),
            state: shell.order(order_states[n % order_states.len()]),
            delivery: delivery_states[n % delivery_states.len()].map(|it| shell.delivery(it)),
            created: s.ago(3 + (n as i64) * 17),
        })
        .collect();
    let filter = ListFilter {
        state: "delivering".to_owned(),
        from: "2026-11-01".to_owned(),
        ..ListFilter::default()
    };
    let page = OrderListPage {
        shell: s.shell(Section::Orders),
        filter,
        states: vec![
            Choice::new("", t.common.all),
            Choice::new("open", t.state.order_open),
            Choice::new("delivering", t.state.order_delivering),
            Choice::new("invoiced", t.state.order_invoiced),
            Choice::new("cancelled", t.state.order_cancelled),
        ],
        stores: s.stores(),
        chips: vec![
            Chip {
                label: format!(
                    "{}{}{}",
                    t.common.state, t.common.colon, t.state.order_delivering
                ),
                without: "/admin/orders?from=2026-11-01".to_owned(),
            },
            Chip {
                label: format!("{}{}2026-11-01", t.common.from, t.common.colon),
                without: "/admin/orders?state=delivering".to_owned(),
            },
        ],
        rows,
        count: "10,000+".to_owned(),
        total: None,
        pager: Pager {
            previous: None,
            next: Some("/admin/orders?after=abc".to_owned()),
            shown: 200,
        },
        can_create: true,
    };
    pages.add("orders", page.clone());
    let plain = OrderListPage {
        filter: ListFilter::default(),
        chips: Vec::new(),
        rows: page.rows[..25].to_vec(),
        pager: Pager::default(),
        count: "25".to_owned(),
        total: Some(fen(451_233_670)),
        ..page.clone()
    };
    pages.add("orders-plain", plain);
    pages.add(
        "orders-none-found",
        OrderListPage {
            rows: Vec::new(),
            count: "0".to_owned(),
            total: Some(fen(0)),
            pager: Pager::default(),
            ..page.clone()
        },
    );
    pages.add(
        "orders-empty",
        OrderListPage {
            rows: Vec::new(),
            count: "0".to_owned(),
            total: Some(fen(0)),
            pager: Pager::default(),
            chips: Vec::new(),
            filter: ListFilter::default(),
            ..page
        },
    );

    let offer = |name: &str, tax_code: &str, rate: &str| ProductOffer {
        name: name.to_owned(),
        sku: "P0001".to_owned(),
        tax_code: tax_code.to_owned(),
        spec: "250g".to_owned(),
        unit: "盒".to_owned(),
        price: "1000".to_owned(),
        rate: rate.to_owned(),
    };
    let new = OrderNewPage {
        shell: s.shell(Section::Orders),
        form: OrderForm::blank(),
        errors: Errors::default(),
        stores: s.stores()[1..].to_vec(),
        rates: s.rates(),
        policies: fapiao_web::i18n::policies::line_choices(s.t()),
        channels: s.channels(),
        pages: s.link_pages(),
        products: vec![
            offer("西湖龙井", "1030307020000000000", "0.13"),
            offer("餐饮服务", "3070401000000000000", "0.06"),
        ],
    };
    pages.add("order-new", new.clone());
    let mut form = OrderForm {
        order_no: "20261120-0381".to_owned(),
        ..OrderForm::blank()
    };
    form.lines[0] = LineForm {
        name: "西湖龙井".to_owned(),
        tax_code: "10303".to_owned(),
        quantity: "2".to_owned(),
        unit: "盒".to_owned(),
        unit_price: "1,000.005".to_owned(),
        rate: "0.13".to_owned(),
        ..LineForm::default()
    };
    let errors = s.wrong(&[
        (
            "order_no",
            &s.say(
                "订单号 20261120-0381 已存在于西湖龙井路店",
                "Order 20261120-0381 exists in this store already",
            ),
        ),
        (
            "lines-0-tax_code",
            &s.say("税收分类编码为 19 位数字", "A tax class code has 19 digits"),
        ),
        (
            "lines-0-unit_price",
            &s.say(
                "数量和单价须大于 0，最多 13 位小数",
                "Quantity and price must be above 0, with at most 13 decimals",
            ),
        ),
    ]);
    pages.add(
        "order-new-wrong",
        OrderNewPage {
            form,
            errors,
            ..new
        },
    );

    let brief = InvoiceBrief {
        href: "/admin/invoices/inv_1".to_owned(),
        number: "26992000000000000127".to_owned(),
        kind: "电子发票（普通发票）",
        total: fen(124_460),
        state: shell.invoice(InvoiceState::Issued),
        issued: Some(s.ago(3)),
    };
    let show = OrderShowPage {
        is_divided: false,
        shell: s.told(
            Section::Orders,
            Tone::Ok,
            s.say(
                "订单 20261120-0381 已创建，开票链接已生成",
                "Order 20261120-0381 was made, with an invoice link",
            ),
        ),
        order: OrderFacts {
            difference: String::new(),
            is_special: false,
            is_not_deductible: false,
            id: id("ord", 1),
            order_no: "20261120-0381".to_owned(),
            state: shell.order(OrderState::Delivering),
            store: Link::new("西湖龙井路店", "/admin/stores/sto_1"),
            seller: Link::new(SELLER, "/admin/sellers/sel_1"),
            source: "西湖店收银机".to_owned(),
            sold: s.ago(126),
            created: s.ago(125),
            total: fen(124_460),
        },
        standing: Standing {
            tone: Tone::Wait,
            sentence: s.say(
                "等待买家授权，已过 2 小时，尚余 70 小时",
                "Waiting for the buyer: 2 hours gone, 70 hours left",
            ),
            detail: s.say(
                "买家打开过开票页，但还没有填写抬头。",
                "The buyer opened the page but has not given a title yet.",
            ),
            primary: Some(Action::open(
                s.say("打印开票小票", "Print the receipt"),
                "/admin/orders/1/receipt",
            )),
            others: vec![
                Action::send(
                    s.say("另行生成开票链接", "Make another link"),
                    "/admin/orders/1/deliveries",
                )
                .with("channel", "web"),
                Action {
                    danger: true,
                    ..Action::send(
                        s.say("取消订单", "Cancel the order"),
                        "/admin/orders/1/cancellation",
                    )
                    .asking(s.say("取消后不能开票。", "It cannot be invoiced then."))
                },
            ],
            checks: Vec::new(),
        },
        lines: s.lines(),
        deliveries: vec![
            card(s, DeliveryState::PageOpened),
            card(s, DeliveryState::Refused),
        ],
        invoices: Vec::new(),
        timeline: s.history()[4..].to_vec(),
        refresh: Some(10),
    };
    pages.add("order", show.clone());
    let done = OrderShowPage {
        shell: s.shell(Section::Orders),
        order: OrderFacts {
            state: shell.order(OrderState::Invoiced),
            ..show.order.clone()
        },
        standing: Standing {
            tone: Tone::Ok,
            sentence: s.say(
                "已开票 ¥1,244.60，发票在买家卡包中",
                "Invoiced ¥1,244.60; the invoice is in the buyer's wallet",
            ),
            primary: Some(Action::open(
                s.say("查看发票", "Open the invoice"),
                "/admin/invoices/inv_1",
            )),
            ..Standing::default()
        },
        deliveries: vec![card(s, DeliveryState::Carded)],
        invoices: vec![brief],
        timeline: s.history(),
        refresh: None,
        ..show.clone()
    };
    pages.add("order-done", done);
    let fresh = OrderShowPage {
        order: OrderFacts {
            state: shell.order(OrderState::Open),
            ..show.order.clone()
        },
        standing: Standing {
            sentence: s.say("还没有开票链接", "No invoice link yet"),
            primary: Some(
                Action::send(
                    s.say("生成开票链接", "Make an invoice link"),
                    "/admin/orders/1/deliveries",
                )
                .with("channel", "web"),
            ),
            ..Standing::default()
        },
        deliveries: Vec::new(),
        timeline: s.history()[6..].to_vec(),
        refresh: None,
        shell: s.shell(Section::Orders),
        ..show
    };
    pages.add("order-fresh", fresh);
}

fn title(s: &Sample) -> TitleFacts {
    TitleFacts {
        document: String::new(),
        kind: s.t().title.organisation,
        name: "中国石油化工股份有限公司浙江杭州石油分公司西溪湿地国家公园综合服务加油站".to_owned(),
        tax_number: "91330106MA2XXXX03C".to_owned(),
        contact: "浙江省杭州市西湖区天目山路 518 号 0571-88886666".to_owned(),
        bank: "中国工商银行杭州西溪支行 1202 0206 0990 0012 345".to_owned(),
        email: "fin•••@example.com".to_owned(),
        own: vec![("部门".to_owned(), "采购部".to_owned())],
    }
}

fn card(s: &Sample, state: DeliveryState) -> DeliveryCard {
    let shell = s.shell(Section::Orders);
    let url = "https://fapiao.example.com/o/7K3M9QXW";
    let delivery = id("dlv", state as usize);
    DeliveryCard {
        part: String::new(),
        href: format!("/admin/deliveries/{delivery}"),
        id: delivery,
        state: shell.delivery(state),
        channel: s.t().delivery.web,
        page_url: url.to_owned(),
        qr: if state.awaits_buyer() {
            qr_svg(url)
        } else {
            None
        },
        created: s.ago(125),
        expires: state.awaits_buyer().then(|| s.ago(-70 * 60)),
        due: (state == DeliveryState::Issuing).then(|| s.ago(-70 * 60)),
        is_overdue: false,
        receipt: None,
        title: (state == DeliveryState::Carded).then(|| title(s)),
        reason: if state == DeliveryState::Refused {
            s.say(
                "订单金额有误，请到店重新开票",
                "The amount is wrong; please come to the shop",
            )
        } else {
            String::new()
        },
        can_refuse: state.awaits_buyer(),
    }
}

fn deliveries(s: &Sample, pages: &mut Pages) {
    pages.add(
        "link-new",
        LinkNewPage {
            shell: s.shell(Section::Orders),
            order: Link::new("20261120-0381", "/admin/orders/ord_1"),
            total: fen(124_460),
            action: "/admin/orders/ord_1/deliveries".to_owned(),
            channels: s.channels(),
            channel: "web".to_owned(),
            pages: s.link_pages(),
            page: "collect".to_owned(),
            title: TitleForm::default(),
            errors: Errors::default(),
        },
    );
    let show = DeliveryShowPage {
        code_lost: false,
        shell: s.shell(Section::Orders),
        delivery: card(s, DeliveryState::Created),
        order: Link::new("20261120-0381", "/admin/orders/ord_1"),
        total: fen(124_460),
        standing: Standing {
            tone: Tone::Wait,
            sentence: s.say(
                "等待买家打开开票页",
                "Waiting for the buyer to open the page",
            ),
            ..Standing::default()
        },
        reason: String::new(),
        title: None,
        errors: s.wrong(&[(
            "reason",
            &s.say("原因最多 60 个字", "A reason has at most 60 characters"),
        )]),
        invoices: Vec::new(),
        timeline: s.history()[5..].to_vec(),
        refresh: Some(10),
    };
    pages.add("delivery", show.clone());
    pages.add(
        "delivery-title",
        DeliveryShowPage {
            code_lost: false,
            delivery: card(s, DeliveryState::Authorised),
            title: Some(TitleForm {
                organisation: "yes".to_owned(),
                name: "杭州湖畔茶舍有限公司".to_owned(),
                tax_number: "91330106MA28XXXX0F".to_owned(),
                document_type: "201".to_owned(),
                document_nationality: "156".to_owned(),
                document_kept: "**************002X".to_owned(),
                ..TitleForm::default()
            }),
            errors: s.wrong(&[(
                "tax_number",
                &s.say(
                    "税号校验不通过，请对照营业执照核对",
                    "The tax number does not check; please compare it with the licence",
                ),
            )]),
            refresh: None,
            standing: Standing {
                tone: Tone::Bad,
                sentence: s.say("抬头需要更正", "The title needs a correction"),
                ..Standing::default()
            },
            ..show.clone()
        },
    );
    pages.add(
        "delivery-done",
        DeliveryShowPage {
            code_lost: false,
            delivery: card(s, DeliveryState::Carded),
            errors: Errors::default(),
            timeline: s.history(),
            refresh: None,
            standing: Standing {
                tone: Tone::Ok,
                sentence: s.say("发票已放入买家卡包", "The invoice is in the buyer's wallet"),
                ..Standing::default()
            },
            ..show
        },
    );
}

fn invoices(s: &Sample, pages: &mut Pages) {
    let t = s.t();
    let shell = s.shell(Section::Invoices);
    let rows: Vec<InvoiceRow> = (0..60)
        .map(|n| InvoiceRow {
            href: format!("/admin/invoices/{}", id("inv", n)),
            number: if n % 10 < 3 {
                String::new()
            } else {
                format!("2699200000000000{:04}", 4_127 - n)
            },
            kind: if n % 4 == 1 {
                s.t().special.digital_special
            } else {
                s.t().special.digital_ordinary
            },
            buyer: BUYERS[n % BUYERS.len()].to_owned(),
            order_no: format!("20261120-{:04}", 1284 - n),
            amount: fen(110_142 - n as i64 * 311),
            tax: fen(14_318 - n as i64 * 40),
            total: fen(124_460 - n as i64 * 351),
            state: shell.invoice(InvoiceState::ALL[n % 10]),
            card: (n % 10 > 6).then(|| shell.card(CardState::ALL[n % 7])),
            at: s.ago(n as i64 * 53),
        })
        .collect();
    let states = std::iter::once(Choice::new("", t.common.all))
        .chain(InvoiceState::ALL.map(|it| Choice::new(it.as_str(), states::invoice(t, it).word)))
        .collect();
    let page = InvoiceListPage {
        shell: s.shell(Section::Invoices),
        filter: ListFilter::default(),
        states,
        kinds: vec![
            Choice::new("", t.common.all),
            Choice::new("digital_ordinary", t.special.digital_ordinary),
            Choice::new("digital_special", t.special.digital_special),
        ],
        sellers: vec![
            Choice::new("", t.common.all),
            Choice::new("sel_1", SELLER),
            Choice::new("sel_2", SELLER_LONG),
        ],
        chips: Vec::new(),
        rows,
        count: "6,127".to_owned(),
        total: Some(fen(451_231_600)),
        pager: Pager {
            previous: Some("/admin/invoices?before=a".to_owned()),
            next: Some("/admin/invoices?after=b".to_owned()),
            shown: 60,
        },
    };
    pages.add("invoices", page.clone());
    pages.add(
        "invoices-empty",
        InvoiceListPage {
            rows: Vec::new(),
            count: "0".to_owned(),
            pager: Pager::default(),
            ..page
        },
    );
    let document = |kind, origin, size: &str, n| DocumentRow {
        kind,
        origin,
        size: size.to_owned(),
        sha256: format!("{n}f4c2a9be0117d6cd51{n}e2f0c88a6fb3d9a7c8a1de4452fe07ab3918d2c6b5{n}"),
        sm3: format!("{n}66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e{n}"),
        href: "/admin/invoices/inv_1/file.pdf".to_owned(),
        at: s.ago(3),
    };
    let show = InvoiceShowPage {
        is_red: false,
        shell: s.shell(Section::Invoices),
        invoice: InvoiceFacts {
            id: id("inv", 1),
            number: "26992000000000000127".to_owned(),
            code: String::new(),
            check_code: String::new(),
            kind: "电子发票（普通发票）",
            state: shell.invoice(InvoiceState::Issued),
            issued: Some(s.ago(3)),
            seller: Link::new(SELLER, "/admin/sellers/sel_1"),
            seller_tax_number: "91330106MA28XXXX0E".to_owned(),
            buyer: title(s),
            order: Link::new("20261120-0381", "/admin/orders/ord_1"),
            delivery: Some(Link::new(id("dlv", 4), "/admin/deliveries/dlv_1")),
            drawer: "沈知微".to_owned(),
            serial: "01KAG3T1C7Q4W2E5R7Y8U10001".to_owned(),
            total: fen(124_460),
        },
        standing: Standing {
            tone: Tone::Ok,
            sentence: s.say(
                "已开具，发票在买家卡包中",
                "Issued; the invoice is in the buyer's wallet",
            ),
            detail: String::new(),
            primary: Some(Action::open(
                s.say("下载 PDF", "Download the PDF"),
                "/admin/invoices/inv_1/file.pdf",
            )),
            others: vec![Action::send(
                s.say("重新发送邮件", "Send the mail again"),
                "/admin/invoices/inv_1/mails",
            )],
            checks: Vec::new(),
        },
        lines: s.lines(),
        documents: vec![
            document("PDF", t.invoice.rendered, "48.2 KB", 1),
            document("XML", t.invoice.rendered, "6.1 KB", 2),
            document("OFD", t.invoice.received, "71.0 KB", 3),
        ],
        pdf: Some("/admin/invoices/inv_1/file.pdf".to_owned()),
        card: Some(CardFacts {
            state: shell.card(CardState::Inserted),
            card_id: "pjZ8Yt1XGILfi-FUsewpnnolGgZk".to_owned(),
            code: "186921658591".to_owned(),
            open_id: "oMuR•••••••••••••••Zk8E".to_owned(),
            account: "湖畔茶舍服务号".to_owned(),
        }),
        timeline: s.history(),
        refresh: None,
    };
    pages.add("invoice", show.clone());
    let refused = InvoiceShowPage {
        is_red: false,
        invoice: InvoiceFacts {
            number: String::new(),
            state: shell.invoice(InvoiceState::Blocked),
            issued: None,
            ..show.invoice.clone()
        },
        standing: Standing {
            tone: Tone::Bad,
            sentence: s.say(
                "受阻：本月剩余额度 ¥61.20，本张需要 ¥1,101.42",
                "Blocked: ¥61.20 of quota left, ¥1,101.42 needed",
            ),
            detail: s.say(
                "请在电子税务局申请调整额度，批准后系统自动继续。",
                "Apply for more quota at the tax bureau; it continues by itself once granted.",
            ),
            primary: Some(Action::open(
                s.say("查看额度", "See the quota"),
                "/admin/stock",
            )),
            others: Vec::new(),
            checks: Vec::new(),
        },
        documents: Vec::new(),
        pdf: None,
        card: None,
        timeline: s.history()[4..].to_vec(),
        ..show
    };
    pages.add("invoice-blocked", refused);
}

fn jobs(s: &Sample, pages: &mut Pages) {
    let t = s.t();
    let what = [
        ("上传发票到税局", "Upload the invoice"),
        ("把发票放入买家卡包", "Insert the card"),
        ("渲染版式文件", "Render the documents"),
    ];
    let row = |n: usize, standing, why: String, next: String, raw: &str| JobRow {
        id: id("job", n),
        what: match s.lang {
            fapiao_web::i18n::Lang::Zh => what[n].0,
            fapiao_web::i18n::Lang::En => what[n].1,
        },
        which: Link::new("26992000000000000127", "/admin/invoices/inv_1"),
        state: states::job(t, standing),
        why,
        next,
        mend: (n == 1).then(|| {
            Link::new(
                s.say("打开发票", "Open the invoice"),
                "/admin/invoices/inv_1",
            )
        }),
        attempts: 3 + n as u32 * 7,
        since: s.ago(190 - n as i64 * 60),
        next_try: (standing == JobStanding::Waiting).then(|| s.ago(-4)),
        raw: vec![Raw {
            label: s.say("最后一次应答", "Last answer"),
            body: raw.to_owned(),
        }],
        can_retry: true,
        can_give_up: true,
    };
    let page = JobListPage {
        shell: s.told(
            Section::Jobs,
            Tone::Bad,
            s.say(
                "重试没有成功：微信仍然返回 72040",
                "The retry failed: WeChat still answers 72040",
            ),
        ),
        tabs: vec![
            Tab {
                label: t.job.needs_person.to_owned(),
                href: "/admin/jobs".to_owned(),
                count: 3,
                current: true,
            },
            Tab {
                label: t.job.waiting.to_owned(),
                href: "/admin/jobs?tab=waiting".to_owned(),
                count: 12,
                current: false,
            },
            Tab {
                label: t.job.running.to_owned(),
                href: "/admin/jobs?tab=running".to_owned(),
                count: 1,
                current: false,
            },
        ],
        rows: vec![
            row(
                0,
                JobStanding::NeedsPerson,
                s.say(
                    "税局拒绝：购买方纳税人识别号校验不通过",
                    "Refused by the tax authority: the buyer's tax number does not check",
                ),
                s.say(
                    "请买家核对税号后，为订单重新生成开票链接。",
                    "Ask the buyer for the right number, then make a new link for the order.",
                ),
                "{\"code\":\"1124\",\"message\":\"购买方纳税人识别号校验失败\"}",
            ),
            row(
                1,
                JobStanding::NeedsPerson,
                s.say(
                    "微信拒收 PDF（72040）：不是税局版式文件",
                    "WeChat refused the PDF (72040): not the tax authority's own file",
                ),
                s.say(
                    "在发票上附加税局下发的 PDF 后重试。",
                    "Attach the authority's PDF to the invoice, then retry.",
                ),
                "{\"errcode\":72040,\"errmsg\":\"pdf invalid rid: 6740a1b2-0c3d4e5f\"}",
            ),
            row(
                2,
                JobStanding::Waiting,
                s.say("微信接口超时", "WeChat did not answer in time"),
                s.say(
                    "无需处理，系统会按原流水号重试。",
                    "Nothing to do; it is retried under the same serial.",
                ),
                "timeout after 10 s: POST /card/invoice/insert",
            ),
        ],
        can_retry_all: true,
        pager: Pager::default(),
    };
    pages.add("jobs", page.clone());
    pages.add(
        "jobs-empty",
        JobListPage {
            rows: Vec::new(),
            can_retry_all: false,
            shell: Shell {
                needs_person: 0,
                ..s.shell(Section::Jobs)
            },
            ..page
        },
    );
}

fn import(s: &Sample, pages: &mut Pages) {
    let column = |name: &str, example: &str, zh: &str, en: &str| ColumnNote {
        name: name.to_owned(),
        example: example.to_owned(),
        note: s.say(zh, en),
    };
    let page = ImportPage {
        shell: s.shell(Section::Import),
        stores: s.stores()[1..].to_vec(),
        store: "sto_1".to_owned(),
        errors: Errors::default(),
        dry_run: None,
        columns: vec![
            column(
                "order_no",
                "20261120-0381",
                "订单号；同一订单的多行写相同的订单号",
                "Order number; lines of one order share it",
            ),
            column(
                "name",
                "西湖龙井",
                "项目名称，不含分类简称",
                "Item, without the short name of its class",
            ),
            column(
                "tax_code",
                "1030307020000000000",
                "税收分类编码，19 位",
                "Tax class code, 19 digits",
            ),
            column(
                "quantity",
                "2",
                "数量，最多 13 位小数",
                "Quantity, at most 13 decimals",
            ),
            column("unit_price", "500.00", "单价", "Unit price"),
            column(
                "rate",
                "0.13",
                "税率，或 exempt、not_taxed",
                "Rate, or exempt, not_taxed",
            ),
        ],
    };
    pages.add("import", page.clone());
    let cell = |text: &str, wrong: Option<String>| BadCell {
        text: text.to_owned(),
        wrong,
    };
    let run = DryRun {
        content: "b3JkZXJfbm8".to_owned(),
        file: "收银日报-2026-11-19.csv".to_owned(),
        encoding: "GB18030".to_owned(),
        rows: 1_842,
        orders: 498,
        total: fen(31_846_250),
        bad: 3,
        header: [
            "order_no",
            "name",
            "tax_code",
            "quantity",
            "unit_price",
            "rate",
        ]
        .map(str::to_owned)
        .to_vec(),
        bad_rows: vec![
            BadRow {
                line: 17,
                cells: vec![
                    cell("20261119-0007", None),
                    cell("龙井虾仁", None),
                    cell(
                        "307040100",
                        Some(s.say("税收分类编码为 19 位数字", "A tax class code has 19 digits")),
                    ),
                    cell("1", None),
                    cell("88.00", None),
                    cell("0.06", None),
                ],
                wrong: String::new(),
            },
            BadRow {
                line: 902,
                cells: vec![
                    cell("20261119-0244", None),
                    cell("礼品袋", None),
                    cell("1060105040000000000", None),
                    cell(
                        "0",
                        Some(s.say(
                            "数量和单价须大于 0，最多 13 位小数",
                            "Quantity and price must be above 0, with at most 13 decimals",
                        )),
                    ),
                    cell("2.50", None),
                    cell("13%", Some(s.say("写作 0.13", "write 0.13"))),
                ],
                wrong: String::new(),
            },
            BadRow {
                line: 1_803,
                cells: vec![
                    cell("20261119-0491", None),
                    cell("", None),
                    cell("", None),
                    cell("", None),
                    cell("", None),
                    cell("", None),
                ],
                wrong: s.say(
                    "此行只有 1 列，应为 6 列",
                    "This row has 1 column instead of 6",
                ),
            },
        ],
    };
    pages.add(
        "import-checked",
        ImportPage {
            dry_run: Some(run),
            ..page.clone()
        },
    );
    pages.add(
        "import-wrong",
        ImportPage {
            errors: s.wrong(&[(
                "file",
                &s.say("“photo.png”不是 CSV 文件", "“photo.png” is not a CSV file"),
            )]),
            ..page
        },
    );
}
