//! The fewest papers that cover what is wanted.

use crate::{
    money::Fen,
    red::{RedExtent, RedItem},
};
use rust_decimal::Decimal;

/// Up to so many papers that are not needed anyhow every combination is tried; of more, those that cover most are taken
/// first and what turns out not to be needed is left out again.
const TRIED: usize = 14;

/// How much of a line is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    All,
    Quantity(Decimal),
    Gross(Fen),
}

impl Need {
    /// Takes from what is not invoiced first. `None` beside what is taken: all of the open part; `None` beside what is
    /// left: nothing is left.
    pub(super) fn first_from(
        self,
        open_quantity: Option<Decimal>,
        open_gross: Fen,
    ) -> (Option<Need>, Option<Need>) {
        match (self, open_quantity) {
            (Need::Quantity(asked), Some(open)) if asked > open => {
                (None, Some(Need::Quantity(asked - open)))
            }
            (Need::Quantity(asked), Some(open)) if asked == open => (None, None),
            (Need::Gross(asked), _) if asked > open_gross => {
                (None, Some(Need::Gross(asked - open_gross)))
            }
            (Need::Gross(asked), _) if asked == open_gross => (None, None),
            (Need::All, _) => (None, Some(Need::All)),
            (part, _) => (Some(part), None),
        }
    }
}

/// A line that is wanted, and the papers that have it: paper, its line, quantity and gross left there.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    pub(super) need: Need,
    pub(super) holders: Vec<(usize, u32, Option<Decimal>, Fen)>,
}

impl Demand {
    fn covered_by(&self, chosen: &[usize]) -> bool {
        let within = self
            .holders
            .iter()
            .filter(|(paper, ..)| chosen.contains(paper));
        match self.need {
            Need::All => self
                .holders
                .iter()
                .all(|(paper, ..)| chosen.contains(paper)),
            Need::Quantity(asked) => {
                let held: Decimal = within.filter_map(|(_, _, quantity, _)| *quantity).sum();
                held >= asked
            }
            Need::Gross(asked) => {
                let held: Fen = within.map(|(_, _, _, gross)| *gross).sum();
                held >= asked
            }
        }
    }

    /// How much of it some papers cover, in millionths.
    fn share_covered(&self, chosen: &[usize]) -> u64 {
        const WHOLE: i128 = 1_000_000;
        let within = self
            .holders
            .iter()
            .filter(|(paper, ..)| chosen.contains(paper));
        let share = match self.need {
            Need::All => WHOLE * within.count() as i128 / self.holders.len().max(1) as i128,
            Need::Quantity(asked) => {
                let held: Decimal = within.filter_map(|(_, _, quantity, _)| *quantity).sum();
                let share = held.checked_div(asked).unwrap_or(Decimal::ONE);
                (share.min(Decimal::ONE) * Decimal::from(1_000_000))
                    .trunc()
                    .mantissa()
            }
            Need::Gross(asked) => {
                let held: Fen = within.map(|(_, _, _, gross)| *gross).sum();
                WHOLE * i128::from(held.get()) / i128::from(asked.get()).max(1)
            }
        };
        u64::try_from(share.clamp(0, WHOLE)).unwrap_or_default()
    }

    fn take(&self, chosen: &[usize], items: &mut Vec<(usize, RedItem)>) {
        let mut need = self.need;
        for (paper, no, quantity, gross) in &self.holders {
            if !chosen.contains(paper) {
                continue;
            }
            let extent = match need {
                Need::All => RedExtent::Rest,
                Need::Quantity(left) => {
                    let held = quantity.unwrap_or_default();
                    if left.is_zero() || held.is_zero() {
                        continue;
                    }
                    let part = left.min(held);
                    need = Need::Quantity(left - part);
                    if part == held {
                        RedExtent::Rest
                    } else {
                        RedExtent::Quantity(part)
                    }
                }
                Need::Gross(left) => {
                    if !left.is_positive() {
                        continue;
                    }
                    let part = if left < *gross { left } else { *gross };
                    need = Need::Gross(left - part);
                    if part == *gross {
                        RedExtent::Rest
                    } else {
                        RedExtent::Gross(part)
                    }
                }
            };
            let item = RedItem {
                blue_no: *no,
                extent,
            };
            items.push((*paper, item));
        }
    }
}

/// The fewest papers that cover all demands, and what is taken from each of their lines.
pub(super) fn fewest(demands: &[Demand]) -> Vec<(usize, RedItem)> {
    let mut papers: Vec<usize> = demands
        .iter()
        .flat_map(|it| it.holders.iter().map(|(paper, ..)| *paper))
        .collect();
    papers.sort_unstable();
    papers.dedup();
    let covered = |chosen: &[usize]| demands.iter().all(|it| it.covered_by(chosen));
    // What cannot be done without is in every answer.
    let (needed, others): (Vec<usize>, Vec<usize>) = papers.iter().partition(|paper| {
        let without: Vec<usize> = papers.iter().copied().filter(|it| it != *paper).collect();
        !covered(&without)
    });
    let chosen = if others.len() <= TRIED {
        smallest_combination(&needed, &others, &covered)
    } else {
        most_covering(needed, others, demands)
    };
    let mut items = Vec::new();
    for demand in demands {
        demand.take(&chosen, &mut items);
    }
    items
}

fn smallest_combination(
    needed: &[usize],
    others: &[usize],
    covered: &dyn Fn(&[usize]) -> bool,
) -> Vec<usize> {
    let pick = |mask: u32| -> Vec<usize> {
        let picked = others
            .iter()
            .enumerate()
            .filter(|(place, _)| mask & (1 << place) != 0)
            .map(|(_, paper)| *paper);
        let mut chosen: Vec<usize> = needed.iter().copied().chain(picked).collect();
        chosen.sort_unstable();
        chosen
    };
    let mut masks: Vec<u32> = (0..1_u32 << others.len()).collect();
    // Stable: among equally few, the older papers.
    masks.sort_by_key(|mask| mask.count_ones());
    masks
        .into_iter()
        .map(pick)
        .find(|chosen| covered(chosen))
        .unwrap_or_else(|| pick(u32::MAX))
}

/// Adds the paper that brings the demands nearest to their end, until all are met; then leaves out what is not needed
/// after all. For a single line this is the fewest, for several it is close.
fn most_covering(needed: Vec<usize>, mut others: Vec<usize>, demands: &[Demand]) -> Vec<usize> {
    let mut chosen = needed;
    while let Some(place) = (0..others.len()).max_by_key(|place| {
        let with: Vec<usize> = chosen.iter().copied().chain([others[*place]]).collect();
        let met: u64 = demands.iter().map(|it| it.share_covered(&with)).sum();
        (met, std::cmp::Reverse(*place))
    }) {
        if demands.iter().all(|it| it.covered_by(&chosen)) {
            break;
        }
        chosen.push(others.remove(place));
    }
    for paper in chosen.clone() {
        let without: Vec<usize> = chosen.iter().copied().filter(|it| *it != paper).collect();
        if demands.iter().all(|it| it.covered_by(&without)) {
            chosen = without;
        }
    }
    chosen.sort_unstable();
    chosen
}
