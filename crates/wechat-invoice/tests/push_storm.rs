//! Hostile pushes by the thousand: cut, nested, bombed, oversized, in wrong encodings, and wrong under a right signature.
//! Nothing panics, nothing but the genuine push opens, and what one of them makes the parser allocate has a bound.
//!
//! The same cases in every run. `WECHAT_STORM_ROUNDS=1000 cargo test --release --test push_storm` runs a thousand times
//! as many, each round with other ones; what fails names its round.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

use wechat_invoice::callback::{CallbackCipher, Event, PushFormat, PushMode, SealedPush};

const TIME: &str = "1767225600";
const NONCE: &str = "778899001";

fn cipher() -> CallbackCipher {
    let key = "Zm9yLXRlc3Qtb25seS1hZXMta2V5LTMyLWJ5dGVzISE";
    CallbackCipher::new("tk_demo_2031".into(), &key.into(), "wx1234567890abcdef").unwrap()
}

/// The most memory this process ever held, in bytes, as Linux counts it; 0 elsewhere.
fn most_held() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: usize = line.map_or(0, |rest| {
        rest.trim().trim_end_matches(" kB").parse().unwrap()
    });
    kib * 1024
}

/// Runs a storm and asks that it made the process grow by less than 10 MiB: bodies have 64 KiB, and reading one takes a
/// handful of copies, whatever is inside.
fn holding_little(storm: impl FnOnce()) {
    // The first reading of each kind, so that what is built once is not counted.
    for (cipher, push) in genuine() {
        assert!(cipher.open(&push.query, push.body.as_bytes()).is_ok());
    }
    let before = most_held();
    storm();
    let grown = most_held().saturating_sub(before);
    assert!(
        grown < 10 * 1024 * 1024,
        "the process grew by {grown} bytes"
    );
}

const PLAIN: &str = "<xml><ToUserName><![CDATA[gh_demo00000001]]></ToUserName><FromUserName><![CDATA[oDEMO_openid_0001]]></FromUserName><CreateTime>1767225600</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[user_authorize_invoice]]></Event><SuccOrderId><![CDATA[INV1]]></SuccOrderId><FailOrderId></FailOrderId></xml>";
const JSON: &str = r#"{"ToUserName":"gh_demo00000001","FromUserName":"oDEMO_openid_0001","CreateTime":1767225600,"MsgType":"event","Event":"user_authorize_invoice","SuccOrderId":"INV1","FailOrderId":""}"#;

fn genuine() -> Vec<(CallbackCipher, SealedPush)> {
    let mut all = Vec::new();
    for mode in [PushMode::Safe, PushMode::Compatible, PushMode::Plain] {
        for (plain, format) in [(PLAIN, PushFormat::Xml), (JSON, PushFormat::Json)] {
            let cipher = cipher().with_mode(mode);
            let push = cipher.seal(plain, format, TIME, NONCE).unwrap();
            all.push((cipher, push));
        }
    }
    all
}

/// Small, quick, and the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }
}

/// The storm goes on with other dice for as many rounds as were asked for; one, when nothing was said.
fn rounds(seed: u64, storm: impl Fn(&mut Dice)) {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a test runs is no setting"
    )]
    let asked = std::env::var("WECHAT_STORM_ROUNDS").ok();
    let rounds: u64 = asked.map_or(1, |it| it.parse().unwrap());
    for round in 0..rounds {
        let mut dice = Dice(seed.wrapping_add(round.wrapping_mul(0x9e37_79b9_7f4a_7c15)) | 1);
        let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| storm(&mut dice)));
        assert!(told.is_ok(), "in round {round} of the storm {seed:#x}");
    }
}

