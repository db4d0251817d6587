//! When something went wrong: what, which, why, what now, and the code to quote.

use super::{
    parts::{Choice, Link},
    shell::{Bare, Shell},
};
use crate::i18n::Texts;
use askama::Template;

/// A failure, as it is told to people.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The HTTP status.
    pub status: u16,
    /// What happened.
    pub what: String,
    /// To which thing: an id, a path; may be empty.
    pub which: String,
    /// Why.
    pub why: String,
    /// What to do now.
    pub next: String,
    /// Where to go on.
    pub link: Option<Link>,
    /// The code to quote; the same as in the log and in `x-request-id`.
    pub reference: String,
}

impl Fault {
    fn new(status: u16, words: [&str; 3], which: &str, reference: &str) -> Fault {
        let [what, why, next] = words.map(str::to_owned);
        let (which, reference) = (which.to_owned(), reference.to_owned());
        Fault {
            status,
            what,
            which,
            why,
            next,
            link: None,
            reference,
        }
    }

    /// 403: signed in, but not allowed.
    pub fn forbidden(t: &Texts, which: &str, reference: &str) -> Fault {
        let f = &t.fault;
        Fault::new(
            403,
            [f.forbidden, f.forbidden_why, f.forbidden_next],
            which,
            reference,
        )
    }

    /// 403: the form's token or origin does not fit; usually a page left open for long.
    pub fn stale_form(t: &Texts, which: &str, reference: &str) -> Fault {
        let f = &t.fault;
        Fault::new(403, [f.stale, f.stale_why, f.stale_next], which, reference)
    }

    /// 404: there is no such thing, or not for this person.
    pub fn not_found(t: &Texts, which: &str, reference: &str) -> Fault {
        let f = &t.fault;
        Fault::new(
            404,
            [f.not_found, f.not_found_why, f.not_found_next],
            which,
            reference,
        )
    }

    /// 409: somebody else was quicker.
    pub fn conflict(t: &Texts, which: &str, why: &str, reference: &str) -> Fault {
        let f = &t.fault;
        Fault::new(409, [f.conflict, why, f.conflict_next], which, reference)
    }

    /// 413: too large; `why` names the limit.
    pub fn too_large(t: &Texts, which: &str, why: &str, reference: &str) -> Fault {
        let f = &t.fault;
        Fault::new(413, [f.too_large, why, f.too_large_next], which, reference)
    }

    /// 422: understood, but against a rule; `why` names it.
    pub fn unprocessable(t: &Texts, which: &str, why: &str, reference: &str) -> Fault {
        let f = &t.fault;
        Fault::new(
            422,
            [f.unprocessable, why, f.unprocessable_next],
            which,
            reference,
        )
    }

    /// 429: too many attempts.
    pub fn too_many(t: &Texts, which: &str, reference: &str) -> Fault {
        let f = &t.fault;
        Fault::new(
            429,
            [f.too_many, f.too_many_why, f.too_many_next],
            which,
            reference,
        )
    }

    /// 500: our mistake.
    pub fn internal(t: &Texts, which: &str, reference: &str) -> Fault {
        let f = &t.fault;
        Fault::new(
            500,
            [f.internal, f.internal_why, f.internal_next],
            which,
            reference,
        )
    }

    /// 503: for the moment.
    pub fn unavailable(t: &Texts, which: &str, reference: &str) -> Fault {
        let f = &t.fault;
        Fault::new(
            503,
            [f.unavailable, f.unavailable_why, f.unavailable_next],
            which,
            reference,
        )
    }

    /// The same with a way on.
    pub fn leading(mut self, link: Link) -> Fault {
        self.link = Some(link);
        self
    }

    fn facts(&self, t: &'static Texts) -> Vec<Choice> {
        let fact =
            |label: &str, value: &str| (!value.is_empty()).then(|| Choice::new(value, label));
        [
            fact(t.fault.which, &self.which),
            fact(t.fault.reference, &self.reference),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// A failure inside the back-office.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/fault.html")]
pub struct FaultPage {
    /// The frame.
    pub shell: Shell,
    /// The failure.
    pub fault: Fault,
}

/// A failure where nobody is signed in.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/fault_bare.html")]
pub struct BareFaultPage {
    /// The frame.
    pub bare: Bare,
    /// The failure.
    pub fault: Fault,
}
