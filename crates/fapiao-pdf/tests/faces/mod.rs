//! Faces that the tests, the examples and the benchmark print.

// Each user of this file needs a part of it.
#![allow(dead_code)]
// Examples use it too, and there the lint cannot know that this is test data.
#![allow(clippy::unwrap_used)]

use chrono::{NaiveDate, TimeDelta};
use fapiao_domain::{
    face::{
        DifferenceKind, DifferenceTax, Extras, InvoiceFace, RedReference, SealPicture,
        SpecialBusiness,
    },
    invoice::{Identity, InvoiceKind},
    line::{InvoiceLine, LineKind},
    money::Fen,
    party::{SellerParty, Title, TitleKind},
    rate::Rate,
    totals::Totals,
};
use rust_decimal::Decimal;

/// What is sold: name, short name, specification, unit, unit price without tax in fen, rate.
const GOODS: [(&str, &str, &str, &str, i64, &str); 10] = [
    ("红富士苹果", "水果", "80#", "箱", 8_850, "0.09"),
    (
        "激光打印机",
        "计算机外部设备",
        "M203dw",
        "台",
        185_841,
        "0.13",
    ),
    ("咖啡拿铁大杯", "餐饮服务", "", "杯", 3_018, "0.06"),
    (
        "不锈钢保温杯500ml双层真空",
        "日用杂品",
        "SUS304/500ml",
        "个",
        7_788,
        "0.13",
    ),
    ("会议服务费", "会展服务", "", "次", 471_698, "0.06"),
    ("新鲜散养土鸡蛋", "蛋类", "30枚/盒", "盒", 4_200, "exempt"),
    (
        "A4复印纸70g五包装",
        "纸制品",
        "210×297mm",
        "箱",
        12_389,
        "0.13",
    ),
    (
        "龙井茶明前特级礼盒",
        "茶及饮料原料",
        "250g×2",
        "盒",
        52_212,
        "0.13",
    ),
    ("乘用车维修工时费", "劳务", "", "小时", 15_044, "0.13"),
    (
        "软件技术服务费",
        "信息技术服务",
        "年度",
        "项",
        943_396,
        "0.06",
    ),
];

const SURNAMES: [&str; 12] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "喆",
];
const GIVEN: [&str; 12] = [
    "小明", "昉", "䶮", "晓旻", "子玥", "珺", "煊", "甯", "彧", "堃", "犇", "翀",
];
const PLACES: [&str; 10] = [
    "杭州", "苏州", "深圳", "成都", "武汉", "西安", "长沙", "青岛", "厦门", "合肥",
];
const TRADES: [&str; 10] = [
    "西湖区鑫淼",
    "云栖数智",
    "锦绣前程",
    "恒昌达",
    "百味轩",
    "沐阳",
    "天工",
    "鼎盛隆",
    "瑞蚨祥",
    "绿野仙踪",
];

/// An amount of fen.
pub(crate) fn fen(amount: i64) -> Fen {
    Fen::new(amount).unwrap()
}

fn line(no: u32, goods: usize, quantity: i64) -> InvoiceLine {
    let (name, short, spec, unit, price, rate) = GOODS[goods % GOODS.len()];
    let rate = Rate::parse(rate).unwrap();
    let amount = fen(price * quantity);
    let tax = Fen::round_half_up(amount.yuan() * rate.fraction()).unwrap();
    InvoiceLine {
        preference: None,
        no,
        kind: LineKind::Normal,
        name: name.to_owned(),
        tax_code: "1010115010100000000".to_owned(),
        short_name: short.to_owned(),
        spec: spec.to_owned(),
        unit: unit.to_owned(),
        quantity: Some(Decimal::from(quantity)),
        unit_price: Some(Decimal::new(price, 2)),
        amount,
        rate,
        tax,
        gross: amount + tax,
    }
}

/// Sums the lines of a face up.
pub(crate) fn total(mut face: InvoiceFace) -> InvoiceFace {
    face.totals = Totals {
        amount: face.lines.iter().map(|line| line.amount).sum(),
        tax: face.lines.iter().map(|line| line.tax).sum(),
        total: face.lines.iter().map(|line| line.gross).sum(),
    };
    face
}

