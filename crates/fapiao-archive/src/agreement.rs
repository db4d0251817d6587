//! The VAT of a month beside its month totals (汇总确认): from the one to the other in lines that add up to the fen.

use crate::{ArchiveError, tables::Cell};
use fapiao_domain::money::Fen;
use fapiao_usecases::{
    calendar,
    ports::{InvoicedSums, Issued, MonthFigures, Period, Ports, Scope, Summed, VatRow},
    records::IssuingMode,
};
use std::ops::{Add, Neg, Sub};

/// Columns of the sheet.
pub const COLUMNS: [&str; 5] = ["项目", "份数", "金额", "税额", "价税合计"];

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// All rows of the VAT.
    Table,
    /// Sales without an invoice, which month totals do not count.
    WithoutInvoice,
    /// What invoices' totals differ from the sum of their lines by: an invoice's tax is rounded once.
    Rounding,
    /// What was invoiced in the month.
    Invoiced,
    /// Of this, blue.
    Blue,
    /// Of this, red letters that take back invoices of the month.
    RedOfMonth,
    /// Of this, red letters that take back invoices of earlier months: they count in their own month.
    RedOfEarlier,
    /// Issued by external platforms and WeChat, whose month totals are not ours.
    Elsewhere,
    /// Issued or taken back since the month was compared.
    SinceCompared,
    /// What the page of month totals shows as ours.
    MonthTotals,
    /// What the tax side has more or less: each difference is on the page of month totals.
    Apart,
    /// What the tax side has.
    TaxSide,
}

impl Step {
    /// In Chinese and English.
    pub const fn words(self) -> [&'static str; 2] {
        match self {
            Step::Table => ["本表合计", "This table"],
            Step::WithoutInvoice => [
                "减：未开具发票（不在汇总确认内）",
                "Less sales without an invoice (not in month totals)",
            ],
            Step::Rounding => [
                "票面合计与明细之差（尾差）",
                "Rounding between totals and lines",
            ],
            Step::Invoiced => ["本月已开具发票", "Invoiced this month"],
            Step::Blue => ["其中：蓝字发票", "of this: blue invoices"],
            Step::RedOfMonth => [
                "其中：冲销本月发票的红字发票",
                "of this: red letters to invoices of this month",
            ],
            Step::RedOfEarlier => [
                "其中：冲销以前月份发票的红字发票",
                "of this: red letters to invoices of earlier months",
            ],
            Step::Elsewhere => [
                "减：第三方平台或微信开具（由其汇总）",
                "Less what other platforms issued (their totals)",
            ],
            Step::SinceCompared => [
                "减：比对之后的变动",
                "Less what changed since the comparison",
            ],
            Step::MonthTotals => ["汇总确认页的本系统数", "Ours on the page of month totals"],
            Step::Apart => [
                "税局与本系统之差（逐张见汇总确认页）",
                "What the tax side has more or less (see month totals)",
            ],
            Step::TaxSide => ["税局数", "The tax side"],
        }
    }

    /// Where a count begins or ends, rather than what leads from one to the next.
    pub const fn is_sum(self) -> bool {
        matches!(
            self,
            Step::Table | Step::Invoiced | Step::MonthTotals | Step::TaxSide
        )
    }

    /// Part of the line before, and not to be added.
    pub const fn is_part(self) -> bool {
        matches!(self, Step::Blue | Step::RedOfMonth | Step::RedOfEarlier)
    }
}

/// A line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it says.
    pub step: Step,
    /// How many invoices; `None` where lines of several rates would count one twice.
    pub count: Option<i64>,
    /// Net.
    pub net: Fen,
    /// Tax.
    pub tax: Fen,
}

impl Line {
    fn of(step: Step, sum: Sum) -> Line {
        Line {
            step,
            count: Some(sum.count),
            net: Fen::of_sum(sum.net),
            tax: Fen::of_sum(sum.tax),
        }
    }

    fn uncounted(step: Step, sum: Sum) -> Line {
        Line {
            count: None,
            ..Line::of(step, sum)
        }
    }

    /// Gross.
    pub fn gross(&self) -> Fen {
        self.net + self.tax
    }

    pub(crate) fn cells(&self) -> Vec<Cell> {
        vec![
            self.step.words()[0].into(),
            self.count.map_or_else(|| Cell::from("—"), Cell::from),
            self.net.into(),
            self.tax.into(),
            self.gross().into(),
        ]
    }
}

/// A count and two sums, added and taken off together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    count: i64,
    net: i64,
    tax: i64,
}

impl Add for Sum {
    type Output = Sum;

    fn add(self, other: Sum) -> Sum {
        Sum {
            count: self.count + other.count,
            net: self.net + other.net,
            tax: self.tax + other.tax,
        }
    }
}

impl Neg for Sum {
    type Output = Sum;

    fn neg(self) -> Sum {
        Sum {
            count: -self.count,
            net: -self.net,
            tax: -self.tax,
        }
    }
}

