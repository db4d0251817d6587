//! Signed papers, checked by pyHanko and by poppler's `pdfsig`.

use crate::{
    faces,
    programs::read,
    tools::{dense, paper_of, renderer},
};
use fapiao_pdf::{RenderPdf, Signer, SignerError, pem_from_pkcs12};
use std::thread;

const RSA: &str = include_str!("../keys/rsa.pem");
const SM2: &str = include_str!("../keys/sm2.pem");
const P256: &str = include_str!("../keys/p256.pem");

fn signer(pem: &str) -> Signer {
    Signer::from_pem(pem).unwrap()
}

#[test]
fn pyhanko_accepts_the_signatures() {
    for (pem, mechanism, name) in [
        (RSA, "sha256_rsa", "杭州示例商贸有限公司"),
        (P256, "sha256_ecdsa", "Example Trading"),
    ] {
        let signer = signer(pem);
        assert_eq!(signer.subject(), name);
        for face in [faces::invoice(5, 5), faces::classic(30)] {
            let bytes = renderer().render_signed(&face, Some(&signer)).unwrap();
            let paper = paper_of(bytes);
            let Some(found) = read("signature", &paper.path("paper.pdf")) else {
                return;
            };
            let all = found["signatures"].as_array().unwrap();
            assert_eq!(all.len(), 1);
            let one = &all[0];
            assert_eq!(one["intact"], true, "{one}");
            assert_eq!(one["valid"], true, "{one}");
            assert_eq!(one["coverage"], "ENTIRE_FILE");
            assert_eq!(one["subfilter"], "/ETSI.CAdES.detached");
            assert_eq!(one["mechanism"], mechanism);
            // Baseline B: type, digest and certificate are signed, the time stands in the file.
            assert_eq!(
                one["attributes"],
                serde_json::json!(["content_type", "message_digest", "signing_certificate_v2"])
            );
            let time = face.issued_at.format("%Y-%m-%dT%H:%M:%S+08:00").to_string();
            assert_eq!(one["time"], time);
        }
    }
}

#[test]
fn pdfsig_accepts_the_signatures_and_sees_changes() {
    for pem in [RSA, P256] {
        let face = faces::invoice(5, 5);
        let bytes = renderer().render_signed(&face, Some(&signer(pem))).unwrap();
        let said = paper_of(bytes.clone()).tool("pdfsig", &["-nocert", "@"]);
        assert!(said.contains("Signature is Valid."), "{said}");
        assert!(said.contains("Total document signed"), "{said}");
        let mut changed = bytes;
        let at = changed.len() / 2;
        changed[at] ^= 1;
        let said = paper_of(changed).tool("pdfsig", &["-nocert", "@"]);
        assert!(said.contains("Digest Mismatch"), "{said}");
    }
}

#[test]
fn a_signed_paper_is_sound_and_reads_like_an_unsigned_one() {
    let face = faces::long();
    let paper = paper_of(renderer().render_signed(&face, Some(&signer(RSA))).unwrap());
    let said = paper.tool("qpdf", &["--check", "@"]);
    assert!(
        said.contains("No syntax or stream encoding errors"),
        "{said}"
    );
    let plain = crate::tools::paper(&face);
    assert_eq!(dense(&paper.raw()), dense(&plain.raw()));
}

#[test]
fn the_same_paper_gets_the_same_signature_from_any_thread() {
    for pem in [RSA, P256, SM2] {
        let face = faces::invoice(5, 5);
        let first = renderer().render_signed(&face, Some(&signer(pem))).unwrap();
        let others = [(); 3].map(|()| {
            let face = face.clone();
            thread::spawn(move || {
                renderer()
                    .render_signed(&face, Some(&Signer::from_pem(pem).unwrap()))
                    .unwrap()
            })
        });
        for other in others {
            assert_eq!(other.join().unwrap(), first);
        }
    }
}

/// A detached CMS as OpenSSL takes it apart: the signed attributes as they were signed, the signature, the digest.
fn cms_parts(cms: &[u8]) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cms.der");
    std::fs::write(&file, cms).unwrap();
    let told = openssl(&["asn1parse", "-inform", "DER", "-in", file.to_str().unwrap()]);
    let lines: Vec<&str> = told.lines().collect();
    let cut = |line: &str| {
        let at = line
            .split(':')
            .next()
            .unwrap()
            .trim()
            .parse::<usize>()
            .unwrap();
        let head: usize = line.split("hl=").nth(1).unwrap()[..1].parse().unwrap();
        let length = line.split(" l=").nth(1).unwrap();
        let length: usize = length[..length.find("prim").or(length.find("cons")).unwrap()]
            .trim()
            .parse()
            .unwrap();
        cms[at..at + head + length].to_vec()
    };
    // The second context tag 0 inside the signer is the attributes; the last octet string the signature.
    let attributes = lines
        .iter()
        .rev()
        .find(|it| it.contains("cont [ 0 ]"))
        .unwrap();
    let mut attributes = cut(attributes);
    attributes[0] = 0x31;
    let octets: Vec<&&str> = lines
        .iter()
        .filter(|it| it.contains("OCTET STRING"))
        .collect();
    let signature = cut(octets.last().unwrap());
    let from = octets
        .iter()
        .map(|it| cut(it))
        .find(|it| it.len() == 34)
        .unwrap();
    let body = |octets: &[u8]| octets[2..].to_vec();
    (attributes, body(&signature), body(&from))
}

