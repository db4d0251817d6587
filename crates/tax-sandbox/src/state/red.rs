//! Red confirmations (红字发票信息确认单) and their thirteen states.

use serde::{Deserialize, Serialize};

use super::State;
use crate::amount::Amount;
use crate::clock::{HOUR, Millis};
use crate::wire::wire_struct;

/// An unanswered form lapses after this long.
const ANSWER_WITHIN: Millis = 72 * HOUR;

wire_struct! {
    /// The application (`QDHZQRDSQ`) as sent.
    RedApplication {
        text: [
            lrfsf, xsfnsrsbh, xsfmc, gmfnsrsbh, gmfmc, lzfpdm, lzfphm, sfzzfpbz, lzkprq,
            lzfppz_dm as "lzfppzDm", lzfp_tdyslx_dm as "lzfpTdyslxDm", chyy_dm as "chyyDm",
        ],
        num: [lzhjje, lzhjse, hzcxje, hzcxse],
        list: [hzqrdmx_list as "hzqrdmxList": RedRow],
    }
}

wire_struct! {
    /// One row of a form.
    RedRow {
        text: [sphfwssflhbbm, hwhyslwfwmc, spfwjc, xmmc, ggxh, dw, fpspdj, fpspsl],
        num: [lzmxxh, xh, je, sl1, se],
        list: [],
    }
}

/// Who acts on a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Seller,
    Buyer,
}

/// One form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RedForm {
    /// 32 hexadecimal digits.
    pub(crate) uuid: String,
    /// The form's number (红字确认单编号), 20 digits.
    pub(crate) number: String,
    /// The blue invoice's seller, whose ledger it concerns.
    pub(crate) taxpayer: String,
    /// `hzqrxxztDm`, `01` to `13`, as last written; [`RedForm::state_at`] also lets it lapse.
    pub(crate) state: String,
    pub(crate) entered_at: Millis,
    #[serde(default)]
    pub(crate) answered_at: Millis,
    /// The red invoice issued for it.
    #[serde(default)]
    pub(crate) red_number: String,
    #[serde(default)]
    pub(crate) red_at: Millis,
    pub(crate) application: RedApplication,
}

impl RedApplication {
    /// Its blue invoice: the number, of a device's invoice with the code before it.
    pub(crate) fn blue(&self) -> String {
        format!("{}{}", self.lzfpdm, self.lzfphm)
    }
}

impl RedForm {
    /// The state, with `07` once 72 hours passed without an answer.
    pub(crate) fn state_at(&self, now: Millis) -> &str {
        let waiting = matches!(self.state.as_str(), "02" | "03");
        if waiting && self.entered_at + ANSWER_WITHIN <= now {
            "07"
        } else {
            &self.state
        }
    }

    /// A red invoice may be issued for it.
    pub(crate) fn usable(&self, now: Millis) -> bool {
        self.red_number.is_empty() && matches!(self.state_at(now), "01" | "04")
    }

    /// It locks its blue invoice.
    pub(crate) fn open(&self, now: Millis) -> bool {
        self.red_number.is_empty() && matches!(self.state_at(now), "01" | "02" | "03" | "04")
    }

    /// The state after `side` answers `Y` (agree), `N` (refuse) or `C` (withdraw), or why not.
    pub(crate) fn answered(
        &self,
        side: Side,
        answer: &str,
        now: Millis,
    ) -> Result<&'static str, String> {
        if !self.red_number.is_empty() {
            return Err(format!(
                "确认单 {} 已由 {} 开具",
                self.number, self.red_number
            ));
        }
        let state = self.state_at(now);
        let started_by_seller = self.application.lrfsf == "0";
        let next = match (state, side, answer) {
            ("02", Side::Buyer, "Y") | ("03", Side::Seller, "Y") => "04",
            ("02", Side::Buyer, "N") => "05",
            ("03", Side::Seller, "N") => "06",
            ("01" | "02", Side::Seller, "C") | ("03", Side::Buyer, "C") => "08",
            // The side that confirmed, and so acted last, may withdraw.
            ("04", Side::Buyer, "C") if started_by_seller => "09",
            ("04", Side::Seller, "C") if !started_by_seller => "09",
            _ => {
                return Err(format!(
                    "确认单 {} 的状态为 {state}，{}不能答复 {answer}",
                    self.number,
                    match side {
                        Side::Seller => "销售方",
                        Side::Buyer => "购买方",
                    },
                ));
            }
        };
        Ok(next)
    }
}

/// What is left of one blue line: its discount folded in, earlier reds taken off; fen.
#[derive(Clone, Debug)]
pub(crate) struct Remaining {
    /// `mxxh` of the blue line.
    pub(crate) line: i64,
    pub(crate) quantity: Option<Amount>,
    pub(crate) price: Option<Amount>,
    pub(crate) net: i64,
    pub(crate) tax: i64,
    pub(crate) full_net: i64,
    pub(crate) full_tax: i64,
    pub(crate) full_quantity: Option<Amount>,
    pub(crate) row: crate::invoice::Line,
}

