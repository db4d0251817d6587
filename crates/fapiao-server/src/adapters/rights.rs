//! What WeChat's answers tell of an account's rights: a call refused for want of one is remembered until it goes through.

use fapiao_usecases::ports::Storage;
use serde::Deserialize;
use serde_json::Value;
use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::mpsc;
use wechat_invoice::Observed;

/// WeChat: this account has no right to call the interface.
const NOT_GRANTED: [&str; 4] = ["48001", "72015", "61007", "50002"];
/// Other nodes note refusals, too: what is known is read anew after this time.
const KNOWN_FOR: Duration = Duration::from_secs(10);

/// One answer.
#[derive(Debug, PartialEq, Eq)]
struct Answered {
    app_id: String,
    call: &'static str,
    /// The code it was refused with for want of a right; `None` where it went through.
    refused: Option<String>,
}

/// Takes answers down. Clones share the queue; its writer ends when the last one is dropped.
#[derive(Clone)]
pub struct RightsKeeper {
    queue: mpsc::UnboundedSender<Answered>,
}

impl RightsKeeper {
    /// Starts the writer in the current runtime.
    pub fn start(store: Arc<dyn Storage>) -> RightsKeeper {
        let (queue, taken) = mpsc::unbounded_channel();
        tokio::spawn(write(store, taken));
        RightsKeeper { queue }
    }

    /// What the SDK tells of a call to WeChat.
    pub fn note(&self, call: &Observed<'_>) {
        let (Some(app_id), Ok((200, body))) = (call.app_id, call.outcome) else {
            return;
        };
        if let Some(refused) = read(body) {
            // The writer is gone only when the process ends.
            let _ = self.queue.send(Answered {
                app_id: app_id.to_owned(),
                call: call.call,
                refused,
            });
        }
    }
}

/// The code of a refused right, or that the call went through; `None` for refusals of another kind, which tell nothing.
fn read(body: &[u8]) -> Option<Option<String>> {
    #[derive(Deserialize)]
    struct Envelope {
        #[serde(default)]
        errcode: Value,
    }
    let envelope: Envelope = serde_json::from_slice(body).ok()?;
    // Some answers tell the number as a text, and some leave it out.
    let code = match envelope.errcode {
        Value::Null => "0".to_owned(),
        Value::String(text) => text,
        other => other.to_string(),
    };
    match code.as_str() {
        "0" => Some(None),
        refused if NOT_GRANTED.contains(&refused) => Some(Some(code)),
        _ => None,
    }
}

async fn write(store: Arc<dyn Storage>, mut taken: mpsc::UnboundedReceiver<Answered>) {
    let mut known: HashSet<(String, String)> = HashSet::new();
    let mut read_at: Option<Instant> = None;
    while let Some(it) = taken.recv().await {
        if read_at.is_none_or(|at| at.elapsed() > KNOWN_FOR)
            && let Ok(all) = store.refused_rights().await
        {
            known = all.into_iter().map(|it| (it.app_id, it.call)).collect();
            read_at = Some(Instant::now());
        }
        let key = (it.app_id.clone(), it.call.to_owned());
        let noted = match &it.refused {
            Some(code) => {
                known.insert(key);
                store.note_refused_right(&it.app_id, it.call, code).await
            }
            None if known.remove(&key) => store.note_right(&it.app_id, it.call).await,
            None => Ok(()),
        };
        if let Err(error) = noted {
            tracing::warn!(
                app_id = %it.app_id, call = it.call, %error,
                "What WeChat answered about the right of {} to call {} could not be kept", it.app_id, it.call
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_answers_about_rights_are_taken_down() {
        let refused = |body: &str| read(body.as_bytes());
        for code in NOT_GRANTED {
            let body = format!(r#"{{"errcode":{code},"errmsg":"no"}}"#);
            assert_eq!(refused(&body), Some(Some(code.to_owned())));
        }
        assert_eq!(
            refused(r#"{"errcode":"72015"}"#),
            Some(Some("72015".to_owned()))
        );
        assert_eq!(refused(r#"{"errcode":0,"errmsg":"ok"}"#), Some(None));
        assert_eq!(refused(r#"{"code":"700100200300"}"#), Some(None));
        assert_eq!(refused(r#"{"errcode":72040}"#), None);
        assert_eq!(refused("<html>"), None);
    }
}
