//! Red confirmations: the list, the page of one, and what people do with them.

use super::{
    Answer,
    desk::{Decides, Signed},
    failure::Failure,
    forms::Sent,
    frame::Frame,
    listing::{Listing, ROWS},
    pieces::{number_of, seller_choices, seller_link},
    red::{reason, taken},
    timeline::{Names, event, is_about},
};
use crate::{
    i18n::{Texts, fill1},
    pages::{
        lines::grouped,
        parts::{Action, Badge, Choice, Link, Standing, Tone},
        red::FormView,
        red_forms::{RedFormPage, RedListPage},
        shell::{Section, Shell},
    },
};
use actix_web::{HttpRequest, web};
use fapiao_domain::{
    confirmation::{FormState, FormWaits},
    ids::{Id, RedFormId, SellerId},
    invoice::InvoiceState,
    money::Fen,
};
use fapiao_usecases::{
    errors::StoreError,
    platform::confirmations::{FormAct, FormProblem, act_on_form},
    ports::RedFormFilter,
    records::RedForm,
};

/// Which confirmations a tab shows: those whose next step is somebody's, and those that are done.
struct Heap {
    name: &'static str,
    word: fn(&Texts) -> &'static str,
    waits: Option<FormWaits>,
}

const HEAPS: [Heap; 5] = [
    Heap {
        name: "",
        word: |t| t.common.all,
        waits: None,
    },
    Heap {
        name: "staff",
        word: |t| t.red_form.heap_staff,
        waits: Some(FormWaits::Staff),
    },
    Heap {
        name: "buyer",
        word: |t| t.red_form.heap_buyer,
        waits: Some(FormWaits::Buyer),
    },
    Heap {
        name: "running",
        word: |t| t.red_form.heap_running,
        waits: Some(FormWaits::Us),
    },
    Heap {
        name: "done",
        word: |t| t.red_form.heap_done,
        waits: Some(FormWaits::Nobody),
    },
];

/// Those whose next step is somebody's; a refused red invoice is staff's, whatever its confirmation's state.
pub(super) fn waiting_for(waits: FormWaits) -> RedFormFilter {
    if waits == FormWaits::Nobody {
        return RedFormFilter {
            carried_out: Some(true),
            ..RedFormFilter::default()
        };
    }
    RedFormFilter {
        states: FormState::ALL
            .into_iter()
            .filter(|it| it.waits_for(false) == waits)
            .collect(),
        red_refused: Some(waits == FormWaits::Staff),
        carried_out: Some(false),
        ..RedFormFilter::default()
    }
}

/// `GET /admin/red-letters`.
pub(super) async fn index(desk: Signed, request: HttpRequest) -> Answer {
    let listing = Listing::of(&request, "/admin/red-letters", "seller");
    let heap = HEAPS
        .iter()
        .find(|it| it.name == listing.filter.state)
        .unwrap_or(&HEAPS[0]);
    let filter = RedFormFilter {
        text: listing.filter.q.clone(),
        seller: SellerId::parse(&listing.filter.store).ok(),
        after: listing.after.clone(),
        limit: ROWS,
        ..heap.waits.map(waiting_for).unwrap_or_default()
    };
    let found = desk.ports().store.red_forms(&desk.view(), &filter).await?;
    let sellers = desk.ports().store.sellers().await?;
    let shell = desk.shell(Section::RedLetters).await?;
    let t = shell.t;
    let rows: Vec<FormView> = found
        .rows
        .iter()
        .map(|it| {
            let mut view = form_view(&shell, &it.form, &it.blue_number);
            view.order_no.clone_from(&it.order_no);
            view.buyer.clone_from(&it.buyer);
            view
        })
        .collect();
    let page = RedListPage {
        pager: listing.pager(found.next, rows.len()),
        heaps: HEAPS
            .iter()
            .map(|it| Choice::new(it.name, (it.word)(t)))
            .collect(),
        sellers: seller_choices(&sellers, Some(t.common.all)),
        filter: listing.filter,
        rows,
        shell,
    };
    Ok(desk.page(&page))
}

