//! What holds for every card that is inserted, of an invoice or of a fiscal bill.

use crate::errors::{Advice, OutsideError};
use chrono::{DateTime, TimeDelta, Utc};

/// WeChat deletes an unused upload after three days; ours is renewed before that.
const MEDIA_LIFE_HOURS: i64 = 60;
/// An insert that was announced earlier than this gets no answer any more: whoever asked is gone.
pub(crate) const ANSWER_AWAITED: TimeDelta = TimeDelta::minutes(10);
/// Codes after which the same upload is not tried again.
const DEAD_MEDIA: [&str; 3] = ["72046", "72081", "72083"];
/// The template is too young, not approved yet, or not usable.
const YOUNG_TEMPLATE: [&str; 2] = ["40078", "40107"];
/// WeChat answers that an invoice is in somebody's wallet.
pub(crate) const IN_A_WALLET: &str = "72042";
/// So many minutes after a template was made it is tried again.
const YOUNG_TEMPLATE_MINUTES: [i64; 3] = [1, 5, 15];
/// A try right at the mark would meet WeChat's clock a moment before it.
const YOUNG_TEMPLATE_GRACE_SECS: i64 = 5;

/// The handle of an upload that WeChat still has.
pub(crate) fn fresh_media(
    media: Option<&(String, DateTime<Utc>)>,
    now: DateTime<Utc>,
) -> Option<String> {
    let (media, at) = media?;
    let fresh = now - *at < TimeDelta::hours(MEDIA_LIFE_HOURS);
    (fresh && !media.is_empty()).then(|| media.clone())
}

/// Whether WeChat answered that it carried nothing out: any code but `-1`, behind which everything may lie.
pub(crate) fn says_it_was_not_done(error: &OutsideError) -> bool {
    error.system == "wechat" && !error.code.is_empty() && error.code != "-1"
}

/// Whether WeChat's code says that it has lost the upload.
pub(crate) fn lost_media(code: &str) -> bool {
    DEAD_MEDIA.contains(&code)
}

/// Whether WeChat's code says that it does not take the template, perhaps because it is too young.
pub(crate) fn is_young(code: &str) -> bool {
    YOUNG_TEMPLATE.contains(&code)
}

/// Whether WeChat's answer says for certain that it inserted nothing.
pub(crate) fn says_no(error: &OutsideError) -> bool {
    matches!(
        error.advice,
        Advice::NeedsPerson | Advice::Never | Advice::AlreadyDone
    ) || is_young(&error.code)
        || lost_media(&error.code)
}

/// Seconds until a young template is tried again; `None` once it is old.
pub(crate) fn until_usable(made: DateTime<Utc>, now: DateTime<Utc>) -> Option<u32> {
    let waits = YOUNG_TEMPLATE_MINUTES.into_iter().map(|minutes| {
        (made + TimeDelta::minutes(minutes) - now).num_seconds() + YOUNG_TEMPLATE_GRACE_SECS
    });
    waits
        .filter(|secs| *secs > 0)
        .find_map(|secs| u32::try_from(secs).ok())
}

/// What staff read while a young template is waited for.
pub(crate) fn young_template(code: &str, made: DateTime<Utc>) -> String {
    let at = (made + TimeDelta::hours(8)).format("%H:%M:%S");
    format!(
        "卡券模板 {at} 刚刚创建，微信还不能使用（{code}），满 1、5、15 分钟时各再试一次 / the card template was made at {at} \
         and WeChat does not take it yet, {code}; it is tried again when it is 1, 5 and 15 minutes old"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_that_is_not_approved_yet_is_waited_for_like_a_young_one() {
        assert!(is_young("40078") && is_young("40107") && !is_young("40073"));
    }

    #[test]
    fn a_young_template_is_tried_after_one_five_and_fifteen_minutes_of_its_life() {
        let made: DateTime<Utc> = "2026-11-21T02:00:00Z".parse().unwrap();
        let at = |secs| until_usable(made, made + TimeDelta::seconds(secs));
        assert_eq!(at(0), Some(65));
        // Whenever the answer comes, the next try is at the same moment.
        assert_eq!(at(50), Some(15));
        assert_eq!(at(65), Some(240));
        assert_eq!(at(305), Some(600));
        assert_eq!(at(905), None);
        assert_eq!(at(86_400), None);
    }
}