impl Sub for Sum {
    type Output = Sum;

    fn sub(self, other: Sum) -> Sum {
        self + -other
    }
}

impl From<Summed> for Sum {
    fn from(it: Summed) -> Sum {
        Sum {
            count: it.count,
            net: it.net,
            tax: it.tax,
        }
    }
}

impl From<MonthFigures> for Sum {
    fn from(it: MonthFigures) -> Sum {
        Sum {
            count: it.blue_count + it.red_count,
            net: it.blue_amount + it.red_amount,
            tax: it.blue_tax + it.red_tax,
        }
    }
}

/// A seller's month totals.
#[derive(Clone, Copy, Debug, Default)]
pub struct SellerMonth {
    /// As the ledger is now.
    pub now: MonthFigures,
    /// Ours and theirs when they were compared.
    pub compared: Option<(MonthFigures, Option<MonthFigures>)>,
}

/// The lines from the VAT of a month to its month totals; `months` are those of the sellers whose totals are ours to
/// confirm.
pub fn lines(rows: &[VatRow], sums: &InvoicedSums, months: &[SellerMonth]) -> Vec<Line> {
    let of = |rows: &mut dyn Iterator<Item = &VatRow>| {
        rows.fold(Sum::default(), |sum, row| Sum {
            count: 0,
            net: sum.net + row.blue_net.get() + row.red_net.get(),
            tax: sum.tax + row.blue_tax.get() + row.red_tax.get(),
        })
    };
    let table = of(&mut rows.iter());
    let without = of(&mut rows.iter().filter(|it| it.issued == Issued::None));
    let (blue, red, earlier) = (
        Sum::from(sums.blue),
        Sum::from(sums.red_of_period),
        Sum::from(sums.red_of_earlier),
    );
    let invoiced = blue + red + earlier;
    let mut lines = vec![
        Line::uncounted(Step::Table, table),
        Line::uncounted(Step::WithoutInvoice, -without),
    ];
    let rounding = Sum {
        count: 0,
        ..invoiced - (table - without)
    };
    if rounding != Sum::default() {
        lines.push(Line::uncounted(Step::Rounding, rounding));
    }
    lines.extend([
        Line::of(Step::Invoiced, invoiced),
        Line::of(Step::Blue, blue),
        Line::of(Step::RedOfMonth, red),
        Line::of(Step::RedOfEarlier, earlier),
    ]);
    if months.is_empty() {
        return lines;
    }
    let all = |of: &dyn Fn(&SellerMonth) -> MonthFigures| {
        let sums = months.iter().map(|it| Sum::from(of(it)));
        sums.fold(Sum::default(), Add::add)
    };
    let now = all(&|it| it.now);
    let shown = all(&|it| it.compared.map_or(it.now, |(ours, _)| ours));
    for (step, change) in [
        (Step::Elsewhere, now - invoiced),
        (Step::SinceCompared, shown - now),
    ] {
        if change != Sum::default() {
            lines.push(Line::of(step, change));
        }
    }
    lines.push(Line::of(Step::MonthTotals, shown));
    let theirs: Option<Vec<Sum>> = months
        .iter()
        .map(|it| it.compared.and_then(|(_, theirs)| theirs).map(Sum::from))
        .collect();
    if let Some(theirs) = theirs {
        let theirs = theirs.into_iter().fold(Sum::default(), Add::add);
        if theirs != shown {
            lines.push(Line::of(Step::Apart, theirs - shown));
        }
        lines.push(Line::of(Step::TaxSide, theirs));
    }
    lines
}