impl State {
    /// The lines of a blue invoice as they stand.
    pub(crate) fn remaining(&self, blue: &crate::invoice::Invoice) -> Vec<Remaining> {
        let mut rows: Vec<Remaining> = Vec::new();
        for line in &blue.fpmx_list {
            let (net, tax) = (fen(line.je), fen(line.se));
            if line.fphxz == "01"
                && let Some(row) = rows.last_mut()
            {
                row.net += net;
                row.tax += tax;
                row.full_net += net;
                row.full_tax += tax;
                row.price = row
                    .full_quantity
                    .and_then(|q| folded_price(row.full_net, q));
                continue;
            }
            let quantity = Amount::parse(&line.sl).ok();
            rows.push(Remaining {
                line: line.mxxh.and_then(Amount::fen).unwrap_or_default() / 100,
                quantity,
                price: Amount::parse(&line.dj).ok(),
                net,
                tax,
                full_net: net,
                full_tax: tax,
                full_quantity: quantity,
                row: line.clone(),
            });
        }
        // Lines whose price went down by an allowance.
        let mut allowed = Vec::new();
        for form in self
            .forms
            .values()
            .filter(|f| f.application.blue() == blue.fphm && !f.red_number.is_empty())
        {
            for red in &form.application.hzqrdmx_list {
                take(
                    &mut rows,
                    &mut allowed,
                    red.lzmxxh,
                    (red.je, red.se, &red.fpspsl),
                );
            }
        }
        // What the device itself took back before it was handed back.
        for red in self.device_reds(&blue.fphm) {
            for line in &red.fpmx_list {
                take(
                    &mut rows,
                    &mut allowed,
                    line.dylzfpmxxh,
                    (line.je, line.se, &line.sl),
                );
            }
        }
        // After an allowance the price is what remains, shared over what remains: after all forms, which stand here in no
        // order of time.
        for row in rows.iter_mut().filter(|row| allowed.contains(&row.line)) {
            if let Some(left) = row.quantity.filter(|it| !it.0.is_zero()) {
                row.price = folded_price(row.net, left);
            }
        }
        rows
    }
}

/// Takes a red line off its blue one; notes those that lose amount without quantity.
fn take(
    rows: &mut [Remaining],
    allowed: &mut Vec<i64>,
    of: Option<Amount>,
    (net, tax, quantity): (Option<Amount>, Option<Amount>, &str),
) {
    let of = of.and_then(Amount::fen).unwrap_or_default() / 100;
    let Some(row) = rows.iter_mut().find(|row| row.line == of) else {
        return;
    };
    row.net += fen(net);
    row.tax += fen(tax);
    if let (Some(left), Ok(less)) = (row.quantity, Amount::parse(quantity)) {
        row.quantity = Some(Amount(left.0 + less.0));
    } else if quantity.is_empty() && row.quantity.is_some() {
        allowed.push(of);
    }
}

fn fen(amount: Option<Amount>) -> i64 {
    amount.and_then(Amount::fen).unwrap_or_default()
}

fn folded_price(net: i64, quantity: Amount) -> Option<Amount> {
    crate::amount::decimal(net)
        .checked_div(quantity.0)
        .map(|price| Amount(price.round_dp(13)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(state: &str, by: &str) -> RedForm {
        RedForm {
            uuid: "u".into(),
            number: "n".into(),
            taxpayer: "t".into(),
            state: state.into(),
            entered_at: 0,
            answered_at: 0,
            red_number: String::new(),
            red_at: 0,
            application: RedApplication {
                lrfsf: by.into(),
                ..RedApplication::default()
            },
        }
    }

    #[test]
    fn only_the_side_that_is_asked_may_answer_and_only_the_last_actor_withdraw() {
        let cases = [
            ("02", "0", Side::Buyer, "Y", Some("04")),
            ("02", "0", Side::Buyer, "N", Some("05")),
            ("02", "0", Side::Seller, "Y", None),
            ("02", "0", Side::Seller, "C", Some("08")),
            ("03", "1", Side::Seller, "Y", Some("04")),
            ("03", "1", Side::Seller, "N", Some("06")),
            ("03", "1", Side::Buyer, "C", Some("08")),
            ("03", "1", Side::Seller, "C", None),
            ("01", "0", Side::Seller, "C", Some("08")),
            ("01", "0", Side::Buyer, "C", None),
            ("04", "0", Side::Buyer, "C", Some("09")),
            ("04", "0", Side::Seller, "C", None),
            ("04", "1", Side::Seller, "C", Some("09")),
            ("05", "0", Side::Seller, "C", None),
            ("08", "0", Side::Buyer, "Y", None),
        ];
        for (state, by, side, answer, expected) in cases {
            let next = form(state, by).answered(side, answer, HOUR).ok();
            assert_eq!(
                next, expected,
                "{state} started by {by}, {side:?} says {answer}"
            );
        }
    }

    #[test]
    fn seventy_two_hours_without_an_answer_end_a_form() {
        let waiting = form("02", "0");
        assert_eq!(waiting.state_at(72 * HOUR - 1), "02");
        assert_eq!(waiting.state_at(72 * HOUR), "07");
        assert!(waiting.answered(Side::Buyer, "Y", 72 * HOUR).is_err());
        assert_eq!(form("01", "0").state_at(720 * HOUR), "01");
    }
}