/// Pieces that parsers stumble over.
const PIECES: &[&[u8]] = &[
    b"<",
    b">",
    b"</",
    b"/>",
    b"&",
    b"&amp;",
    b"&#0;",
    b"&#x110000;",
    b"&a;",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<!DOCTYPE x [<!ENTITY a \"&b;&b;\">]>",
    b"<?xml version=\"1.0\" encoding=\"gb18030\"?>",
    b"<?php ?>",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\u0000",
    b"\\ud800",
    b":",
    b",",
    b"1e999",
    b"-",
    b"null",
    b"<a>",
    b"<xml>",
    b"</xml>",
    b"\x00",
    b"\xff",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\r\n",
    b" ",
    b"<Encrypt>",
    b"</Encrypt>",
    b"\"Encrypt\":",
    b"xmlns:a=\"b\"",
    b" a=\"",
    b"=====",
];

fn mutated(dice: &mut Dice, body: &[u8]) -> Vec<u8> {
    let mut out = body.to_vec();
    for _ in 0..=dice.below(4) {
        let at = dice.below(out.len() + 1);
        match dice.below(6) {
            0 => out.truncate(at),
            1 => {
                let piece = PIECES[dice.below(PIECES.len())];
                out.splice(at..at, piece.iter().copied());
            }
            2 if at < out.len() => out[at] ^= 1 << dice.below(8),
            3 if at < out.len() => {
                out.remove(at);
            }
            4 => {
                let end = (at + dice.below(40)).min(out.len());
                let again = out[at..end].to_vec();
                out.splice(at..at, again);
            }
            _ => {
                let piece = PIECES[dice.below(PIECES.len())].repeat(1 + dice.below(60));
                out.splice(at..at, piece);
            }
        }
    }
    out
}

#[test]
fn mutated_pushes_never_panic_and_hold_little() {
    holding_little(|| {
        let all = genuine();
        rounds(0x5eed_f00d_cafe_0001, |dice| {
            for (cipher, push) in &all {
                for _ in 0..6000 {
                    let body = mutated(dice, push.body.as_bytes());
                    let opened = cipher.open(&push.query, &body);
                    // Under the seal nothing but the genuine message comes out, whatever was put around it.
                    if let Ok(opened) = opened
                        && cipher.mode() != PushMode::Plain
                    {
                        assert!(opened.plain == PLAIN || opened.plain == JSON);
                    }
                }
            }
        });
    });
}

#[test]
fn mutated_queries_never_panic_and_only_the_genuine_values_open() {
    holding_little(|| {
        let all = genuine();
        rounds(0x5eed_f00d_cafe_0002, |dice| {
            for (cipher, push) in &all {
                for _ in 0..3000 {
                    let query = mutated(dice, push.query.as_bytes());
                    let query = String::from_utf8_lossy(&query);
                    let opened = cipher.open(&query, push.body.as_bytes());
                    if opened.is_ok() {
                        let values: Vec<&str> = push.query.split('&').collect();
                        let kept = values.iter().all(|it| query.contains(it));
                        assert!(kept || query.contains("encrypt_type=raw"), "{query}");
                    }
                    let _ = cipher.verify_url_query(&query);
                }
            }
        });
    });
}

#[test]
fn mutated_messages_never_panic_and_hold_little() {
    holding_little(|| {
        rounds(0x5eed_f00d_cafe_0003, |dice| {
            for plain in [PLAIN, JSON] {
                for _ in 0..20_000 {
                    let text = mutated(dice, plain.as_bytes());
                    let text = String::from_utf8_lossy(&text);
                    if let Ok(event) = Event::read(&text) {
                        assert_eq!(event.dedup_key("wx").len(), 64);
                    }
                }
            }
        });
    });
}

/// Names that mean something, and names that should not be there.
const NAMES: &[&str] = &[
    "ToUserName",
    "FromUserName",
    "CreateTime",
    "MsgType",
    "Event",
    "SuccOrderId",
    "FailOrderId",
    "SPAppId",
    "Encrypt",
    "status",
    "fpqqlsh",
    "Code",
    "a",
    "票",
    "x:y",
    "xmlns",
    "__proto__",
    "-",
    "",
];

const TEXTS: &[&str] = &[
    "",
    "1",
    "-1",
    "99999999999999999999",
    "1e400",
    "0x10",
    "event",
    "user_authorize_invoice",
    "cloud_invoice_invoiceresult_event",
    "update_invoice_status",
    "submit_invoice_title",
    "gh_demo00000001",
    "oDEMO_openid_0001",
    "票\u{feff}\u{202e}",
    "&lt;&#x10ffff;",
    "]] >",
    "\t\r\n ",
];

fn one<'a>(dice: &mut Dice, of: &[&'a str]) -> &'a str {
    of[dice.below(of.len())]
}