/// One of many different invoices.
pub(crate) fn invoice(seed: usize, lines: usize) -> InvoiceFace {
    let pick = |of: &[&'static str], salt: usize| of[(seed * 7 + salt * 3 + seed / 10) % of.len()];
    let person = |salt| format!("{}{}", pick(&SURNAMES, salt), pick(&GIVEN, salt + 1));
    let company = |salt| {
        format!(
            "{}{}商贸有限公司",
            pick(&PLACES, salt),
            pick(&TRADES, salt + 1)
        )
    };
    total(InvoiceFace {
        kind: InvoiceKind::DigitalOrdinary,
        identity: Identity::Digital {
            number: format!("26999{:015}", seed + 1),
        },
        issued_at: NaiveDate::from_ymd_opt(2026, 3, 5)
            .and_then(|day| day.and_hms_opt(10, 20, 30))
            .unwrap()
            + TimeDelta::minutes(seed as i64 * 97),
        seller: SellerParty {
            name: company(1),
            tax_number: format!("91330{:03}MA{:08X}", seed % 1000, seed * 7_919 + 4_660),
            address: "杭州市西湖区文三路1号".to_owned(),
            phone: "0571-88888888".to_owned(),
            bank: "中国工商银行杭州西湖支行".to_owned(),
            bank_account: "1202021909900000000".to_owned(),
            taxpayer: None,
        },
        province: "33".to_owned(),
        buyer: Title {
            kind: TitleKind::Organisation,
            name: company(4),
            tax_number: format!("91310{:03}MA{:08X}", seed % 997, seed * 104_729 + 291),
            address: String::new(),
            phone: String::new(),
            bank: String::new(),
            bank_account: String::new(),
            email: String::new(),
        },
        lines: (0..lines)
            .map(|place| {
                line(
                    place as u32 + 1,
                    seed + place * 3,
                    (seed + place) as i64 % 9 + 1,
                )
            })
            .collect(),
        totals: Totals::default(),
        remark: format!("订单 DD{:08}；门店：{}", seed, pick(&PLACES, 2)),
        drawer: person(2),
        payee: String::new(),
        reviewer: String::new(),
        red: None,
        sample: true,
        extras: Extras::default(),
    })
}

/// A short invoice with every character of interest.
pub(crate) fn rare() -> InvoiceFace {
    let mut face = invoice(1, 2);
    face.buyer.kind = TitleKind::Person;
    face.buyer.name = "𠮷野䶮龘".to_owned();
    face.buyer.tax_number = String::new();
    face.seller.name = "㙍阳喆堃商贸有限公司".to_owned();
    face.lines[0].name = "𤋮牌“甲”型·1½㎡（①③℃）".to_owned();
    face.remark =
        "收款人:犇翀;    复核人:昉旻玥;\n支付渠道:微信支付;    交易单号:42000000;".to_owned();
    total(face)
}

/// A red invoice with a discount, a free rate and a long name.
pub(crate) fn red() -> InvoiceFace {
    let mut face = invoice(2, 3);
    for line in &mut face.lines {
        line.quantity = line.quantity.map(|quantity| -quantity);
        line.amount = -line.amount;
        line.tax = -line.tax;
        line.gross = -line.gross;
    }
    face.lines[1].unit_price = Some("97.3451327433628".parse().unwrap());
    face.red = Some(RedReference {
        blue: Identity::Digital {
            number: "26999000000000000777".to_owned(),
        },
        confirmation: "33999926030000000001".to_owned(),
    });
    face.remark = "退货".to_owned();
    total(face)
}

/// Long names on both sides, a wrapped item with a discount line, a long remark; the special form.
pub(crate) fn long() -> InvoiceFace {
    let mut face = invoice(3, 4);
    face.kind = InvoiceKind::DigitalSpecial;
    face.buyer.name = "新疆维吾尔自治区克孜勒苏柯尔克孜自治州阿图什市天山南路街道供销合作社联合社农副产品综合贸易有限责任公司".to_owned();
    face.lines[0].name = "超高精度工业级激光测距传感器模组（含安装支架及三米屏蔽电缆）".to_owned();
    face.lines[0].spec = "LDS-2000-PRO/RS485/24V".to_owned();
    face.lines[0].kind = LineKind::Discounted;
    face.lines[1] = InvoiceLine {
        no: 2,
        kind: LineKind::Discount,
        spec: String::new(),
        unit: String::new(),
        quantity: None,
        unit_price: None,
        amount: fen(-1_000),
        tax: fen(-130),
        gross: fen(-1_130),
        ..face.lines[0].clone()
    };
    face.remark = "购方开户银行:中国农业银行股份有限公司阿图什市天山南路支行;    银行账号:30990101040000000;\n销方开户银行:中国工商银行杭州西湖支行;    银行账号:1202021909900000000;\n本发票对应的货物已于二〇二六年三月五日交付至买方指定仓库，买方应在收货后七日内完成验收，逾期视为验收合格；质保期自验收合格之日起计算，为期二十四个月。\n收款人:赵钱孙;    复核人:周吴郑;".to_owned();
    total(face)
}

/// The older form, with so many lines.
pub(crate) fn classic(lines: usize) -> InvoiceFace {
    let mut face = invoice(9, lines);
    face.kind = InvoiceKind::ClassicOrdinary;
    face.identity = Identity::Classic {
        code: "099992600111".to_owned(),
        number: "00000001".to_owned(),
        check_code: "12345678901234567890".to_owned(),
        machine: "499000000001".to_owned(),
    };
    face.buyer.address = "上海市浦东新区世纪大道100号环球金融中心20层2001室".to_owned();
    face.buyer.phone = "021-66666666".to_owned();
    face.buyer.bank = "招商银行上海分行".to_owned();
    face.buyer.bank_account = "121900000000000".to_owned();
    face.payee = "赵钱".to_owned();
    face.reviewer = "孙李".to_owned();
    face
}

/// Every addition that a digital invoice can carry.
pub(crate) fn additions() -> InvoiceFace {
    let mut face = invoice(11, 1);
    face.sample = false;
    face.extras = Extras {
        difference: Some(DifferenceTax {
            kind: DifferenceKind::Difference,
            deduction: fen(2_000),
        }),
        business: Some(SpecialBusiness {
            name: "建筑服务".to_owned(),
            elements: vec![
                ("建筑服务发生地".to_owned(), "浙江省杭州市西湖区".to_owned()),
                ("建筑项目名称".to_owned(), "西溪仓库改建工程".to_owned()),
            ],
        }),
        additional: vec![("车牌号".to_owned(), "浙A00001".to_owned())],
        payments: vec![("微信支付".to_owned(), "4200001".to_owned())],
        cipher: Vec::new(),
        seal: Some(seal()),
    };
    face.remark = "差额征税：20.00。建筑服务发生地:浙江省杭州市西湖区;    建筑项目名称:西溪仓库改建工程\n支付渠道:微信支付;    交易单号:4200001;".to_owned();
    face
}

/// Lines whose names take five rows each: nine of them fill a page.
pub(crate) fn bulky(lines: usize) -> InvoiceFace {
    let mut face = invoice(12, lines);
    face.sample = false;
    for line in &mut face.lines {
        let part = "含安装调试与第二年上门保养服务";
        line.name = format!("{}（第{}批次，{part}，{part}）", line.name, line.no);
    }
    face
}

/// A remark as long as its form takes it in Chinese.
pub(crate) fn full_remark(kind: InvoiceKind) -> InvoiceFace {
    let digital = kind != InvoiceKind::ClassicOrdinary;
    let mut face = if digital { invoice(13, 2) } else { classic(2) };
    let sentence =
        "本发票所列货物已于交货当日由购买方指定人员验收合格，质保期自验收之日起二十四个月。";
    let most = if digital { 450 } else { 115 };
    face.remark = sentence.chars().cycle().take(most).collect();
    face
}

/// A sale that was paid by two means.
pub(crate) fn two_payments() -> InvoiceFace {
    let mut face = invoice(14, 2);
    let pair = |channel: &str, number: &str| (channel.to_owned(), number.to_owned());
    face.extras.payments = vec![
        pair("微信支付", "4200002614202603051234567890"),
        pair("银行转账", "HZ20260305000718"),
    ];
    face.remark =
        "订单 DD00000014\n支付渠道:微信支付;    交易单号:4200002614202603051234567890;    \
                   支付渠道:银行转账;    交易单号:HZ20260305000718;"
            .to_owned();
    face
}

/// A red ring that stands for the picture an adapter of the real authority supplies.
pub(crate) fn seal() -> SealPicture {
    let (width, height) = (300_u32, 200_u32);
    let mut rgba = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let (across, down) = (i64::from(x) * 2 - 299, i64::from(y) * 2 - 199);
            let far = across * across * 4 + down * down * 9;
            let ring = (310_000..358_000).contains(&far);
            rgba.extend(if ring {
                [231, 22, 27, 255]
            } else {
                [255, 255, 255, 0]
            });
        }
    }
    SealPicture {
        width,
        height,
        rgba: rgba.into(),
    }
}

