//! How long stock lasts, in words.

use super::frame::Frame;
use crate::i18n::{Lang, Outlook as Words, fill1};
use chrono::{Datelike, NaiveDateTime};
use fapiao_domain::outlook::Lasts;

const DAYS_ZH: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];

/// "可用到 11 月 26 日周四 15:00" and its like; `beyond` is what is said when it lasts to the end of the period.
pub(super) fn words(frame: &Frame, lasts: Lasts, beyond: fn(&Words) -> &'static str) -> String {
    let t = &frame.t().outlook;
    match lasts {
        Lasts::Unknown => t.unknown.to_owned(),
        Lasts::Beyond => beyond(t).to_owned(),
        Lasts::Until(at) => fill1(t.until, moment(frame.lang(), at)),
    }
}

fn moment(lang: Lang, at: NaiveDateTime) -> String {
    match lang {
        Lang::Zh => {
            let day = DAYS_ZH[at.weekday().num_days_from_monday() as usize];
            format!(
                "{} 月 {} 日{day} {}",
                at.month(),
                at.day(),
                at.format("%H:%M")
            )
        }
        Lang::En => at.format("%A %H:%M, %-d %b").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_names_its_weekday() {
        let at = NaiveDateTime::parse_from_str("2026-11-26 15:00", "%Y-%m-%d %H:%M").unwrap();
        assert_eq!(moment(Lang::Zh, at), "11 月 26 日周四 15:00");
        assert_eq!(moment(Lang::En, at), "Thursday 15:00, 26 Nov");
    }
}
