//! Refunds: planned before anything happens, then decided and carried out step by step.

use crate::{
    books::{Books, BooksError},
    card_standing::{CardStanding, card_standing},
    device::{RedWay, red_way},
    errors::StoreError,
    fields::FieldError,
    idempotency::{Effect, fingerprint},
    ids::fresh,
    merchant::orders::{Caller, Repeatable},
    ports::{NewRefund, Ports, Scope, UseTold},
    records::{Invoice, RedForm, Refund, RefundKind, TakenLine},
};
use chrono::{DateTime, Utc};
use fapiao_domain::{
    card::CardState,
    confirmation::FormState,
    face::DifferenceTax,
    ids::{Id, InvoiceId, OrderId, RedFormId, RefundId},
    invoice::{InvoiceKind, InvoiceState},
    line::InvoiceLine,
    money::Fen,
    red::{
        RedError, RedExtent, RedItem, RedReason, plan_correction, plan_full, plan_full_difference,
    },
    refund::{Letter, Manner, Paper, RefundError, RefundPlan, Taken, Wish, plan_refund},
    totals::Totals,
};
use rust_decimal::Decimal;
use std::fmt::Write as _;
use thiserror::Error;

/// How often a plan is made anew when the order moved on before it was written.
const TRIES: u32 = 4;

/// How much of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All that is left.
    Rest,
    /// So many.
    Quantity(Decimal),
    /// So much, with tax.
    Amount(Fen),
}

/// What is to be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// All that is left of the order, or of the invoice.
    Everything,
    /// Order lines, counted from 1.
    Lines(Vec<(u32, Extent)>),
    /// An amount with tax over everything: an allowance.
    Amount(Fen),
}

/// A refund as asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundDraft {
    /// Why.
    pub reason: RedReason,
    /// What.
    pub asked: Asked,
    /// Only from this invoice.
    pub invoice: Option<InvoiceId>,
    /// Whether an invoice is taken back whole and the rest issued anew, even for a part.
    pub replace: bool,
    /// For a wrong invoice (reason 01): whether the buyer is asked anew at once.
    pub reissue: bool,
    /// Whether it goes on although an employer holds the card of an invoice that is taken back whole.
    pub despite_lock: bool,
    /// The shop's own number of the refund, may be empty.
    pub refund_no: String,
    /// A remark for staff, may be empty.
    pub note: String,
    /// Digest of the plan that was looked at; empty to take what comes.
    pub plan: String,
}

impl RefundDraft {
    /// The correction of a wrong invoice: all that is left of it is taken back, and the buyer asked anew.
    pub fn correction(invoice: InvoiceId, note: String) -> RefundDraft {
        RefundDraft {
            reason: RedReason::Mistake,
            asked: Asked::Everything,
            invoice: Some(invoice),
            replace: false,
            reissue: true,
            despite_lock: false,
            refund_no: String::new(),
            note,
            plan: String::new(),
        }
    }
}

/// One red letter of a plan.
#[derive(Clone, Debug)]
pub struct PlannedLetter {
    /// The invoice it takes back, or part of it.
    pub blue: Invoice,
    /// Its lines and sums.
    pub letter: Letter,
    /// How far the invoice's card stands in the way.
    pub card: CardStanding,
    /// Whether the net amount goes back to this month's quota, if it is issued today.
    pub returns_quota: bool,
    /// What the buyer did with the invoice at the tax authority; asked for previews only.
    pub used: UseTold,
    /// Through a confirmation, or by the device that issued it.
    pub way: RedWay,
}

impl PlannedLetter {
    /// Whether a digital invoice takes back one of the older form, whose seller left its device: the tax side looks whether
    /// the device was handed back.
    pub fn replaces_device(&self) -> bool {
        self.way == RedWay::Confirmed && self.blue.kind == InvoiceKind::ClassicOrdinary
    }

    /// Whether an employer holds the card that would have to be struck out: the letter is not made without somebody
    /// saying that it goes on despite it.
    pub const fn card_is_held(&self) -> bool {
        self.letter.plan.completes && self.card.is_held()
    }
}

/// A refund, worked out; nothing has happened yet.
#[derive(Clone, Debug)]
pub struct PlannedRefund {
    /// The order's books it was planned from.
    pub books: Books,
    /// Refund or correction.
    pub kind: RefundKind,
    /// Why.
    pub reason: RedReason,
    /// The red letters.
    pub letters: Vec<PlannedLetter>,
    /// What is taken from the order's lines.
    pub plan: RefundPlan,
    /// What is given back.
    pub totals: Totals,
    /// What is left of the order afterwards, gross.
    pub left: Fen,
    /// What is invoiced anew, gross; zero when nothing is.
    pub reissued: Fen,
    /// How many new agreements of the buyer are needed.
    pub authorisations: u32,
    /// Recognises the plan: the same until something changes.
    pub digest: String,
}

