//! Planning a refund (退款) over an order: the fewest red letters, and what is invoiced anew.
//!
//! An order is read as if it were one big invoice: its computed lines, and against them everything that was given back.
//! What is left of a line is either on a paper (an issued invoice) or open (not invoiced yet). Giving back what is open
//! costs nothing; giving back what is on paper costs one red letter a paper.

mod choose;

use crate::{
    discount::allocate,
    line::{InvoiceLine, LineKind},
    money::Fen,
    red::{
        RedError, RedExtent, RedItem, RedLine, RedPlan, RedReason, Rest, plan_full, plan_part,
        remaining,
    },
    totals::Totals,
};
use choose::{Demand, Need, fewest};
use rust_decimal::Decimal;
use thiserror::Error;

/// An issued invoice of the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Its lines.
    pub lines: Vec<InvoiceLine>,
    /// By place, which line of the order each states; empty when they are the order's own.
    pub sources: Vec<u32>,
    /// What red letters took from it, or are about to take.
    pub earlier: Vec<RedLine>,
}

impl Paper {
    /// The order's line that a line of the paper states.
    pub fn source(&self, no: u32) -> u32 {
        let place = usize::try_from(no).unwrap_or(usize::MAX).wrapping_sub(1);
        self.sources.get(place).copied().unwrap_or(no)
    }
}

/// What is to be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// All that is left.
    Everything,
    /// Lines of the order, by the number of their (first) computed line.
    Lines(Vec<RedItem>),
    /// An amount with tax over the whole order: an allowance.
    Amount(Fen),
}

/// A red letter of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Which paper, counted from 0.
    pub paper: usize,
    /// Why: as asked, or, over several papers, the one of returned and ended that fits this paper.
    pub reason: RedReason,
    /// Its lines and sums.
    pub plan: RedPlan,
}

/// What is taken from a line of the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// By which letter, counted from 0; `None` when it was not invoiced yet.
    pub letter: Option<usize>,
    /// The order's line and the amounts, below zero.
    pub line: RedLine,
}

/// A refund, worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundPlan {
    /// The red letters, at most one a paper.
    pub letters: Vec<Letter>,
    /// What is taken from the order's lines.
    pub taken: Vec<Taken>,
    /// What is given back, above zero.
    pub totals: Totals,
    /// Whether what is left is invoiced anew, which needs the buyer's new agreement.
    pub reissue: bool,
}

/// Why a refund cannot be planned.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RefundError {
    /// A red letter cannot be planned.
    #[error(transparent)]
    Red(#[from] RedError),
    /// More than what is left of the order.
    #[error("{asked} cannot be given back: {left} is left of the order")]
    TooMuch {
        /// What was asked for.
        asked: Fen,
        /// What is left.
        left: Fen,
    },
    /// An amount without lines is an allowance.
    #[error("an amount without lines is an allowance: use reason 04, or name lines and quantities")]
    AmountNeedsAllowance,
    /// A wrongly issued invoice is not a refund.
    #[error(
        "reason 01 corrects a wrong invoice and gives no money back: red-letter that invoice in full and issue it anew"
    )]
    MistakeIsNoRefund,
    /// The papers do not agree with the order.
    #[error("line {0} of the order has less left than its invoices say")]
    Inconsistent(u32),
}

impl RefundError {
    /// The same fault, told by other line numbers: those a person counts the order's lines by.
    #[must_use]
    pub fn renumbered(self, number: impl Fn(u32) -> u32) -> Self {
        match self {
            Self::Red(error) => Self::Red(error.renumbered(number)),
            Self::Inconsistent(no) => Self::Inconsistent(number(no)),
            same
            @ (Self::TooMuch { .. } | Self::AmountNeedsAllowance | Self::MistakeIsNoRefund) => same,
        }
    }
}

/// How a line of the order stands.
struct Standing {
    rest: Rest,
    /// What each paper still has of it: paper, its line, the rest there.
    held: Vec<(usize, u32, Rest)>,
}

impl Standing {
    /// Amount and tax that are not on any paper.
    fn open(&self) -> (Fen, Fen) {
        let amount: Fen = self.held.iter().map(|(_, _, rest)| rest.amount).sum();
        let tax: Fen = self.held.iter().map(|(_, _, rest)| rest.tax).sum();
        (self.rest.amount - amount, self.rest.tax - tax)
    }

    /// Leaves only what one paper has; `false` when it has nothing.
    fn keep_only(&mut self, paper: usize) -> bool {
        self.held.retain(|(of, _, _)| *of == paper);
        let Some((_, _, held)) = self.held.first() else {
            return false;
        };
        self.rest.quantity = held.quantity;
        self.rest.amount = held.amount;
        self.rest.tax = held.tax;
        true
    }

    fn open_gross(&self) -> Fen {
        let (amount, tax) = self.open();
        amount + tax
    }

