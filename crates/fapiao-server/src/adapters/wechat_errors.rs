//! The SDK's errors as the use-cases understand them.

use fapiao_usecases::{
    errors::{Advice, OutsideError},
    ports::Sealer,
    records::Account,
};
use std::{sync::Arc, time::Duration};
use wechat_invoice::{Error, SecretString};

/// What WeChat's refusal, silence or nonsense means for a job. Messages are for staff: cause and next step, Chinese
/// first.
pub(super) fn outside(error: Error) -> OutsideError {
    let advice = match error.advice() {
        wechat_invoice::Advice::Retryable { after_secs, .. } => Advice::Retry {
            after: Some(Duration::from_secs(u64::from(after_secs))),
        },
        wechat_invoice::Advice::NeedsPerson => Advice::NeedsPerson,
        wechat_invoice::Advice::Never => Advice::Never,
        wechat_invoice::Advice::Done => Advice::AlreadyDone,
        wechat_invoice::Advice::AskFirst => Advice::OutcomeUnknown,
    };
    let message = match error.code_info() {
        Some(info) => format!(
            "{}{} / {} {} ({error})",
            info.cause.zh, info.next_step.zh, info.cause.en, info.next_step.en
        ),
        None => error.to_string(),
    };
    OutsideError {
        system: "wechat",
        code: error
            .errcode()
            .map(|code| code.to_string())
            .unwrap_or_default(),
        message,
        advice,
        source: Some(Box::new(error)),
    }
}

/// Opens the credentials of an account.
pub(super) fn credentials(
    sealer: &Arc<dyn Sealer>,
    account: &Account,
) -> Result<wechat_invoice::Account, OutsideError> {
    let secret = sealer
        .open(&format!("account.secret:{}", account.app_id), &account.secret)
        .filter(|secret| !secret.is_empty())
        .ok_or_else(|| {
            OutsideError::new(
                "wechat",
                "no_secret",
                format!(
                    "the app secret of {} is missing or was sealed with another master key; enter it again in the account's settings",
                    account.app_id
                ),
                Advice::NeedsPerson,
            )
        })?;
    Ok(wechat_invoice::Account::new(
        account.app_id.clone(),
        SecretString::from(secret),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_reads_as_whole_sentences_in_both_languages() {
        for info in wechat_invoice::codes::all_codes() {
            let message = outside(Error::Refused {
                call: "card/invoice/insert",
                errcode: info.code,
                errmsg: "text".to_owned(),
                rid: None,
            })
            .message;
            assert!(
                !message.contains("。。") && !message.contains(".."),
                "{message}"
            );
            assert!(
                info.cause.zh.ends_with('。') && message.contains(" / "),
                "{message}"
            );
        }
    }
}
