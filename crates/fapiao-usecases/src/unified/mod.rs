//! The legacy way: WeChat has the invoice made out by the platform it chose (统一开票接口). Off unless a seller is set to it.

mod clear;
mod make;

pub use clear::follow_clear;
pub use make::{PLAIN_ENDS_NOTHING, make_out, take_result};

use crate::{
    errors::{OutsideError, StoreError},
    idempotency::fingerprint,
    ports::{Ports, UnifiedIssued},
    records::{Account, UnifiedCall, UnifiedSettings},
    step::StepError,
};
use chrono::TimeDelta;
use fapiao_domain::{ids::SellerId, invoice::InvoiceKind};

/// Still being issued: query, do not send again.
const PROCESSING: [&str; 2] = ["73105", "73107"];
/// The serial is not known there.
const UNKNOWN_SERIAL: &str = "73109";
/// Days after which a call without an end is for a person.
const PATIENCE_DAYS: i64 = 3;
/// Characters of a serial after its prefix.
const SERIAL_TAIL: usize = 14;
/// Characters of the prefix that WeChat compares (73110).
const PREFIX: usize = 6;

/// The serial of a subject: always the same one, so that it can be sent again.
pub(crate) fn serial(settings: Option<&UnifiedSettings>, subject: &str) -> String {
    let prefix: String = settings
        .map(|it| it.merchant_id.chars().take(PREFIX).collect())
        .unwrap_or_default();
    let tail = &fingerprint(subject.as_bytes())[..SERIAL_TAIL];
    format!("{prefix}{}", tail.to_uppercase())
}

/// What stands behind a serial.
enum Found {
    /// The invoice.
    Issued(UnifiedIssued),
    /// It is being made.
    Processing,
    /// Nothing: it may be sent (again).
    Nothing,
}

async fn look_up(
    ports: &Ports,
    account: &Account,
    call: &UnifiedCall,
    tax_number: &str,
) -> Result<Found, OutsideError> {
    match ports
        .unified
        .look_up(account, &call.serial, tax_number)
        .await
    {
        Ok(issued) => Ok(Found::Issued(issued)),
        Err(error) if PROCESSING.contains(&error.code.as_str()) => Ok(Found::Processing),
        Err(error) if error.code == UNKNOWN_SERIAL => Ok(Found::Nothing),
        Err(error) => Err(error),
    }
}

/// Still awaited: rarer and rarer, until a person looks.
fn awaited(ports: &Ports, call: &UnifiedCall) -> StepError {
    let age = ports.clock.now() - call.created_at;
    if age > TimeDelta::days(PATIENCE_DAYS) {
        return StepError::parked(
            "unified_silent",
            format!(
                "微信统一开票接口迟迟没有结果：流水号 {0} 已 {PATIENCE_DAYS} 天，请联系其开票平台后重试 / WeChat has been making out \
                 serial {0} for {PATIENCE_DAYS} days; ask the platform behind it, then retry",
                call.serial
            ),
        );
    }
    let after = match age.num_seconds() {
        ..60 => 5,
        60..600 => 30,
        600..7200 => 300,
        _ => 3600,
    };
    StepError::not_yet(after, "微信正在开票 / WeChat is making the invoice out")
}

/// The kind that a code and a number are of; a person looks at anything else.
fn kind_of(issued: &UnifiedIssued) -> Result<InvoiceKind, StepError> {
    let digits = |text: &str| text.bytes().all(|it| it.is_ascii_digit());
    let (code, number) = (issued.code.as_str(), issued.number.as_str());
    match (code.len(), number.len()) {
        (0, 20) if digits(number) => Ok(InvoiceKind::DigitalOrdinary),
        (10 | 12, 8) if digits(code) && digits(number) => Ok(InvoiceKind::ClassicOrdinary),
        _ => Err(StepError::parked(
            "unified_number",
            format!(
                "微信统一开票接口返回的发票代码或号码不对：代码 {0}，号码 {1}，请核对后重试 / WeChat reports code `{0}` and number \
                 `{1}`, which is no invoice; clear it up, then retry",
                shown(code),
                shown(number)
            ),
        )),
    }
}

fn shown(text: &str) -> String {
    text.chars()
        .filter(|it| !it.is_control())
        .take(40)
        .collect()
}

async fn account_of(ports: &Ports, call: &UnifiedCall) -> Result<Account, StepError> {
    let delivery = ports
        .store
        .delivery(&crate::ports::Scope::All, &call.delivery)
        .await?;
    let account = match delivery {
        Some(delivery) => ports.store.account(&delivery.account).await?,
        None => None,
    };
    account.ok_or_else(|| {
        StepError::parked(
            "account_missing",
            "所用的微信账号已不存在，请恢复后重试 / the WeChat account of this delivery is gone; restore it and retry",
        )
    })
}

/// The platform id that a seller's authorisation pages carry, when staff entered one.
pub(crate) async fn entered_platform_id(
    ports: &Ports,
    seller: &SellerId,
) -> Result<Option<String>, StoreError> {
    let settings = ports.store.unified_settings(seller).await?;
    Ok(settings
        .map(|it| it.platform_id)
        .filter(|it| !it.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use fapiao_domain::ids::Id;

    #[test]
    fn a_serial_is_the_same_each_time_and_begins_as_wechat_wants() {
        let settings = UnifiedSettings {
            seller: SellerId::from_ulid("00000000000000000000000001"),
            merchant_id: "DEMO01XYZ".to_owned(),
            trade: "0".to_owned(),
            platform_id: String::new(),
            version: 1,
        };
        let first = serial(Some(&settings), "inv_1");
        assert!(first.starts_with("DEMO01") && first.len() == 20, "{first}");
        assert_eq!(first, serial(Some(&settings), "inv_1"));
        assert_ne!(first, serial(Some(&settings), "inv_2"));
        assert_eq!(serial(None, "inv_1").len(), 14);
    }

    #[test]
    fn only_real_numbers_are_taken() {
        let issued = |code: &str, number: &str| UnifiedIssued {
            code: code.to_owned(),
            number: number.to_owned(),
            check_code: String::new(),
            issued_at: None,
            pdf_url: String::new(),
        };
        let digital = issued("", "26999000000000000001");
        assert_eq!(kind_of(&digital).ok(), Some(InvoiceKind::DigitalOrdinary));
        let classic = issued("044000000001", "10000001");
        assert_eq!(kind_of(&classic).ok(), Some(InvoiceKind::ClassicOrdinary));
        for (code, number) in [("", ""), ("", "12345678"), ("04400000000x", "10000001")] {
            assert!(kind_of(&issued(code, number)).is_err(), "{code} {number}");
        }
    }
}