/// Why a refund is not planned, or not decided.
#[derive(Debug, Error)]
pub enum RefundProblem {
    /// No such order for this caller.
    #[error("there is no order {0}")]
    UnknownOrder(String),
    /// No such invoice for this caller.
    #[error("there is no invoice {0}")]
    UnknownInvoice(String),
    /// An invoice of the order is on its way, or without its answer.
    #[error(
        "invoice {invoice} of order {order_no} is {state}: wait until the tax authority has answered, then refund"
    )]
    InFlight {
        /// The shop's number.
        order_no: String,
        /// The invoice.
        invoice: InvoiceId,
        /// Where it stands.
        state: InvoiceState,
    },
    /// The invoice was never issued, or is itself red.
    #[error("invoice {invoice} is {state} and cannot be taken back")]
    NotIssued {
        /// The invoice.
        invoice: InvoiceId,
        /// Where it stands.
        state: InvoiceState,
    },
    /// An employer holds the card.
    #[error(
        "the card of invoice {number} is {state}: an employer holds it and has to unlock it first; finance may go on \
         despite it, the card then stays in the wallet"
    )]
    CardHeld {
        /// The invoice's number.
        number: String,
        /// Where its card stands.
        state: CardState,
    },
    /// Difference tax is taken back whole.
    #[error(
        "order {0} is sold with difference tax: its invoice can only be taken back whole; refund all of it, and sell the rest anew"
    )]
    DifferenceWhole(String),
    /// A red letter of an earlier refund failed, and nobody decided about it yet.
    #[error(
        "red confirmation {form} of an earlier refund of order {order_no} failed ({state}); apply for it again or give it \
         up first, then refund"
    )]
    Unsettled {
        /// The order.
        order_no: String,
        /// The confirmation.
        form: RedFormId,
        /// Where it stands.
        state: FormState,
    },
    /// The rules.
    #[error(transparent)]
    Rule(#[from] RefundError),
    /// Wrong fields.
    #[error("the refund has {} wrong field(s)", .0.len())]
    Invalid(Vec<FieldError>),
    /// The books cannot be read.
    #[error("the order's lines cannot be computed any more: {0}")]
    Lines(String),
    /// Something changed since the plan was looked at.
    #[error("the order changed since this plan was made; look at the new plan and decide again")]
    PlanChanged,
    /// The shop used this number for another refund.
    #[error("refund number {0} was used for another refund of this order")]
    RefundNoTaken(String),
    /// The idempotency key was used for another body.
    #[error(
        "this Idempotency-Key was used for a different request; use a new key for a new refund"
    )]
    KeyReused,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<RedError> for RefundProblem {
    fn from(error: RedError) -> Self {
        RefundProblem::Rule(error.into())
    }
}

/// Works a refund out and writes nothing.
///
/// # Errors
/// [`RefundProblem`].
pub async fn plan(
    ports: &Ports,
    scope: &Scope,
    id: &OrderId,
    draft: &RefundDraft,
) -> Result<PlannedRefund, RefundProblem> {
    plan_without(ports, scope, id, draft, &[]).await
}

