//! Refunds: planned on one page, decided by finance.

use super::{
    Answer,
    desk::{Decides, Desk, Signed},
    failure::Failure,
    forms::{Form, Sent},
    frame::Frame,
    pieces::number_of,
    red_correct::step,
    red_forms::form_view,
    red_words,
};
use crate::{
    i18n::{Texts, fill1},
    pages::{
        lines::grouped,
        parts::{Badge, Choice, Link, Tone},
        red::{LetterView, PlanView, RefundLineRow, RefundPage, RefundTyped, RefundView},
        red_correct::CorrectStep,
        shell::{Section, Shell},
    },
    problem::Problem,
};
use actix_web::{HttpRequest, web};
use fapiao_domain::{
    ids::{Id, InvoiceId, OrderId},
    line::LineKind,
    money::{Fen, parse_positive},
    red::{RedReason, Rest, remaining},
};
use fapiao_usecases::{
    books::{Books, BooksError},
    card_standing::CardStanding,
    device::RedWay,
    errors::StoreError,
    idempotency::Effect,
    merchant::{
        buyers_use::ask_buyers_uses,
        refunds::{
            Asked, Extent, PlannedLetter, PlannedRefund, RefundDraft, RefundProblem, decide, plan,
        },
    },
    ports::{BuyersUse, UseTold},
    records::{Refund, RefundStage},
    typed::plain_number,
};
use rust_decimal::Decimal;
use std::collections::HashMap;

/// `GET /admin/orders/{id}/refund`.
///
/// `?reason=` and `?invoice=` fill the form in; with an invoice the plan is shown at once, such as that of a wrong title.
pub(super) async fn show(desk: Signed, request: HttpRequest, id: web::Path<String>) -> Answer {
    let id = OrderId::parse(&id)?;
    let query: HashMap<_, _> =
        url::form_urlencoded::parse(request.query_string().as_bytes()).collect();
    let wanted = query.get("reason").and_then(|it| RedReason::from_code(it));
    let typed = RefundTyped {
        reason: wanted.unwrap_or(RedReason::Returned).code().to_owned(),
        what: "everything".to_owned(),
        invoice: query
            .get("invoice")
            .map_or_else(String::new, |it| it.to_string()),
        ..RefundTyped::default()
    };
    let form = Form::default();
    let outcome = if typed.invoice.is_empty() || !desk.may_decide() {
        None
    } else {
        let draft = draft_of(desk.t(), &typed, &form);
        Some(match draft {
            Err(why) => Err(why),
            Ok(draft) => previewed(&desk, &id, &draft).await?,
        })
    };
    let page = page(&desk, &id, typed, &form, outcome).await?;
    Ok(desk.page(&page))
}

/// `POST /admin/orders/{id}/refund`: plans, or decides.
pub(super) async fn act(sent: Sent<Decides>, id: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let id = OrderId::parse(&id)?;
    let typed = RefundTyped {
        reason: form.get("reason").to_owned(),
        what: form.get("what").to_owned(),
        amount: form.get("amount").trim().to_owned(),
        invoice: form.get("invoice").to_owned(),
        replace: form.get("replace") == "yes",
        despite: form.get("despite") == "yes",
        note: form.get("note").trim().chars().take(200).collect(),
    };
    let outcome = match draft_of(desk.t(), &typed, &form) {
        Err(why) => Err(why),
        Ok(draft) if form.get("act") == "confirm" && !is_named(&desk, &id, &form).await? => {
            // The plan stays in place, and the word is asked for again.
            let outcome = previewed(&desk, &id, &draft).await?;
            let mut page = page(&desk, &id, typed, &form, Some(outcome)).await?;
            if page.wrong.is_empty() {
                desk.t().red.word_wrong.clone_into(&mut page.wrong);
            }
            return Ok(desk.wrong(&page));
        }
        Ok(draft) if form.get("act") == "confirm" => {
            let nothing = |_: &Refund, _: &Books| String::new();
            let caller = desk.caller();
            match decide(desk.ports(), &caller, &id, &draft, None, &nothing).await {
                Ok(Effect::Done(_) | Effect::Replayed { .. } | Effect::KeyReused) => {
                    let here = format!("/admin/orders/{id}/refund");
                    return Ok(desk.done(&here, desk.t().red.done));
                }
                Err(problem) => Err(told(&desk, problem)?),
            }
        }
        Ok(draft) => previewed(&desk, &id, &draft).await?,
    };
    let is_wrong = outcome.is_err();
    let page = page(&desk, &id, typed, &form, Some(outcome)).await?;
    Ok(if is_wrong {
        desk.wrong(&page)
    } else {
        desk.page(&page)
    })
}

