//! The two sides of an invoice.

/// The seller as printed (销售方).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SellerParty {
    /// Full legal name.
    pub name: String,
    /// Unified social credit code or tax number.
    pub tax_number: String,
    /// Registered address, may be empty.
    pub address: String,
    /// Telephone, may be empty.
    pub phone: String,
    /// Bank, may be empty.
    pub bank: String,
    /// Account number, may be empty.
    pub bank_account: String,
    /// Its kind of taxpayer when the invoice was drafted, where the tax side tells it; not printed, but said in the
    /// structured file.
    pub taxpayer: Option<TaxpayerKind>,
}

/// A kind of taxpayer (纳税人类型), as the structured file names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaxpayerKind {
    /// 一般纳税人.
    General,
    /// 小规模纳税人.
    SmallScale,
    /// 转登记纳税人: general before, registered as small-scale since.
    Reregistered,
    /// 辅导期一般纳税人: general, under the authority's guidance.
    Guided,
    /// 自然人.
    Person,
}

impl TaxpayerKind {
    /// All of them, by code.
    pub const ALL: [TaxpayerKind; 5] = [
        Self::General,
        Self::SmallScale,
        Self::Reregistered,
        Self::Guided,
        Self::Person,
    ];

    /// The digit of the tax interfaces, `1` to `5`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::General => "1",
            Self::SmallScale => "2",
            Self::Reregistered => "3",
            Self::Guided => "4",
            Self::Person => "5",
        }
    }

    /// Reads the digit.
    pub fn from_code(code: &str) -> Option<TaxpayerKind> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }

    /// Whether it is taxed by the general method, so that a levy is the simplified one (简易计税).
    pub const fn is_general(self) -> bool {
        matches!(self, Self::General | Self::Guided)
    }

    /// Its name in the structured file.
    pub const fn printed(self) -> &'static str {
        match self {
            Self::General => "一般纳税人",
            Self::SmallScale => "小规模纳税人",
            Self::Reregistered => "转登记纳税人",
            Self::Guided => "辅导期一般纳税人",
            Self::Person => "自然人",
        }
    }
}

/// Who the buyer is on paper (抬头).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TitleKind {
    /// A natural person (个人); the printed name ends in `（个人）`.
    Person,
    /// An enterprise or individual business (企业, 个体工商户) with a tax number.
    Organisation,
    /// Government, army or a foreign body: an organisation without a number, by explicit choice.
    NoNumber,
}

/// A checked title: made by the title rules only, never by hand from raw input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title {
    /// Person or organisation.
    pub kind: TitleKind,
    /// Name without the `（个人）` suffix.
    pub name: String,
    /// Tax number, empty for persons and bodies without one.
    pub tax_number: String,
    /// Address, may be empty.
    pub address: String,
    /// Telephone, may be empty.
    pub phone: String,
    /// Bank, may be empty.
    pub bank: String,
    /// Account number, may be empty.
    pub bank_account: String,
    /// Where the document is mailed to; not part of the invoice.
    pub email: String,
}

impl Title {
    /// The name as printed: persons carry the suffix the tax side wants.
    pub fn printed_name(&self) -> String {
        match self.kind {
            TitleKind::Person => format!("{}（个人）", self.name),
            TitleKind::Organisation | TitleKind::NoNumber => self.name.clone(),
        }
    }
}
