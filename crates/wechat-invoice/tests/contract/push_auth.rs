//! Mode × each parameter kept, dropped, emptied, doubled, altered: one combination is accepted.

use wechat_invoice::callback::{CallbackCipher, PushFormat, PushMode, SealedPush};

use crate::callback::{NONCE, TIME, cipher};

const PLAIN: &str = "<xml><ToUserName>gh_demo00000001</ToUserName><FromUserName>oDEMO_openid_0001</FromUserName><CreateTime>1767225600</CreateTime><MsgType>event</MsgType><Event>user_authorize_invoice</Event><SuccOrderId>INV1</SuccOrderId></xml>";
const PARAMETERS: [&str; 6] = [
    "signature",
    "timestamp",
    "nonce",
    "openid",
    "encrypt_type",
    "msg_signature",
];
const MODES: [PushMode; 3] = [PushMode::Safe, PushMode::Compatible, PushMode::Plain];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Change {
    Kept,
    Dropped,
    Emptied,
    Doubled,
    DoubledOtherwise,
    Altered,
}

const CHANGES: [Change; 6] = [
    Change::Kept,
    Change::Dropped,
    Change::Emptied,
    Change::Doubled,
    Change::DoubledOtherwise,
    Change::Altered,
];

fn altered(value: &str) -> String {
    // One character more or less, and never the same.
    match value.strip_suffix('1') {
        Some(start) => format!("{start}2"),
        None => format!("{value}1"),
    }
}

fn changed(pairs: &[(String, String)], name: &str, change: Change) -> String {
    let mut query = Vec::new();
    for (key, value) in pairs {
        if key != name || change == Change::Kept {
            query.push(format!("{key}={value}"));
            continue;
        }
        match change {
            Change::Kept | Change::Dropped => {}
            Change::Emptied => query.push(format!("{key}=")),
            Change::Doubled => query.extend([format!("{key}={value}"), format!("{key}={value}")]),
            Change::DoubledOtherwise => {
                query.extend([
                    format!("{key}={value}"),
                    format!("{key}={}", altered(value)),
                ]);
            }
            Change::Altered => query.push(format!("{key}={}", altered(value))),
        }
    }
    query.join("&")
}

fn pairs(push: &SealedPush) -> Vec<(String, String)> {
    let split = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap();
        (key.to_owned(), value.to_owned())
    };
    push.query.split('&').map(split).collect()
}

fn in_mode(mode: PushMode) -> (CallbackCipher, SealedPush) {
    let cipher = cipher().with_mode(mode);
    let push = cipher.seal(PLAIN, PushFormat::Xml, TIME, NONCE).unwrap();
    (cipher, push)
}

#[test]
fn push_auth_matrix() {
    for mode in MODES {
        let (cipher, push) = in_mode(mode);
        let pairs = pairs(&push);
        let mut accepted = Vec::new();
        // Every combination of changes of all parameters: 6 to the number of parameters.
        let names: Vec<&str> = PARAMETERS
            .into_iter()
            .filter(|name| pairs.iter().any(|(key, _)| key == name))
            .collect();
        let total = CHANGES.len().pow(u32::try_from(names.len()).unwrap());
        for combination in 0..total {
            let mut rest = combination;
            let mut query = push.query.clone();
            for name in &names {
                let change = CHANGES[rest % CHANGES.len()];
                rest /= CHANGES.len();
                let split = |pair: &str| {
                    let (key, value) = pair.split_once('=').unwrap();
                    (key.to_owned(), value.to_owned())
                };
                let now: Vec<_> = query
                    .split('&')
                    .filter(|pair| !pair.is_empty())
                    .map(split)
                    .collect();
                query = changed(&now, name, change);
            }
            if cipher.open(&query, push.body.as_bytes()).is_ok() {
                accepted.push(query);
            }
        }
        assert_eq!(
            accepted,
            std::slice::from_ref(&push.query),
            "{mode:?}: exactly the genuine one of {total}"
        );
    }
}

#[test]
fn a_push_of_one_mode_is_refused_in_the_others() {
    for sent in MODES {
        let (_, push) = in_mode(sent);
        for configured in MODES {
            let (cipher, _) = in_mode(configured);
            let accepted = cipher.open(&push.query, push.body.as_bytes()).is_ok();
            // The sealed copy is the same thing in safe and compatible mode.
            let sealed = |mode| mode != PushMode::Plain;
            let expected = sent == configured || (sealed(sent) && sealed(configured));
            assert_eq!(accepted, expected, "{sent:?} pushed to {configured:?}");
        }
    }
}

#[test]
fn plain_mode_takes_no_sign_of_encryption_but_raw() {
    let (cipher, push) = in_mode(PushMode::Plain);
    let open = |extra: &str| {
        cipher
            .open(&format!("{}{extra}", push.query), push.body.as_bytes())
            .is_ok()
    };
    assert!(open("") && open("&encrypt_type=raw") && open("&unknown=1&unknown=2"));
    for extra in [
        "&encrypt_type=aes",
        "&encrypt_type=",
        "&msg_signature=",
        "&msg_signature=00",
    ] {
        assert!(!open(extra), "{extra}");
    }
}

#[test]
fn every_altered_byte_of_a_sealed_body_is_refused() {
    let (cipher, push) = in_mode(PushMode::Safe);
    let from = push.body.find("<Encrypt>").unwrap() + "<Encrypt><![CDATA[".len();
    let to = push.body.rfind("]]></Encrypt>").unwrap();
    for at in from..to {
        let mut body = push.body.clone().into_bytes();
        body[at] = if body[at] == b'A' { b'B' } else { b'A' };
        assert!(cipher.open(&push.query, &body).is_err(), "byte {at}");
    }
}
