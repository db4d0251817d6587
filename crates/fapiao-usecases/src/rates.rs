//! Rates held against the seller's list and against what the class code permits on a day: when an order comes in, when its
//! invoice is drafted, and once more when that waited for its number.

use crate::{
    calendar,
    errors::StoreError,
    fields::FieldError,
    ports::Ports,
    records::{CodeBook, Invoice, TaxCode, UsableRate},
    step::StepError,
};
use fapiao_domain::{
    ids::SellerId,
    line::{InvoiceLine, LineKind, OrderLine},
    rate::Rate,
};

/// What the tax side tells of one seller.
pub(crate) struct KnownRates<'a> {
    /// The seller's rates; empty before they were fetched.
    pub(crate) rates: &'a [UsableRate],
    /// Class codes.
    pub(crate) codes: &'a CodeBook,
    /// The day of the invoice, `yyyy-mm-dd`.
    pub(crate) day: &'a str,
}

/// Why a rate cannot be used on the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RateFault {
    /// `E_…`, for inputs.
    pub(crate) code: &'static str,
    /// For a job that stops.
    pub(crate) stop: &'static str,
    pub(crate) zh: String,
    pub(crate) en: String,
}

impl KnownRates<'_> {
    /// What stands against a rate on the day; `None` where nothing does.
    pub(crate) fn fault(&self, rate: Rate, tax_code: &str) -> Option<RateFault> {
        self.of_seller(rate).or_else(|| {
            let code = self.codes.on(tax_code, self.day)?;
            (!code.permits_rate(rate)).then(|| class_fault(code, rate))
        })
    }

    /// Exempt and not-taxed lines bear no rate that the list could name; a zero rate has to be on it.
    fn of_seller(&self, rate: Rate) -> Option<RateFault> {
        if matches!(rate, Rate::Exempt | Rate::NotTaxed) || self.rates.is_empty() {
            return None;
        }
        let its = || {
            let same = move |it: &&UsableRate| it.rate.fraction() == rate.fraction();
            self.rates.iter().filter(same)
        };
        if its().any(|it| it.runs_on(self.day)) {
            return None;
        }
        let (day, printed) = (self.day, rate.printed());
        // The last day it ran, if it ever did.
        let ended = its()
            .map(|it| it.until.as_str())
            .filter(|until| !until.is_empty() && *until < day)
            .max();
        let (zh, en) = match ended {
            Some(until) => (
                format!("{printed} 只能用到 {until}，{day} 已不在税务机关为该销方核定的税率之内"),
                format!(
                    "the tax authority listed {printed} for this seller until {until} only, not on {day}"
                ),
            ),
            None => (
                format!("{printed} 在 {day} 不在税务机关为该销方核定的税率之内"),
                format!("the tax authority does not list {printed} for this seller on {day}"),
            ),
        };
        Some(RateFault {
            code: "E_RATE_NOT_USABLE",
            stop: "rate_not_usable",
            zh,
            en,
        })
    }

    /// What stands against a line of an invoice that is about to be issued: also a class code that ended.
    fn fault_of(&self, line: &InvoiceLine) -> Option<RateFault> {
        let versions = self.codes.versions(&line.tax_code);
        let runs = self.codes.on(&line.tax_code, self.day);
        match (versions.last(), runs) {
            (Some(last), None) => Some(ended(last, self.day)),
            _ => self.fault(line.rate, &line.tax_code),
        }
    }

    /// The invoice's lines held against the day, as the end of a step that a person looks at. Not for red letters: they
    /// repeat their blue invoice, whatever the law says by now.
    pub(crate) fn stop(&self, lines: &[InvoiceLine]) -> Option<StepError> {
        let faults: Vec<(u32, RateFault)> = lines
            .iter()
            .filter(|it| it.kind != LineKind::Discount)
            .filter_map(|it| Some((it.no, self.fault_of(it)?)))
            .collect();
        let (_, first) = faults.first()?;
        let zh: Vec<String> = faults
            .iter()
            .map(|(no, it)| format!("第 {no} 行：{}", it.zh))
            .collect();
        let en: Vec<String> = faults
            .iter()
            .map(|(no, it)| format!("line {no}: {}", it.en))
            .collect();
        Some(StepError::parked(
            first.stop,
            format!("{} / {}", zh.join("；"), en.join("; ")),
        ))
    }
}