/// Whether the order's number was typed: what cannot be undone is not decided by a click alone.
pub(super) async fn is_named(frame: &Frame, id: &OrderId, form: &Form) -> Result<bool, Failure> {
    let order = frame.ports().store.order(&frame.scope(), id).await?;
    Ok(order.ok_or(Failure::NotFound)?.order_no == form.get("word").trim())
}

/// The plan with what the buyers did with its invoices, or why there is none.
async fn previewed(
    frame: &Frame,
    id: &OrderId,
    draft: &RefundDraft,
) -> Result<Result<PlannedRefund, String>, Failure> {
    match plan(frame.ports(), &frame.scope(), id, draft).await {
        Ok(mut planned) => {
            ask_buyers_uses(frame.ports(), &mut planned).await?;
            Ok(Ok(planned))
        }
        Err(problem) => Ok(Err(told(frame, problem)?)),
    }
}

/// What went wrong in words; what is not there at all is a failure of its own.
pub(super) fn told(frame: &Frame, problem: RefundProblem) -> Result<String, Failure> {
    match problem {
        RefundProblem::UnknownOrder(_) | RefundProblem::UnknownInvoice(_) => Err(Failure::NotFound),
        RefundProblem::CardHeld { .. } => Ok(frame.t().red.card_held.to_owned()),
        RefundProblem::Store(error) => Err(error.into()),
        other => Ok(red_words::problem(frame.lang(), &other)),
    }
}

fn draft_of(t: &Texts, typed: &RefundTyped, form: &Form) -> Result<RefundDraft, String> {
    let reason =
        RedReason::from_code(&typed.reason).ok_or_else(|| t.refund_words.reason.to_owned())?;
    // What is filled in and would not be used is asked about: one piece typed beside "everything" is no refund of it all.
    let has_lines = form.pairs().any(|(name, value)| {
        let place = name.strip_prefix("line").map(str::parse::<u32>);
        matches!(place, Some(Ok(_))) && !value.trim().is_empty()
    });
    if has_lines && typed.what != "lines" {
        return Err(t.refund_words.lines_unused.to_owned());
    }
    if !typed.amount.is_empty() && typed.what != "amount" {
        return Err(t.refund_words.amount_unused.to_owned());
    }
    let asked = match typed.what.as_str() {
        "amount" => Asked::Amount(amount(t, &typed.amount)?),
        "lines" => {
            let mut lines = Vec::new();
            for (name, value) in form.pairs() {
                let place = name.strip_prefix("line").and_then(|it| it.parse().ok());
                let (Some(place), false) = (place, value.trim().is_empty()) else {
                    continue;
                };
                let extent = if reason == RedReason::Allowance {
                    Extent::Amount(amount(t, value.trim())?)
                } else {
                    Extent::Quantity(
                        parse_positive(&plain_number(value))
                            .map_err(|_| fill1(t.refund_words.quantity, value.trim()))?,
                    )
                };
                lines.push((place, extent));
            }
            Asked::Lines(lines)
        }
        _ => Asked::Everything,
    };
    Ok(RefundDraft {
        reason,
        asked,
        invoice: InvoiceId::parse(&typed.invoice).ok(),
        replace: typed.replace,
        // A wrong invoice is corrected in one go: taken back, and the buyer asked anew.
        reissue: reason == RedReason::Mistake,
        despite_lock: typed.despite,
        refund_no: String::new(),
        note: typed.note.clone(),
        plan: form.get("digest").to_owned(),
    })
}

