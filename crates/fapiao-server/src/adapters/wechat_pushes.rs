//! Pushes: verified, opened and read by the SDK.

use fapiao_domain::card::CardState;
use fapiao_usecases::{
    ports::{OpenedPush, PushGate, PushMeaning, Sealer},
    records::{Account, PushMode},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use wechat_invoice::{
    SecretString,
    callback::{self, CallbackCipher, Event, IssueResult, SenderCheck},
    platform::ReimburseStatus,
};

/// Opens pushes with the account's own token and key.
pub struct Pushes {
    sealer: Arc<dyn Sealer>,
    plain_allowed: bool,
    /// Opened once per version of an account: each push needs them.
    ciphers: Mutex<HashMap<String, (Account, Arc<CallbackCipher>)>>,
}

impl Pushes {
    /// `plain_allowed` only outside production.
    pub fn new(sealer: Arc<dyn Sealer>, plain_allowed: bool) -> Pushes {
        Pushes {
            sealer,
            plain_allowed,
            ciphers: Mutex::default(),
        }
    }

    /// The account's cipher in its own mode.
    fn cipher(&self, account: &Account) -> Result<Arc<CallbackCipher>, String> {
        if account.push_mode == PushMode::Plain && !self.plain_allowed {
            return Err("the account is set to plain pushes, which production refuses".to_owned());
        }
        let mut ciphers = self.ciphers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, cipher)) = ciphers.get(&account.app_id)
            && same_keys(known, account)
        {
            return Ok(Arc::clone(cipher));
        }
        let cipher = Arc::new(self.cipher_in(account, account.push_mode)?);
        let kept = (account.clone(), Arc::clone(&cipher));
        ciphers.insert(account.app_id.clone(), kept);
        Ok(cipher)
    }

    fn cipher_in(&self, account: &Account, mode: PushMode) -> Result<CallbackCipher, String> {
        let open = |name: &str, sealed| {
            self.sealer
                .open(&format!("account.{name}:{}", account.app_id), sealed)
                .map(SecretString::from)
                .ok_or_else(|| {
                    format!(
                        "the {name} of {} cannot be opened with the master key",
                        account.app_id
                    )
                })
        };
        let token = open("push_token", &account.push_token)?;
        let key = open("push_key", &account.push_key)?;
        let mut cipher = CallbackCipher::new(token, &key, account.app_id.clone())
            .map_err(|error| error.to_string())?;
        if let Some(previous) = &account.previous_push_key {
            let previous = open("push_key", previous)?;
            cipher = cipher
                .with_previous_key(&previous)
                .map_err(|error| error.to_string())?;
        }
        if !account.original_id.is_empty() {
            cipher = cipher.with_original_id(account.original_id.clone());
        }
        let mode = match mode {
            PushMode::Safe => callback::PushMode::Safe,
            PushMode::Compatible => callback::PushMode::Compatible,
            PushMode::Plain => callback::PushMode::Plain,
        };
        Ok(cipher
            .with_mode(mode)
            .with_sender_check(SenderCheck::Required))
    }
}

/// Whether a cipher made for one serves the other.
fn same_keys(one: &Account, other: &Account) -> bool {
    one.push_mode == other.push_mode
        && one.push_token == other.push_token
        && one.push_key == other.push_key
        && one.previous_push_key == other.previous_push_key
        && one.original_id == other.original_id
}

/// The console's mode shows in the body: beside the cipher text there is a clear copy in compatible mode and none in
/// safe mode. A push of another mode is refused, so that a setting that differs is seen.
fn check_form(mode: PushMode, body: &[u8]) -> Result<(), String> {
    let holds = |needle: &[u8]| body.windows(needle.len()).any(|it| it == needle);
    // Cipher text is base64, which has neither of these marks.
    let clear = holds(b"<MsgType") || holds(b"\"MsgType\"");
    let sealed = holds(b"<Encrypt") || holds(b"\"Encrypt\"");
    match (mode, clear) {
        (PushMode::Plain, _) if sealed => Err(
            "the push comes in compatible or safe mode, the account is set to plain mode"
                .to_owned(),
        ),
        (PushMode::Safe, true) => Err(
            "the push comes in compatible or plain mode, the account is set to safe mode"
                .to_owned(),
        ),
        (PushMode::Compatible, false) => {
            Err("the push comes in safe mode, the account is set to compatible mode".to_owned())
        }
        _ => Ok(()),
    }
}