/// Works a refund out as if these failed confirmations had been given up.
///
/// # Errors
/// [`RefundProblem`].
pub(crate) async fn plan_without(
    ports: &Ports,
    scope: &Scope,
    id: &OrderId,
    draft: &RefundDraft,
    given_up: &[RedFormId],
) -> Result<PlannedRefund, RefundProblem> {
    let order = ports
        .store
        .order(scope, id)
        .await?
        .ok_or_else(|| RefundProblem::UnknownOrder(id.to_string()))?;
    let mut books = match Books::open(ports, order).await {
        Ok(books) => books,
        Err(BooksError::Store(error)) => return Err(error.into()),
        Err(BooksError::Lines(text)) => return Err(RefundProblem::Lines(text)),
    };
    books.give_up(given_up);
    if let Some(waiting) = books.in_flight() {
        return Err(RefundProblem::InFlight {
            order_no: books.order.order_no.clone(),
            invoice: waiting.id.clone(),
            state: waiting.state,
        });
    }
    // Its part counts as given back although no paper says so, and it may be begun again: nothing can be worked out until
    // somebody decides.
    if let Some(failed) = books.unsettled() {
        return Err(RefundProblem::Unsettled {
            order_no: books.order.order_no.clone(),
            form: failed.id.clone(),
            state: failed.state,
        });
    }
    let blues: Vec<Invoice> = books.blues().cloned().collect();
    let only = match &draft.invoice {
        None => None,
        Some(id) => Some(place_in(&books, &blues, id)?),
    };
    let papers: Vec<Paper> = blues.iter().map(|it| books.paper(it)).collect();
    let (kind, plan) = match (draft.reason, only) {
        (RedReason::Mistake, Some(only)) => {
            let difference = blues[only].difference;
            let plan = correction(&papers[only], only, draft.reissue, difference.as_ref())?;
            (RefundKind::Correction, plan)
        }
        (RedReason::Mistake, None) => return Err(RefundError::MistakeIsNoRefund.into()),
        (reason, _) if books.order.difference.is_some() => {
            let plan = difference_plan(&books, &papers, reason, draft)?;
            (RefundKind::Refund, plan)
        }
        (reason, only) => {
            let manner = Manner {
                reason,
                only,
                replace: draft.replace,
            };
            let wish = wish(&books, draft)?;
            // Discounts are lines of their own on paper, but not among those a person counts.
            let plan = plan_refund(&books.lines, &books.taken(), &papers, manner, &wish)
                .map_err(|error| error.renumbered(|no| books.place_of(no)))?;
            (RefundKind::Refund, plan)
        }
    };
    present(ports, books, &blues, draft, kind, plan).await
}

fn place_in(books: &Books, blues: &[Invoice], id: &InvoiceId) -> Result<usize, RefundProblem> {
    if let Some(place) = blues.iter().position(|it| it.id == *id) {
        return Ok(place);
    }
    match books.invoices.iter().find(|it| it.id == *id) {
        Some(other) => Err(RefundProblem::NotIssued {
            invoice: id.clone(),
            state: other.state,
        }),
        None => Err(RefundProblem::UnknownInvoice(id.to_string())),
    }
}

/// A wrong invoice is taken back whole, or, when its rest is asked for anew, all that is left of it; no money moves.
fn correction(
    paper: &Paper,
    place: usize,
    reissue: bool,
    difference: Option<&DifferenceTax>,
) -> Result<RefundPlan, RefundProblem> {
    let mistake = RedReason::Mistake;
    let (reason, red) = match difference {
        Some(it) => {
            let red = plan_full_difference(&paper.lines, &paper.earlier, mistake, it)?;
            (mistake, red)
        }
        // Told as returned or ended what is left may go back, because the same sale is invoiced anew; without that the
        // reason would be untrue.
        None if reissue => plan_correction(&paper.lines, &paper.earlier)?,
        None => (mistake, plan_full(&paper.lines, &paper.earlier, mistake)?),
    };
    Ok(RefundPlan {
        letters: vec![Letter {
            paper: place,
            reason,
            plan: red,
        }],
        taken: Vec::new(),
        totals: Totals::default(),
        reissue,
    })
}

/// An order with difference tax is given back whole or not at all: its one invoice, or what was not invoiced yet.
fn difference_plan(
    books: &Books,
    papers: &[Paper],
    reason: RedReason,
    draft: &RefundDraft,
) -> Result<RefundPlan, RefundProblem> {
    let Some(difference) = &books.order.difference else {
        return Err(RefundError::MistakeIsNoRefund.into());
    };
    let whole = match &draft.asked {
        Asked::Everything => true,
        Asked::Amount(amount) => *amount == books.order.totals.total,
        Asked::Lines(lines) => matches!(lines.as_slice(), [(1, Extent::Rest)]),
    };
    if !whole {
        return Err(RefundProblem::DifferenceWhole(books.order.order_no.clone()));
    }
    if !books.taken().is_empty() {
        return Err(RedError::NothingLeft.into());
    }
    let standing = papers.iter().position(|it| it.earlier.is_empty());
    let red = |lines: &[InvoiceLine]| plan_full_difference(lines, &[], reason, difference);
    let (letters, plan) = match standing {
        Some(paper) => {
            let plan = red(&papers[paper].lines)?;
            let letter = Letter {
                paper,
                reason,
                plan: plan.clone(),
            };
            (vec![letter], plan)
        }
        None => (Vec::new(), red(&books.lines)?),
    };
    let totals = plan.totals;
    Ok(RefundPlan {
        taken: plan
            .lines
            .into_iter()
            .map(|line| Taken {
                letter: (!letters.is_empty()).then_some(0),
                line,
            })
            .collect(),
        letters,
        totals: Totals {
            amount: -totals.amount,
            tax: -totals.tax,
            total: -totals.total,
        },
        reissue: false,
    })
}