    fn open_quantity(&self) -> Option<Decimal> {
        let held: Decimal = self
            .held
            .iter()
            .filter_map(|(_, _, rest)| rest.quantity)
            .sum();
        self.rest.quantity.map(|it| it - held)
    }
}

fn standings(
    order: &[InvoiceLine],
    taken: &[RedLine],
    papers: &[Paper],
) -> Result<Vec<Standing>, RefundError> {
    let mut lines: Vec<Standing> = remaining(order, taken)?
        .into_iter()
        .map(|rest| Standing {
            rest,
            held: Vec::new(),
        })
        .collect();
    for (place, paper) in papers.iter().enumerate() {
        for rest in remaining(&paper.lines, &paper.earlier)? {
            if rest.gross() == Fen::ZERO {
                continue;
            }
            let source = paper.source(rest.line.no);
            let line = lines
                .iter_mut()
                .find(|it| it.rest.line.no == source)
                .ok_or(RefundError::Inconsistent(source))?;
            line.held.push((place, rest.line.no, rest));
        }
    }
    match lines.iter().find(|it| it.open_gross().is_negative()) {
        Some(line) => Err(RefundError::Inconsistent(line.rest.line.no)),
        None => Ok(lines),
    }
}

/// What is still to be invoiced: what is left of the order and on no paper. Beside each line the order's line it states.
///
/// # Errors
/// [`RefundError::Inconsistent`] when the papers say more than the order.
pub fn to_invoice(
    order: &[InvoiceLine],
    taken: &[RedLine],
    papers: &[Paper],
) -> Result<(Vec<InvoiceLine>, Vec<u32>), RefundError> {
    let mut made: Vec<InvoiceLine> = Vec::new();
    let mut sources = Vec::new();
    for line in standings(order, taken, papers)? {
        let gross = line.open_gross();
        if gross == Fen::ZERO {
            continue;
        }
        let no = line.rest.line.no;
        let untouched = line.held.is_empty() && taken.iter().all(|it| it.blue_no != no);
        if untouched {
            // With its discount beneath it, as it was sold.
            let own = order
                .iter()
                .skip_while(|it| it.no != no)
                .enumerate()
                .take_while(|(place, it)| *place == 0 || it.kind == LineKind::Discount)
                .map(|(_, it)| it.clone());
            for own in own {
                made.push(own);
                sources.push(no);
            }
            continue;
        }
        let (amount, tax) = line.open();
        let quantity = line.open_quantity().filter(|it| !it.is_zero());
        made.push(InvoiceLine {
            kind: LineKind::Normal,
            unit_price: quantity.and(line.rest.unit_price),
            quantity: quantity.filter(|_| line.rest.unit_price.is_some()),
            amount,
            tax,
            gross,
            ..line.rest.line.clone()
        });
        sources.push(no);
    }
    for (place, line) in made.iter_mut().enumerate() {
        line.no = place as u32 + 1;
    }
    Ok((made, sources))
}

/// How a refund is to be planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    /// Why.
    pub reason: RedReason,
    /// Only from this paper, counted from 0.
    pub only: Option<usize>,
    /// Whether a paper is taken back whole and what is left invoiced anew, even for a part.
    pub replace: bool,
}

/// Plans a refund. With `replace`, each paper it touches is taken back whole and what is left is invoiced anew, so that
/// the buyer's card shows the right amount again.
///
/// # Errors
/// [`RefundError`].
pub fn plan_refund(
    order: &[InvoiceLine],
    taken: &[RedLine],
    papers: &[Paper],
    manner: Manner,
    wish: &Wish,
) -> Result<RefundPlan, RefundError> {
    let Manner {
        reason,
        only,
        replace,
    } = manner;
    if reason == RedReason::Mistake {
        return Err(RefundError::MistakeIsNoRefund);
    }
    let mut lines = standings(order, taken, papers)?;
    if let Some(only) = only {
        lines.retain_mut(|line| line.keep_only(only));
    }
    let left: Fen = lines.iter().map(|it| it.rest.gross()).sum();
    if !left.is_positive() {
        return Err(RedError::NothingLeft.into());
    }
    let shares = match wish {
        Wish::Everything => everything(&lines),
        Wish::Amount(asked) if *asked > left => {
            return Err(RefundError::TooMuch {
                asked: *asked,
                left,
            });
        }
        Wish::Amount(asked) if !asked.is_positive() => return Err(RedError::NotPositive(0).into()),
        Wish::Amount(asked) if *asked == left => everything(&lines),
        Wish::Amount(_) if reason != RedReason::Allowance => {
            return Err(RefundError::AmountNeedsAllowance);
        }
        Wish::Amount(asked) => by_amount(&lines, papers.len(), *asked),
        Wish::Lines(items) => by_lines(order, &lines, items, reason)?,
    };
    carry(order, taken, papers, reason, shares, replace)
}

