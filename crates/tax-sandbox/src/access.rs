//! The access layer: headers, signature, cipher, envelope, and the faults that were ordered.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::cipher;
use crate::clock::Clock;
use crate::faults::FaultKind;
use crate::party::Party;
use crate::refusal::Refusal;
use crate::services::{self, CAPABILITY, Caller, SERVICES};
use crate::world::Authority;

/// A signature is good for this long before and after its timestamp.
const WINDOW_SECONDS: i64 = 600;

/// `POST /access/v2/invoke/{capability}/{service}`.
pub(crate) async fn invoke(
    authority: web::Data<Arc<Authority>>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, actix_web::Error> {
    let (capability, service) = path.into_inner();
    let (caller, key, plain) = match admit(&authority, &capability, &service, &request, &body) {
        Ok(admitted) => admitted,
        Err(refusal) => return Ok(respond(None, &Err(refusal))),
    };
    let ordeal = authority.world().faults.meet(&service);
    if 0 < ordeal.delay_ms {
        tokio::time::sleep(Duration::from_millis(ordeal.delay_ms)).await;
    }
    match ordeal.instead {
        Some(FaultKind::DropBefore) => return Ok(dropped()),
        Some(FaultKind::Http { status }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            return Ok(HttpResponse::build(status).body("the gateway failed"));
        }
        Some(FaultKind::Error { code, message }) => {
            return Ok(respond(Some(&key), &Err(Refusal::Access { code, message })));
        }
        Some(FaultKind::Refuse { code, message }) => {
            return Ok(respond(
                Some(&key),
                &Err(Refusal::Service { code, message }),
            ));
        }
        _ => {}
    }
    let answer = services::answer(&authority, &caller, &service, &plain);
    if let Err(refusal) = &answer {
        tracing::debug!(%service, %refusal, "Refused a call");
    }
    Ok(match ordeal.afterwards {
        Some(FaultKind::WorkThenDrop) => dropped(),
        Some(FaultKind::Garbage) => HttpResponse::Ok()
            .content_type("text/html")
            .body("<html>502 Bad Gateway</html>"),
        _ => respond(Some(&key), &answer),
    })
}

/// The connection ends inside the answer, as it does when a machine on the way dies.
fn dropped() -> HttpResponse {
    let end = std::io::Error::new(std::io::ErrorKind::ConnectionReset, "dropped on order");
    HttpResponse::Ok().streaming(futures_util::stream::once(async move {
        Err::<web::Bytes, _>(end)
    }))
}

fn admit(
    authority: &Arc<Authority>,
    capability: &str,
    service: &str,
    request: &HttpRequest,
    body: &[u8],
) -> Result<(Caller, [u8; 16], Vec<u8>), Refusal> {
    let header = |name: &str| {
        let value = request
            .headers()
            .get(name)
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default();
        value.trim().to_owned()
    };
    let connected = header("jrdwptbh");
    let (party, known_user) = {
        let world = authority.world();
        let party = world.state.parties.get(&connected).cloned();
        let using = header("sydwptbh");
        let known = world
            .state
            .taxpayers
            .values()
            .any(|t| t.party == connected && t.using_party == using);
        (party, known)
    };
    let party = party.ok_or_else(|| {
        Refusal::access(
            "PartyUnknown",
            format!("jrdwptbh \"{connected}\" is not connected"),
        )
    })?;
    let key = party.key().ok_or_else(|| {
        Refusal::access(
            "PartyUnknown",
            "the party's SM4 key is not 32 hexadecimal digits",
        )
    })?;
    signed(
        &party,
        &header("fwbm"),
        &header("access_timestamp"),
        &header("access_signature"),
        body,
    )?;
    if header("sxcsbz") != "Y" {
        return Err(Refusal::access(
            "SandboxFlag",
            "sxcsbz must be Y: this is a sandbox and issues nothing real",
        ));
    }
    if capability != CAPABILITY || header("nlbm") != CAPABILITY {
        return Err(Refusal::access(
            "CapabilityUnknown",
            format!(
                "capability \"{capability}\" (nlbm \"{}\"); only {CAPABILITY} is offered",
                header("nlbm")
            ),
        ));
    }
    if header("fwbm") != service || !SERVICES.contains(&service) {
        return Err(Refusal::access(
            "ServiceNotFound",
            format!(
                "service \"{service}\" (fwbm \"{}\") does not exist",
                header("fwbm")
            ),
        ));
    }
    if !known_user {
        return Err(Refusal::access(
            "UsingPartyUnknown",
            format!(
                "no taxpayer of sydwptbh \"{}\" is connected through {connected}",
                header("sydwptbh")
            ),
        ));
    }
    let plain = cipher::open(&key, body).ok_or_else(|| {
        Refusal::access(
            "BodyUnreadable",
            "the body is not base64 of SM4-ECB/PKCS7 under this party's key",
        )
    })?;
    let caller = Caller {
        party: connected,
        using: header("sydwptbh"),
        now: authority.clock.now(),
    };
    Ok((caller, key, plain))
}

fn signed(
    party: &Party,
    service: &str,
    timestamp: &str,
    signature: &str,
    body: &[u8],
) -> Result<(), Refusal> {
    let sent: i64 = timestamp.parse().map_err(|_| {
        Refusal::access("TimestampInvalid", "access_timestamp must be Unix seconds")
    })?;
    // Measured on the wall clock: advancing the sandbox must not lock its clients out.
    if WINDOW_SECONDS < (Clock::wall() / 1000 - sent).abs() {
        return Err(Refusal::access(
            "TimestampExpired",
            "access_timestamp is more than 10 minutes off",
        ));
    }
    let wrong = || {
        Refusal::access(
            "SignatureInvalid",
            "access_signature is not HMAC-SHA256 over fwbm, access_timestamp and body",
        )
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(party.secret.as_bytes()).map_err(|_| wrong())?;
    for part in [service.as_bytes(), b"\n", timestamp.as_bytes(), b"\n", body] {
        mac.update(part);
    }
    let claimed = hex::decode(signature).map_err(|_| wrong())?;
    mac.verify_slice(&claimed).map_err(|_| wrong())
}

/// The envelope. Data is encrypted, errors are not: a caller without a key must read them too.
fn respond(key: Option<&[u8; 16]>, answer: &Result<Value, Refusal>) -> HttpResponse {
    let id = hex::encode(rand::random::<[u8; 16]>());
    let response = match (answer, key) {
        (Ok(data), Some(key)) => {
            json!({"RequestId": id, "Data": cipher::seal(key, data.to_string().as_bytes())})
        }
        (Err(Refusal::Service { code, message }), Some(key)) => {
            let data = json!({"returncode": code, "returnmsg": message}).to_string();
            json!({"RequestId": id, "Data": cipher::seal(key, data.as_bytes())})
        }
        (Err(Refusal::Access { code, message } | Refusal::Service { code, message }), _) => {
            json!({"RequestId": id, "Error": {"Code": code, "Message": message}})
        }
        (Ok(_), None) => {
            json!({"RequestId": id, "Error": {"Code": "InternalError", "Message": "no key to answer with"}})
        }
    };
    HttpResponse::Ok().json(json!({"Response": response}))
}
