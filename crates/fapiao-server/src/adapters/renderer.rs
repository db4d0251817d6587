//! Paper by `fapiao-pdf`.

use bytes::Bytes;
use fapiao_domain::face::InvoiceFace;
use fapiao_pdf::{RenderOfd, RenderPdf, Signer};
use fapiao_usecases::ports::{PdfLook, Rendered, Renderer, SigningFacts};

/// Renders with the embedded fonts.
pub struct PdfRenderer(fapiao_pdf::Renderer);

impl PdfRenderer {
    /// Loads the fonts.
    pub fn new() -> PdfRenderer {
        PdfRenderer(fapiao_pdf::Renderer::new())
    }
}

impl Default for PdfRenderer {
    fn default() -> Self {
        PdfRenderer::new()
    }
}

impl Renderer for PdfRenderer {
    fn check(&self, face: &InvoiceFace) -> Result<(), String> {
        self.0.check(face).map_err(|error| error.to_string())
    }

    fn inspect_signing(&self, pem: &str) -> Result<SigningFacts, String> {
        let signer = Signer::from_pem(pem).map_err(|error| error.to_string())?;
        let (not_before, not_after) = signer.validity();
        Ok(SigningFacts {
            subject: signer.subject().to_owned(),
            algorithm: signer.algorithm().to_owned(),
            not_before: not_before.and_utc(),
            not_after: not_after.and_utc(),
        })
    }

    fn open_key_store(&self, file: &[u8], password: &str) -> Result<String, String> {
        fapiao_pdf::pem_from_pkcs12(file, password).map_err(|error| error.to_string())
    }

    fn render(&self, face: &InvoiceFace, signing: Option<&str>) -> Result<Rendered, String> {
        let signer = signing.map(Signer::from_pem).transpose();
        let signer = signer.map_err(|error| error.to_string())?;
        let pdf = self.0.render_signed(face, signer.as_ref());
        let pdf = pdf.map_err(|error| error.to_string())?;
        let ofd = self.0.render_ofd(face).map_err(|error| error.to_string())?;
        let xml = fapiao_pdf::xml::render_xml(face);
        Ok(Rendered {
            pdf: Bytes::from(pdf),
            xml: xml.map(Bytes::from),
            ofd: Bytes::from(ofd),
        })
    }

    fn look(&self, pdf: &[u8]) -> PdfLook {
        let begins = pdf.get(..1024.min(pdf.len())).unwrap_or_default();
        let begins = begins.windows(5).any(|it| it == b"%PDF-");
        let Some(document) = begins
            .then(|| lopdf::Document::load_mem(pdf).ok())
            .flatten()
        else {
            return PdfLook {
                size: pdf.len(),
                ..PdfLook::default()
            };
        };
        let pages: Vec<u32> = document.get_pages().keys().copied().collect();
        PdfLook {
            is_pdf: !pages.is_empty(),
            encrypted: document.is_encrypted(),
            size: pdf.len(),
            text: document
                .extract_text(&pages)
                .ok()
                .filter(|text| !text.trim().is_empty()),
        }
    }
}
