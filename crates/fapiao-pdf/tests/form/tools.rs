//! Rendering into files and reading these with the tools.

use fapiao_domain::{
    face::{DifferenceKind, InvoiceFace},
    line::InvoiceLine,
};
use fapiao_pdf::{RenderPdf, Renderer};
use std::{fs, path::PathBuf, process::Command, sync::OnceLock};
use tempfile::TempDir;

/// One renderer for all tests, as in the product.
pub(crate) fn renderer() -> &'static Renderer {
    static RENDERER: OnceLock<Renderer> = OnceLock::new();
    RENDERER.get_or_init(Renderer::new)
}

/// Whether goldens are to be written anew instead of compared.
pub(crate) fn renews_goldens() -> bool {
    std::env::var_os("FAPIAO_RENEW_GOLDENS").is_some()
}

/// The rate as it must stand on paper: none leads from the amount to the tax where a deduction left the tax base.
pub(crate) fn printed_rate(face: &InvoiceFace, line: &InvoiceLine) -> String {
    let difference = face.extras.difference;
    if difference.is_some_and(|it| it.kind == DifferenceKind::Difference) {
        "***".to_owned()
    } else {
        line.rate.printed()
    }
}

/// A rendered invoice in a folder of its own.
pub(crate) struct Paper {
    pub(crate) bytes: Vec<u8>,
    folder: TempDir,
}

/// A word and its box in millimetres.
#[derive(Debug)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
}

/// A grey picture of a page.
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) grey: Vec<u8>,
}

pub(crate) fn paper(face: &InvoiceFace) -> Paper {
    paper_of(renderer().render(face).unwrap())
}

/// A finished file in a folder of its own.
pub(crate) fn paper_of(bytes: Vec<u8>) -> Paper {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("paper.pdf"), &bytes).unwrap();
    Paper { bytes, folder }
}

impl Paper {
    /// Runs a tool with the paper at the place of `@` and gives what it prints.
    pub(crate) fn tool(&self, program: &str, arguments: &[&str]) -> String {
        let paper = self.path("paper.pdf");
        let output = Command::new(program)
            .args(arguments.iter().map(|&argument| match argument {
                "@" => paper.clone().into_os_string(),
                other => other.into(),
            }))
            .current_dir(self.folder.path())
            .output()
            .unwrap_or_else(|error| panic!("{program}: {error}; install poppler-utils and qpdf"));
        assert!(
            output.status.success(),
            "{program} says {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The text in the order of the content, as simple readers see it.
    pub(crate) fn raw(&self) -> String {
        self.tool("pdftotext", &["-raw", "@", "-"])
    }

    /// The text sorted by position, as better readers see it.
    pub(crate) fn laid_out(&self) -> String {
        self.tool("pdftotext", &["-layout", "@", "-"])
    }

    /// The text in content order without any blanks, for strings that are broken into rows.
    pub(crate) fn dense(&self) -> String {
        dense(&self.raw())
    }

    /// The words of the first page.
    pub(crate) fn words(&self) -> Vec<Word> {
        let page = self.tool("pdftotext", &["-bbox", "-f", "1", "-l", "1", "@", "-"]);
        let millimetres = |text: &str| text.parse::<f64>().unwrap() * 25.4 / 72.0;
        let word = regex::Regex::new(
            r#"<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*)</word>"#,
        )
        .unwrap();
        word.captures_iter(&page)
            .map(|found| Word {
                left: millimetres(&found[1]),
                top: millimetres(&found[2]),
                right: millimetres(&found[3]),
                bottom: millimetres(&found[4]),
                text: found[5].replace("&amp;", "&").replace("&lt;", "<"),
            })
            .collect()
    }

    /// The first page as a picture.
    pub(crate) fn picture(&self, dots_per_inch: u32) -> Picture {
        let resolution = dots_per_inch.to_string();
        self.tool(
            "pdftoppm",
            &["-r", &resolution, "-gray", "-singlefile", "@", "page"],
        );
        Picture::read(&fs::read(self.path("page.pgm")).unwrap())
    }
}

impl Picture {
    /// Reads a binary PGM.
    pub(crate) fn read(file: &[u8]) -> Picture {
        let mut fields = file.splitn(4, |byte| byte.is_ascii_whitespace());
        assert_eq!(fields.next(), Some(&b"P5"[..]));
        let mut number = || {
            let field = fields.next().unwrap();
            String::from_utf8_lossy(field).parse::<usize>().unwrap()
        };
        let (width, height) = (number(), number());
        let grey = file[file.len() - width * height..].to_vec();
        Picture {
            width,
            height,
            grey,
        }
    }

    /// As a binary PGM.
    pub(crate) fn file(&self) -> Vec<u8> {
        let mut file = format!("P5\n{} {}\n255\n", self.width, self.height).into_bytes();
        file.extend_from_slice(&self.grey);
        file
    }
}

/// A text without blanks.
pub(crate) fn dense(text: &str) -> String {
    text.split_whitespace().collect()
}
