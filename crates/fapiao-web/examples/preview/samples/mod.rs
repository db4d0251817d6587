//! Every page with sample data: ordinary days, long names, hundreds of rows, emptiness, errors.

mod bill_payer;
mod console;
mod fiscal;
mod keep;
mod outside;
mod set_up;
mod work;

use askama::Template;
use chrono::{DateTime, Duration, TimeZone, Utc};
use fapiao_domain::{money::Fen, totals::Totals};
use fapiao_web::{
    i18n::{Lang, Texts},
    pages::{
        field::Errors,
        lines::{LineRow, LineTable},
        parts::{Badge, Choice, Event, Link, Raw, Tone, When},
        shell::{Bare, Flash, Person, Section, Shell, Theme},
    },
};

/// File name and content of every page.
pub(crate) fn all(lang: Lang, theme: Theme) -> Vec<(String, String)> {
    let sample = Sample { lang, theme };
    let mut pages = Pages(Vec::new());
    work::add(&sample, &mut pages);
    set_up::add(&sample, &mut pages);
    console::add(&sample, &mut pages);
    fiscal::add(&sample, &mut pages);
    keep::add(&sample, &mut pages);
    outside::add(&sample, &mut pages);
    bill_payer::add(&sample, &mut pages);
    pages.0
}

pub(crate) struct Pages(Vec<(String, String)>);

impl Pages {
    pub(crate) fn add(&mut self, name: &str, page: impl Template) {
        let name = if name.contains('.') {
            name.to_owned()
        } else {
            format!("{name}.html")
        };
        self.0.push((name, page.render().expect("a page renders")));
    }
}

/// Who reads, and the clock.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) lang: Lang,
    pub(crate) theme: Theme,
}

