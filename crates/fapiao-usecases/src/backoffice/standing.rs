//! Where an order stands and what a person may do about it: one sentence, one act.

use crate::records::{Delivery, Invoice, JobRow};
use chrono::{DateTime, Utc};
use fapiao_domain::{
    delivery::{DeliveryState, PageType},
    ids::{DeliveryId, InvoiceId, JobId},
    invoice::InvoiceState,
    order::OrderState,
};

/// Where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nobody has been asked for a title yet.
    NoDelivery,
    /// The buyer has the link.
    AwaitsBuyer {
        /// What the buyer does there.
        page: PageType,
        /// Since when.
        since: DateTime<Utc>,
        /// Until when.
        until: DateTime<Utc>,
        /// Whether the page was opened.
        opened: bool,
    },
    /// The buyer agreed; the invoice is being drawn up.
    Drafting {
        /// When the buyer agreed.
        since: DateTime<Utc>,
    },
    /// The invoice waits for a number or quota.
    Blocked {
        /// Why.
        reason: String,
    },
    /// It is with the tax authority.
    AtTaxAuthority {
        /// Since when.
        since: DateTime<Utc>,
    },
    /// An answer of the tax authority was lost; it is asked again under the same number.
    OutcomeUnknown,
    /// Issued; the card is on its way to the wallet.
    OnTheWayToWallet {
        /// The number.
        number: String,
    },
    /// A step stopped and needs a person.
    Stuck {
        /// The job's kind.
        kind: String,
        /// What kind of trouble.
        code: String,
        /// Why, in words.
        reason: String,
    },
    /// Done.
    InWallet {
        /// The number.
        number: String,
    },
    /// Offset in full by red letters (已全额红冲).
    TakenBack {
        /// The number of the blue invoice.
        number: String,
    },
    /// A red invoice (红字发票) that is issued. It has no card of its own.
    RedLetter {
        /// Its number.
        number: String,
    },
    /// Issued, and no card will come: the download remains.
    IssuedOnly {
        /// The number.
        number: String,
        /// Why there is no card.
        reason: String,
    },
    /// The tax authority refused it.
    RefusedByTax {
        /// Its own words.
        reason: String,
    },
    /// The shop, or the buyer, refused.
    Refused {
        /// Why.
        reason: String,
    },
    /// The buyer did not come in time.
    Expired {
        /// When it ended.
        at: DateTime<Utc>,
    },
    /// It failed before an invoice existed.
    Failed {
        /// Why.
        reason: String,
    },
    /// The order was cancelled.
    Cancelled,
}

/// The one act that helps now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing to do.
    Nothing,
    /// Make a (new) link for the buyer.
    MakeDelivery,
    /// Correct the title, or accept it.
    CorrectTitle(DeliveryId),
    /// Run the stopped step again.
    RetryJob(JobId),
    /// Look at the invoice.
    OpenInvoice(InvoiceId),
}

/// Where it stands, and the act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where.
    pub place: Place,
    /// What to do.
    pub next: Next,
}

