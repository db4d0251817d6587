//! Pushes: the event in XML or JSON, plain, compatible or safe, posted and repeated until it is
//! answered with `success` or nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::web::Data;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;

use crate::app::App;
use crate::calls::cut;
use crate::clock::wall_secs;
use crate::config::{PushConfig, PushFormat, PushMode};
use crate::crypto::{MessageKey, signature};
use crate::model::{Push, PushAttempt, PushOutcome};

/// Pushes under way at the same time.
const PARALLEL: usize = 256;
/// An answer longer than this is cut for the log.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Sends what is announced until the server ends. Dropping the future drops the tries under way.
pub(crate) async fn run(app: Data<App>, mut announced: UnboundedReceiver<u64>) {
    let slots = Arc::new(Semaphore::new(PARALLEL));
    let mut tries = JoinSet::new();
    while let Some(id) = announced.recv().await {
        while tries.try_join_next().is_some() {}
        let (app, slots) = (app.clone(), Arc::clone(&slots));
        tries.spawn(async move { deliver(&app, &slots, id).await });
    }
}

async fn deliver(app: &App, slots: &Semaphore, id: u64) {
    let key = format!("{id:012}");
    let Some(push) = app.world().pushes.get(&key).cloned() else {
        return;
    };
    tokio::time::sleep(Duration::from_millis(push.wait_ms)).await;
    loop {
        let (account, settings, tried) = {
            let world = app.world();
            let Some(push) = world.pushes.get(&key) else {
                return;
            };
            let account = world.accounts.get(&push.appid).cloned();
            (account, Arc::clone(&world.settings), push.attempts.len())
        };
        let Some((config, original_id)) =
            account.and_then(|account| Some((account.config.push?, account.config.original_id)))
        else {
            return finish(app, &key, None, PushOutcome::Undeliverable);
        };
        let Ok(_slot) = slots.acquire().await else {
            return;
        };
        let request = Request::of(&push, &config, &original_id);
        let timeout = Duration::from_millis(settings.push_timeout_ms);
        let (attempt, answered) = post(app, &push.appid, &config, request, timeout).await;
        drop(_slot);
        if answered {
            return finish(app, &key, Some(attempt), PushOutcome::Answered);
        }
        if settings.push_repeats as usize <= tried {
            tracing::warn!("Gave up push {id} ({}): {}", push.event, attempt.answer);
            return finish(app, &key, Some(attempt), PushOutcome::GivenUp);
        }
        finish(app, &key, Some(attempt), PushOutcome::Pending);
        tokio::time::sleep(Duration::from_millis(settings.push_repeat_after_ms)).await;
    }
}

fn finish(app: &App, key: &str, attempt: Option<PushAttempt>, outcome: PushOutcome) {
    let mut world = app.world();
    let Some(mut push) = world.pushes.get(key).cloned() else {
        return;
    };
    push.attempts.extend(attempt);
    push.outcome = outcome;
    world.save_push(push);
}

/// The query and body of one push; a repeat has a new nonce, time and signature.
pub(crate) struct Request {
    query: String,
    body: String,
    content_type: &'static str,
}

impl Request {
    /// Builds the request for `push`; `original_id` is the `ToUserName`.
    pub(crate) fn of(push: &Push, config: &PushConfig, original_id: &str) -> Self {
        // Signed at the time of sending, by the wall clock: whoever checks freshness has no other.
        let timestamp = wall_secs().to_string();
        let nonce = (u64::from(rand::random::<u32>()) % 900_000_000 + 100_000_000).to_string();
        let common = [
            ("ToUserName".to_owned(), Value::from(original_id)),
            ("FromUserName".to_owned(), Value::from(push.from.as_str())),
            ("CreateTime".to_owned(), Value::from(push.created_at)),
            ("MsgType".to_owned(), Value::from("event")),
            ("Event".to_owned(), Value::from(push.event.as_str())),
        ];
        let members: Vec<(String, Value)> = common
            .into_iter()
            .chain(push.members.iter().cloned())
            .collect();
        let clear = render(&members, config.format);
        let signed = signature(&[&config.token, &timestamp, &nonce]);
        let openid = utf8_percent_encode(&push.from, NON_ALPHANUMERIC);
        let mut query =
            format!("signature={signed}&timestamp={timestamp}&nonce={nonce}&openid={openid}");
        let key = match config.mode {
            PushMode::Plain => None,
            PushMode::Compatible | PushMode::Safe => MessageKey::parse(&config.aes_key),
        };
        let body = match key {
            None => clear,
            Some(key) => {
                let encrypted = key.encrypt(&clear, &push.appid);
                let signed = signature(&[&config.token, &timestamp, &nonce, &encrypted]);
                query.push_str(&format!("&encrypt_type=aes&msg_signature={signed}"));
                let mut outer = match config.mode {
                    PushMode::Compatible => members,
                    PushMode::Plain | PushMode::Safe => members[..1].to_vec(),
                };
                outer.push(("Encrypt".to_owned(), Value::from(encrypted)));
                render(&outer, config.format)
            }
        };
        let content_type = match config.format {
            PushFormat::Xml => "text/xml",
            PushFormat::Json => "application/json",
        };
        Self {
            query,
            body,
            content_type,
        }
    }
}

fn render(members: &[(String, Value)], format: PushFormat) -> String {
    if format == PushFormat::Json {
        return Value::Object(members.iter().cloned().collect::<Map<_, _>>()).to_string();
    }
    let mut xml = String::from("<xml>");
    for (name, value) in members {
        match value {
            Value::String(text) => {
                let safe = text.replace("]]>", "]]]]><![CDATA[>");
                xml.push_str(&format!("<{name}><![CDATA[{safe}]]></{name}>"));
            }
            other => xml.push_str(&format!("<{name}>{other}</{name}>")),
        }
    }
    xml.push_str("</xml>");
    xml
}

