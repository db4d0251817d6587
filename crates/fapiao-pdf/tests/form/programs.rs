//! Programs from the Python package index read our files: pdfplumber and pypdf the PDF, ofdkit and easyofd the OFD,
//! and a drawing of the OFD that knows nothing of us is compared with the picture of the PDF.

use crate::{
    faces,
    tools::{Paper, Picture, dense, paper, printed_rate, renderer},
};
use fapiao_domain::{face::InvoiceFace, invoice::Identity};
use fapiao_pdf::{RenderOfd, attachment};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The Python with the readers: told by `cargo xtask test`, else where that put it; `None` when it never ran.
fn python() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "a test asks where its tools are")]
    if let Ok(path) = std::env::var("FAPIAO_TEST_READERS") {
        return Some(PathBuf::from(path));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = root.join("target/readers/venv/bin/python");
    path.is_file().then_some(path)
}

/// What a reader finds in a file; `None`, and said so, without the readers.
pub(crate) fn read(reader: &str, file: &Path) -> Option<Value> {
    let Some(python) = python() else {
        eprintln!("skipped: no readers here; `cargo xtask test` installs them");
        return None;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers/read.py");
    let output = Command::new(&python)
        .arg("-B")
        .arg(script)
        .arg(reader)
        .arg(file)
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}", python.display()));
    assert!(
        output.status.success(),
        "{reader}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

fn text(found: &Value) -> String {
    found["text"].as_str().unwrap().to_owned()
}

fn matches(pattern: &str, text: &str) -> Vec<String> {
    let pattern = regex::Regex::new(pattern).unwrap();
    let found = pattern.captures_iter(text);
    found.map(|found| found[1].to_owned()).collect()
}

fn pdf(face: &InvoiceFace) -> (Paper, PathBuf) {
    let paper = paper(face);
    let path = paper.path("paper.pdf");
    (paper, path)
}

/// Sorted by position, with the patterns of the public invoice scripts.
#[test]
fn pdfplumber_finds_the_fields() {
    let face = faces::invoice(4, 5);
    let (_paper, path) = pdf(&face);
    let Some(found) = read("pdfplumber", &path) else {
        return;
    };
    let text = text(&found);
    assert_eq!(
        matches(r"发票号码[:：]\s*(\d+)", &text),
        [face.identity.number()]
    );
    assert_eq!(
        matches(r"购\s*名\s*称[：:]\s*(\S+)", &text),
        [face.buyer.name.as_str()]
    );
    assert_eq!(
        matches(r"销\s*名\s*称[：:]\s*(\S+)", &text),
        [face.seller.name.as_str()]
    );
    assert_eq!(
        matches(r"纳税人识别号[:：]\s*([0-9A-Z]{18})", &text),
        [&face.buyer.tax_number, &face.seller.tax_number].map(String::as_str)
    );
    assert_eq!(
        matches(r"（小写）\s*¥\s*([\d,.]+)", &text),
        [face.totals.total.to_string()]
    );
    assert_eq!(matches(r"\*([^*\n]+)\*", &text).len(), face.lines.len());
}

#[test]
fn pdfplumber_finds_the_fields_of_the_older_form_and_of_reds() {
    for face in [faces::classic(4), faces::classic_red(), faces::red()] {
        let (_paper, path) = pdf(&face);
        let Some(found) = read("pdfplumber", &path) else {
            return;
        };
        let text = text(&found);
        assert_eq!(
            matches(r"发票号码[:：]\s*(\d+)", &text),
            [face.identity.number()]
        );
        assert_eq!(
            matches(r"（小写）\s*¥\s*(-?[\d,.]+)", &text),
            [face.totals.total.to_string()]
        );
        if let Identity::Classic { code, .. } = &face.identity {
            assert_eq!(&matches(r"发票代码\s*[:：]\s*(\d{12})", &text)[0], code);
            assert!(
                !text.contains("电子发票"),
                "readers would take it for the new form"
            );
            let groups = matches(r"校\s*验\s*码[:：]?\s*((?:\d{5}\D*?){3}\d{5})", &text);
            assert_eq!(groups, ["12345 67890 12345 67890"]);
        }
    }
}

/// In the order of the content; strict, so that a defect of the file is an error.
#[test]
fn pypdf_finds_text_metadata_and_the_structured_file() {
    for (name, face) in faces::specimens() {
        let (_paper, path) = pdf(&face);
        let Some(found) = read("pypdf", &path) else {
            return;
        };
        let text = dense(&text(&found));
        for wanted in [
            face.identity.number(),
            &face.buyer.printed_name(),
            &face.seller.name,
            &face.totals.total.to_string(),
        ] {
            assert!(text.contains(&dense(wanted)), "{name} lost {wanted}");
        }
        let file = attachment(&face);
        let own = String::from_utf8(file.content).unwrap();
        let code = face.identity.code();
        assert!(own.contains(code) && own.contains(face.identity.number()));
        assert_eq!(
            found["attachments"][&file.name],
            serde_json::json!([own]),
            "{name}"
        );
        assert_eq!(found["associated"], 1, "{name}");
        let title = found["title"].as_str().unwrap();
        assert_eq!(title.contains("SAMPLE"), face.sample, "{name}");
    }
}

fn ofd(face: &InvoiceFace) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paper.ofd");
    fs::write(&path, renderer().render_ofd(face).unwrap()).unwrap();
    (folder, path)
}

#[test]
fn ofdkit_finds_the_invoice_in_the_ofd() {
    for (name, face) in faces::specimens() {
        let (_folder, path) = ofd(&face);
        let Some(found) = read("ofdkit", &path) else {
            return;
        };
        assert_eq!(found["warnings"], serde_json::json!([]), "{name}");
        let invoice = &found["invoice"];
        assert_eq!(invoice["invoice_number"], face.identity.number(), "{name}");
        assert!(invoice["invoice_type"].is_string(), "{name}");
        assert_eq!(
            invoice["issue_date"],
            face.issued_at.format("%Y-%m-%d").to_string()
        );
        assert_eq!(invoice["total_amount"], face.totals.total.to_string());
        assert_eq!(
            invoice["amount_without_tax"],
            face.totals.amount.to_string()
        );
        assert_eq!(invoice["tax_amount"], face.totals.tax.to_string());
        assert_eq!(invoice["buyer"]["name"], face.buyer.printed_name());
        assert_eq!(invoice["seller"]["tax_id"], face.seller.tax_number);
        let items = invoice["items"].as_array().unwrap();
        assert_eq!(items.len(), face.lines.len(), "{name}");
        for (item, line) in items.iter().zip(&face.lines) {
            assert_eq!(item["name"], line.printed_name(), "{name}");
            assert_eq!(item["amount"], line.amount.to_string(), "{name}");
            assert_eq!(item["tax_rate"], printed_rate(&face, line), "{name}");
        }
        assert_eq!(found["custom_data"]["发票号码"], face.identity.number());
    }
}

#[test]
fn pdf_and_ofd_show_the_same_strings() {
    // What the paper shows, whatever the order in which a reader meets it.
    let sorted = |text: &str| {
        let mut all: Vec<char> = dense(text).chars().collect();
        all.sort_unstable();
        all.into_iter().collect::<String>()
    };
    for (name, face) in faces::specimens() {
        let (_folder, path) = ofd(&face);
        let Some(found) = read("ofdkit", &path) else {
            return;
        };
        let of_pdf = sorted(&paper(&face).raw());
        assert_eq!(sorted(&text(&found)), of_pdf, "{name}");
        // The other reader takes the first page's template for all pages.
        if !matches!(name, "sample-5" | "long" | "classic") {
            continue;
        }
        let found = read("easyofd", &path).unwrap();
        let texts = found["texts"].as_array().unwrap().iter();
        let all: String = texts.map(|text| text.as_str().unwrap()).collect();
        assert_eq!(sorted(&all), of_pdf, "{name}");
    }
}

#[test]
fn pdf_and_ofd_look_the_same() {
    for (name, face) in [
        ("additions", faces::additions()),
        ("sample", faces::invoice(5, 5)),
        ("classic", faces::ciphered()),
        ("rare", faces::rare()),
    ] {
        // The drawing knows no pictures.
        let mut face = face;
        face.extras.seal = None;
        let (_folder, path) = ofd(&face);
        if read("ofd-picture", &path).is_none() {
            return;
        }
        let of_ofd = Picture::read(&fs::read(path.with_extension("ofd.pgm")).unwrap());
        let of_pdf = paper(&face).picture(152);
        // Areas of five by five dots, 0.8 mm: what is there is there in both.
        let mut differing = 0;
        for y in (0..of_ofd.height.min(of_pdf.height) - 5).step_by(5) {
            for x in (0..of_ofd.width.min(of_pdf.width) - 5).step_by(5) {
                let mean = |picture: &Picture, x: f64, y: f64| {
                    let scale = picture.width as f64 / 210.0;
                    let (x, y) = ((x * scale) as usize, (y * scale) as usize);
                    let mut sum = 0;
                    for row in y..y + 5 {
                        for column in x..x + 5 {
                            let at = row * picture.width + column;
                            sum += usize::from(picture.grey.get(at).copied().unwrap_or(255));
                        }
                    }
                    sum / 25
                };
                let (left, top) = (x as f64 / 6.0, y as f64 / 6.0);
                let (one, other) = (mean(&of_ofd, left, top), mean(&of_pdf, left, top));
                if one.abs_diff(other) > 110 {
                    differing += 1;
                }
            }
        }
        assert!(differing < 20, "{name}: {differing} areas look different");
    }
}