/// `GET /admin/red-letters/{id}`.
pub(super) async fn show(desk: Signed, id: web::Path<String>) -> Answer {
    let id = RedFormId::parse(&id)?;
    let store = &desk.ports().store;
    let form = store.red_form(&desk.scope(), &id).await?;
    let form = form.ok_or(Failure::NotFound)?;
    let order = store.order(&desk.scope(), &form.order).await?;
    let order = order.ok_or(Failure::NotFound)?;
    let invoices = store.invoices_of(&form.order).await?;
    let blue = invoices.iter().find(|it| it.id == form.blue);
    let red = form
        .red
        .as_ref()
        .and_then(|(red, _)| invoices.iter().find(|it| it.id == *red));
    let shell = desk.shell(Section::RedLetters).await?;
    let t = shell.t;
    let names = Names::load(&desk).await?;
    let timeline = store.timeline(&form.order).await?;
    let about: Vec<&str> = [Some(form.id.as_str()), red.map(|it| it.id.as_str())]
        .into_iter()
        .flatten()
        .collect();
    let refunds = format!("/admin/orders/{}/refund", form.order);
    let mut view = form_view(&shell, &form, blue.map_or("", number_of));
    view.order_no.clone_from(&order.order_no);
    view.buyer = blue.map_or_else(String::new, |it| it.title.name.clone());
    let page = RedFormPage {
        standing: standing(&desk, &form),
        refresh: (form.waits_for() == FormWaits::Us).then_some(3),
        order: Link::new(&order.order_no, format!("/admin/orders/{}", form.order)),
        refunds: Link::new(t.red.title, refunds),
        seller: seller_link(&desk, &form.seller).await?,
        reason: reason(t, form.reason),
        red: red.map(|it| {
            let number = number_of(it);
            let label = if number.is_empty() {
                t.invoice.no_number_yet.to_owned()
            } else {
                grouped(number)
            };
            Link::new(label, format!("/admin/invoices/{}", it.id))
        }),
        asked: form.asked_at.map(|at| shell.when(at)),
        entered: form.entered_at.map(|at| shell.when(at)),
        carried_out: form.carried_out_at.map(|at| shell.when(at)),
        lines: form
            .lines
            .iter()
            .map(|it| {
                let line = &it.line;
                let quantity = line.quantity.map(taken);
                let row = (
                    it.blue_no,
                    line.name.clone(),
                    quantity.unwrap_or_else(|| "—".to_owned()),
                );
                (row, [line.amount, line.tax, line.gross])
            })
            .collect(),
        totals: [form.totals.amount, form.totals.tax, form.totals.total],
        extent: match blue {
            _ if !form.completes => t.red_form.part,
            Some(blue) if blue.totals.total + form.totals.total != Fen::ZERO => t.red_form.rest,
            Some(_) | None => t.red_form.whole,
        },
        timeline: timeline
            .iter()
            .filter(|entry| is_about(entry, &about))
            .map(|entry| event(&desk, &names, entry, false))
            .collect(),
        form: view,
        shell,
    };
    Ok(desk.page(&page))
}

/// Where it stands in words, what it means, and what people may do now.
fn standing(frame: &Frame, form: &RedForm) -> Standing {
    let t = frame.t();
    let r = &t.red_form;
    let refused = form.red_is_refused() && form.state.allows_issue();
    let word = badge(t, form);
    let detail = if form.carried_out_at.is_some() {
        r.m_issued
    } else if refused && form.state == FormState::Confirmed && !form.by_buyer {
        r.m_red_refused_confirmed
    } else if refused && form.state == FormState::Direct {
        r.m_red_refused_direct
    } else if refused {
        r.m_red_refused
    } else if form.red_is_refused() && form.state.has_failed() {
        r.m_over_and_refused
    } else if form.red.is_some() && form.state.allows_issue() {
        r.m_issuing
    } else {
        meaning(t, form.state)
    };
    let mut acts = if frame.may_decide() {
        actions(t, form)
    } else {
        Vec::new()
    };
    if refused && let Some((red, _)) = &form.red {
        let href = format!("/admin/invoices/{red}");
        acts.insert(0, Action::open(r.open_red, href));
    }
    let mut acts = acts.into_iter();
    let lapses = form.lapses_at().map(|at| {
        let words = fill1(r.until, frame.when(at).local());
        format!(" {words}")
    });
    Standing {
        checks: Vec::new(),
        tone: word.tone,
        sentence: word.word.to_owned(),
        detail: format!("{detail}{}", lapses.unwrap_or_default()),
        primary: acts.next(),
        others: acts.collect(),
    }
}

/// What may be done, the usual first.
fn actions(t: &'static Texts, form: &RedForm) -> Vec<Action> {
    let send = |act: &str, label: &str| {
        Action::send(label, format!("/admin/red-letters/{}/act", form.id)).with("act", act)
    };
    acts(t, form)
        .into_iter()
        .map(|(act, label)| match act {
            "give_up" => send(act, label).asking(t.red_form.give_up_ask),
            "withdraw" => send(act, label).asking(t.red_form.withdraw_ask),
            "refuse" => send(act, label).asking(t.red_form.refuse_ask),
            _ => send(act, label),
        })
        .collect()
}

