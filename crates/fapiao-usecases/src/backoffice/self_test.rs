//! The product sends itself pushes through its public address, as WeChat would, and says what fails on the way.

use crate::{
    errors::StoreError,
    ports::Ports,
    records::{Account, PushMode},
};
use fapiao_domain::ids::AccountId;

/// The event's name: stored like every push, and needing no action.
pub const SELF_TEST_EVENT: &str = "fapiao_self_test";

/// One thing that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trial {
    /// The address check of WeChat's console (GET).
    AddressCheck,
    /// A right push in this mode.
    Push(PushMode),
    /// A push in the account's mode whose signature was altered.
    Forged,
    /// Whether the accepted push is in the inbox.
    Stored,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// What was tried.
    pub trial: Trial,
    /// Whether it had to be let in; the others had to be refused.
    pub expected: bool,
    /// Whether it went as it had to.
    pub right: bool,
    /// The HTTP status; `None` without an answer.
    pub status: Option<u16>,
    /// What went wrong, in words; empty otherwise.
    pub trouble: String,
}

/// The result of a self-test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelfTest {
    /// Which account.
    pub account: Account,
    /// Where it was sent.
    pub address: String,
    /// In the order of trying; ends early when the address is not reached.
    pub tried: Vec<Tried>,
}

impl SelfTest {
    /// Whether everything went as it had to.
    pub fn passed(&self) -> bool {
        self.tried.iter().all(|it| it.right)
    }
}

/// Runs the test.
///
/// # Errors
/// [`StoreError::NotFound`] without such an account.
pub async fn self_test(ports: &Ports, id: &AccountId) -> Result<SelfTest, StoreError> {
    let account = ports
        .store
        .account(id)
        .await?
        .ok_or_else(|| StoreError::NotFound {
            what: format!("account {id}"),
        })?;
    let address = format!("{}/wechat/callback/{}", ports.public_base, account.app_id);
    let nonce: fapiao_domain::ids::PushId = crate::ids::fresh(ports.clock.now());
    let nonce = nonce.to_string();
    let mut tried = vec![check_address(ports, &account, &address, &nonce).await];
    let reached = tried.iter().all(|it| it.status.is_some());
    if reached {
        for mode in [PushMode::Safe, PushMode::Compatible, PushMode::Plain] {
            tried.push(push(ports, &account, &address, Trial::Push(mode), &nonce).await);
        }
        tried.push(push(ports, &account, &address, Trial::Forged, &nonce).await);
        tried.push(stored(ports, &nonce).await?);
    }
    Ok(SelfTest {
        account,
        address,
        tried,
    })
}

fn text(account: &Account, nonce: &str, at: i64) -> String {
    let to = if account.original_id.is_empty() {
        "gh_self_test"
    } else {
        &account.original_id
    };
    format!(
        "<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{nonce}]]></FromUserName>\
         <CreateTime>{at}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{SELF_TEST_EVENT}]]></Event></xml>"
    )
}

async fn check_address(ports: &Ports, account: &Account, address: &str, nonce: &str) -> Tried {
    let at = ports.clock.now().timestamp();
    let sealed = ports.pushes.seal(
        account,
        PushMode::Plain,
        &text(account, nonce, at),
        at,
        nonce,
    );
    let sealed = match sealed {
        Ok((query, _)) => query,
        Err(trouble) => return failed(Trial::AddressCheck, trouble),
    };
    // The sender and the echo are no part of what is signed.
    let url = format!("{address}?{sealed}&echostr={nonce}");
    judged(
        Trial::AddressCheck,
        true,
        ports.reach.get(&url).await,
        nonce,
    )
}

async fn push(ports: &Ports, account: &Account, address: &str, trial: Trial, nonce: &str) -> Tried {
    let at = ports.clock.now().timestamp();
    let mode = match trial {
        Trial::Push(mode) => mode,
        _ => account.push_mode,
    };
    // Each push is one of its own, so that none is taken for a repetition.
    let (query, body) = match ports
        .pushes
        .seal(account, mode, &text(account, nonce, at), at, nonce)
    {
        Ok(sealed) => sealed,
        Err(trouble) => return failed(trial, trouble),
    };
    let query = if trial == Trial::Forged {
        forged(&query)
    } else {
        query
    };
    let expected = trial == Trial::Push(account.push_mode);
    let answer = ports.reach.post(&format!("{address}?{query}"), body).await;
    judged(trial, expected, answer, "success")
}

/// The first digit of every signature turned into another one.
fn forged(query: &str) -> String {
    let turned = |pair: &str| match pair.split_once("signature=") {
        Some((head, value)) => {
            let first = if value.starts_with('0') { "1" } else { "0" };
            format!(
                "{head}signature={first}{}",
                value.get(1..).unwrap_or_default()
            )
        }
        None => pair.to_owned(),
    };
    query.split('&').map(turned).collect::<Vec<_>>().join("&")
}

fn judged(
    trial: Trial,
    expected: bool,
    answer: Result<(u16, String), crate::errors::OutsideError>,
    wanted: &str,
) -> Tried {
    let (status, body) = match answer {
        Ok(answer) => answer,
        Err(error) => return failed(trial, error.message),
    };
    let let_in = status == 200 && body == wanted;
    let right = if expected { let_in } else { status == 403 };
    let trouble = if right {
        String::new()
    } else if expected && status == 200 {
        "the answer is not what WeChat wants: something between the public address and the product answers instead of it"
            .to_owned()
    } else {
        format!("answered with status {status}")
    };
    Tried {
        trial,
        expected,
        right,
        status: Some(status),
        trouble,
    }
}

fn failed(trial: Trial, trouble: String) -> Tried {
    Tried {
        trial,
        expected: true,
        right: false,
        status: None,
        trouble,
    }
}

async fn stored(ports: &Ports, nonce: &str) -> Result<Tried, StoreError> {
    let newest = ports.store.pushes(None, None, 200).await?;
    let right = newest
        .rows
        .iter()
        .any(|it| it.event == SELF_TEST_EVENT && it.plain.contains(nonce));
    Ok(Tried {
        trial: Trial::Stored,
        expected: true,
        right,
        status: None,
        trouble: if right {
            String::new()
        } else {
            "the test push is not in the inbox".to_owned()
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signature_is_altered() {
        assert_eq!(
            forged("signature=0a&timestamp=1&msg_signature=ff"),
            "signature=1a&timestamp=1&msg_signature=0f"
        );
    }
}