/// Order lines become computed lines.
fn wish(books: &Books, draft: &RefundDraft) -> Result<Wish, RefundProblem> {
    Ok(match &draft.asked {
        Asked::Everything => Wish::Everything,
        Asked::Amount(amount) => Wish::Amount(*amount),
        Asked::Lines(lines) => {
            let mut items = Vec::with_capacity(lines.len());
            let mut errors = Vec::new();
            for (index, (place, extent)) in lines.iter().enumerate() {
                match books.line_no(*place) {
                    Some(blue_no) => items.push(RedItem {
                        blue_no,
                        extent: match extent {
                            Extent::Rest => RedExtent::Rest,
                            Extent::Quantity(quantity) => RedExtent::Quantity(*quantity),
                            Extent::Amount(amount) => RedExtent::Gross(*amount),
                        },
                    }),
                    None => errors.push(FieldError::new(
                        format!("/lines/{index}/line"),
                        "E_LINE",
                        format!("the order has no line {place}; lines are counted from 1"),
                    )),
                }
            }
            if !errors.is_empty() {
                return Err(RefundProblem::Invalid(errors));
            }
            Wish::Lines(items)
        }
    })
}

async fn present(
    ports: &Ports,
    books: Books,
    blues: &[Invoice],
    draft: &RefundDraft,
    kind: RefundKind,
    plan: RefundPlan,
) -> Result<PlannedRefund, RefundProblem> {
    let now = ports.clock.now();
    let mut letters = Vec::with_capacity(plan.letters.len());
    for letter in &plan.letters {
        let blue = blues[letter.paper].clone();
        let way = red_way(ports, &blue).await?;
        let card = card_standing(ports, &blue.id).await?;
        letters.push(PlannedLetter {
            returns_quota: returns_quota(letter.reason, &blue, now),
            card,
            letter: letter.clone(),
            blue,
            used: UseTold::NotAsked,
            way,
        });
    }
    let before: Fen = books.taken().iter().map(|it| it.line.gross).sum();
    let left = books.order.totals.total + before - plan.totals.total;
    let reissued = if plan.reissue {
        let whole: Fen = plan.letters.iter().map(|it| it.plan.totals.total).sum();
        let by_letters: Fen = plan
            .taken
            .iter()
            .filter(|it| it.letter.is_some())
            .map(|it| it.line.line.gross)
            .sum();
        by_letters - whole
    } else {
        Fen::ZERO
    };
    let digest = digest(&books, draft, &plan);
    Ok(PlannedRefund {
        kind,
        reason: draft.reason,
        letters,
        totals: plan.totals,
        left,
        reissued,
        authorisations: u32::from(plan.reissue),
        plan,
        digest,
        books,
    })
}

fn returns_quota(reason: RedReason, blue: &Invoice, now: DateTime<Utc>) -> bool {
    let day = |at| crate::calendar::in_shanghai(at).date();
    // The older form spent no quota.
    blue.kind != InvoiceKind::ClassicOrdinary
        && blue
            .issued_at
            .is_some_and(|at| reason.returns_quota(day(at), day(now)))
}

/// Everything of the plan that matters, in one short word.
fn digest(books: &Books, draft: &RefundDraft, plan: &RefundPlan) -> String {
    let mut text = format!(
        "{}|{}|{:?}",
        books.order.id,
        draft.reason.code(),
        books.basis()
    );
    for letter in &plan.letters {
        let _ = write!(text, "|{}", letter.paper);
        for line in &letter.plan.lines {
            let it = &line.line;
            let _ = write!(
                text,
                ";{} {:?} {} {}",
                line.blue_no, it.quantity, it.amount, it.tax
            );
        }
    }
    for taken in &plan.taken {
        let it = &taken.line.line;
        let _ = write!(
            text,
            "/{} {:?} {}",
            taken.line.blue_no, it.quantity, it.gross
        );
    }
    let _ = write!(text, "|{}", plan.reissue);
    fingerprint(text.as_bytes())[..16].to_owned()
}

