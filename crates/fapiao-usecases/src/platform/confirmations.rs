//! What a person does with a red confirmation: withdraw it, answer the buyer's, begin it again, give it up.

use crate::{
    actor::Actor,
    errors::{Advice, OutsideError, StoreError},
    platform::red::follow,
    ports::{FormAnswer, Ports, RedFormChange, Scope},
    records::{RedForm, Seller},
};
use fapiao_domain::{
    confirmation::{FormState, IllegalFormChange},
    ids::RedFormId,
};
use serde_json::json;
use thiserror::Error;

/// What is to be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FormAct {
    /// Take it back at the tax side, before it is carried out.
    Withdraw,
    /// Agree to the buyer's.
    Agree,
    /// Refuse the buyer's.
    Refuse,
    /// Apply anew after it failed.
    Again,
    /// Leave it at that: its part of the refund is taken out.
    GiveUp,
}

/// Why it is not done.
#[derive(Debug, Error)]
pub enum FormProblem {
    /// No such confirmation for this caller.
    #[error("there is no red confirmation {0}")]
    Unknown(String),
    /// It does not stand where this can be done.
    #[error("{0}: load the page again to see where it stands")]
    Illegal(#[from] IllegalFormChange),
    /// Its red invoice is under way.
    #[error(
        "the red invoice of this confirmation is under way or issued; it cannot be withdrawn any more"
    )]
    CarriedOut,
    /// The external platform has it.
    #[error(
        "this confirmation is the external platform's: ask the platform to withdraw or answer it; its result arrives here"
    )]
    Elsewhere,
    /// The tax side.
    #[error(transparent)]
    Outside(#[from] OutsideError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Does it.
///
/// # Errors
/// [`FormProblem`]; nothing changed then, unless the tax side did not answer: its state is looked up again by itself.
pub async fn act_on_form(
    ports: &Ports,
    scope: &Scope,
    actor: &Actor,
    id: &RedFormId,
    act: FormAct,
) -> Result<(), FormProblem> {
    let form = ports
        .store
        .red_form(scope, id)
        .await?
        .ok_or_else(|| FormProblem::Unknown(id.to_string()))?;
    // A red invoice that the tax side refused for good: the form is taken back and given up, but not begun again, for its
    // number is spent.
    let refused = form.red_is_refused();
    let ends = matches!(act, FormAct::Withdraw | FormAct::GiveUp);
    if form.red.is_some() && !(refused && ends) {
        return Err(FormProblem::CarriedOut);
    }
    // Without its red invoice refused, the device may be issuing it this moment.
    if form.state == FormState::Direct && !refused {
        return Err(IllegalFormChange {
            from: form.state,
            to: FormState::GivenUp,
        }
        .into());
    }
    let to = match act {
        // Only who began it can begin it again.
        FormAct::Again if form.by_buyer => {
            return Err(IllegalFormChange {
                from: form.state,
                to: FormState::Planned,
            }
            .into());
        }
        FormAct::Again => form.state.change(FormState::Planned)?,
        FormAct::GiveUp => form.state.change(FormState::GivenUp)?,
        FormAct::Withdraw => {
            let expected = if form.state == FormState::Confirmed {
                FormState::WithdrawnAfter
            } else {
                FormState::Withdrawn
            };
            answer(ports, &form, FormAnswer::Withdraw, expected).await?
        }
        FormAct::Agree => answer(ports, &form, FormAnswer::Agree, FormState::Confirmed).await?,
        FormAct::Refuse => {
            answer(ports, &form, FormAnswer::Refuse, FormState::RefusedBySeller).await?
        }
    };
    let change = RedFormChange {
        id: form.id.clone(),
        expected_version: form.version,
        from: form.state,
        to,
        identity: None,
        entered_at: None,
        message: String::new(),
        then: if form.by_buyer && to.has_failed() {
            vec![follow(&form)]
        } else {
            Vec::new()
        },
        actor: actor.clone(),
        note: json!({}),
    };
    Ok(ports.store.change_red_form(change).await?)
}

async fn answer(
    ports: &Ports,
    form: &RedForm,
    answer: FormAnswer,
    expected: FormState,
) -> Result<FormState, FormProblem> {
    form.state.change(expected)?;
    let fits = match answer {
        FormAnswer::Withdraw => form.may_be_withdrawn(),
        FormAnswer::Agree | FormAnswer::Refuse => form.state == FormState::AwaitsSeller,
    };
    if !fits {
        return Err(IllegalFormChange {
            from: form.state,
            to: expected,
        }
        .into());
    }
    if ports.store.platform_offset(&form.id).await?.is_some() {
        return Err(FormProblem::Elsewhere);
    }
    let seller = seller_of(ports, form).await?;
    let told = ports
        .tax
        .answer_red(&seller, &form.number, &form.key, answer)
        .await;
    match told {
        Ok(state) => Ok(state),
        // It may have gone through: the tax side knows.
        Err(error) if error.advice == Advice::OutcomeUnknown => {
            let state = ports.tax.red_form(&seller, &form.key).await?.state;
            if state == form.state {
                return Err(error.into());
            }
            Ok(state)
        }
        Err(error) => Err(error.into()),
    }
}

async fn seller_of(ports: &Ports, form: &RedForm) -> Result<Seller, StoreError> {
    let found = ports.store.seller(&form.seller).await?;
    found.ok_or_else(|| StoreError::NotFound {
        what: format!("seller {}", form.seller),
    })
}