/// The older form with the rows of its cipher area.
pub(crate) fn ciphered() -> InvoiceFace {
    let mut face = classic(2);
    face.sample = false;
    face.extras.cipher = [
        "03+<8*1/2-64>7",
        "*5<29/+08>33-4",
        "7/1>60<-2*+985",
        "<4-7*36+1/>052",
    ]
    .map(|half| half.repeat(2))
    .to_vec();
    face
}

/// A red paper of the older form.
pub(crate) fn classic_red() -> InvoiceFace {
    let mut face = classic(2);
    for line in &mut face.lines {
        line.quantity = line.quantity.map(|quantity| -quantity);
        line.amount = -line.amount;
        line.tax = -line.tax;
        line.gross = -line.gross;
    }
    face.red = Some(RedReference {
        blue: Identity::Classic {
            code: "099992600111".to_owned(),
            number: "00000777".to_owned(),
            check_code: "12345678901234567890".to_owned(),
            machine: "499000000001".to_owned(),
        },
        confirmation: String::new(),
    });
    face.remark = String::new();
    total(face)
}

/// Faces with names for their files.
pub(crate) fn specimens() -> Vec<(&'static str, InvoiceFace)> {
    let mut issued = invoice(5, 5);
    issued.sample = false;
    vec![
        ("sample-5", invoice(5, 5)),
        ("issued-5", issued),
        ("rare", rare()),
        ("red", red()),
        ("long", long()),
        ("rows-12", invoice(6, 12)),
        ("rows-42", invoice(7, 42)),
        ("rows-100", invoice(8, 100)),
        ("classic", classic(4)),
        ("classic-list", classic(30)),
        ("additions", additions()),
        ("classic-cipher", ciphered()),
        ("classic-red", classic_red()),
        ("payments", two_payments()),
        ("remark", full_remark(InvoiceKind::DigitalOrdinary)),
        ("classic-remark", full_remark(InvoiceKind::ClassicOrdinary)),
    ]
}