/// What is taken from where.
struct Shares {
    /// From lines that are not invoiced.
    open: Vec<RedItem>,
    /// From papers: paper, its line.
    on_paper: Vec<(usize, RedItem)>,
}

fn everything(lines: &[Standing]) -> Shares {
    let mut shares = Shares {
        open: Vec::new(),
        on_paper: Vec::new(),
    };
    for line in lines {
        if line.open_gross().is_positive() {
            shares.open.push(open_rest(line));
        }
        for (paper, no, _) in &line.held {
            let item = RedItem {
                blue_no: *no,
                extent: RedExtent::Rest,
            };
            shares.on_paper.push((*paper, item));
        }
    }
    shares
}

/// All of a line that is on no paper.
fn open_rest(line: &Standing) -> RedItem {
    let extent = match (line.held.is_empty(), line.open_quantity()) {
        (true, _) => RedExtent::Rest,
        (false, Some(quantity)) if !quantity.is_zero() => RedExtent::Quantity(quantity),
        (false, _) => RedExtent::Gross(line.open_gross()),
    };
    RedItem {
        blue_no: line.rest.line.no,
        extent,
    }
}

/// An allowance: first over what is not invoiced, then over as few papers as can be, shared out in proportion.
fn by_amount(lines: &[Standing], papers: usize, asked: Fen) -> Shares {
    let mut shares = Shares {
        open: Vec::new(),
        on_paper: Vec::new(),
    };
    let open: Vec<(u32, Fen)> = lines
        .iter()
        .map(|it| (it.rest.line.no, it.open_gross()))
        .collect();
    let all_open: Fen = open.iter().map(|(_, gross)| *gross).sum();
    let mut left = asked;
    let from_open = if all_open < left { all_open } else { left };
    shares.open = spread(from_open, &open);
    left -= from_open;
    let mut pools: Vec<(usize, Vec<(u32, Fen)>)> = (0..papers)
        .map(|paper| {
            let held = lines.iter().flat_map(|it| &it.held);
            let own = held.filter(|(of, _, _)| *of == paper);
            (paper, own.map(|(_, no, it)| (*no, it.gross())).collect())
        })
        .collect();
    let size = |pool: &[(u32, Fen)]| -> Fen { pool.iter().map(|(_, gross)| *gross).sum() };
    pools.sort_by_key(|(_, pool)| std::cmp::Reverse(size(pool)));
    while left.is_positive() && !pools.is_empty() {
        // The smallest paper that suffices, else the largest.
        let last = pools.iter().rposition(|(_, pool)| size(pool) >= left);
        let (paper, pool) = pools.remove(last.unwrap_or(0));
        let all = size(&pool);
        let part = if all < left { all } else { left };
        let items = spread(part, &pool).into_iter();
        shares.on_paper.extend(items.map(|item| (paper, item)));
        left -= part;
    }
    shares
}

fn spread(amount: Fen, over: &[(u32, Fen)]) -> Vec<RedItem> {
    let gross: Vec<Fen> = over.iter().map(|(_, gross)| *gross).collect();
    let parts = allocate(amount, &gross).unwrap_or_default();
    over.iter()
        .zip(parts)
        .filter(|(_, part)| part.is_positive())
        .map(|((no, gross), part)| RedItem {
            blue_no: *no,
            extent: if part == *gross {
                RedExtent::Rest
            } else {
                RedExtent::Gross(part)
            },
        })
        .collect()
}

/// Named lines: what is open first, the rest over the fewest papers.
fn by_lines(
    order: &[InvoiceLine],
    lines: &[Standing],
    items: &[RedItem],
    reason: RedReason,
) -> Result<Shares, RefundError> {
    let mut shares = Shares {
        open: Vec::new(),
        on_paper: Vec::new(),
    };
    let mut demands = Vec::new();
    if items.is_empty() {
        return Err(RedError::NothingLeft.into());
    }
    for (place, item) in items.iter().enumerate() {
        let no = item.blue_no;
        if items[..place].iter().any(|it| it.blue_no == no) {
            return Err(RedError::Repeated(no).into());
        }
        let line = lines
            .iter()
            .find(|it| it.rest.line.no == no)
            .ok_or_else(|| missing(order, no))?;
        if !line.rest.gross().is_positive() {
            return Err(RedError::NothingLeft.into());
        }
        let open_gross = line.open_gross();
        let mut need = match item.extent {
            RedExtent::Rest => Need::All,
            RedExtent::Quantity(asked) => {
                let left = line
                    .rest
                    .quantity
                    .filter(|_| reason != RedReason::Allowance);
                let left = left.ok_or(RedError::NeedsAmount(no))?;
                Need::Quantity(bounded(no, asked, left)?)
            }
            RedExtent::Gross(asked) => {
                if reason != RedReason::Allowance && line.rest.quantity.is_some() {
                    return Err(RedError::NeedsQuantity(no).into());
                }
                bounded(no, asked.yuan(), line.rest.gross().yuan())?;
                Need::Gross(asked)
            }
        };
        if open_gross.is_positive() {
            let (taken, left) = need.first_from(line.open_quantity(), open_gross);
            let extent = match taken {
                None => open_rest(line).extent,
                Some(Need::Quantity(quantity)) => RedExtent::Quantity(quantity),
                Some(Need::Gross(gross)) => RedExtent::Gross(gross),
                Some(Need::All) => RedExtent::Rest,
            };
            shares.open.push(RedItem {
                blue_no: no,
                extent,
            });
            match left {
                Some(left) => need = left,
                None => continue,
            }
        }
        demands.push(Demand {
            need,
            holders: line
                .held
                .iter()
                .map(|(paper, no, rest)| (*paper, *no, rest.quantity, rest.gross()))
                .collect(),
        });
    }
    shares.on_paper = fewest(&demands);
    Ok(shares)
}

