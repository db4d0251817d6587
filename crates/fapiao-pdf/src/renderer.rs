//! The renderer: fonts read once, layers drawn once, documents made by any number of threads.

use crate::{
    RenderError, Signer,
    assemble::assemble,
    classic, digital,
    fonts::{Face, Fonts},
    ink::{Mark, Page},
    ofd::{self, LabelFont, Sheet},
    shared::{Layer, StaticFont, Statics},
    text,
};
use fapiao_domain::{face::InvoiceFace, invoice::InvoiceKind};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

/// What tax numbers and sums are made of; a document with more gets a cut of its own.
const MONO_CHARACTERS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ¥";

/// Makes the PDF of an invoice.
pub trait RenderPdf: Send + Sync {
    /// The PDF of an invoice: the same face gives the same bytes, on every machine and in every year.
    ///
    /// # Errors
    /// [`RenderError`] naming what cannot be printed.
    fn render(&self, face: &InvoiceFace) -> Result<Vec<u8>, RenderError> {
        self.render_signed(face, None)
    }

    /// As [`RenderPdf::render`], signed (PAdES baseline B) when there is a signer; the time of the signature is the
    /// invoice's issue time.
    ///
    /// # Errors
    /// As [`RenderPdf::render`].
    fn render_signed(
        &self,
        face: &InvoiceFace,
        signer: Option<&Signer>,
    ) -> Result<Vec<u8>, RenderError>;
}

/// Makes the OFD (GB/T 33190) of an invoice.
pub trait RenderOfd: Send + Sync {
    /// The OFD of an invoice, with the strings of its PDF at their places: the same face gives the same bytes.
    ///
    /// # Errors
    /// [`RenderError`] naming what cannot be printed.
    fn render_ofd(&self, face: &InvoiceFace) -> Result<Vec<u8>, RenderError>;
}

/// The renderer with its embedded fonts. Cloning it is cheap: clones share everything.
#[derive(Clone)]
pub struct Renderer {
    shared: Arc<Shared>,
}

struct Shared {
    fonts: Fonts,
    /// Fonts for labels and tax numbers, cut for the digital and for the older form.
    digital: Statics,
    classic: Statics,
    /// Finished layers by shape: at most a few dozen.
    layers: RwLock<HashMap<Shape, Arc<Layer>>>,
    /// The fonts for labels as an OFD has them: made when the first is written.
    ofd_digital: OnceLock<LabelFont>,
    ofd_classic: OnceLock<LabelFont>,
}

/// What a layer depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Shape {
    Digital(digital::Shape),
    Classic(classic::Shape),
}

impl Shape {
    fn height(self) -> f64 {
        match self {
            Shape::Digital(shape) => shape.height(),
            Shape::Classic(shape) => shape.height(),
        }
    }

    fn layer(self, fonts: &Fonts) -> Result<Vec<Mark>, RenderError> {
        match self {
            Shape::Digital(shape) => digital::layer(fonts, shape),
            Shape::Classic(shape) => classic::layer(fonts, shape),
        }
    }

    /// Shapes that together use every label of their form.
    fn kinds() -> [Vec<Shape>; 2] {
        [
            digital::Shape::kinds().map(Shape::Digital).collect(),
            classic::Shape::all().map(Shape::Classic).collect(),
        ]
    }
}

/// Keeps the marks of pages and names their shapes by form.
fn shaped<S>(pages: Vec<Page<S>>, form: fn(S) -> Shape) -> Vec<Page<Shape>> {
    pages
        .into_iter()
        .map(|page| Page {
            height: page.height,
            layer: form(page.layer),
            marks: page.marks,
        })
        .collect()
}

impl Default for Renderer {
    fn default() -> Renderer {
        Renderer::new()
    }
}

impl Renderer {
    /// Reads the embedded fonts: some tens of milliseconds, once for the life of the process.
    pub fn new() -> Renderer {
        let fonts = Fonts::embedded();
        let mono: BTreeSet<char> = MONO_CHARACTERS.chars().collect();
        let mono = Arc::new(StaticFont::new(&fonts, Face::Mono, &mono));
        let [digital, classic] = Shape::kinds().map(|shapes| {
            let labels = label_characters(&fonts, shapes);
            let kai = Arc::new(StaticFont::new(&fonts, Face::Kai, &labels));
            BTreeMap::from([(Face::Kai, kai), (Face::Mono, Arc::clone(&mono))])
        });
        Renderer {
            shared: Arc::new(Shared {
                fonts,
                digital,
                classic,
                layers: RwLock::default(),
                ofd_digital: OnceLock::new(),
                ofd_classic: OnceLock::new(),
            }),
        }
    }

    /// Whether texts can be printed, for use before an invoice exists: when a title or a product name is entered.
    /// Each text comes with the words that name it in the error.
    ///
    /// # Errors
    /// [`RenderError::MissingGlyph`] for the first character no font has. Line breaks are refused too: only the
    /// remark may have them, see [`Renderer::check`].
    pub fn check_glyphs<'a>(
        &self,
        texts: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<(), RenderError> {
        texts
            .into_iter()
            .try_for_each(|(field, text)| text::check(&self.shared.fonts, field, text))
    }

    /// Whether an invoice can be printed as it stands: characters, lengths, lines. To be asked before a number is
    /// taken; any identity of the right kind will do.
    ///
    /// # Errors
    /// What [`RenderPdf::render`] would answer.
    pub fn check(&self, face: &InvoiceFace) -> Result<(), RenderError> {
        self.lay_out(face).map(|_| ())
    }