fn amount(t: &Texts, text: &str) -> Result<Fen, String> {
    let wrong = || fill1(t.refund_words.amount, text);
    Fen::parse_yuan(&plain_number(text))
        .ok()
        .filter(|it| *it > Fen::ZERO)
        .ok_or_else(wrong)
}

async fn page<R>(
    desk: &Desk<R>,
    id: &OrderId,
    typed: RefundTyped,
    form: &Form,
    outcome: Option<Result<PlannedRefund, String>>,
) -> Result<RefundPage, Failure>
where
    R: super::desk::Right,
{
    let order = desk.ports().store.order(&desk.scope(), id).await?;
    let order = order.ok_or(Failure::NotFound)?;
    let books = match Books::open(desk.ports(), order).await {
        Ok(books) => books,
        Err(BooksError::Store(error)) => return Err(error.into()),
        Err(BooksError::Lines(text)) => {
            return Err(Problem::from(RefundProblem::Lines(text)).into());
        }
    };
    let shell = desk.shell(Section::Orders).await?;
    let t = shell.t;
    let card_held = match &outcome {
        Some(Ok(planned)) => planned.letters.iter().any(PlannedLetter::card_is_held),
        Some(Err(why)) => *why == t.red.card_held,
        None => false,
    };
    let (plan, wrong) = match outcome {
        None => (None, String::new()),
        Some(Ok(planned)) => (Some(plan_view(t, &planned)), String::new()),
        Some(Err(why)) => (None, why),
    };
    let blues = books.blues().filter(|it| it.state.is_issued());
    let invoices = std::iter::once(Choice::new("", t.red.any_invoice))
        .chain(blues.map(|it| Choice::new(it.id.as_str(), grouped(number_of(it)))))
        .collect();
    let mut refunds: Vec<RefundView> = books
        .refunds
        .iter()
        .map(|it| refund_view(&shell, &books, it))
        .collect();
    refunds.reverse();
    let rests = remaining(&books.lines, &books.taken());
    Ok(RefundPage {
        nothing_left: rests.is_ok_and(|all| all.iter().all(|it| !it.gross().is_positive())),
        order: Link::new(&books.order.order_no, format!("/admin/orders/{id}")),
        action: format!("/admin/orders/{id}/refund"),
        lines: line_rows(&books, form),
        reasons: [
            RedReason::Returned,
            RedReason::Ended,
            RedReason::Allowance,
            RedReason::Mistake,
        ]
        .into_iter()
        .map(|it| Choice::new(it.code(), reason(t, it)))
        .collect(),
        card_held: card_held || typed.despite,
        form: typed,
        invoices,
        wrong,
        plan,
        refunds,
        may_decide: desk.may_decide(),
        shell,
    })
}

fn line_rows(books: &Books, form: &Form) -> Vec<RefundLineRow> {
    let own = books
        .lines
        .iter()
        .filter(|it| it.kind != LineKind::Discount);
    // What cannot be worked out is said by the plan.
    let rests = remaining(&books.lines, &books.taken()).unwrap_or_default();
    own.map(|line| {
        let rest = rests.iter().find(|it| it.line.no == line.no);
        let place = books.place_of(line.no);
        let discount = books
            .lines
            .iter()
            .find(|it| it.no == line.no + 1 && it.kind == LineKind::Discount);
        RefundLineRow {
            place,
            name: line.name.clone(),
            quantity: line
                .quantity
                .map_or_else(String::new, |it| it.normalize().to_string()),
            gross: line.gross + discount.map_or(Fen::ZERO, |it| it.gross),
            quantity_left: rest
                .and_then(|it| it.quantity)
                .map_or_else(String::new, |it| it.normalize().to_string()),
            left: rest.map_or(Fen::ZERO, Rest::gross),
            typed: form.get(&format!("line{place}")).to_owned(),
        }
    })
    .collect()
}

