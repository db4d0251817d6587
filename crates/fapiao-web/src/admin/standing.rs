//! One sentence on where an order stands, and the one act that helps.

use super::{frame::Frame, job_words, listing::lasting};
use crate::{
    i18n::{Lang, Texts, fill1, fill2},
    pages::{
        lines::grouped,
        parts::{Action, Standing, Tone, local_minute},
    },
    problem::Wrong,
};
use chrono::{DateTime, TimeDelta, Utc};
use fapiao_domain::{delivery::PageType, title::check_title};
use fapiao_usecases::{
    backoffice::standing::{Next, Place, Standing as Stands},
    fields::FieldError,
    platform::draft::raw_title,
    records::{Delivery, Order},
};

/// The sentence, why, and its colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sentence {
    pub(super) tone: Tone,
    pub(super) say: String,
    pub(super) more: String,
}

/// A place in words.
pub(super) fn sentence(
    t: &'static Texts,
    lang: Lang,
    place: &Place,
    now: DateTime<Utc>,
) -> Sentence {
    let s = &t.stand;
    let told = |tone, say: &str, more: &str| Sentence {
        tone,
        say: say.to_owned(),
        more: more.to_owned(),
    };
    match place {
        Place::NoDelivery => told(Tone::Plain, s.no_delivery, s.no_delivery_more),
        Place::AwaitsBuyer {
            page: page @ (PageType::Confirm | PageType::Collect),
            until,
            ..
        } => {
            let words = match page {
                PageType::Collect => s.awaits_collect,
                _ => s.awaits_confirm,
            };
            told(
                Tone::Wait,
                &fill1(words, left(t, *until - now)),
                s.awaits_more,
            )
        }
        Place::AwaitsBuyer {
            until,
            opened: true,
            ..
        } => {
            let say = fill1(s.awaits_opened, left(t, *until - now));
            told(Tone::Wait, &say, "")
        }
        Place::AwaitsBuyer { since, until, .. } => {
            let left = left(t, *until - now);
            let waited = now - *since;
            let say = if waited < TimeDelta::minutes(1) {
                fill1(s.awaits_fresh, left)
            } else {
                fill2(s.awaits, lasting(t, waited), left)
            };
            told(Tone::Wait, &say, s.awaits_more)
        }
        Place::Drafting { .. } => told(Tone::Wait, s.drafting, ""),
        Place::Blocked { .. } => told(Tone::Warn, s.blocked, s.blocked_more),
        Place::AtTaxAuthority { .. } => told(Tone::Wait, s.at_tax, ""),
        Place::OutcomeUnknown => told(Tone::Warn, s.unknown, ""),
        Place::OnTheWayToWallet { number } => {
            told(Tone::Wait, &fill1(s.to_wallet, grouped(number)), "")
        }
        Place::Stuck { kind, code, reason } => {
            let say = fill1(s.stuck, job_words::kind(t, kind));
            told(Tone::Bad, &say, &job_words::why(lang, code, reason))
        }
        Place::InWallet { number } => told(Tone::Ok, &fill1(s.in_wallet, grouped(number)), ""),
        Place::TakenBack { number } => told(
            Tone::Plain,
            &fill1(s.taken_back, grouped(number)),
            s.taken_back_more,
        ),
        Place::RedLetter { number } => told(Tone::Ok, &fill1(s.red_letter, grouped(number)), ""),
        Place::IssuedOnly { number, .. } => told(
            Tone::Warn,
            &fill1(s.issued_only, grouped(number)),
            s.issued_only_more,
        ),
        Place::RefusedByTax { reason } => told(Tone::Bad, s.refused_by_tax, reason),
        Place::Refused { reason } if reason.is_empty() => {
            told(Tone::Warn, s.refused, s.refused_more)
        }
        Place::Refused { reason } => {
            let reason = job_words::in_language(lang, reason);
            let more = format!("{reason} · {}", s.refused_more);
            told(Tone::Warn, s.refused, &more)
        }
        Place::Expired { at } => told(
            Tone::Warn,
            &fill1(s.expired, local_minute(*at)),
            s.expired_more,
        ),
        Place::Failed { reason } => {
            let reason = job_words::in_language(lang, reason);
            told(Tone::Bad, s.failed, &reason)
        }
        Place::Cancelled => told(Tone::Plain, s.cancelled, ""),
    }
}

/// What is left of a time, its hours rounded up: a link of 72 hours has 72 hours left at first.
pub(super) fn left(t: &Texts, span: TimeDelta) -> String {
    if span > TimeDelta::hours(1) {
        lasting(t, span + TimeDelta::minutes(59))
    } else {
        lasting(t, span)
    }
}