/// A message with a tree of members, mostly well-formed.
fn grown_xml(dice: &mut Dice, depth: usize, left: &mut usize, out: &mut String) {
    for _ in 0..=dice.below(8) {
        if *left == 0 {
            return;
        }
        *left -= 1;
        let name = one(dice, NAMES);
        out.push_str(&format!("<{name}"));
        for _ in 0..dice.below(12) / 9 {
            out.push_str(&format!(" {}=\"{}\"", one(dice, NAMES), one(dice, TEXTS)));
        }
        out.push('>');
        match dice.below(8) {
            0 if depth > 0 => grown_xml(dice, depth - 1, left, out),
            1 => out.push_str(&format!("<![CDATA[{}]]>", one(dice, TEXTS))),
            2 => out.push_str("<!-- a comment -->"),
            3 => out.push_str(&one(dice, TEXTS).repeat(1 + dice.below(30))),
            _ => out.push_str(one(dice, TEXTS)),
        }
        let end = if dice.below(40) == 0 { "b" } else { name };
        out.push_str(&format!("</{end}>"));
    }
}

fn grown_json(dice: &mut Dice, depth: usize, left: &mut usize) -> serde_json::Value {
    use serde_json::Value;
    if *left == 0 {
        return Value::Null;
    }
    *left -= 1;
    let many = 1 + dice.below(6);
    match dice.below(9) {
        0 if depth > 0 => (0..many)
            .map(|_| grown_json(dice, depth - 1, left))
            .collect(),
        1 | 2 if depth > 0 => {
            let mut members = serde_json::Map::new();
            for _ in 0..many {
                members.insert(
                    one(dice, NAMES).to_owned(),
                    grown_json(dice, depth - 1, left),
                );
            }
            Value::Object(members)
        }
        3 => Value::Bool(true),
        4 => Value::from(i64::MIN),
        5 => Value::from(1.5e300),
        6 => Value::Null,
        _ => Value::from(one(dice, TEXTS)),
    }
}

/// How many values a member holds, and how deep they lie.
fn measured(value: &serde_json::Value) -> (usize, usize) {
    let inner: Vec<(usize, usize)> = match value {
        serde_json::Value::Array(items) => items.iter().map(measured).collect(),
        serde_json::Value::Object(members) => members.values().map(measured).collect(),
        _ => Vec::new(),
    };
    let deepest = inner.iter().map(|it| it.1).max().unwrap_or_default();
    (1 + inner.iter().map(|it| it.0).sum::<usize>(), 1 + deepest)
}