/// `success` or nothing, in clear; or `success` encrypted and signed, which WeChat also takes.
fn is_done(answer: &str, config: &PushConfig, appid: &str) -> bool {
    let answer = answer.trim();
    if answer.is_empty() || answer == "success" {
        return true;
    }
    let member = |name: &str| {
        let inner = answer
            .split_once(&format!("<{name}>"))?
            .1
            .split_once(&format!("</{name}>"))?
            .0;
        let text = inner
            .trim()
            .strip_prefix("<![CDATA[")
            .and_then(|t| t.strip_suffix("]]>"));
        Some(text.unwrap_or(inner).to_owned())
    };
    let decrypted = || {
        let encrypted = member("Encrypt")?;
        let parts = [
            &config.token,
            &member("TimeStamp")?,
            &member("Nonce")?,
            &encrypted,
        ];
        let signed = signature(&parts.map(|part| part.as_str()));
        if signed != member("MsgSignature")? {
            return None;
        }
        MessageKey::parse(&config.aes_key)?.decrypt(&encrypted)
    };
    decrypted().is_some_and(|(text, owner)| owner == appid && text.trim() == "success")
}

async fn post(
    app: &App,
    appid: &str,
    config: &PushConfig,
    request: Request,
    timeout: Duration,
) -> (PushAttempt, bool) {
    let joint = if config.url.contains('?') { '&' } else { '?' };
    let url = format!("{}{joint}{}", config.url, request.query);
    let at_ms = app.clock.now_ms();
    let started = Instant::now();
    let outcome = async {
        let answer = app
            .http
            .post(url)
            .header("content-type", request.content_type)
            .header("user-agent", "Mozilla/4.0")
            .timeout(timeout)
            .body(request.body)
            .send()
            .await?;
        let status = answer.status().as_u16();
        Ok::<_, reqwest::Error>((status, answer.bytes().await?))
    }
    .await;
    let latency_ms = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
    match outcome {
        Ok((status, body)) => {
            let shown = &body[..body.len().min(LONGEST_ANSWER)];
            let answer = String::from_utf8_lossy(shown).into_owned();
            let answered = status == 200 && is_done(&answer, config, appid);
            (
                PushAttempt {
                    at_ms,
                    latency_ms,
                    status: Some(status),
                    answer: cut(answer),
                },
                answered,
            )
        }
        Err(why) => {
            let why = if why.is_timeout() {
                format!("no answer within {} ms", timeout.as_millis())
            } else {
                // Without the URL, whose query is of no use in a log.
                let why = why.without_url();
                std::error::Error::source(&why)
                    .map_or_else(|| why.to_string(), |source| format!("{why}: {source}"))
            };
            (
                PushAttempt {
                    at_ms,
                    latency_ms,
                    status: None,
                    answer: why,
                },
                false,
            )
        }
    }
}

/// Does what the console does when a push address is saved: one GET with a random `echostr`,
/// which must come back byte for byte. The error says what came instead.
pub(crate) async fn verify_url(app: &App, config: &PushConfig) -> Result<(), String> {
    let timestamp = wall_secs().to_string();
    let nonce = rand::random::<u32>().to_string();
    let echostr = rand::random::<u64>().to_string();
    let signed = signature(&[&config.token, &timestamp, &nonce]);
    let joint = if config.url.contains('?') { '&' } else { '?' };
    let url = format!(
        "{}{joint}signature={signed}&timestamp={timestamp}&nonce={nonce}&echostr={echostr}",
        config.url
    );
    let answer = app
        .http
        .get(url)
        .timeout(Duration::from_secs(5))
        .send()
        .await
        .map_err(|why| format!("the address did not answer: {}", why.without_url()))?;
    let status = answer.status().as_u16();
    let body = answer
        .text()
        .await
        .map_err(|why| why.without_url().to_string())?;
    if status == 200 && body == echostr {
        return Ok(());
    }
    Err(format!(
        "HTTP {status} with {:?} instead of the echostr {echostr:?}",
        cut(body)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encrypted_success_counts_when_signature_and_appid_are_right() {
        let config = PushConfig {
            url: String::new(),
            token: "tk_demo_2031".to_owned(),
            aes_key: "Zm9yLXRlc3Qtb25seS1hZXMta2V5LTMyLWJ5dGVzISE".to_owned(),
            mode: PushMode::Safe,
            format: PushFormat::Xml,
        };
        let encrypted = "QzACgB0yC7HqUN53krBPwKKGQhoop6Mn6Xn8PNQHAfdL5CtX8DyANhW5D6OZwlXa1kzmEQVoU7LpbS+fJgIFiA==";
        let signed = "68bf08f44d0be61d94ff6bbb24dc253c182ae376";
        let answer = format!(
            "<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt><MsgSignature><![CDATA[{signed}]]>\
             </MsgSignature><TimeStamp>1767225600</TimeStamp><Nonce><![CDATA[778899001]]></Nonce></xml>"
        );
        assert!(is_done(&answer, &config, "wx1234567890abcdef"));
        assert!(!is_done(&answer, &config, "wx0000000000other0"));
        assert!(!is_done(
            &answer.replace("1767225600", "1767225601"),
            &config,
            "wx1234567890abcdef"
        ));
        assert!(!is_done(
            "<xml>success</xml>",
            &config,
            "wx1234567890abcdef"
        ));
        assert!(is_done("success\n", &config, "") && is_done("", &config, ""));
    }
}