fn openssl(arguments: &[&str]) -> String {
    let output = std::process::Command::new("openssl")
        .args(arguments)
        .output()
        .unwrap();
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// The CMS of a signed paper and the bytes it covers.
fn signature_of(pdf: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let text = String::from_utf8_lossy(pdf);
    let range = text.rsplit("/ByteRange").next().unwrap();
    let numbers: Vec<usize> = range[..range.find(']').unwrap()]
        .trim_start()
        .trim_start_matches('[')
        .split_whitespace()
        .map(|it| it.parse().unwrap())
        .collect();
    let [from, length, to, rest] = numbers[..] else {
        panic!("{numbers:?}")
    };
    let hole = &pdf[length + 1..to - 1];
    let digit = |byte: u8| (byte as char).to_digit(16).unwrap() as u8;
    let cms = hole
        .chunks(2)
        .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
        .collect();
    let covered = [&pdf[from..length], &pdf[to..to + rest]].concat();
    (cms, covered)
}

#[test]
fn openssl_accepts_sm2_signatures() {
    let signer = signer(SM2);
    assert_eq!(signer.algorithm(), "SM2");
    let face = faces::invoice(5, 5);
    let bytes = renderer().render_signed(&face, Some(&signer)).unwrap();
    let again = renderer().render_signed(&face, Some(&signer)).unwrap();
    assert_eq!(bytes, again, "the nonce comes from the key and the message");
    let (cms, covered) = signature_of(&bytes);
    let (attributes, signature, digest) = cms_parts(&cms);
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let pem = write("sm2.pem", SM2.as_bytes());
    let public = folder.path().join("public.pem");
    let public = public.to_str().unwrap();
    openssl(&["x509", "-in", &pem, "-pubkey", "-noout", "-out", public]);
    let (attributes, signature, covered) = (
        write("attributes", &attributes),
        write("signature", &signature),
        write("covered", &covered),
    );
    let verify = |message: &str, identity: &str| {
        openssl(&[
            "dgst",
            "-sm3",
            "-verify",
            public,
            "-sigopt",
            identity,
            "-signature",
            &signature,
            message,
        ])
    };
    let said = verify(&attributes, "distid:1234567812345678");
    assert!(said.contains("Verified OK"), "{said}");
    assert!(!verify(&attributes, "distid:somebody else").contains("Verified OK"));
    // The signed attributes hold the SM3 digest of the file.
    let said = openssl(&["dgst", "-sm3", "-r", &covered]);
    assert!(said.starts_with(&hex::encode(digest)), "{said}");
    let told = openssl(&["asn1parse", "-inform", "DER", "-in", &write("cms", &cms)]);
    assert!(
        told.contains(":sm3") && told.contains(":SM2-with-SM3"),
        "{told}"
    );
}

#[test]
fn key_stores_are_opened_with_their_password() {
    let modern: &[u8] = include_bytes!("../keys/rsa.p12");
    let legacy: &[u8] = include_bytes!("../keys/p256-legacy.p12");
    let national: &[u8] = include_bytes!("../keys/sm2.p12");
    for (store, password, algorithm) in [
        (modern, "示例密码", "RSA"),
        (legacy, "secret", "ECDSA P-256"),
        (national, "secret", "SM2"),
    ] {
        let pem = pem_from_pkcs12(store, password).unwrap();
        assert_eq!(signer(&pem).algorithm(), algorithm);
        assert_eq!(pem_from_pkcs12(store, "wrong"), Err(SignerError::Keystore));
    }
    assert_eq!(pem_from_pkcs12(b"nothing", ""), Err(SignerError::Keystore));
}

#[test]
fn keys_that_cannot_sign_are_refused_with_a_reason() {
    let certificate = RSA.split_once("-----BEGIN CERT").unwrap();
    let key = certificate.0;
    let certificate = format!("-----BEGIN CERT{}", certificate.1);
    let missing = |what| SignerError::Missing { what };
    let refusal = |pem: &str| Signer::from_pem(pem).unwrap_err();
    assert_eq!(refusal(""), missing("private key"));
    assert_eq!(refusal(key), missing("certificate"));
    assert_eq!(refusal(&certificate), missing("private key"));
    let foreign = P256.split_once("-----BEGIN CERT").unwrap().1;
    let mixed = format!("{key}-----BEGIN CERT{foreign}");
    assert_eq!(refusal(&mixed), SignerError::Mismatch);
    // Certificates above the own one, in any order, go along.
    let both = format!("-----BEGIN CERT{foreign}{RSA}");
    assert_eq!(signer(&both).subject(), "杭州示例商贸有限公司");
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----";
    assert_eq!(refusal(encrypted), SignerError::Encrypted);
    let cut = RSA.replace("-----END PRIVATE KEY-----", "");
    assert!(Signer::from_pem(&cut).is_err());
}