#[test]
fn grown_messages_are_read_within_their_bounds_or_refused() {
    holding_little(|| {
        rounds(0x5eed_f00d_cafe_0004, |dice| {
            let mut read = 0;
            for _ in 0..4000 {
                let (depth, mut left) = (dice.below(12), dice.below(90));
                let text = if dice.below(2) == 0 {
                    let mut text = "<xml>".to_owned();
                    grown_xml(dice, depth, &mut left, &mut text);
                    text + "</xml>"
                } else {
                    let mut members = serde_json::Map::new();
                    for _ in 0..dice.below(40) {
                        members.insert(
                            one(dice, NAMES).to_owned(),
                            grown_json(dice, depth, &mut left),
                        );
                    }
                    serde_json::Value::Object(members).to_string()
                };
                let Ok(event) = Event::read(&text) else {
                    continue;
                };
                read += 1;
                assert_eq!(event.dedup_key("wx").len(), 64);
                assert_eq!(
                    event.dedup_key("wx"),
                    Event::read(&text).unwrap().dedup_key("wx")
                );
                if let Event::Unknown(event) = event {
                    let sizes: Vec<_> = event.members.values().map(measured).collect();
                    assert!(sizes.iter().map(|it| it.0).sum::<usize>() <= 64, "{text}");
                    assert!(sizes.iter().all(|it| it.1 <= 8), "{text}");
                }
            }
            assert!(read > 400, "the storm is worth nothing: {read} were read");
        });
    });
}

/// A push whose cipher text is anything at all and whose signatures are right: what somebody with the token sends.
fn signed(cipher_text: &[u8]) -> SealedPush {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use sha1::{Digest, Sha1};
    let encrypt = STANDARD.encode(cipher_text);
    let sign = |parts: &[&str]| {
        let mut parts = [parts, &["tk_demo_2031"]].concat();
        parts.sort_unstable();
        hex::encode(Sha1::digest(parts.concat()))
    };
    let (outer, inner) = (sign(&[TIME, NONCE]), sign(&[TIME, NONCE, &encrypt]));
    SealedPush {
        query: format!(
            "signature={outer}&timestamp={TIME}&nonce={NONCE}&openid=oDEMO_openid_0001&encrypt_type=aes&msg_signature={inner}"
        ),
        body: format!("<xml><Encrypt>{encrypt}</Encrypt></xml>"),
    }
}

/// Encrypts whole blocks as they are: whatever was put into head, length and padding.
fn encrypted(mut blocks: Vec<u8>) -> Vec<u8> {
    use aes::cipher::{BlockModeEncrypt, KeyIvInit, block_padding::NoPadding};
    let key = *b"for-test-only-aes-key-32-bytes!!";
    let mut iv = [0; 16];
    iv.copy_from_slice(&key[..16]);
    let length = blocks.len();
    let cipher = cbc::Encryptor::<aes::Aes256>::new(&key.into(), &iv.into());
    cipher
        .encrypt_padded::<NoPadding>(&mut blocks, length)
        .unwrap();
    blocks
}

#[test]
fn anything_under_a_right_signature_opens_only_when_every_length_is_right() {
    const APP_ID: &[u8] = b"wx1234567890abcdef";
    holding_little(|| {
        let cipher = cipher();
        rounds(0x5eed_f00d_cafe_0005, |dice| {
            let mut right = 0;
            for _ in 0..4000 {
                // Noise as cipher text, also of lengths that no cipher text has.
                if dice.below(4) == 0 {
                    let noise: Vec<u8> = (0..dice.below(200))
                        .map(|_| u8::try_from(dice.below(256)).unwrap())
                        .collect();
                    let push = signed(&noise);
                    assert!(cipher.open(&push.query, push.body.as_bytes()).is_err());
                    continue;
                }
                let message = match dice.below(4) {
                    0 => mutated(dice, PLAIN.as_bytes()),
                    1 => mutated(dice, JSON.as_bytes()),
                    _ => PLAIN.as_bytes().to_vec(),
                };
                let real = u32::try_from(message.len()).unwrap();
                let length = match dice.below(6) {
                    0 => u32::MAX,
                    1 => real.wrapping_add(u32::try_from(dice.below(40)).unwrap()),
                    2 => real.wrapping_sub(1),
                    _ => real,
                };
                let app_id = match dice.below(8) {
                    0 => &APP_ID[..17],
                    1 => b"wx1234567890abcdeF",
                    2 => b"\xff\xff",
                    _ => APP_ID,
                };
                let mut blocks = vec![7; 16];
                blocks.extend(length.to_be_bytes());
                blocks.extend(&message);
                blocks.extend(app_id);
                let missing = 32 - blocks.len() % 32;
                let filler = match dice.below(6) {
                    0 => 0,
                    1 => 33,
                    _ => u8::try_from(missing).unwrap(),
                };
                blocks.extend(std::iter::repeat_n(filler, missing));
                let push = signed(&encrypted(blocks));
                let opened = cipher.open(&push.query, push.body.as_bytes());
                let whole = length == real && app_id == APP_ID && usize::from(filler) == missing;
                match opened {
                    // A length that cuts the message may cut it where an app id would begin; it never is ours.
                    Ok(opened) => {
                        assert!(whole, "{length} of {real}, {filler} of {missing}");
                        assert_eq!(opened.plain.as_bytes(), message);
                        right += 1;
                    }
                    Err(_) => assert!(!whole || message != PLAIN.as_bytes()),
                }
            }
            assert!(
                right > 300,
                "the storm is worth nothing: {right} were right"
            );
        });
    });
}