pub(super) const fn reason(t: &'static Texts, reason: RedReason) -> &'static str {
    match reason {
        RedReason::Mistake => t.red.mistake,
        RedReason::Returned => t.red.returned,
        RedReason::Ended => t.red.ended,
        RedReason::Allowance => t.red.allowance,
    }
}

/// What a person should know about the card before the red letter is made.
fn card_warning(t: &'static Texts, letter: &PlannedLetter) -> &'static str {
    match &letter.card {
        _ if letter.card_is_held() => t.red.card_held,
        CardStanding::Locked(_) => t.checks.red_locked,
        CardStanding::Reimbursed(_) => t.checks.red_reimbursed,
        CardStanding::CodeUnknown(_) => t.checks.red_code_unknown,
        CardStanding::OnItsWay(_) => t.checks.red_on_its_way,
        CardStanding::None | CardStanding::Free(_) | CardStanding::Cancelled(_) => "",
    }
}

/// What the buyer's use of the invoice means for the confirmation: the tone, and the words.
pub(super) fn use_words(t: &'static Texts, told: UseTold) -> (Tone, &'static str) {
    let u = &t.red_use;
    match told {
        UseTold::NotAsked => (Tone::Plain, ""),
        UseTold::Untold => (Tone::Plain, u.untold),
        UseTold::Told(BuyersUse::Unused) => (Tone::Ok, u.unused),
        UseTold::Told(BuyersUse::Used) => (Tone::Wait, u.used),
        UseTold::Told(BuyersUse::Refunded) => (Tone::Bad, u.refunded),
        UseTold::Told(BuyersUse::Locked) => (Tone::Warn, u.locked),
        UseTold::Told(BuyersUse::Abnormal) => (Tone::Bad, u.abnormal),
        UseTold::Told(BuyersUse::Void) => (Tone::Bad, u.void),
    }
}

fn plan_view(t: &'static Texts, it: &PlannedRefund) -> PlanView {
    let letters = it.letters.iter().map(|letter| {
        let plan = &letter.letter.plan;
        LetterView {
            heading: {
                let heading = fill1(t.red.letter, grouped(number_of(&letter.blue)));
                let why = letter.letter.reason;
                if why == it.reason {
                    heading
                } else {
                    // Over several invoices each has the reason that fits what is on it.
                    format!("{heading} · {}", reason(t, why))
                }
            },
            amounts: [plan.totals.amount, plan.totals.tax, plan.totals.total],
            card_warning: card_warning(t, letter),
            replaces_device: if letter.replaces_device() {
                t.red_use.replaces_device
            } else {
                ""
            },
            buyers_use: use_words(t, letter.used).1,
            use_forbids: matches!(letter.used, UseTold::Told(it) if it.forbids()),
            quota: if letter.returns_quota {
                t.red.quota_back
            } else {
                t.red.quota_stays
            },
            rows: plan
                .lines
                .iter()
                .map(|row| {
                    let line = &row.line;
                    let quantity = line.quantity.map_or_else(|| "—".to_owned(), taken);
                    (
                        line.name.clone(),
                        quantity,
                        line.amount,
                        line.tax,
                        line.gross,
                    )
                })
                .collect(),
        }
    });
    PlanView {
        digest: it.digest.clone(),
        amounts: [it.totals.amount, it.totals.tax, it.totals.total],
        left: it.left,
        reissued: it.reissued,
        authorisations: it.authorisations,
        letters: letters.collect(),
        steps: steps(t, it),
    }
}

/// A quantity below zero, with the same sign as the amounts beside it.
pub(super) fn taken(quantity: Decimal) -> String {
    quantity.normalize().to_string().replace('-', "\u{2212}")
}

/// What the confirmation sets going, in the order it happens.
fn steps(t: &'static Texts, it: &PlannedRefund) -> Vec<CorrectStep> {
    let (r, c) = (&t.red_plan, &t.red_correct);
    if it.letters.is_empty() {
        return Vec::new();
    }
    let confirmed = it.letters.iter().filter(|it| it.way == RedWay::Confirmed);
    let form = match confirmed.count() {
        0 => c.form_direct.to_owned(),
        count => fill1(r.form_said, count),
    };
    let mut mails: Vec<&str> = it
        .letters
        .iter()
        .map(|it| it.blue.title.email.as_str())
        .collect();
    mails.dedup();
    let red: Vec<String> = mails
        .into_iter()
        .map(|email| match email {
            "" => r.red_page.to_owned(),
            email => fill1(r.red_mail, email),
        })
        .collect();
    let mut cards: Vec<&str> = it.letters.iter().map(|it| card_step(t, it)).collect();
    cards.sort_unstable();
    cards.dedup();
    let mut steps = vec![
        step(Tone::Plain, r.form, form),
        step(Tone::Plain, c.red, red.join(" · ")),
        step(Tone::Plain, r.card, cards.join(" ")),
    ];
    if it.authorisations > 0 {
        let said = fill1(r.anew_said, it.reissued.display_yuan());
        steps.push(step(Tone::Plain, r.anew, said));
    }
    steps
}

/// What becomes of the card of an invoice.
fn card_step(t: &'static Texts, letter: &PlannedLetter) -> &'static str {
    match &letter.card {
        CardStanding::None | CardStanding::Cancelled(_) => t.red_plan.card_none,
        _ if letter.card_is_held() => t.red_correct.card_stays,
        _ if letter.letter.plan.completes => t.red_plan.card_struck,
        _ => t.red_plan.card_kept,
    }
}

fn refund_view(shell: &Shell, books: &Books, it: &Refund) -> RefundView {
    let t = shell.t;
    let (tone, word) = match it.stage() {
        RefundStage::Running => (Tone::Wait, t.red.stage_running),
        RefundStage::Stopped => (Tone::Warn, t.red.stage_stopped),
        RefundStage::Done => (Tone::Ok, t.red.stage_done),
        RefundStage::GivenUp => (Tone::Plain, t.red.stage_given_up),
    };
    let number = |id: &InvoiceId| {
        let found = books.invoices.iter().find(|it| it.id == *id);
        found.map_or("", number_of)
    };
    RefundView {
        stage: Badge::new(tone, word),
        total: it.totals.total,
        reason: reason(t, it.reason),
        note: it.note.clone(),
        at: shell.when(it.created_at),
        forms: it
            .forms
            .iter()
            .map(|form| {
                let mut view = form_view(shell, form, number(&form.blue));
                view.order_no.clone_from(&books.order.order_no);
                view
            })
            .collect(),
        delivery: it
            .delivery
            .as_ref()
            .map(|id| Link::new(id.to_string(), format!("/admin/deliveries/{id}"))),
    }
}

/// `POST /admin/invoices/{id}/upload`: a refused invoice goes out again under its own number.
pub(super) async fn upload_again(sent: Sent<Decides>, id: web::Path<String>) -> Answer {
    let desk = sent.desk;
    let id = InvoiceId::parse(&id)?;
    let found = desk.ports().store.invoice(&desk.scope(), &id).await?;
    let invoice = found.ok_or(Failure::NotFound)?;
    let here = format!("/admin/invoices/{id}");
    let actor = desk.actor();
    match desk.ports().store.upload_again(&invoice.id, &actor).await {
        Ok(()) => Ok(desk.done(&here, desk.t().red.uploaded)),
        Err(StoreError::Stale { .. } | StoreError::Exists { .. }) => {
            Ok(desk.told(&here, Tone::Warn, desk.t().red.not_uploaded))
        }
        Err(error) => Err(error.into()),
    }
}
