//! The documented vectors, to the byte.

use super::cipher::CallbackCipher;
use super::members::EventError;
use super::push::PushFormat;

const KEY: &str = "Zm9yLXRlc3Qtb25seS1hZXMta2V5LTMyLWJ5dGVzISE";
const PLAIN: &str = include_str!("../../tests/vectors/long_plain.xml");
const ENCRYPT: &str = include_str!("../../tests/vectors/long_encrypt.txt");

fn cipher(token: &str) -> CallbackCipher {
    CallbackCipher::new(token.into(), &KEY.into(), "wx1234567890abcdef").unwrap()
}

#[test]
fn url_checks_match_the_published_vectors() {
    let vectors = [
        (
            "AAAAA",
            "1714036504",
            "1514711492",
            "f464b24fc39322e44b38aa78f5edd27bd1441696",
        ),
        (
            "AAAAA",
            "1714037059",
            "486452656",
            "899cf89e464efb63f54ddac96b0a0a235f53aa78",
        ),
        (
            "tk_demo_2031",
            "1767225600",
            "778899001",
            "26d384b413701ee801243d52e45e1c01db7b5607",
        ),
    ];
    for (token, timestamp, nonce, signature) in vectors {
        let cipher = cipher(token);
        assert_eq!(
            cipher.verify_url(signature, timestamp, nonce, "4711"),
            Ok("4711")
        );
        assert!(
            cipher
                .verify_url(signature, timestamp, "1", "4711")
                .is_err()
        );
        assert!(cipher.verify_url("", timestamp, nonce, "4711").is_err());
        assert!(
            cipher
                .verify_url(&signature.to_uppercase(), timestamp, nonce, "4711")
                .is_err()
        );
    }
}

#[test]
fn message_signatures_match_the_vectors() {
    let cipher = cipher("tk_demo_2031");
    let short =
        "QzACgB0yC7HqUN53krBPwKKGQhoop6Mn6Xn8PNQHAfdL5CtX8DyANhW5D6OZwlXa1kzmEQVoU7LpbS+fJgIFiA==";
    let signed = |encrypt| cipher.sign(&["1767225600", "778899001", encrypt]);
    assert_eq!(signed(short), "68bf08f44d0be61d94ff6bbb24dc253c182ae376");
    assert_eq!(
        signed(ENCRYPT.trim()),
        "792bbd9a5f14dac8bfd65b483e9fadb1cd9542d2"
    );
}

#[test]
fn the_long_vector_is_sealed_to_the_byte_and_opens_again() {
    let cipher = cipher("tk_demo_2031");
    let plain = PLAIN.trim();
    assert_eq!(plain.len(), 431);
    let sealed = cipher
        .seal_with(
            *b"0123456789abcdef",
            plain,
            PushFormat::Xml,
            "1767225600",
            "778899001",
        )
        .unwrap();
    assert!(sealed.body.contains(ENCRYPT.trim()));
    assert!(
        sealed
            .query
            .ends_with("msg_signature=792bbd9a5f14dac8bfd65b483e9fadb1cd9542d2")
    );
    let opened = cipher.open(&sealed.query, sealed.body.as_bytes()).unwrap();
    assert_eq!(opened.plain, plain);
    assert_eq!(
        (opened.format, opened.timestamp),
        (PushFormat::Xml, 1_767_225_600)
    );
}

#[test]
fn wechats_own_slips_are_kept_under_the_seal() {
    let cipher = cipher("tk_demo_2031");
    // As an official sample prints it: blanks inside the tags.
    let slip = "<xml><ToUserName>gh</ToUserName>< AuthorizeAppId >x</ AuthorizeAppId ></xml>";
    let encrypt = cipher.keys[0].encrypt([1; 16], slip, "wx1234567890abcdef");
    let (time, nonce) = ("1767225600", "778899001");
    let query = format!(
        "signature={}&timestamp={time}&nonce={nonce}&openid=o&encrypt_type=aes&msg_signature={}",
        cipher.sign(&[time, nonce]),
        cipher.sign(&[time, nonce, &encrypt]),
    );
    let body = format!("<xml><ToUserName>gh</ToUserName><Encrypt>{encrypt}</Encrypt></xml>");
    let opened = cipher.open(&query, body.as_bytes()).unwrap();
    assert_eq!(opened.plain, slip);
    assert!(matches!(opened.event(), Err(EventError::Malformed(_))));
}

#[test]
fn a_sealed_answer_is_the_short_vector() {
    let answer = cipher("tk_demo_2031").seal_answer_with(
        *b"fedcba9876543210",
        "success",
        "1767225600",
        "778899001",
    );
    assert_eq!(
        answer,
        "<xml><Encrypt><![CDATA[QzACgB0yC7HqUN53krBPwKKGQhoop6Mn6Xn8PNQHAfdL5CtX8DyANhW5D6OZwlXa1kzmEQVoU7LpbS+fJgIFiA==]]></Encrypt>\
         <MsgSignature><![CDATA[68bf08f44d0be61d94ff6bbb24dc253c182ae376]]></MsgSignature><TimeStamp>1767225600</TimeStamp>\
         <Nonce><![CDATA[778899001]]></Nonce></xml>"
    );
}
