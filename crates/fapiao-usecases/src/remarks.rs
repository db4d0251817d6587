//! The remark of a blue invoice: what of an order, its seller and its title stands in it.

use crate::records::{Payment, Seller};
use fapiao_domain::{
    face::DifferenceTax,
    party::Title,
    payment::channel_of,
    remark::{RemarkParts, RemarkTooLong, RemarkUnit},
};

/// Most characters of a payment's number that the tax side takes beside the invoice (`jydh`).
pub(crate) const PAYMENT_NO_MAX: usize = 40;

/// Whose remark it is.
pub(crate) struct RemarkOf<'a> {
    /// What the order says itself.
    pub free: &'a str,
    /// How it was paid.
    pub payment: Option<&'a Payment>,
    /// Difference tax.
    pub difference: Option<&'a DifferenceTax>,
    /// Bank and clerks.
    pub seller: &'a Seller,
    /// The checked title, as soon as there is one.
    pub title: Option<&'a Title>,
}

impl RemarkOf<'_> {
    /// Its parts.
    pub(crate) fn parts(&self) -> RemarkParts {
        let shown = |bank: &str, account: &str| {
            let filled = !bank.trim().is_empty() || !account.trim().is_empty();
            (self.seller.rules.shows_banks && filled)
                .then(|| (bank.trim().to_owned(), account.trim().to_owned()))
        };
        RemarkParts {
            deduction: self.difference.map(|it| it.deduction),
            buyer_bank: self.title.and_then(|it| shown(&it.bank, &it.bank_account)),
            seller_bank: shown(&self.seller.party.bank, &self.seller.party.bank_account),
            free: self.free.to_owned(),
            payee: self.seller.payee.clone(),
            reviewer: self.seller.reviewer.clone(),
            payments: numbered(self.payment)
                .map(|it| {
                    let channel = channel_of(&it.channel).printed.to_owned();
                    (channel, it.transaction_no.clone())
                })
                .into_iter()
                .collect(),
            ..RemarkParts::default()
        }
    }
}

/// The payment, where it has a number: channel and number stand together or not at all.
fn numbered(payment: Option<&Payment>) -> Option<&Payment> {
    payment.filter(|it| !it.transaction_no.is_empty())
}

/// The payment as the tax side takes it beside the invoice. A number that is longer than its field, of an order accepted
/// before that was looked at, stands in the remark alone.
pub(crate) fn uploaded(payment: Option<&Payment>) -> Option<&Payment> {
    numbered(payment).filter(|it| it.transaction_no.chars().count() <= PAYMENT_NO_MAX)
}

/// What is to be told about a payment that is left out beside the invoice.
pub(crate) fn payment_notice(payment: Option<&Payment>) -> Option<String> {
    (numbered(payment).is_some() && uploaded(payment).is_none()).then(|| {
        format!(
            "W_PAYMENT_NO: the payment's number is longer than the {PAYMENT_NO_MAX} characters the tax side takes, so it \
             stands in the remark only"
        )
    })
}

/// [`RemarkTooLong`] in Chinese, without a stop.
pub(crate) fn too_long_in_chinese(error: RemarkTooLong) -> String {
    let unit = match error.unit {
        RemarkUnit::Characters => "字",
        RemarkUnit::DeviceBytes => "字节（汉字按 2 字节计）",
    };
    format!(
        "票面备注共 {} {unit}，最多 {} {unit}",
        error.length, error.limit
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_s_number_beyond_its_field_stays_in_the_remark_and_is_told() {
        let paid = |number: usize| Payment {
            channel: "wechat".to_owned(),
            transaction_no: "4".repeat(number),
            trade_no: String::new(),
        };
        let (short, long, none) = (paid(40), paid(41), paid(0));
        assert_eq!(uploaded(Some(&short)), Some(&short));
        assert_eq!(payment_notice(Some(&short)), None);
        assert_eq!(uploaded(Some(&long)), None);
        assert_eq!(numbered(Some(&long)), Some(&long));
        let told = payment_notice(Some(&long)).unwrap();
        assert!(told.starts_with("W_PAYMENT_NO: "), "{told}");
        assert_eq!(
            (numbered(Some(&none)), payment_notice(Some(&none))),
            (None, None)
        );
    }
}
