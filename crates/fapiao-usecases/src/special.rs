//! From what an order asks for to the kind of invoice its seller issues.

use crate::{
    errors::StoreError,
    fields::FieldError,
    ports::Ports,
    records::{IssuingMode, Seller, TaxProfile},
};
use fapiao_domain::{
    invoice::InvoiceKind,
    line::OrderLine,
    special::{AskedKind, unfit_rate},
};

/// Why a seller issues no special invoices here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoSpecial {
    /// Another platform, or WeChat's unified calls, issue; their contracts carry no kind.
    Elsewhere,
    /// A tax device behind a gateway makes the older form.
    OlderForm,
}

impl NoSpecial {
    /// In English, with what to do next.
    pub(crate) const fn told(self) -> &'static str {
        match self {
            Self::Elsewhere => {
                "neither the external platform's contract nor WeChat's unified calls carry the kind of invoice: only a \
                 seller's own platform issues special ones; ask for an ordinary invoice, or use another seller"
            }
            Self::OlderForm => {
                "the seller issues the older form, which has no special invoices here: ask for an ordinary invoice, or \
                 let the seller issue digital ones"
            }
        }
    }
}

/// The kind of invoice that a seller issues for what is asked for.
pub(crate) async fn kind_for(
    ports: &Ports,
    seller: &Seller,
    asked: AskedKind,
) -> Result<Result<InvoiceKind, NoSpecial>, StoreError> {
    let is_ours = seller.mode == IssuingMode::SelfBuilt;
    let profile = ports
        .store
        .tax_connection(&seller.id)
        .await?
        .filter(|_| is_ours)
        .map_or(TaxProfile::Digital, |it| it.profile);
    Ok(match (asked, seller.mode, profile) {
        // What the legacy calls bring; a digital number makes it a digital one.
        (AskedKind::Ordinary, IssuingMode::WechatUnified, _) => Ok(InvoiceKind::ClassicOrdinary),
        (AskedKind::Ordinary, _, profile) => Ok(profile.ordinary()),
        (AskedKind::Special, _, _) if !is_ours => Err(NoSpecial::Elsewhere),
        (AskedKind::Special, _, TaxProfile::Classic) => Err(NoSpecial::OlderForm),
        (AskedKind::Special, _, TaxProfile::Digital) => Ok(InvoiceKind::DigitalSpecial),
    })
}

/// Reads what an order asks for, and holds its lines and its seller against it. Lines come with their place in the draft.
pub(crate) async fn read_asked(
    ports: &Ports,
    seller: &Seller,
    text: &str,
    lines: &[(usize, OrderLine)],
    errors: &mut Vec<FieldError>,
) -> Result<AskedKind, StoreError> {
    let mut wrong = |code: &str, message: &str| {
        errors.push(FieldError::new("/invoice_kind", code, message.to_owned()));
    };
    let asked = match text.trim() {
        "" => AskedKind::Ordinary,
        text => match AskedKind::parse(text) {
            Some(asked) => asked,
            None => {
                wrong("E_INVOICE_KIND", "an invoice is ordinary or special");
                return Ok(AskedKind::Ordinary);
            }
        },
    };
    // Tills ask for ordinary ones all day: nothing is looked up for them.
    if !asked.is_special() {
        return Ok(asked);
    }
    if let Err(why) = kind_for(ports, seller, asked).await? {
        wrong("E_SPECIAL_MODE", why.told());
    }
    for (index, line) in lines {
        if let Some(why) = unfit_rate(line.rate) {
            let pointer = format!("/lines/{index}/rate");
            errors.push(FieldError::new(pointer, "E_SPECIAL_RATE", why));
        }
    }
    Ok(asked)
}
