//! The check-list that checks itself.

use super::{
    icon::Icon,
    parts::{Link, Tone, mark},
    shell::Shell,
};
use askama::Template;

/// `/admin/onboarding`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/onboarding.html")]
pub struct OnboardingPage {
    /// The frame.
    pub shell: Shell,
    /// The steps in order, in groups.
    pub groups: Vec<StepGroup>,
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
    fn done(&self) -> usize {
        self.steps().filter(|it| it.tone == Tone::Ok).count()
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
            Tone::Plain => self.word_open,
        }
    }
}
