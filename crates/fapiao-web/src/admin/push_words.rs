//! The verdict on a push in words.

use crate::i18n::{Texts, fill1};

/// What the stored verdict means; a verdict of an unknown kind is shown as it is stored.
pub(super) fn verdict(t: &Texts, stored: &str) -> String {
    let r = &t.refusals;
    if let Some(app_id) = stored.strip_prefix("no account has the app id ") {
        return fill1(r.no_account, app_id);
    }
    let words = match stored {
        "accepted" => r.accepted,
        "too_large" => r.too_large,
        "query" => r.query,
        "signature" => r.signature,
        "envelope" => r.envelope,
        "message_signature" => r.message_signature,
        "decryption" => r.decryption,
        "app_id" => r.app_id,
        "parties" => r.parties,
        "the account is set to plain pushes, which production refuses" => r.plain_in_production,
        other if other.starts_with("the push comes in ") => return fill1(r.other_mode, other),
        other => return other.to_owned(),
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::verdict;
    use crate::i18n::{Lang, Texts};

    #[test]
    fn known_verdicts_are_told_and_unknown_ones_shown() {
        let t = Texts::of(Lang::En);
        assert!(verdict(t, "decryption").contains("EncodingAESKey"));
        assert!(verdict(t, "no account has the app id wx1").contains("wx1"));
        assert!(verdict(t, "the push comes in safe mode, …").contains("safe mode"));
        assert_eq!(verdict(t, "the key is lost"), "the key is lost");
    }
}
