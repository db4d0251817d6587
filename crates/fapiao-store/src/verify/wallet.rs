//! Cards in wallets beside the deliveries, invoices and documents of the same orders.

use super::states::Thing;
use std::collections::HashSet;

/// A card as its row has it.
pub(super) struct Card<'a> {
    pub(super) delivery: &'a str,
    pub(super) state: &'a str,
    pub(super) invoice: &'a str,
}

impl Card<'_> {
    /// Whether it reached the wallet, as far as we know.
    fn is_delivered(&self) -> bool {
        !matches!(self.state, "uploading" | "inserting")
    }
}

/// What was compared in a range of orders.
#[derive(Default)]
pub(super) struct Wallet {
    /// Deliveries that are carded.
    pub(super) carded: i64,
    /// Cards in wallets.
    pub(super) delivered: i64,
    /// I5b.
    pub(super) mismatched: Vec<String>,
    /// I10.
    pub(super) without_pdf: Vec<String>,
}

/// Compares both ways. `documents` are invoice, format and hash; `state` tells how a thing of these orders stands.
pub(super) fn compare<'a>(
    carded: impl Iterator<Item = &'a str>,
    cards: &[Card<'a>],
    documents: &[[&'a str; 3]],
    state: impl Fn(Thing, &str) -> Option<&'a str>,
) -> Wallet {
    let mut wallet = Wallet::default();
    let delivered = || cards.iter().filter(|it| it.is_delivered());
    let proper: HashSet<&str> = delivered()
        .filter(|it| {
            let invoice = state(Thing::Invoice, it.invoice);
            matches!(invoice, Some("issued" | "partly_red" | "fully_red"))
        })
        .map(|it| it.delivery)
        .collect();
    for delivery in carded {
        wallet.carded += 1;
        if !proper.contains(delivery) {
            wallet.mismatched.push(format!(
                "delivery {delivery} is carded without a delivered card of an issued invoice"
            ));
        }
    }
    let printed: HashSet<&str> = documents
        .iter()
        .filter(|[_, format, _]| *format == "pdf")
        .map(|[invoice, ..]| *invoice)
        .collect();
    for card in delivered() {
        wallet.delivered += 1;
        match state(Thing::Delivery, card.delivery) {
            Some("carded") => {}
            stands => wallet.mismatched.push(format!(
                "delivery {} is {} but its card is {}",
                card.delivery,
                stands.unwrap_or("gone"),
                card.state
            )),
        }
        if !printed.contains(card.invoice) {
            let told = format!("invoice {} has no recorded pdf", card.invoice);
            wallet.without_pdf.push(told);
        }
    }
    wallet.mismatched.sort();
    wallet.without_pdf.sort();
    wallet
}