impl PushGate for Pushes {
    fn verify_address(&self, account: &Account, query: &str) -> Result<String, String> {
        let mut members: [(&str, Option<String>); 4] = [
            ("signature", None),
            ("timestamp", None),
            ("nonce", None),
            ("echostr", None),
        ];
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if let Some((_, slot)) = members.iter_mut().find(|(known, _)| *known == name)
                && slot.replace(value.into_owned()).is_some()
            {
                return Err(format!("the parameter {name} comes twice"));
            }
        }
        let [signature, timestamp, nonce, echo] =
            members.map(|(_, value)| value.unwrap_or_default());
        let cipher = self.cipher(account)?;
        cipher
            .verify_url(&signature, &timestamp, &nonce, &echo)
            .map(str::to_owned)
            .map_err(|error| error.reason().as_str().to_owned())
    }

    fn open(&self, account: &Account, query: &str, body: &[u8]) -> Result<OpenedPush, String> {
        let cipher = self.cipher(account)?;
        check_form(account.push_mode, body)?;
        let opened = cipher
            .open(query, body)
            .map_err(|error| error.reason().as_str().to_owned())?;
        let (event, dedup_key) = match opened.event() {
            Ok(event) => (event.head().event.clone(), event.dedup_key(&account.app_id)),
            // Genuine but unreadable: kept under the hash of its text, for a person.
            Err(_) => (
                String::new(),
                fapiao_usecases::idempotency::fingerprint(opened.plain.as_bytes()),
            ),
        };
        Ok(OpenedPush {
            plain: opened.plain,
            event,
            dedup_key,
        })
    }

    fn seal(
        &self,
        account: &Account,
        mode: PushMode,
        plain: &str,
        at: i64,
        nonce: &str,
    ) -> Result<(String, String), String> {
        let sealed = self
            .cipher_in(account, mode)?
            .seal(plain, callback::PushFormat::Xml, &at.to_string(), nonce)
            .map_err(|error| error.to_string())?;
        Ok((sealed.query, sealed.body))
    }

    fn read(&self, plain: &str) -> Result<PushMeaning, String> {
        let event = Event::read(plain).map_err(|error| error.to_string())?;
        Ok(match event {
            Event::Authorisation(it) => {
                let platform_id = it.s_pappid.filter(|id| !id.is_empty());
                let openid = it.head.from_user_name.clone();
                match (
                    it.succ_order_id.filter(|id| !id.is_empty()),
                    it.fail_order_id.filter(|id| !id.is_empty()),
                ) {
                    (Some(order_id), _) => PushMeaning::Authorisation {
                        order_id,
                        agreed: true,
                        platform_id,
                        openid,
                    },
                    (None, Some(order_id)) => PushMeaning::Authorisation {
                        order_id,
                        agreed: false,
                        platform_id,
                        openid,
                    },
                    (None, None) => return Err("the authorisation names no order".to_owned()),
                }
            }
            Event::CardStatus(it) => PushMeaning::CardStatus {
                openid: it.head.from_user_name.clone(),
                at: it.head.create_time,
                card_id: it.card_id,
                code: it.code,
                state: match &it.status {
                    ReimburseStatus::Init => Some(CardState::Inserted),
                    ReimburseStatus::Lock => Some(CardState::Locked),
                    ReimburseStatus::Closure => Some(CardState::Reimbursed),
                    ReimburseStatus::Cancel => Some(CardState::Cancelled),
                    ReimburseStatus::Other(_) => None,
                },
                word: it.status.as_str().to_owned(),
            },
            Event::IssueResult(it) => PushMeaning::UnifiedResult {
                serial: it.fpqqlsh,
                tax_number: it.nsrsbh,
                issued: match it.result {
                    IssueResult::Issued => Some(true),
                    IssueResult::Failed => Some(false),
                    IssueResult::Other(_) => None,
                },
            },
            other => PushMeaning::Other(other.head().event.clone()),
        })
    }
}
