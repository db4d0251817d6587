//! Paper by `fapiao-pdf`.

use bytes::Bytes;
use fapiao_domain::face::InvoiceFace;
use fapiao_pdf::{RenderOfd, RenderPdf};
use fapiao_usecases::ports::{Rendered, Renderer};

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

    fn render(&self, face: &InvoiceFace) -> Result<Rendered, String> {
        let pdf = self.0.render(face).map_err(|error| error.to_string())?;
        let ofd = self.0.render_ofd(face).map_err(|error| error.to_string())?;
        let xml = fapiao_pdf::xml::render_xml(face);
        Ok(Rendered {
            pdf: Bytes::from(pdf),
            xml: Bytes::from(xml),
            ofd: Bytes::from(ofd),
        })
    }
}