#[test]
fn every_prefix_of_a_push_is_refused() {
    for (cipher, push) in genuine() {
        let body = push.body.as_bytes();
        for end in 0..body.len() {
            assert!(
                cipher.open(&push.query, &body[..end]).is_err(),
                "{end} bytes"
            );
        }
        assert!(cipher.open(&push.query, body).is_ok());
    }
}

/// Contents that are built to hurt, each within 64 KiB.
fn bombs() -> Vec<(&'static str, String)> {
    let lol: String = (1..9)
        .map(|n| format!("<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10)))
        .collect();
    let xml = |inner: String| format!("<xml><ToUserName>gh_demo00000001</ToUserName>{inner}</xml>");
    vec![
        (
            "billion laughs",
            format!(
                "<!DOCTYPE x [<!ENTITY a0 \"ha\">{lol}]>{}",
                xml("<A>&a8;</A>".into())
            ),
        ),
        (
            "external entity",
            format!(
                "<!DOCTYPE x SYSTEM \"file:///etc/passwd\">{}",
                xml(String::new())
            ),
        ),
        (
            "parameter entity",
            "<!DOCTYPE x [<!ENTITY % p SYSTEM \"http://127.0.0.1/\">%p;]><xml/>".into(),
        ),
        ("undeclared entity", xml("<A>&nothing;</A>".into())),
        (
            "deep",
            xml(format!("{}{}", "<a>".repeat(5000), "</a>".repeat(5000))),
        ),
        ("deep and never closed", "<a>".repeat(20_000)),
        ("wide", xml("<a/>".repeat(9000))),
        (
            "many attributes",
            format!(
                "<xml {}/>",
                (0..6000).map(|n| format!("a{n}=\"\" ")).collect::<String>()
            ),
        ),
        (
            "one giant attribute",
            format!("<xml a=\"{}\"/>", "x".repeat(60_000)),
        ),
        ("one giant tag", format!("<{}/>", "x".repeat(60_000))),
        (
            "many namespaces",
            format!(
                "<xml {}/>",
                (0..2000)
                    .map(|n| format!("xmlns:a{n}=\"b{n}\" "))
                    .collect::<String>()
            ),
        ),
        ("comments", xml("<!-- -->".repeat(7000))),
        ("instructions", xml("<?a b?>".repeat(8000))),
        (
            "cdata by the thousand",
            xml(format!("<A>{}</A>", "<![CDATA[x]]>".repeat(4000))),
        ),
        ("cdata never closed", xml("<A><![CDATA[".into())),
        (
            "character references",
            xml(format!("<A>{}</A>", "&#65;".repeat(12_000))),
        ),
        (
            "deep json",
            format!("{}{}", "{\"a\":".repeat(9000), "}".repeat(9000)),
        ),
        (
            "deep list",
            format!("{{\"a\":{}{}}}", "[".repeat(30_000), "]".repeat(30_000)),
        ),
        (
            "wide json",
            format!(
                "{{{}\"z\":1}}",
                (0..5000)
                    .map(|n| format!("\"a{n}\":1,"))
                    .collect::<String>()
            ),
        ),
        ("long list", format!("{{\"a\":[{}1]}}", "1,".repeat(30_000))),
        (
            "giant number",
            format!("{{\"CreateTime\":{}}}", "9".repeat(60_000)),
        ),
        ("giant exponent", "{\"CreateTime\":1e999999999}".into()),
        (
            "doubled member",
            "{\"SuccOrderId\":\"A\",\"SuccOrderId\":\"B\"}".into(),
        ),
        ("lone surrogate", "{\"SuccOrderId\":\"\\ud800\"}".into()),
    ]
}

#[test]
fn bombs_are_refused_and_hold_little() {
    holding_little(|| {
        let plain = cipher().with_mode(PushMode::Plain);
        let genuine = plain.seal(PLAIN, PushFormat::Xml, TIME, NONCE).unwrap();
        for (name, bomb) in bombs() {
            assert!(bomb.len() <= 64 * 1024, "{name} has {} bytes", bomb.len());
            let read = Event::read(&bomb);
            let opened = plain.open(&genuine.query, bomb.as_bytes());
            // Harmless ones may be read (comments, references, a long list); none of them is a push of ours.
            assert!(opened.is_err(), "{name} was opened as {read:?}");
        }
    });
}

#[test]
fn a_sealed_bomb_is_kept_as_text_and_never_expanded() {
    holding_little(|| {
        // Whoever holds the key can seal what they like; the reader still refuses it.
        let cipher = cipher();
        for (name, bomb) in bombs() {
            let Some(sealed) = sealed(&cipher, &bomb) else {
                continue;
            };
            if let Ok(opened) = cipher.open(&sealed.query, sealed.body.as_bytes()) {
                assert_eq!(opened.plain, bomb, "{name}");
            }
        }
    });
}

/// Sealed as an answer is, and dressed as a push: `seal` takes readable messages only.
fn sealed(cipher: &CallbackCipher, plain: &str) -> Option<SealedPush> {
    let answer = cipher.seal_answer(plain, TIME, NONCE);
    let between = |from: &str, to: &str| {
        let (_, after) = answer.split_once(from)?;
        Some(after.split_once(to)?.0.to_owned())
    };
    let encrypt = between("<Encrypt><![CDATA[", "]]>")?;
    let signature = between("<MsgSignature><![CDATA[", "]]>")?;
    let genuine = cipher.seal(PLAIN, PushFormat::Xml, TIME, NONCE).ok()?;
    let (start, _) = genuine.query.rsplit_once('=')?;
    Some(SealedPush {
        query: format!("{start}={signature}"),
        body: format!(
            "<xml><ToUserName>gh_demo00000001</ToUserName><Encrypt>{encrypt}</Encrypt></xml>"
        ),
    })
}

#[test]
fn other_encodings_are_refused() {
    let plain = cipher().with_mode(PushMode::Plain);
    let query = plain
        .seal(PLAIN, PushFormat::Xml, TIME, NONCE)
        .unwrap()
        .query;
    let utf16: Vec<u8> = PLAIN.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let with_mark: Vec<u8> = [&[0xff, 0xfe][..], &utf16].concat();
    // "发票" in GB 18030.
    let gb18030 = [
        b"<xml><A>".as_slice(),
        &[0xb7, 0xa2, 0xc6, 0xb1],
        b"</A></xml>",
    ]
    .concat();
    let overlong = [PLAIN.as_bytes(), &[0xc0, 0xbc]].concat();
    for body in [
        utf16,
        with_mark,
        gb18030,
        overlong,
        vec![0; 1000],
        vec![0xff; 64 * 1024],
    ] {
        assert!(plain.open(&query, &body).is_err());
    }
}