/// Decides a refund: it is written with everything that follows, and carried out by jobs. `answer` makes the body that a
/// repetition of the request gets.
///
/// # Errors
/// [`RefundProblem`]; nothing is written then.
pub async fn decide(
    ports: &Ports,
    caller: &Caller,
    id: &OrderId,
    draft: &RefundDraft,
    repeat: Option<Repeatable>,
    answer: &(dyn Fn(&Refund, &Books) -> String + Sync),
) -> Result<Effect<Refund>, RefundProblem> {
    for attempt in 1..=TRIES {
        let planned = match plan(ports, &caller.scope, id, draft).await {
            Ok(planned) => planned,
            Err(error) => return answered_before(ports, repeat.as_ref(), error).await,
        };
        if !draft.plan.is_empty() && draft.plan != planned.digest {
            return answered_before(ports, repeat.as_ref(), RefundProblem::PlanChanged).await;
        }
        let held = planned.letters.iter().find(|it| it.card_is_held());
        if let (Some(held), false) = (held, draft.despite_lock) {
            return Err(RefundProblem::CardHeld {
                number: number_of(&held.blue),
                state: held.card.state().unwrap_or(CardState::Locked),
            });
        }
        let refund = write_down(ports, caller, draft, &planned);
        let key = repeat
            .clone()
            .map(|it| it.answered(201, answer(&refund, &planned.books)));
        let new = NewRefund {
            refund: refund.clone(),
            basis: planned.books.basis(),
            ends_waiting: takes_all_that_is_open(&planned.books, &refund),
        };
        match ports.store.book_refund(new, key, &caller.actor).await {
            Ok(Effect::Done(())) => return Ok(Effect::Done(refund)),
            Ok(Effect::Replayed { status, body }) => return Ok(Effect::Replayed { status, body }),
            Ok(Effect::KeyReused) => return Err(RefundProblem::KeyReused),
            Err(StoreError::Exists { .. }) if !draft.refund_no.is_empty() => {
                return Err(RefundProblem::RefundNoTaken(draft.refund_no.clone()));
            }
            // Somebody else decided in between: what is left is worked out anew.
            Err(StoreError::Stale { .. }) if attempt < TRIES => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(RefundProblem::PlanChanged)
}

/// Whether something was still to be invoiced, and nothing is afterwards.
fn takes_all_that_is_open(books: &Books, refund: &Refund) -> bool {
    let Ok((lines, _)) = books.to_invoice() else {
        return false;
    };
    let open: Fen = lines.iter().map(|it| it.gross).sum();
    let taken: Fen = refund
        .taken
        .iter()
        .filter(|it| it.form.is_none())
        .map(|it| it.line.line.gross)
        .sum();
    refund.kind == RefundKind::Refund && open.is_positive() && open + taken == Fen::ZERO
}

/// What was decided once stays decided: a repetition gets its first answer although the plan would be another today.
async fn answered_before(
    ports: &Ports,
    repeat: Option<&Repeatable>,
    error: RefundProblem,
) -> Result<Effect<Refund>, RefundProblem> {
    if let Some(repeat) = repeat
        && let Some(stored) = ports.store.answered(&repeat.scope, &repeat.key).await?
    {
        return if stored.fingerprint == repeat.fingerprint {
            Ok(Effect::Replayed {
                status: stored.status,
                body: stored.body,
            })
        } else {
            Err(RefundProblem::KeyReused)
        };
    }
    Err(error)
}

/// The refund as it is written: its confirmations are planned.
pub(crate) fn write_down(
    ports: &Ports,
    caller: &Caller,
    draft: &RefundDraft,
    planned: &PlannedRefund,
) -> Refund {
    let now = ports.clock.now();
    let id: RefundId = fresh(now);
    let order = &planned.books.order;
    let forms: Vec<RedForm> = planned
        .letters
        .iter()
        .map(|it| RedForm {
            id: fresh(now),
            refund: id.clone(),
            order: order.id.clone(),
            seller: order.seller.clone(),
            blue: it.blue.id.clone(),
            reason: it.letter.reason,
            lines: it.letter.plan.lines.clone(),
            totals: it.letter.plan.totals,
            completes: it.letter.plan.completes,
            state: FormState::Planned,
            number: String::new(),
            key: String::new(),
            message: String::new(),
            red: None,
            asked_at: None,
            entered_at: None,
            carried_out_at: None,
            created_at: now,
            version: 1,
            by_buyer: false,
        })
        .collect();
    let taken = planned.plan.taken.iter().map(|it| TakenLine {
        form: it
            .letter
            .and_then(|letter| forms.get(letter))
            .map(|form| form.id.clone()),
        line: it.line.clone(),
    });
    Refund {
        order: order.id.clone(),
        seller: order.seller.clone(),
        store: order.store.clone(),
        kind: planned.kind,
        reason: draft.reason,
        refund_no: draft.refund_no.clone(),
        note: draft.note.clone(),
        totals: planned.totals,
        taken: taken.collect(),
        reissue: planned.plan.reissue,
        delivery: None,
        decided_by: caller.actor.to_string(),
        created_at: now,
        forms,
        id,
    }
}

fn number_of(invoice: &Invoice) -> String {
    invoice.identity.as_ref().map_or_else(
        || invoice.id.as_str().to_owned(),
        |it| it.number().to_owned(),
    )
}
