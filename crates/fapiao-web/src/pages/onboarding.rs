//! The check-list that checks itself.

use super::{
    field::Errors,
    icon::Icon,
    parts::{Choice, Link, Tone, mark},
    shell::Shell,
};
use askama::Template;

/// `/admin/onboarding`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/onboarding.html")]
pub struct OnboardingPage {
    /// The frame.
    pub shell: Shell,
    /// The questions, the mode, and what it needs.
    pub access: AccessBlock,
    /// The steps in order, in groups.
    pub groups: Vec<StepGroup>,
}

/// The wizard of one seller.
#[derive(Clone, Debug)]
pub struct AccessBlock {
    /// Sellers to choose from: address and name.
    pub sellers: Vec<Choice>,
    /// The chosen seller's address.
    pub here: String,
    /// The chosen seller's id; empty before there is one.
    pub seller: String,
    /// The answers, or the usual ones.
    pub form: AccessForm,
    /// Where buyers may meet the company.
    pub ways: Vec<Choice>,
    /// The mode and what it means; `None` until the questions are answered.
    pub mode: Option<(&'static str, &'static str)>,
    /// What is needed, in order.
    pub tasks: Vec<TaskRow>,
    /// How many of them are done.
    pub done: usize,
    /// Whether this person may answer.
    pub can_edit: bool,
}

/// The four answers.
#[derive(Clone, Debug, Default)]
pub struct AccessForm {
    /// `yes` or `no`.
    pub issues: String,
    /// `yes` or `no`.
    pub own_platform: String,
    /// Stored names of ways.
    pub ways: Vec<String>,
    /// Fiscal bills too.
    pub fiscal: bool,
}

/// One thing to have, to permit or to set.
#[derive(Clone, Debug)]
pub struct TaskRow {
    /// 1, 2, 3, …
    pub number: usize,
    /// Done, waiting, wrong; `Plain` where only a person can know.
    pub tone: Tone,
    /// What.
    pub title: &'static str,
    /// In which console.
    pub place: &'static str,
    /// How it is done there.
    pub how: &'static str,
    /// What was found; may be empty.
    pub found: String,
    /// Where to do it here.
    pub link: Option<Link>,
}

impl TaskRow {
    fn mark(&self) -> Option<Icon> {
        mark(self.tone)
    }
}

impl AccessBlock {
    fn issues(&self, a: &crate::i18n::Access) -> [Choice; 2] {
        [Choice::new("yes", a.yes), Choice::new("no", a.no)]
    }

    fn platforms(&self, a: &crate::i18n::Access) -> [Choice; 2] {
        [Choice::new("yes", a.own), Choice::new("no", a.foreign)]
    }
}

/// Steps that belong together: one seller, one account.
#[derive(Clone, Debug)]
pub struct StepGroup {
    /// "杭州…有限公司", "公众号 …".
    pub title: String,
    /// In order.
    pub steps: Vec<CheckRow>,
}

/// One thing that was checked.
#[derive(Clone, Debug)]
pub struct CheckRow {
    /// Done, waiting for somebody, or wrong; `Plain` when it is switched off.
    pub tone: Tone,
    /// What must be so: "推送地址已通过验证".
    pub title: String,
    /// What was found.
    pub found: String,
    /// How to mend it; empty when all is well.
    pub mend: String,
    /// Where to mend it.
    pub link: Option<Link>,
}

impl CheckRow {
    pub(super) fn mark(&self) -> Option<Icon> {
        mark(self.tone)
    }
}

impl OnboardingPage {
    /// The questions have nothing to be wrong with but an empty list of ways.
    fn errors(&self) -> Errors {
        Errors::default()
    }

    fn done(&self) -> usize {
        // What is switched off asks nothing of anybody.
        let done = |it: &&CheckRow| matches!(it.tone, Tone::Ok | Tone::Plain);
        self.steps().filter(done).count()
    }

    fn all(&self) -> usize {
        self.steps().count()
    }

    fn steps(&self) -> impl Iterator<Item = &CheckRow> {
        self.groups.iter().flat_map(|it| &it.steps)
    }
}

impl crate::i18n::Onboarding {
    /// The word read out beside a mark.
    pub const fn word_of(&self, tone: &Tone) -> &'static str {
        match tone {
            Tone::Ok => self.word_ok,
            Tone::Wait => self.word_wait,
            Tone::Warn | Tone::Bad => self.word_bad,
            Tone::Plain => self.word_off,
        }
    }
}
