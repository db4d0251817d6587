//! A wrong title: the invoice is taken back in full and the same order issued anew, in one guided action.
//!
//! The page is the same before, during and after: it shows the steps and where each stands, so that whoever comes back
//! after a stop sees what is left. The steps themselves are jobs.

use super::{
    Answer,
    desk::{Decides, Desk, Right, Signed},
    failure::Failure,
    forms::Sent,
    pieces::{number_of, title_facts},
    red::{reason, told, use_words},
    red_forms::word,
};
use crate::{
    i18n::{Texts, fill, fill1},
    pages::{
        parts::{Link, Tone},
        red_correct::{CorrectPage, CorrectStep},
        shell::Section,
    },
};
use actix_web::web;
use fapiao_domain::{
    card::CardState,
    confirmation::FormState,
    delivery::DeliveryState,
    ids::{Id, InvoiceId},
    invoice::InvoiceState,
    money::Fen,
    red::RedReason,
};
use fapiao_usecases::{
    books::Books,
    idempotency::Effect,
    merchant::{
        buyers_use::ask_buyers_uses,
        refunds::{RefundDraft, decide, plan},
    },
    ports::UseTold,
    records::{Card, Delivery, Invoice, Refund, RefundStage},
};

/// What was typed.
#[derive(Default)]
struct Typed {
    note: String,
    despite: bool,
}

/// `GET /admin/invoices/{id}/correct`.
pub(super) async fn show(desk: Signed, id: web::Path<String>) -> Answer {
    let invoice = load(&desk, &id).await?;
    let page = page(&desk, &invoice, Typed::default(), String::new()).await?;
    Ok(desk.page(&page))
}

/// `POST /admin/invoices/{id}/correct`: decides it.
pub(super) async fn act(sent: Sent<Decides>, id: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let invoice = load(&desk, &id).await?;
    let typed = Typed {
        note: form.get("note").trim().chars().take(200).collect(),
        despite: form.get("despite") == "yes",
    };
    if !super::red::is_named(&desk, &invoice.order, &form).await? {
        let why = desk.t().red.word_wrong.to_owned();
        let page = page(&desk, &invoice, typed, why).await?;
        return Ok(desk.wrong(&page));
    }
    let mut draft = RefundDraft::correction(invoice.id.clone(), typed.note.clone());
    draft.despite_lock = typed.despite;
    draft.plan = form.get("digest").to_owned();
    let caller = desk.caller();
    let nothing = |_: &Refund, _: &Books| String::new();
    match decide(
        desk.ports(),
        &caller,
        &invoice.order,
        &draft,
        None,
        &nothing,
    )
    .await
    {
        Ok(Effect::Done(_) | Effect::Replayed { .. } | Effect::KeyReused) => {
            let here = format!("/admin/invoices/{}/correct", invoice.id);
            Ok(desk.done(&here, desk.t().red_correct.begun))
        }
        Err(problem) => {
            let why = told(&desk, problem)?;
            let page = page(&desk, &invoice, typed, why).await?;
            Ok(desk.wrong(&page))
        }
    }
}

async fn load<R: Right>(desk: &Desk<R>, id: &str) -> Result<Invoice, Failure> {
    let id = InvoiceId::parse(id)?;
    let found = desk.ports().store.invoice(&desk.scope(), &id).await?;
    // A red invoice is not corrected: what it took back is issued anew.
    found.filter(|it| it.red.is_none()).ok_or(Failure::NotFound)
}

/// What a correction has made so far.
struct Made {
    refund: Refund,
    red: Option<Invoice>,
    delivery: Option<Delivery>,
    anew: Option<Invoice>,
}

impl Made {
    /// The last correction of an invoice.
    async fn load<R: Right>(desk: &Desk<R>, invoice: &Invoice) -> Result<Option<Made>, Failure> {
        let store = &desk.ports().store;
        let mut refunds = store.refunds_of(&invoice.order).await?;
        refunds.retain(|it| it.corrects(&invoice.id));
        let Some(refund) = refunds.pop() else {
            return Ok(None);
        };
        let invoices = store.invoices_of(&invoice.order).await?;
        let by_id = |id: &InvoiceId| invoices.iter().find(|it| it.id == *id).cloned();
        let red = refund.forms.iter().find_map(|it| it.red.as_ref());
        let red = red.and_then(|(id, _)| by_id(id));
        let delivery = match &refund.delivery {
            Some(id) => store.delivery(&desk.scope(), id).await?,
            None => None,
        };
        let anew = delivery.as_ref().and_then(|it| it.invoice.as_ref());
        let anew = anew.and_then(by_id);
        Ok(Some(Made {
            refund,
            red,
            delivery,
            anew,
        }))
    }
}

