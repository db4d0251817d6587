//! Reasons as they are kept: many in both languages, Chinese first, ` / ` between them, some with the far side's code and
//! own words in brackets at the end.

use crate::i18n::{Lang, Texts};
use fapiao_usecases::{
    merchant::{
        confirm::{DECLINED, REJECTED},
        refusal::REFUNDED,
    },
    rejecting::TAKEN_BACK,
};

/// A reason as this reader wants it, without the far side's own words, which the back-office keeps behind a fold.
pub(crate) fn in_language(lang: Lang, reason: &str) -> String {
    if matches!(lang, Lang::En) && reason == DECLINED {
        return Texts::of(lang).job_kind.declined.to_owned();
    }
    match Halves::of(reason) {
        None => reason.to_owned(),
        Some(it) => it.of_language(lang),
    }
}

/// A reason as this caller wants it, with the far side's code and own words: a till has nothing else to look at.
pub(crate) fn for_callers(lang: Lang, reason: &str) -> String {
    match Halves::of(reason) {
        None => in_language(lang, reason),
        Some(it) => it.of_language(lang) + it.far,
    }
}

/// Whether the reason of a refused delivery is ours, and not what the shop wrote for its buyer.
pub(crate) fn is_ours(reason: &str) -> bool {
    [DECLINED, REJECTED, REFUNDED, TAKEN_BACK].contains(&reason)
}

/// A reason in both languages.
struct Halves<'a> {
    zh: &'a str,
    en: &'a str,
    /// The brackets at the end, with the blank before them.
    far: &'a str,
}

impl<'a> Halves<'a> {
    fn of(reason: &'a str) -> Option<Halves<'a>> {
        let is_chinese = |it: char| ('\u{4e00}'..='\u{9fff}').contains(&it);
        let (zh, en) = reason.split_once(" / ")?;
        let (en, far) = match en.find(" (") {
            Some(at) if en.ends_with(')') => en.split_at(at),
            _ => (en, ""),
        };
        (zh.contains(is_chinese) && !en.contains(is_chinese)).then_some(Halves { zh, en, far })
    }

    fn of_language(&self, lang: Lang) -> String {
        match lang {
            // Older rows doubled the stop.
            Lang::Zh => self.zh.replace("。。", "。"),
            Lang::En => self.en.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_get_their_half() {
        let both = "微信认为 PDF 无效。。请重新上传。 / WeChat does not accept the PDF. Upload it anew. (card: 72040)";
        assert_eq!(
            in_language(Lang::Zh, both),
            "微信认为 PDF 无效。请重新上传。"
        );
        assert_eq!(
            in_language(Lang::En, both),
            "WeChat does not accept the PDF. Upload it anew."
        );
        assert_eq!(in_language(Lang::Zh, "退货 / 换货"), "退货 / 换货");
        assert_eq!(in_language(Lang::Zh, DECLINED), DECLINED);
        assert!(in_language(Lang::En, DECLINED).is_ascii());
    }

    #[test]
    fn callers_get_their_half_and_the_far_sides_code() {
        let both = "微信认为 PDF 无效。。 / WeChat does not accept the PDF. (72040 发票无效)";
        assert_eq!(
            for_callers(Lang::Zh, both),
            "微信认为 PDF 无效。 (72040 发票无效)"
        );
        assert_eq!(
            for_callers(Lang::En, both),
            "WeChat does not accept the PDF. (72040 发票无效)"
        );
        assert_eq!(for_callers(Lang::En, "商户合同已到期"), "商户合同已到期");
        assert!(for_callers(Lang::En, DECLINED).is_ascii());
    }
}