    /// Fonts and pages with everything on them, for the comparison with the library's own way.
    #[cfg(test)]
    #[expect(clippy::type_complexity, reason = "for one test")]
    pub(crate) fn naive_pages(
        &self,
        face: &InvoiceFace,
    ) -> Result<(&Fonts, Vec<(Vec<Mark>, f64)>), RenderError> {
        let fonts = &self.shared.fonts;
        let mut pages = Vec::new();
        for page in self.lay_out(face)? {
            let mut marks = page.layer.layer(fonts)?;
            marks.extend(page.marks);
            pages.push((marks, page.height));
        }
        Ok((fonts, pages))
    }

    /// The pages of an invoice as text, labels and values: what another engine needs to make the same pages.
    ///
    /// # Errors
    /// As [`RenderPdf::render`].
    #[cfg(feature = "draw-list")]
    pub fn draw_list(&self, face: &InvoiceFace) -> Result<String, RenderError> {
        let mut text = String::new();
        for page in self.lay_out(face)? {
            let mut marks = page.layer.layer(&self.shared.fonts)?;
            marks.extend(page.marks);
            crate::draw_list::page(&mut text, 210.0, page.height, &marks);
        }
        Ok(text)
    }

    fn lay_out(&self, face: &InvoiceFace) -> Result<Vec<Page<Shape>>, RenderError> {
        let fonts = &self.shared.fonts;
        match face.kind {
            InvoiceKind::DigitalOrdinary | InvoiceKind::DigitalSpecial => {
                digital::pages(fonts, face).map(|pages| shaped(pages, Shape::Digital))
            }
            InvoiceKind::ClassicOrdinary => {
                classic::pages(fonts, face).map(|pages| shaped(pages, Shape::Classic))
            }
        }
    }

    fn layer(&self, shape: Shape) -> Result<Arc<Layer>, RenderError> {
        let known = self
            .shared
            .layers
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(layer) = known.get(&shape) {
            return Ok(Arc::clone(layer));
        }
        drop(known);
        let marks = shape.layer(&self.shared.fonts)?;
        let kai = match shape {
            Shape::Digital(_) => &self.shared.digital[&Face::Kai],
            Shape::Classic(_) => &self.shared.classic[&Face::Kai],
        };
        let layer = Arc::new(Layer::new(marks, shape.height(), kai));
        let mut layers = self
            .shared
            .layers
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(layers.entry(shape).or_insert(layer)))
    }
}

impl RenderPdf for Renderer {
    fn render_signed(
        &self,
        face: &InvoiceFace,
        signer: Option<&Signer>,
    ) -> Result<Vec<u8>, RenderError> {
        let pages = self
            .lay_out(face)?
            .into_iter()
            .map(|page| {
                Ok(Page {
                    height: page.height,
                    layer: self.layer(page.layer)?,
                    marks: page.marks,
                })
            })
            .collect::<Result<Vec<_>, RenderError>>()?;
        let statics = match face.kind {
            InvoiceKind::DigitalOrdinary | InvoiceKind::DigitalSpecial => &self.shared.digital,
            InvoiceKind::ClassicOrdinary => &self.shared.classic,
        };
        assemble(&self.shared.fonts, statics, &pages, face, signer)
    }
}

impl RenderOfd for Renderer {
    fn render_ofd(&self, face: &InvoiceFace) -> Result<Vec<u8>, RenderError> {
        let mut pages = Vec::new();
        for page in self.lay_out(face)? {
            let layer = self.layer(page.layer)?;
            let page = Page {
                height: page.height,
                layer: (),
                marks: page.marks,
            };
            pages.push((page, layer));
        }
        let sheets: Vec<Sheet<'_>> = pages
            .iter()
            .map(|(page, layer)| Sheet {
                page,
                layer: &layer.marks,
                key: pages
                    .iter()
                    .position(|(_, other)| Arc::ptr_eq(layer, other))
                    .unwrap_or_default(),
            })
            .collect();
        let fonts = &self.shared.fonts;
        let [digital_shapes, classic_shapes] = Shape::kinds();
        let label_font = |shapes| LabelFont::new(fonts, label_characters(fonts, shapes));
        let labels = match face.kind {
            InvoiceKind::DigitalOrdinary | InvoiceKind::DigitalSpecial => self
                .shared
                .ofd_digital
                .get_or_init(|| label_font(digital_shapes)),
            InvoiceKind::ClassicOrdinary => self
                .shared
                .ofd_classic
                .get_or_init(|| label_font(classic_shapes)),
        };
        Ok(ofd::assemble(fonts, labels, &sheets, face))
    }
}

/// All characters that the layers of some shapes print.
fn label_characters(fonts: &Fonts, shapes: Vec<Shape>) -> BTreeSet<char> {
    shapes
        .into_iter()
        .filter_map(|shape| shape.layer(fonts).ok())
        .flatten()
        .filter_map(|mark| match mark {
            Mark::Text { text, .. } => Some(text),
            _ => None,
        })
        .flat_map(|text| text.chars().collect::<Vec<_>>())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_can_be_printed() {
        let fonts = Fonts::embedded();
        for shape in Shape::kinds().into_iter().flatten() {
            assert!(shape.layer(&fonts).is_ok(), "{shape:?}");
        }
    }

    #[test]
    fn a_renderer_is_shared_by_threads() {
        fn shared<T: Send + Sync + Clone + 'static>() {}
        shared::<Renderer>();
    }
}