/// The sentence with what this person may do about it, as an order's page shows it.
pub(super) fn of_order(
    frame: &Frame,
    order: &Order,
    delivery: Option<&Delivery>,
    stands: &Stands,
) -> Standing {
    let t = frame.t();
    let s = &t.stand;
    let mut standing = plain(frame, delivery, stands);
    standing.primary = match &stands.next {
        Next::MakeDelivery if frame.may_work() => {
            let label = if delivery.is_some() {
                s.make_again
            } else {
                s.make
            };
            let to = format!("/admin/orders/{}/deliveries", order.id);
            Some(Action::send(label, to).with("channel", "web"))
        }
        Next::CorrectTitle(id) if frame.may_decide() => Some(Action::open(
            s.correct_title,
            format!("/admin/deliveries/{id}#title"),
        )),
        Next::RetryJob(_) if refusal_helps(&stands.place) => delivery
            .filter(|_| frame.may_decide())
            .map(|it| Action::open(s.refuse, format!("/admin/deliveries/{}#refusal", it.id))),
        Next::RetryJob(_) if frame.may_decide() => Some(Action::send(
            s.retry,
            format!("/admin/orders/{}/retry", order.id),
        )),
        Next::OpenInvoice(id) => Some(Action::open(
            s.open_invoice,
            format!("/admin/invoices/{id}"),
        )),
        Next::Nothing | Next::MakeDelivery | Next::CorrectTitle(_) | Next::RetryJob(_) => None,
    };
    standing
}

/// The same again would stop at the same place: the buyer's request is to be refused.
fn refusal_helps(place: &Place) -> bool {
    matches!(place, Place::Stuck { code, .. } if !job_words::retry_may_help(code))
}

/// The sentence alone.
pub(super) fn plain(frame: &Frame, delivery: Option<&Delivery>, stands: &Stands) -> Standing {
    let sentence = sentence(frame.t(), frame.lang(), &stands.place, frame.now());
    let mut detail = sentence.more;
    // What is wrong with a title is known field by field.
    if let (Place::Stuck { code, .. }, Some(delivery)) = (&stands.place, delivery)
        && code == "title_invalid"
    {
        let faults = title_faults(frame.lang(), delivery);
        if !faults.is_empty() {
            detail = faults.join(" ");
        }
    }
    Standing {
        tone: sentence.tone,
        sentence: sentence.say,
        detail,
        primary: None,
        others: Vec::new(),
        checks: Vec::new(),
    }
}

/// What is wrong with the title a buyer gave.
fn title_faults(lang: Lang, delivery: &Delivery) -> Vec<String> {
    let Some(raw) = &delivery.raw_title else {
        return Vec::new();
    };
    let Err(errors) = check_title(&raw_title(raw)) else {
        return Vec::new();
    };
    let told = |error: fapiao_domain::title::TitleError| {
        let end = match lang {
            Lang::Zh => "。",
            Lang::En => ".",
        };
        let wrong = Wrong::from(FieldError::of_title("", error, &raw.tax_number));
        format!("{}{end}", wrong.said.of(lang))
    };
    errors.into_iter().map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-21T02:00:00Z".parse().unwrap()
    }

    fn say(lang: Lang, place: &Place) -> Sentence {
        sentence(Texts::of(lang), lang, place, now())
    }

    #[test]
    fn a_waiting_order_says_how_long_and_how_much_longer() {
        let place = Place::AwaitsBuyer {
            page: PageType::Title,
            since: now() - TimeDelta::hours(2),
            until: now() + TimeDelta::hours(70),
            opened: false,
        };
        let it = say(Lang::Zh, &place);
        assert_eq!(it.say, "等待买家填写抬头，已过 2 小时，尚余 70 小时");
        assert_eq!(it.tone, Tone::Wait);
        assert!(say(Lang::En, &place).say.contains("2 hr."));
        let fresh = Place::AwaitsBuyer {
            page: PageType::Title,
            since: now() - TimeDelta::seconds(20),
            until: now() + TimeDelta::hours(72) - TimeDelta::seconds(20),
            opened: false,
        };
        assert_eq!(say(Lang::Zh, &fresh).say, "等待买家填写抬头，尚余 72 小时");
        let issued = Place::AwaitsBuyer {
            page: PageType::Collect,
            since: now(),
            until: now() + TimeDelta::hours(72),
            opened: true,
        };
        assert_eq!(say(Lang::Zh, &issued).say, "等待买家领取发票，尚余 72 小时");
    }

    #[test]
    fn every_place_has_a_sentence_in_both_languages() {
        let text = || "why".to_owned();
        let places = [
            Place::NoDelivery,
            Place::Drafting { since: now() },
            Place::Blocked { reason: text() },
            Place::AtTaxAuthority { since: now() },
            Place::OutcomeUnknown,
            Place::OnTheWayToWallet { number: text() },
            Place::Stuck {
                kind: "deliver_card".to_owned(),
                code: "wechat_72040".to_owned(),
                reason: text(),
            },
            Place::InWallet { number: text() },
            Place::TakenBack { number: text() },
            Place::RedLetter { number: text() },
            Place::IssuedOnly {
                number: text(),
                reason: text(),
            },
            Place::RefusedByTax { reason: text() },
            Place::Refused { reason: text() },
            Place::Expired { at: now() },
            Place::Failed { reason: text() },
            Place::Cancelled,
        ];
        for place in &places {
            let (zh, en) = (say(Lang::Zh, place), say(Lang::En, place));
            assert_ne!(zh.say, en.say, "{place:?}");
            assert!(!zh.say.contains("{0}") && !en.say.contains("{0}"));
        }
        let stuck = say(Lang::Zh, &places[6]);
        assert_eq!(stuck.say, "“把发票放入微信卡包”停下，需要人工处理");
        assert_eq!(stuck.more, "微信返回 72040：why");
    }
}
