//! Signed papers, checked by pyHanko and by poppler's `pdfsig`.

use crate::{
    faces,
    programs::read,
    tools::{dense, paper_of, renderer},
};
use fapiao_pdf::{RenderPdf, Signer, SignerError};
use std::thread;

const RSA: &str = include_str!("../keys/rsa.pem");
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
    for pem in [RSA, P256] {
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
