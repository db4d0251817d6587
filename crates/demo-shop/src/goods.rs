//! What is on the shelf.

/// A good, with what an invoice needs to know about it. Prices include tax.
#[derive(Debug)]
pub(crate) struct Good {
    pub(crate) id: &'static str,
    /// On the invoice and on the Chinese page.
    pub(crate) name: &'static str,
    pub(crate) english: &'static str,
    /// Tax classification code (税收分类编码).
    pub(crate) tax_code: &'static str,
    pub(crate) spec: Option<&'static str>,
    pub(crate) unit: &'static str,
    /// Yuan for one unit.
    pub(crate) price: &'static str,
    /// `0.13`, `exempt` …
    pub(crate) rate: &'static str,
    /// Yuan taken off the line, however many are bought.
    pub(crate) discount: Option<&'static str>,
}

pub(crate) const SHELF: &[Good] = &[
    Good {
        id: "tea",
        name: "乌龙茶",
        english: "Oolong tea",
        tax_code: "1010116010000000000",
        spec: Some("250g"),
        unit: "盒",
        price: "68.00",
        rate: "0.09",
        discount: Some("5.00"),
    },
    Good {
        id: "cake",
        name: "堃记桃酥",
        english: "Walnut shortbread",
        tax_code: "1030201010000000000",
        spec: Some("400g"),
        unit: "盒",
        price: "26.80",
        rate: "0.13",
        discount: None,
    },
    Good {
        id: "pen",
        name: "铱金笔",
        english: "Fountain pen",
        tax_code: "1060402010100000000",
        spec: Some("0.5mm"),
        unit: "支",
        price: "128.00",
        rate: "0.13",
        discount: None,
    },
    Good {
        id: "eggs",
        name: "土鸡蛋",
        english: "Farm eggs",
        tax_code: "1010303020100000000",
        spec: Some("30枚"),
        unit: "盒",
        price: "39.90",
        rate: "exempt",
        discount: None,
    },
    Good {
        id: "delivery",
        name: "同城包裹寄递",
        english: "Local parcel delivery",
        tax_code: "3020101020000000000",
        spec: None,
        unit: "件",
        price: "12.00",
        rate: "0.09",
        discount: None,
    },
];

/// The good of this id.
pub(crate) fn find(id: &str) -> Option<&'static Good> {
    SHELF.iter().find(|good| good.id == id)
}