async fn page<R: Right>(
    desk: &Desk<R>,
    invoice: &Invoice,
    typed: Typed,
    wrong: String,
) -> Result<CorrectPage, Failure> {
    let store = &desk.ports().store;
    let order = store.order(&desk.scope(), &invoice.order).await?;
    let order = order.ok_or(Failure::NotFound)?;
    let card = store.card(&invoice.delivery).await?;
    let card = card.filter(|it| it.invoice == invoice.id);
    let made = Made::load(desk, invoice).await?;
    let stage = made.as_ref().map(|it| it.refund.stage());
    let begun = stage.is_some_and(|it| it != RefundStage::GivenUp);
    let held = matches!(
        card.as_ref().map(|it| it.state),
        Some(CardState::Locked | CardState::Reimbursed)
    );
    let (mut digest, mut wrong) = (String::new(), wrong);
    let mut used = UseTold::NotAsked;
    let mut letter = None;
    // Taken back whole by refunds: there is nothing to plan.
    let all_red = !begun && invoice.state == InvoiceState::FullyRed;
    // Also after a refusal: whoever goes on despite a held card decides what this page shows, not what came since.
    if all_red {
        desk.t().red_correct.all_red.clone_into(&mut wrong);
    } else if !begun {
        let draft = RefundDraft::correction(invoice.id.clone(), String::new());
        match plan(desk.ports(), &desk.scope(), &invoice.order, &draft).await {
            Ok(mut planned) => {
                ask_buyers_uses(desk.ports(), &mut planned).await?;
                used = planned.letters.first().map_or(used, |it| it.used);
                letter = planned
                    .letters
                    .first()
                    .map(|it| (it.letter.reason, it.letter.plan.totals.total));
                digest = planned.digest;
            }
            Err(problem) if wrong.is_empty() => wrong = told(desk, problem)?,
            Err(_) => {}
        }
    }
    let current = made.as_ref().filter(|_| begun);
    if let Some(form) = current.and_then(|it| it.refund.forms.first()) {
        letter = Some((form.reason, form.totals.total));
    }
    let shell = desk.shell(Section::Invoices).await?;
    let t = shell.t;
    let url = |it: &Delivery| format!("{}/o/{}", desk.ports().public_base, it.short_code);
    let awaiting = current.and_then(|it| it.delivery.as_ref());
    let awaiting = awaiting.filter(|it| it.state.awaits_buyer() && it.expires_at > desk.now());
    let stopped = current
        .filter(|_| stage == Some(RefundStage::Stopped))
        .and_then(|it| it.refund.forms.first());
    Ok(CorrectPage {
        invoice: Link::new(
            number_of(invoice),
            format!("/admin/invoices/{}", invoice.id),
        ),
        order: Link::new(&order.order_no, format!("/admin/orders/{}", order.id)),
        refunds: Link::new(t.red.title, format!("/admin/orders/{}/refund", order.id)),
        total: invoice.totals.total,
        title: title_facts(desk, &invoice.title),
        means: means(t, invoice, letter),
        steps: match current {
            Some(made) => standing(desk, made, invoice, card.as_ref()),
            None => outlook(t, invoice, used),
        },
        begun,
        given_up: stage == Some(RefundStage::GivenUp),
        stopped: stopped
            .map(|it| Link::new(t.red_correct.form, format!("/admin/red-letters/{}", it.id))),
        page_url: awaiting.map(url),
        note: typed.note,
        card_held: held && !begun,
        despite: typed.despite,
        can_go_on: !digest.is_empty() && (wrong.is_empty() || held || wrong == t.red.word_wrong),
        wrong,
        digest,
        may_decide: desk.may_decide(),
        refresh: (begun && stage == Some(RefundStage::Running)).then_some(3),
        shell,
    })
}

/// What is taken back: all of the invoice, or what refunds left of it.
fn means(t: &'static Texts, invoice: &Invoice, letter: Option<(RedReason, Fen)>) -> String {
    let c = &t.red_correct;
    match letter {
        Some((why, back)) if why != RedReason::Mistake => {
            let before = invoice.totals.total + back;
            let (before, rest) = (before.display_yuan(), (-back).display_yuan());
            fill(c.means_rest, &[&before, &rest, &reason(t, why)])
        }
        _ => c.means.to_owned(),
    }
}