/// What may be done: value and words.
fn acts(t: &'static Texts, form: &RedForm) -> Vec<(&'static str, &'static str)> {
    let r = &t.red;
    match (&form.red, form.state) {
        // Refused for good: the form is taken back, then given up.
        (Some((_, InvoiceState::Refused)), _) if form.may_be_withdrawn() => {
            return vec![("withdraw", r.withdraw)];
        }
        (Some((_, InvoiceState::Refused)), state)
            if state.has_failed() || state == FormState::Direct =>
        {
            return vec![("give_up", r.give_up)];
        }
        (Some(_), _) => return Vec::new(),
        (None, _) => {}
    }
    match form.state {
        FormState::AwaitsSeller => vec![("agree", t.red_form.agree), ("refuse", t.red_form.refuse)],
        _ if form.may_be_withdrawn() => vec![("withdraw", r.withdraw)],
        state if state.has_failed() && !form.by_buyer => {
            vec![("again", r.again), ("give_up", r.give_up)]
        }
        _ => Vec::new(),
    }
}

/// What a state means for the people here.
const fn meaning(t: &'static Texts, state: FormState) -> &'static str {
    let r = &t.red_form;
    match state {
        FormState::Planned => r.m_planned,
        FormState::Asked => r.m_asked,
        FormState::Direct => r.m_direct,
        FormState::NotNeeded => r.m_not_needed,
        FormState::AwaitsBuyer => r.m_awaits_buyer,
        FormState::AwaitsSeller => r.m_awaits_seller,
        FormState::Confirmed => r.m_confirmed,
        FormState::RefusedByBuyer => r.m_refused_by_buyer,
        FormState::RefusedBySeller => r.m_refused_by_seller,
        FormState::Expired => r.m_expired,
        FormState::Withdrawn | FormState::WithdrawnAfter => r.m_withdrawn,
        FormState::VoidAbnormal => r.m_void_abnormal,
        FormState::VoidTaxpayer => r.m_void_taxpayer,
        FormState::VoidRefused => r.m_void_refused,
        FormState::VoidRefund => r.m_void_refund,
        FormState::Rejected => r.m_rejected,
        FormState::GivenUp => r.m_given_up,
    }
}

/// A confirmation as a row.
pub(super) fn form_view(shell: &Shell, it: &RedForm, blue_number: &str) -> FormView {
    let t = shell.t;
    FormView {
        id: it.id.to_string(),
        href: format!("/admin/red-letters/{}", it.id),
        order_no: String::new(),
        blue: Link::new(grouped(blue_number), format!("/admin/invoices/{}", it.blue)),
        red: it
            .red
            .as_ref()
            .map(|(id, _)| Link::new(t.red_form.red, format!("/admin/invoices/{id}"))),
        number: it.number.clone(),
        buyer: String::new(),
        state: badge(t, it),
        waits: match it.waits_for() {
            FormWaits::Us => t.red.waits_us,
            FormWaits::Staff => t.red.waits_staff,
            FormWaits::Buyer => t.red.waits_buyer,
            FormWaits::Nobody => t.red.waits_nobody,
        },
        lapses: it.lapses_at().map(|at| shell.when(at)),
        message: it.message.clone(),
        total: it.totals.total,
        at: shell.when(it.created_at),
        acts: acts(t, it),
    }
}

/// A state in one or two words.
pub(super) const fn word(t: &'static Texts, state: FormState) -> &'static str {
    let r = &t.red;
    match state {
        FormState::Planned => r.s_planned,
        FormState::Asked => r.s_asked,
        FormState::Direct => r.s_direct,
        FormState::NotNeeded => r.s_not_needed,
        FormState::AwaitsBuyer => r.s_awaits_buyer,
        FormState::AwaitsSeller => r.s_awaits_seller,
        FormState::Confirmed => r.s_confirmed,
        FormState::RefusedByBuyer => r.s_refused_by_buyer,
        FormState::RefusedBySeller => r.s_refused_by_seller,
        FormState::Expired => r.s_expired,
        FormState::Withdrawn => r.s_withdrawn,
        FormState::WithdrawnAfter => r.s_withdrawn_after,
        FormState::VoidAbnormal => r.s_void_abnormal,
        FormState::VoidTaxpayer => r.s_void_taxpayer,
        FormState::VoidRefused => r.s_void_refused,
        FormState::VoidRefund => r.s_void_refund,
        FormState::Rejected => r.s_rejected,
        FormState::GivenUp => r.s_given_up,
    }
}

pub(super) fn badge(t: &'static Texts, it: &RedForm) -> Badge {
    if it.carried_out_at.is_some() {
        return Badge::new(Tone::Ok, t.red.s_issued);
    }
    if it.red_is_refused() && it.state.allows_issue() {
        return Badge::new(Tone::Warn, t.red_form.red_refused);
    }
    let word = word(t, it.state);
    let tone = match it.state {
        state if state.has_failed() => Tone::Warn,
        FormState::GivenUp => Tone::Plain,
        _ => Tone::Wait,
    };
    Badge::new(tone, word)
}

/// `POST /admin/red-letters/{id}/act`.
pub(super) async fn answer(sent: Sent<Decides>, id: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let id = RedFormId::parse(&id)?;
    let what = match form.get("act") {
        "withdraw" => FormAct::Withdraw,
        "agree" => FormAct::Agree,
        "refuse" => FormAct::Refuse,
        "again" => FormAct::Again,
        "give_up" => FormAct::GiveUp,
        _ => return Err(Failure::NotFound),
    };
    let found = desk.ports().store.red_form(&desk.scope(), &id).await?;
    let here = found.map(|it| format!("/admin/red-letters/{}", it.id));
    let here = here.ok_or(Failure::NotFound)?;
    match act_on_form(desk.ports(), &desk.scope(), &desk.actor(), &id, what).await {
        Ok(()) => Ok(desk.done(&here, desk.t().red.acted)),
        Err(FormProblem::Unknown(_)) => Err(Failure::NotFound),
        Err(FormProblem::Illegal(_) | FormProblem::Store(StoreError::Stale { .. })) => {
            Ok(desk.told(&here, Tone::Warn, desk.t().red_form.moved_on))
        }
        Err(FormProblem::Store(error)) => Err(error.into()),
        Err(FormProblem::Elsewhere) => {
            Ok(desk.told(&here, Tone::Warn, desk.t().gateway.form_elsewhere))
        }
        Err(FormProblem::CarriedOut) => {
            Ok(desk.told(&here, Tone::Warn, desk.t().red_form.carried_out))
        }
        Err(FormProblem::Outside(error)) => {
            let words = fill1(desk.t().red_form.outside, error);
            Ok(desk.told(&here, Tone::Warn, &words))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HEAPS, meaning, waiting_for, word};
    use crate::i18n::{Lang, Texts};
    use fapiao_domain::confirmation::FormState;
    use std::collections::HashSet;

    #[test]
    fn every_state_has_its_words_and_its_meaning_in_both_languages() {
        let is_chinese = |it: char| ('\u{4e00}'..='\u{9fff}').contains(&it);
        let (zh, en) = (Texts::of(Lang::Zh), Texts::of(Lang::En));
        let (mut words, mut meanings) = (HashSet::new(), HashSet::new());
        for state in FormState::ALL {
            for (zh, en) in [
                (word(zh, state), word(en, state)),
                (meaning(zh, state), meaning(en, state)),
            ] {
                assert!(zh.chars().any(is_chinese), "{state}: {zh}");
                assert!(
                    !en.is_empty() && !en.chars().any(is_chinese),
                    "{state}: {en}"
                );
            }
            // No two states read alike; what a withdrawn form means is the same before and after the agreement.
            assert!(words.insert(word(zh, state)) && words.insert(word(en, state)));
            let twice = !meanings.insert(meaning(zh, state));
            assert_eq!(twice, state == FormState::WithdrawnAfter, "{state}");
            // What failed says what to do next.
            let advises = ["放弃", "联系", "核实"]
                .iter()
                .any(|it| meaning(zh, state).contains(it));
            assert!(advises || !state.has_failed(), "{state}");
        }
    }

    #[test]
    fn every_state_is_on_one_heap_besides_the_one_for_all() {
        let of = |waits| waiting_for(waits).states;
        let counted: Vec<FormState> = HEAPS
            .iter()
            .filter_map(|it| it.waits)
            .flat_map(of)
            .collect();
        for state in FormState::ALL {
            let times = counted.iter().filter(|it| **it == state).count();
            // Given up: nobody waits, and it is found under "all".
            assert_eq!(times, usize::from(state != FormState::GivenUp), "{state}");
        }
    }
}