/// Why a class code does not take a rate.
pub(crate) fn class_fault(code: &TaxCode, rate: Rate) -> RateFault {
    let printed = rate.printed();
    let (number, name) = (&code.code, &code.name);
    let (zh, en) = if matches!(rate, Rate::Exempt | Rate::NotTaxed) {
        (
            format!(
                "税收分类编码 {number}（{name}）不允许{printed}，可用的优惠政策：{}",
                code.policies
            ),
            format!("the class code {number} does not permit the rate {rate}"),
        )
    } else {
        let listed = |between: &str| {
            let it: Vec<String> = code
                .rates()
                .into_iter()
                .map(|it| Rate::Percent(it).printed())
                .collect();
            it.join(between)
        };
        (
            format!(
                "税收分类编码 {number}（{name}）允许 {}，不允许 {printed}",
                listed("、")
            ),
            format!(
                "the class code {number} permits {}, not {printed}",
                listed(", ")
            ),
        )
    };
    RateFault {
        code: "E_RATE_CLASS",
        stop: "rate_not_permitted",
        zh,
        en,
    }
}

fn ended(code: &TaxCode, day: &str) -> RateFault {
    let (number, name, from, until) = (&code.code, &code.name, &code.from, &code.until);
    let (zh, en) = if from.as_str() > day {
        (
            format!("税收分类编码 {number}（{name}）从 {from} 起才可用"),
            format!("the class code {number} may be used from {from} on only"),
        )
    } else {
        (
            format!("税收分类编码 {number}（{name}）已于 {until} 停用"),
            format!("the class code {number} ended on {until}"),
        )
    };
    RateFault {
        code: "E_TAX_CODE",
        stop: "class_code_ended",
        zh,
        en,
    }
}

/// Names every rate of a draft that cannot be used. Lines come with their place in the draft.
pub(crate) fn check_rates(
    lines: &[(usize, OrderLine)],
    known: &KnownRates<'_>,
    errors: &mut Vec<FieldError>,
) {
    for (index, line) in lines {
        let pointer = format!("/lines/{index}/rate");
        if known.rates.is_empty() {
            errors.push(FieldError::new(
                pointer,
                "E_RATES_UNKNOWN",
                "the seller's rates were never fetched from the tax side: whoever runs this platform has to set up the \
                 seller's direct connection or tax gateway (a fetch that was begun just now takes a minute)",
            ));
        } else if let Some(fault) = known.fault(line.rate, &line.tax_code) {
            let error = FieldError::new(pointer, fault.code, fault.en).in_chinese(fault.zh);
            errors.push(error);
        }
    }
}

/// Holds lines against what the tax side tells of the day, right before an invoice is drafted.
///
/// # Errors
/// [`StepError`]; a rate or class code that cannot be used is for a person.
pub(crate) async fn hold_rates(
    ports: &Ports,
    seller: &SellerId,
    lines: &[InvoiceLine],
) -> Result<(), StepError> {
    let (rates, codes) = (
        ports.store.usable_rates(seller).await?,
        ports.store.tax_codes().await?,
    );
    let known = KnownRates {
        rates: &rates,
        codes: &codes,
        day: &calendar::day(ports.clock.now()),
    };
    known.stop(lines).map_or(Ok(()), Err)
}

/// The same for an invoice that waited for its number.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn outdated(
    ports: &Ports,
    invoice: &Invoice,
) -> Result<Option<StepError>, StoreError> {
    match hold_rates(ports, &invoice.seller, &invoice.lines).await {
        Ok(()) => Ok(None),
        Err(StepError::Store(error)) => Err(error),
        Err(error) => Ok(Some(error)),
    }
}
