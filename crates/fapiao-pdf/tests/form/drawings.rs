//! What every look of the paper has on it, as text that a reviewer can read: one file per paper in `tests/goldens`.
//!
//! `FAPIAO_RENEW_GOLDENS=1` writes them anew, and the papers themselves into `target/tmp`: look at them before
//! committing what changed.

use crate::{
    faces,
    places::{Sheet, ofd_sheets, pdf_sheets},
    tools::{renderer, renews_goldens},
};
use fapiao_domain::{face::InvoiceFace, invoice::InvoiceKind, rate::Rate};
use fapiao_pdf::RenderPdf;
use std::{fs, path::Path};

/// Faces by the names of their files: each look once.
fn looks() -> Vec<(&'static str, InvoiceFace)> {
    let issued = |mut face: InvoiceFace| {
        face.sample = false;
        face
    };
    vec![
        ("digital-sample", faces::invoice(5, 5)),
        ("digital-issued", issued(faces::invoice(5, 5))),
        ("digital-grown", issued(faces::invoice(6, 12))),
        ("digital-pages", faces::bulky(11)),
        ("digital-special", faces::long()),
        ("digital-red", issued(faces::red())),
        ("digital-additions", faces::additions()),
        ("digital-exempt", issued(exempt())),
        ("digital-person", issued(faces::rare())),
        (
            "digital-remark",
            issued(faces::full_remark(InvoiceKind::DigitalOrdinary)),
        ),
        ("digital-payments", issued(faces::two_payments())),
        ("classic-sample", faces::classic(4)),
        ("classic-issued", faces::ciphered()),
        ("classic-list", faces::classic(27)),
        ("classic-red", faces::classic_red()),
        (
            "classic-remark",
            issued(faces::full_remark(InvoiceKind::ClassicOrdinary)),
        ),
    ]
}

/// Nothing is taxed: asterisks stand for the tax and its sum.
fn exempt() -> InvoiceFace {
    let mut face = faces::invoice(4, 2);
    for line in &mut face.lines {
        line.rate = Rate::parse("exempt").unwrap();
        line.gross = line.amount;
        line.tax = faces::fen(0);
    }
    faces::total(face)
}

fn written(sheets: &[Sheet]) -> String {
    sheets
        .iter()
        .map(Sheet::written)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn papers_have_on_them_what_they_had_when_a_person_looked_at_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens");
    let mut changed = Vec::new();
    for (name, face) in looks() {
        let Some(sheets) = pdf_sheets(&face) else {
            return;
        };
        let now = written(&sheets);
        let path = folder.join(format!("{name}.txt"));
        if renews_goldens() {
            fs::write(&path, now).unwrap();
            let paper = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.pdf"));
            fs::write(paper, renderer().render(&face).unwrap()).unwrap();
            continue;
        }
        let Ok(then) = fs::read_to_string(&path) else {
            changed.push(format!("{name} is new"));
            continue;
        };
        if now != then {
            let (now, then): (Vec<_>, Vec<_>) = (now.lines().collect(), then.lines().collect());
            let gone = then.iter().filter(|it| !now.contains(it));
            let come = now.iter().filter(|it| !then.contains(it));
            let told = gone
                .map(|it| format!("- {it}"))
                .chain(come.map(|it| format!("+ {it}")));
            changed.push(format!("{name}\n{}", told.collect::<Vec<_>>().join("\n")));
        }
    }
    assert!(
        changed.is_empty(),
        "{}\nlook at these papers, and write the files anew with FAPIAO_RENEW_GOLDENS=1 when they are right",
        changed.join("\n")
    );
}

/// The OFD is drawn from the same list by other code: everything is where it is on the PDF.
#[test]
fn the_ofd_has_the_same_on_it_at_the_same_places() {
    for (name, face) in looks() {
        let (Some(pdf), Some(ofd)) = (pdf_sheets(&face), ofd_sheets(&face)) else {
            return;
        };
        assert_eq!(pdf.len(), ofd.len(), "{name}");
        for (pdf, ofd) in pdf.iter().zip(&ofd) {
            let texts = |sheet: &Sheet| {
                sheet
                    .runs
                    .iter()
                    .map(|run| run.text.clone())
                    .collect::<Vec<_>>()
            };
            assert_eq!(texts(pdf), texts(ofd), "{name}");
            for (one, other) in pdf.runs.iter().zip(&ofd.runs) {
                let off = [
                    one.x - other.x,
                    one.y - other.y,
                    one.right - other.right,
                    one.size - other.size,
                ];
                assert!(
                    off.iter().all(|it| it.abs() < 0.02),
                    "{name}: {one:?} and {other:?}"
                );
                assert_eq!(
                    (&one.face, &one.colour),
                    (&other.face, &other.colour),
                    "{name}"
                );
            }
            for (one, other) in [(&pdf.lines, &ofd.lines), (&pdf.ovals, &ofd.ovals)] {
                assert_eq!(one.len(), other.len(), "{name}");
                for (one, other) in one.iter().zip(other) {
                    let off = one
                        .frame
                        .iter()
                        .zip(other.frame)
                        .map(|(one, other)| (one - other).abs());
                    assert!(
                        off.fold(0.0, f64::max) < 0.01,
                        "{name}: {one:?} and {other:?}"
                    );
                    assert!((one.width - other.width).abs() < 0.001, "{name}");
                    assert_eq!(one.colour, other.colour, "{name}");
                }
            }
            assert_eq!(pdf.areas.len(), ofd.areas.len(), "{name}");
            for (one, other) in pdf.areas.iter().zip(&ofd.areas) {
                let off = one
                    .frame
                    .iter()
                    .zip(other.frame)
                    .map(|(one, other)| (one - other).abs());
                assert!(
                    off.fold(0.0, f64::max) < 0.02,
                    "{name}: {one:?} and {other:?}"
                );
                assert_eq!(
                    (one.pieces, &one.colour),
                    (other.pieces, &other.colour),
                    "{name}"
                );
            }
            assert_eq!(pdf.pictures.len(), ofd.pictures.len(), "{name}");
        }
    }
}