/// The same for a period that is a month of the whole company; `None` for any other period or scope.
///
/// # Errors
/// The database.
pub async fn of_month(
    ports: &Ports,
    scope: &Scope,
    period: &Period,
    rows: &[VatRow],
) -> Result<Option<Vec<Line>>, ArchiveError> {
    let month = calendar::month(period.from);
    if *scope != Scope::All || calendar::month_bounds(&month) != Some((period.from, period.until)) {
        return Ok(None);
    }
    let store = &ports.store;
    let sums = store.invoiced_sums(scope, period).await?;
    let mut months = Vec::new();
    for seller in store.sellers().await? {
        let is_asked = period.seller.as_ref().is_none_or(|id| *id == seller.id);
        if !is_asked {
            continue;
        }
        let check = store.month(&seller.id, &month).await?;
        // Whoever issues elsewhere has its totals there; a month that was compared here was issued here, whatever came since.
        if seller.mode != IssuingMode::SelfBuilt && check.is_none() {
            continue;
        }
        months.push(SellerMonth {
            now: store
                .month_figures(&seller.id, period.from, period.until)
                .await?,
            compared: check.map(|it| (it.ours, it.theirs)),
        });
    }
    Ok(Some(lines(rows, &sums, &months)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(issued: Issued, blue: (i64, i64), red: (i64, i64)) -> VatRow {
        VatRow {
            rate: "0.13".to_owned(),
            service: false,
            issued,
            blue_count: 1,
            blue_net: Fen::of_sum(blue.0),
            blue_tax: Fen::of_sum(blue.1),
            red_count: 1,
            red_net: Fen::of_sum(red.0),
            red_tax: Fen::of_sum(red.1),
        }
    }

    fn summed(count: i64, net: i64, tax: i64) -> Summed {
        Summed { count, net, tax }
    }

    fn figures(blue: (i64, i64, i64), red: (i64, i64, i64)) -> MonthFigures {
        MonthFigures {
            blue_count: blue.0,
            blue_amount: blue.1,
            blue_tax: blue.2,
            red_count: red.0,
            red_amount: red.1,
            red_tax: red.2,
        }
    }

    /// Each sum is the sum before it and everything between, and the parts of a sum are that sum.
    #[track_caller]
    fn assert_adds_up(lines: &[Line]) {
        let (mut net, mut tax) = (Fen::ZERO, Fen::ZERO);
        let mut parts = (0, Fen::ZERO, Fen::ZERO);
        for line in lines {
            if line.step.is_part() {
                parts.0 += line.count.unwrap();
                parts.1 += line.net;
                parts.2 += line.tax;
            } else if line.step.is_sum() && line.step != Step::Table {
                assert_eq!((net, tax), (line.net, line.tax), "{line:?} of {lines:?}");
            } else {
                net += line.net;
                tax += line.tax;
            }
        }
        let invoiced = lines.iter().find(|it| it.step == Step::Invoiced).unwrap();
        assert_eq!(
            parts,
            (invoiced.count.unwrap(), invoiced.net, invoiced.tax),
            "{lines:?}"
        );
    }

    fn steps(lines: &[Line]) -> Vec<Step> {
        lines.iter().map(|it| it.step).collect()
    }

    #[test]
    fn the_vat_and_the_month_totals_differ_by_lines_that_add_up() {
        let rows = [
            row(Issued::Ordinary, (30_000, 3_900), (-10_500, -1_365)),
            row(Issued::None, (7_000, 910), (-2_000, -260)),
        ];
        // The tax of one invoice is a fen more than that of its lines.
        let sums = InvoicedSums {
            blue: summed(3, 30_000, 3_901),
            red_of_period: summed(1, -500, -65),
            red_of_earlier: summed(1, -10_000, -1_300),
        };
        let ours = figures((2, 20_000, 2_601), (2, -10_500, -1_365));
        let now = SellerMonth {
            now: ours,
            compared: None,
        };
        let made = lines(&rows, &sums, &[now]);
        assert_adds_up(&made);
        assert_eq!(
            steps(&made),
            [
                Step::Table,
                Step::WithoutInvoice,
                Step::Rounding,
                Step::Invoiced,
                Step::Blue,
                Step::RedOfMonth,
                Step::RedOfEarlier,
                Step::Elsewhere,
                Step::MonthTotals
            ]
        );
        assert_eq!((made[1].net.get(), made[1].tax.get()), (-5_000, -650));
        assert_eq!((made[2].net.get(), made[2].tax.get()), (0, 1));
        let shown = made.last().unwrap();
        assert_eq!(
            (shown.count, shown.net.get(), shown.tax.get()),
            (Some(4), 9_500, 1_236)
        );
        // Compared before the last invoice came, and the tax side lacked one.
        let before = figures((1, 10_000, 1_301), (2, -10_500, -1_365));
        let theirs = figures((1, 10_000, 1_301), (1, -10_000, -1_300));
        let compared = SellerMonth {
            now: ours,
            compared: Some((before, Some(theirs))),
        };
        let made = lines(&rows, &sums, &[compared]);
        assert_adds_up(&made);
        assert_eq!(
            steps(&made)[7..],
            [
                Step::Elsewhere,
                Step::SinceCompared,
                Step::MonthTotals,
                Step::Apart,
                Step::TaxSide
            ]
        );
        assert_eq!(made[8].count, Some(-1));
    }

    #[test]
    fn a_month_that_agrees_has_no_differences() {
        let rows = [row(Issued::Special, (10_000, 1_300), (0, 0))];
        let sums = InvoicedSums {
            blue: summed(1, 10_000, 1_300),
            ..InvoicedSums::default()
        };
        let ours = figures((1, 10_000, 1_300), (0, 0, 0));
        let agreed = SellerMonth {
            now: ours,
            compared: Some((ours, Some(ours))),
        };
        let made = lines(&rows, &sums, &[agreed]);
        assert_adds_up(&made);
        let left: Vec<Step> = steps(&made)
            .into_iter()
            .filter(|it| !it.is_sum() && !it.is_part())
            .collect();
        assert_eq!(left, [Step::WithoutInvoice]);
        assert_eq!(made[1].gross(), Fen::ZERO);
        // Only what other platforms issue: there are no month totals of ours.
        assert_eq!(
            steps(&lines(&rows, &sums, &[])).last(),
            Some(&Step::RedOfEarlier)
        );
    }
}
