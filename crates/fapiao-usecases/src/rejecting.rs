//! What WeChat answers to the word that nothing comes of an agreement.

use crate::errors::{Advice, OutsideError};

/// Why a page is refused whose invoice waited to be collected, and was taken back in full.
pub const TAKEN_BACK: &str = "这张发票已全额红冲，不再放入卡包 / the invoice was taken back in full: it comes into no wallet";

/// The code of WeChat's answer, empty where it took the word. Some codes say that there is nothing to tell any more: it was
/// told before (72035), it knows of no agreement (72038), or the order id was used up by a card (72056). They end the
/// matter in different ways, so that the line of the timeline keeps which.
///
/// # Errors
/// Every other answer.
pub(crate) fn settled(answer: Result<(), OutsideError>) -> Result<String, OutsideError> {
    match answer {
        Ok(()) => Ok(String::new()),
        Err(error) if error.advice == Advice::AlreadyDone || error.code == "72038" => {
            Ok(error.code)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_the_matter_is_told_apart() {
        let refused = |code: &str, advice| Err(OutsideError::new("wechat", code, "", advice));
        assert_eq!(settled(Ok(())).ok().as_deref(), Some(""));
        for (code, advice) in [
            ("72035", Advice::AlreadyDone),
            ("72038", Advice::NeedsPerson),
            ("72056", Advice::AlreadyDone),
        ] {
            assert_eq!(settled(refused(code, advice)).ok().as_deref(), Some(code));
        }
        let busy = settled(refused("-1", Advice::Retry { after: None }));
        assert_eq!(busy.unwrap_err().code, "-1");
    }
}