/// Why a line of the order cannot be found among those that have an amount.
fn missing(order: &[InvoiceLine], no: u32) -> RedError {
    let is_sold = |it: &InvoiceLine| it.no == no && it.kind != LineKind::Discount;
    if order.iter().any(is_sold) {
        RedError::Gift(no)
    } else {
        RedError::UnknownLine(no)
    }
}

fn bounded(no: u32, asked: Decimal, left: Decimal) -> Result<Decimal, RedError> {
    if asked <= Decimal::ZERO {
        return Err(RedError::NotPositive(no));
    }
    if asked > left {
        return Err(RedError::TooMuch {
            blue_no: no,
            asked,
            left,
        });
    }
    Ok(asked)
}

/// Works the shares out.
fn carry(
    order: &[InvoiceLine],
    taken: &[RedLine],
    papers: &[Paper],
    reason: RedReason,
    shares: Shares,
    replace: bool,
) -> Result<RefundPlan, RefundError> {
    let mut plan = RefundPlan {
        letters: Vec::new(),
        taken: Vec::new(),
        totals: Totals::default(),
        reissue: false,
    };
    let mut before = taken.to_vec();
    for item in shares.open {
        let line = open_part(order, &before, item)?;
        before.push(line.clone());
        plan.taken.push(Taken { letter: None, line });
    }
    for (place, paper) in papers.iter().enumerate() {
        let own = shares.on_paper.iter().filter(|(of, _)| *of == place);
        let items: Vec<RedItem> = own.map(|(_, item)| *item).collect();
        if items.is_empty() {
            continue;
        }
        let reason = match papers {
            // Who takes one paper back is told when the reason does not fit it.
            [_] => reason,
            _ => reason.fitting(&paper.lines),
        };
        // A person named lines of the order, and is told of them.
        let told = |error: RedError| error.renumbered(|no| paper.source(no));
        let part = plan_part(&paper.lines, &paper.earlier, reason, &items).map_err(told)?;
        let letter = plan.letters.len();
        let lines = part.lines.iter().map(|it| Taken {
            letter: Some(letter),
            line: RedLine {
                blue_no: paper.source(it.blue_no),
                line: it.line.clone(),
            },
        });
        plan.taken.extend(lines);
        let whole = part.completes || !replace;
        plan.reissue |= !whole;
        let red = if whole {
            part
        } else {
            plan_full(&paper.lines, &paper.earlier, reason).map_err(told)?
        };
        plan.letters.push(Letter {
            paper: place,
            reason,
            plan: red,
        });
    }
    for it in &plan.taken {
        plan.totals.amount -= it.line.line.amount;
        plan.totals.tax -= it.line.line.tax;
    }
    plan.totals.total = plan.totals.amount + plan.totals.tax;
    Ok(plan)
}

/// A part of a line that no invoice states yet. No reason has to be told to anybody: the one that fits is taken.
fn open_part(
    order: &[InvoiceLine],
    before: &[RedLine],
    item: RedItem,
) -> Result<RedLine, RefundError> {
    let reasons = match item.extent {
        RedExtent::Gross(_) => [RedReason::Allowance, RedReason::Allowance],
        RedExtent::Rest | RedExtent::Quantity(_) => [RedReason::Returned, RedReason::Ended],
    };
    let mut tried = Err(RedError::NothingLeft);
    for reason in reasons {
        tried = plan_part(order, before, reason, &[item]);
        if !matches!(tried, Err(RedError::Reason { .. })) {
            break;
        }
    }
    tried?
        .lines
        .pop()
        .ok_or_else(|| RedError::NothingLeft.into())
}

#[cfg(test)]
mod tests;