/// Decides from the newest delivery, its invoice, and the job that stopped, if any.
pub fn standing(
    order: OrderState,
    delivery: Option<&Delivery>,
    invoice: Option<&Invoice>,
    stopped: Option<&JobRow>,
    now: DateTime<Utc>,
) -> Standing {
    let Some(delivery) = delivery else {
        return if order == OrderState::Cancelled {
            stands(Place::Cancelled, Next::Nothing)
        } else {
            stands(Place::NoDelivery, Next::MakeDelivery)
        };
    };
    if let Some(job) = stopped {
        let next = if job.code.starts_with("title_") {
            Next::CorrectTitle(delivery.id.clone())
        } else {
            Next::RetryJob(job.id.clone())
        };
        let place = Place::Stuck {
            kind: job.kind.clone(),
            code: job.code.clone(),
            reason: job.reason.clone(),
        };
        return stands(place, next);
    }
    let issued = invoice.filter(|it| it.state.is_issued());
    let number = |it: &Invoice| {
        it.identity
            .as_ref()
            .map_or_else(String::new, |identity| identity.number().to_owned())
    };
    // A red invoice shares the delivery of the one it takes back, but never that one's card.
    if let Some(red) = invoice.filter(|it| it.red.is_some()) {
        return match issued {
            Some(_) => {
                let number = number(red);
                stands(
                    Place::RedLetter { number },
                    Next::OpenInvoice(red.id.clone()),
                )
            }
            None => stands(under_way(delivery, invoice), Next::Nothing),
        };
    }
    if let Some(it) = issued.filter(|it| it.state == InvoiceState::FullyRed) {
        let number = number(it);
        return stands(
            Place::TakenBack { number },
            Next::OpenInvoice(it.id.clone()),
        );
    }
    // Nothing is left that a new link could bring.
    let again = match order {
        OrderState::Cancelled => Next::Nothing,
        _ => Next::MakeDelivery,
    };
    match (delivery.state, issued) {
        (DeliveryState::Created | DeliveryState::PageOpened, _) if delivery.expires_at <= now => {
            let at = delivery.expires_at;
            stands(Place::Expired { at }, Next::Nothing)
        }
        // Issued first, and not issued yet.
        (DeliveryState::Created | DeliveryState::PageOpened, None)
            if delivery.issues_first() && invoice.is_some() =>
        {
            stands(under_way(delivery, invoice), Next::Nothing)
        }
        (DeliveryState::Created | DeliveryState::PageOpened, _) => stands(
            Place::AwaitsBuyer {
                page: delivery.page,
                since: delivery.created_at,
                until: delivery.expires_at,
                opened: delivery.state == DeliveryState::PageOpened,
            },
            Next::Nothing,
        ),
        (DeliveryState::Carded, _) => {
            let next = delivery
                .invoice
                .clone()
                .map_or(Next::Nothing, Next::OpenInvoice);
            let number = invoice.map(number).unwrap_or_default();
            stands(Place::InWallet { number }, next)
        }
        (DeliveryState::Issuing | DeliveryState::Authorised, Some(invoice)) => stands(
            Place::OnTheWayToWallet {
                number: number(invoice),
            },
            Next::OpenInvoice(invoice.id.clone()),
        ),
        (DeliveryState::Failed | DeliveryState::Refused | DeliveryState::Expired, Some(it)) => {
            let place = Place::IssuedOnly {
                number: number(it),
                reason: delivery.reason.clone(),
            };
            stands(place, Next::OpenInvoice(it.id.clone()))
        }
        (DeliveryState::Issuing | DeliveryState::Authorised, None) => {
            stands(under_way(delivery, invoice), Next::Nothing)
        }
        (DeliveryState::Failed, None) => match invoice {
            Some(it) if it.state == InvoiceState::Refused => {
                let place = Place::RefusedByTax {
                    reason: it.reason.clone(),
                };
                stands(place, again)
            }
            Some(_) | None => {
                let reason = delivery.reason.clone();
                stands(Place::Failed { reason }, again)
            }
        },
        (DeliveryState::Refused, None) => {
            let reason = delivery.reason.clone();
            stands(Place::Refused { reason }, again)
        }
        (DeliveryState::Expired, None) => {
            let at = delivery.expires_at;
            stands(Place::Expired { at }, again)
        }
    }
}

fn under_way(delivery: &Delivery, invoice: Option<&Invoice>) -> Place {
    let agreed = delivery.authorised_at.unwrap_or(delivery.created_at);
    let Some(invoice) = invoice else {
        return Place::Drafting { since: agreed };
    };
    match invoice.state {
        InvoiceState::Blocked => Place::Blocked {
            reason: invoice.reason.clone(),
        },
        InvoiceState::OutcomeUnknown => Place::OutcomeUnknown,
        InvoiceState::Refused => Place::RefusedByTax {
            reason: invoice.reason.clone(),
        },
        InvoiceState::Reserved | InvoiceState::Uploading => Place::AtTaxAuthority {
            since: invoice.issued_at.unwrap_or(invoice.created_at),
        },
        InvoiceState::Drafted
        | InvoiceState::Ready
        | InvoiceState::Issued
        | InvoiceState::PartlyRed
        | InvoiceState::FullyRed => Place::Drafting { since: agreed },
    }
}

fn stands(place: Place, next: Next) -> Standing {
    Standing { place, next }
}

impl Place {
    /// Whether something happens by itself soon: the page looks again after so many seconds.
    pub fn looks_again_secs(&self) -> Option<u32> {
        match self {
            Place::Drafting { .. }
            | Place::AtTaxAuthority { .. }
            | Place::OnTheWayToWallet { .. } => Some(3),
            Place::AwaitsBuyer { .. } | Place::Blocked { .. } | Place::OutcomeUnknown => Some(10),
            Place::NoDelivery
            | Place::Stuck { .. }
            | Place::InWallet { .. }
            | Place::TakenBack { .. }
            | Place::RedLetter { .. }
            | Place::IssuedOnly { .. }
            | Place::RefusedByTax { .. }
            | Place::Refused { .. }
            | Place::Expired { .. }
            | Place::Failed { .. }
            | Place::Cancelled => None,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