impl Sample {
    pub(crate) fn t(&self) -> &'static Texts {
        Texts::of(self.lang)
    }

    /// 2026-11-20 14:07 in China.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 20, 6, 7, 12).unwrap()
    }

    pub(crate) fn ago(&self, minutes: i64) -> When {
        When {
            at: self.now() - Duration::minutes(minutes),
            now: self.now(),
            lang: self.lang,
        }
    }

    /// The words of the data itself: names stay Chinese, sentences follow the reader.
    pub(crate) fn say(&self, zh: &str, en: &str) -> String {
        match self.lang {
            Lang::Zh => zh.to_owned(),
            Lang::En => en.to_owned(),
        }
    }

    pub(crate) fn shell(&self, section: Section) -> Shell {
        Shell {
            lang: self.lang,
            t: self.t(),
            theme: self.theme,
            section: Some(section),
            sections: Section::ALL.to_vec(),
            needs_person: 3,
            sandbox: true,
            person: Person {
                name: "沈知微".to_owned(),
                role: self.t().staff.role_owner.to_owned(),
            },
            stores: self.stores(),
            store: String::new(),
            search: String::new(),
            flash: None,
            csrf: "t0ken".to_owned(),
            here: section.href().to_owned(),
            now: self.now(),
        }
    }

    pub(crate) fn told(&self, section: Section, tone: Tone, text: String) -> Shell {
        Shell {
            flash: Some(Flash { tone, text }),
            ..self.shell(section)
        }
    }

    pub(crate) fn bare(&self, here: &str) -> Bare {
        Bare {
            lang: self.lang,
            t: self.t(),
            theme: self.theme,
            sandbox: true,
            here: here.to_owned(),
        }
    }

    pub(crate) fn stores(&self) -> Vec<Choice> {
        vec![
            Choice::new("", self.t().nav.all_stores),
            Choice::new("sto_1", "西湖龙井路店"),
            Choice::new("sto_2", "湖滨银泰 in77 店"),
            Choice::new("sto_3", "萧山国际机场 T4 候机楼店"),
        ]
    }

    pub(crate) fn rates(&self) -> Vec<Choice> {
        [
            ("0.13", "13%"),
            ("0.09", "9%"),
            ("0.06", "6%"),
            ("0.03", "3%"),
            ("0.01", "1%"),
            ("exempt", "免税"),
            ("not_taxed", "不征税"),
        ]
        .map(|(value, label)| Choice::new(value, label))
        .to_vec()
    }

    pub(crate) fn link_pages(&self) -> Vec<Choice> {
        let t = &self.t().delivery;
        vec![
            Choice::new("title", t.page_title),
            Choice::new("confirm", t.page_confirm),
            Choice::new("collect", t.page_collect),
        ]
    }

    pub(crate) fn channels(&self) -> Vec<Choice> {
        let t = &self.t().delivery;
        [
            ("web", t.web),
            ("app", t.app),
            ("mini_program", t.mini_program),
            ("wap", t.wap),
        ]
        .map(|(value, label)| Choice::new(value, label))
        .to_vec()
    }

    pub(crate) fn event(&self, minutes: i64, who: &str, tone: Tone, what: String) -> Event {
        let at = self.ago(minutes);
        Event {
            at,
            who: who.to_owned(),
            what,
            tone,
            why: String::new(),
            link: None,
            raw: Vec::new(),
        }
    }

    pub(crate) fn active(&self) -> Badge {
        Badge::new(Tone::Ok, self.t().state.active)
    }

    pub(crate) fn inactive(&self) -> Badge {
        Badge::new(Tone::Plain, self.t().state.inactive)
    }

    /// What happened to an order from coming in to the wallet, newest first.
    pub(crate) fn history(&self) -> Vec<Event> {
        let machine = self.say("系统", "system");
        let mut events = vec![
            self.event(
                2,
                &machine,
                Tone::Ok,
                self.say(
                    "发票已放入买家卡包",
                    "The invoice was put into the buyer's wallet",
                ),
            ),
            self.event(
                2,
                &machine,
                Tone::Plain,
                self.say("PDF 已上传微信", "The PDF was uploaded to WeChat"),
            ),
            self.event(
                3,
                &self.say("税局", "tax authority"),
                Tone::Ok,
                self.say("发票已开具", "The invoice was issued"),
            ),
            self.event(
                4,
                &machine,
                Tone::Plain,
                self.say(
                    "已取号并占用额度 ¥1,101.42，上传税局",
                    "A number and ¥1,101.42 of quota were taken; uploaded",
                ),
            ),
            self.event(
                4,
                "微信",
                Tone::Wait,
                self.say(
                    "买家同意授权并填写了抬头",
                    "The buyer agreed and gave a title",
                ),
            ),
            self.event(
                6,
                &self.say("买家", "buyer"),
                Tone::Plain,
                self.say("打开了开票页", "Opened the page"),
            ),
            self.event(
                31,
                "西湖店收银机",
                Tone::Plain,
                self.say(
                    "订单由接口创建，同时生成开票链接",
                    "The order came in through the API with an invoice link",
                ),
            ),
        ];
        events[3].raw = vec![
            Raw { label: self.say("请求", "Request"), body: "POST /v1/invoices/batch HTTP/1.1\nsydwptbh: 9133…003C\n\n{\"fplsh\":\"01KAG3T1C7…\",\"fphm\":\"26992000000000000127\",\"je\":\"1101.42\",\"se\":\"143.18\"}".to_owned() },
            Raw { label: self.say("应答", "Answer"), body: "{\"code\":\"00\",\"message\":\"受理成功\"}".to_owned() },
        ];
        events[2].link = Some(Link::new(
            "2699 2000 0000 0000 0127",
            "/admin/invoices/inv_1",
        ));
        events[4].why = self.say(
            "抬头：杭州云栖茶业有限公司，91330106MA2XXXX03C",
            "Title: 杭州云栖茶业有限公司, 91330106MA2XXXX03C",
        );
        events
    }

    pub(crate) fn lines(&self) -> LineTable {
        let row = |no,
                   name: &str,
                   spec: &str,
                   quantity: &str,
                   unit: &str,
                   price: &str,
                   amount,
                   tax,
                   discount| LineRow {
            preference: None,
            no,
            name: name.to_owned(),
            tax_code: "1030307020000000000".to_owned(),
            spec: spec.to_owned(),
            unit: unit.to_owned(),
            quantity: quantity.to_owned(),
            unit_price: price.to_owned(),
            amount: fen(amount),
            rate: "13%".to_owned(),
            tax: fen(tax).display_yuan(),
            gross: fen(amount + tax),
            discount,
        };
        LineTable {
            rows: vec![
                row(
                    1,
                    "*茶及饮料*明前特级西湖龙井（狮峰山核心产区手工炒制礼盒装）",
                    "250g×2",
                    "1",
                    "盒",
                    "884.95575221",
                    88_496,
                    11_504,
                    false,
                ),
                row(
                    2,
                    "*茶及饮料*明前特级西湖龙井（狮峰山核心产区手工炒制礼盒装）",
                    "",
                    "",
                    "",
                    "",
                    -8_850,
                    -1_150,
                    true,
                ),
                row(
                    3,
                    "*日用陶瓷制品*龙泉青瓷㸃茶盏",
                    "",
                    "2",
                    "只",
                    "152.21238938",
                    30_442,
                    3_958,
                    false,
                ),
                row(
                    4,
                    "*纸制品*礼品袋",
                    "大",
                    "0.5",
                    "打",
                    "1.07964602",
                    54,
                    6,
                    false,
                ),
            ],
            totals: Totals {
                amount: fen(110_142),
                tax: fen(14_318),
                total: fen(124_460),
            },
            refunded: Fen::ZERO,
            capitals: "壹仟贰佰肆拾肆圆陆角整".to_owned(),
            explained: "/admin/orders/ord_1/rounding".to_owned(),
            remark: "订单 20261120-0381；会员卡号 8812".to_owned(),
        }
    }

    pub(crate) fn wrong(&self, pairs: &[(&str, &str)]) -> Errors {
        let mut errors = Errors::default();
        for (field, message) in pairs {
            errors.add(*field, *message);
        }
        errors
    }
}

pub(crate) fn fen(fen: i64) -> Fen {
    Fen::new(fen).expect("a sample amount fits")
}

pub(crate) fn id(prefix: &str, number: usize) -> String {
    format!("{prefix}_01KAG3T1C7Q4W2E5R7Y8U1{number:04}")
}

pub(crate) const BUYERS: [&str; 6] = [
    "杭州云栖茶业有限公司",
    "王一博（个人）",
    "中国石油化工股份有限公司浙江杭州石油分公司西溪湿地国家公园综合服务加油站",
    "浙江大学医学院附属第二医院",
    "",
    "上海礐㸆文化传媒工作室",
];

pub(crate) const SELLER: &str = "杭州湖畔茶舍餐饮管理有限公司";
pub(crate) const SELLER_LONG: &str = "浙江省杭州市西湖区龙井山园茶文化体验与农产品专业合作社联合社";
