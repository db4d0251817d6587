//! Hostile pushes by the thousand: cut, nested, bombed, oversized, in wrong encodings. Nothing panics, nothing but the
//! genuine push opens, and what one of them makes the parser allocate has a bound.

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
        let mut dice = Dice(0x5eed_f00d_cafe_0001);
        for (cipher, push) in genuine() {
            for _ in 0..6000 {
                let body = mutated(&mut dice, push.body.as_bytes());
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
}

#[test]
fn mutated_queries_never_panic_and_only_the_genuine_values_open() {
    holding_little(|| {
        let mut dice = Dice(0x5eed_f00d_cafe_0002);
        for (cipher, push) in genuine() {
            for _ in 0..3000 {
                let query = mutated(&mut dice, push.query.as_bytes());
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
}

#[test]
fn mutated_messages_never_panic_and_hold_little() {
    holding_little(|| {
        let mut dice = Dice(0x5eed_f00d_cafe_0003);
        for plain in [PLAIN, JSON] {
            for _ in 0..20_000 {
                let text = mutated(&mut dice, plain.as_bytes());
                let text = String::from_utf8_lossy(&text);
                if let Ok(event) = Event::read(&text) {
                    assert_eq!(event.dedup_key("wx").len(), 64);
                }
            }
        }
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
fn bombs_are_refused_at_once_and_hold_little() {
    holding_little(|| {
        let plain = cipher().with_mode(PushMode::Plain);
        let genuine = plain.seal(PLAIN, PushFormat::Xml, TIME, NONCE).unwrap();
        for (name, bomb) in bombs() {
            assert!(bomb.len() <= 64 * 1024, "{name} has {} bytes", bomb.len());
            let started = std::time::Instant::now();
            let read = Event::read(&bomb);
            let opened = plain.open(&genuine.query, bomb.as_bytes());
            let took = started.elapsed();
            assert!(took < std::time::Duration::from_secs(2), "{name}: {took:?}");
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