pub(super) fn step(tone: Tone, title: &'static str, said: impl Into<String>) -> CorrectStep {
    CorrectStep {
        tone,
        title,
        said: said.into(),
        link: None,
    }
}

/// The steps before anything happened.
fn outlook(t: &'static Texts, invoice: &Invoice, used: UseTold) -> Vec<CorrectStep> {
    let c = &t.red_correct;
    let mail = match invoice.title.email.as_str() {
        "" => String::new(),
        email => fill1(c.mail, email),
    };
    let (tone, said) = use_words(t, used);
    // Nothing is done yet: a tick would say that it is. What forbids it or needs care keeps its mark.
    let tone = if tone == Tone::Ok { Tone::Plain } else { tone };
    vec![
        step(tone, c.form, said),
        step(Tone::Plain, c.red, mail),
        step(Tone::Plain, c.card, ""),
        step(Tone::Plain, c.link, ""),
        step(Tone::Plain, c.agreed, ""),
        step(Tone::Plain, c.issued, ""),
    ]
}

/// Where each step stands.
fn standing<R: Right>(
    desk: &Desk<R>,
    made: &Made,
    blue: &Invoice,
    card: Option<&Card>,
) -> Vec<CorrectStep> {
    let t = desk.t();
    let c = &t.red_correct;
    let later = |title| step(Tone::Plain, title, c.to_come);
    let when = desk.when(made.refund.created_at).local();
    let mut steps = vec![step(Tone::Ok, c.decided, when)];
    let form = made.refund.forms.first();
    let is_red = form.is_some_and(|it| it.carried_out_at.is_some());
    if let Some(form) = form {
        let (tone, said) = match form.state {
            FormState::Direct => (Tone::Ok, c.form_direct),
            state if state.has_failed() => (Tone::Warn, word(t, state)),
            state if state.allows_issue() => (Tone::Ok, word(t, state)),
            state => (Tone::Wait, word(t, state)),
        };
        let label = if form.number.is_empty() {
            t.red_form.open.to_owned()
        } else {
            form.number.clone()
        };
        steps.push(CorrectStep {
            link: Some(Link::new(label, format!("/admin/red-letters/{}", form.id))),
            ..step(tone, c.form, said)
        });
    }
    let red = match &made.red {
        Some(red) => CorrectStep {
            link: Some(Link::new(
                number_of(red),
                format!("/admin/invoices/{}", red.id),
            )),
            ..step(
                if is_red { Tone::Ok } else { Tone::Wait },
                c.red,
                if is_red { t.red.s_issued } else { c.under_way },
            )
        },
        None => later(c.red),
    };
    steps.push(red);
    steps.push(match card.map(|it| it.state) {
        _ if !is_red => later(c.card),
        None => step(Tone::Ok, c.card, c.card_none),
        Some(CardState::Cancelled) => step(Tone::Ok, c.card, c.card_struck),
        Some(CardState::Locked | CardState::Reimbursed) => step(Tone::Warn, c.card, c.card_stays),
        Some(_) => step(Tone::Wait, c.card, c.under_way),
    });
    let Some(delivery) = &made.delivery else {
        steps.extend([later(c.link), later(c.agreed), later(c.issued)]);
        return steps;
    };
    let open = Link::new(
        delivery.short_code.as_str(),
        format!("/admin/deliveries/{}", delivery.id),
    );
    steps.push(CorrectStep {
        link: Some(open),
        ..step(Tone::Ok, c.link, "")
    });
    let state = crate::i18n::states::delivery(t, delivery.state);
    let ended = matches!(
        delivery.state,
        DeliveryState::Refused | DeliveryState::Expired | DeliveryState::Failed
    );
    let (agreed, tone) = match delivery.authorised_at {
        Some(at) => (desk.when(at).local(), Tone::Ok),
        None => (
            state.word.to_owned(),
            if ended { Tone::Warn } else { Tone::Wait },
        ),
    };
    steps.push(step(tone, c.agreed, agreed));
    steps.push(match &made.anew {
        None => later(c.issued),
        Some(anew) if anew.id == blue.id => later(c.issued),
        Some(anew) => CorrectStep {
            link: Some(Link::new(
                number_of(anew),
                format!("/admin/invoices/{}", anew.id),
            )),
            ..step(
                match delivery.state {
                    DeliveryState::Carded => Tone::Ok,
                    _ if ended => Tone::Warn,
                    _ => Tone::Wait,
                },
                c.issued,
                state.word,
            )
        },
    });
    steps
}
