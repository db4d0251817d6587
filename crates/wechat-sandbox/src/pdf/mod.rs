//! Looks into a PDF as WeChat does at insert: is it one, and does its text carry the number.

mod font;
mod token;

use std::collections::HashMap;
use std::rc::Rc;

use lopdf::{Dictionary, Document, Object, ObjectId};

use font::Font;
use token::{Token, Tokens};

/// Nested form objects followed at most so deep.
const DEEPEST: usize = 8;
/// Longest content stream, decompressed.
const LONGEST_STREAM: usize = 16 * 1024 * 1024;

/// Why a file is refused (72040).
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PdfProblem {
    /// It does not begin `%PDF-`.
    NoPdf,
    /// It begins like one but cannot be read.
    Broken,
    /// It is encrypted.
    Encrypted,
    /// It has no page.
    Empty,
}

impl PdfProblem {
    pub(crate) fn words(&self) -> &'static str {
        match self {
            Self::NoPdf => "the file does not begin with %PDF-",
            Self::Broken => "the file cannot be read as PDF",
            Self::Encrypted => "the file is encrypted",
            Self::Empty => "the file has no page",
        }
    }
}

/// Whether the file calls itself a PDF.
pub(crate) fn begins_like_pdf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"%PDF-")
}

/// All text of all pages in the order it is drawn, without any white space.
pub(crate) fn text_of(bytes: &[u8]) -> Result<String, PdfProblem> {
    if !begins_like_pdf(bytes) {
        return Err(PdfProblem::NoPdf);
    }
    let document = Document::load_mem(bytes).map_err(|_| PdfProblem::Broken)?;
    if document.is_encrypted() {
        return Err(PdfProblem::Encrypted);
    }
    let mut reader = Reader {
        document: &document,
        fonts: HashMap::new(),
        text: String::new(),
    };
    let mut pages = 0;
    for page in document.page_iter() {
        pages += 1;
        let resources = reader.inherited_resources(page);
        // Streams of one page are one content; a text object may span them.
        let mut content = Vec::new();
        for id in document.get_page_contents(page) {
            if let Some(part) = reader.stream_bytes(id) {
                content.extend_from_slice(&part);
                content.push(b'\n');
            }
        }
        reader.read(&content, resources, 0);
    }
    if pages == 0 {
        return Err(PdfProblem::Empty);
    }
    Ok(reader.text)
}

struct Reader<'d> {
    document: &'d Document,
    fonts: HashMap<ObjectId, Rc<Font>>,
    text: String,
}

impl<'d> Reader<'d> {
    fn resolve(&self, object: &'d Object) -> Option<&'d Object> {
        self.document
            .dereference(object)
            .ok()
            .map(|(_, object)| object)
    }

    fn dictionary(&self, of: &'d Dictionary, key: &[u8]) -> Option<&'d Dictionary> {
        self.resolve(of.get(key).ok()?)?.as_dict().ok()
    }

    fn stream_bytes(&self, id: ObjectId) -> Option<Vec<u8>> {
        let stream = self.document.get_object(id).ok()?.as_stream().ok()?;
        match stream.decompressed_content_with_limit(LONGEST_STREAM) {
            Ok(bytes) => Some(bytes),
            Err(_) if stream.dict.get(b"Filter").is_err() => Some(stream.content.clone()),
            Err(_) => None,
        }
    }

    fn inherited_resources(&self, page: ObjectId) -> Option<&'d Dictionary> {
        let mut node = self.document.get_dictionary(page).ok()?;
        for _ in 0..32 {
            if let Some(resources) = self.dictionary(node, b"Resources") {
                return Some(resources);
            }
            node = self.dictionary(node, b"Parent")?;
        }
        None
    }

    fn font(&mut self, resources: Option<&'d Dictionary>, name: &[u8]) -> Option<Rc<Font>> {
        let fonts = self.dictionary(resources?, b"Font")?;
        let entry = fonts.get(name).ok()?;
        let (id, object) = self.document.dereference(entry).ok()?;
        if let Some(known) = id.and_then(|id| self.fonts.get(&id)) {
            return Some(Rc::clone(known));
        }
        let font = Rc::new(Font::read(self.document, object.as_dict().ok()?));
        if let Some(id) = id {
            self.fonts.insert(id, Rc::clone(&font));
        }
        Some(font)
    }

    fn read(&mut self, content: &[u8], resources: Option<&'d Dictionary>, depth: usize) {
        let mut font: Option<Rc<Font>> = None;
        let mut saved: Vec<Option<Rc<Font>>> = Vec::new();
        let mut operands: Vec<Token> = Vec::new();
        let mut tokens = Tokens::new(content);
        while let Some(token) = tokens.next() {
            let Token::Word(operator) = token else {
                operands.push(token);
                continue;
            };
            match operator {
                b"Tf" => {
                    if let Some(Token::Name(name)) = operands.first() {
                        font = self.font(resources, name);
                    }
                }
                b"Tj" | b"TJ" | b"'" | b"\"" => {
                    for operand in &operands {
                        if let (Token::Text(bytes), Some(font)) = (operand, &font) {
                            font.decode(bytes, &mut self.text);
                        }
                    }
                }
                b"q" => saved.push(font.clone()),
                b"Q" => font = saved.pop().flatten().or(font),
                b"ID" => tokens.skip_inline_image(),
                b"Do" if depth < DEEPEST => {
                    if let Some(Token::Name(name)) = operands.last() {
                        self.read_form(resources, name, depth);
                    }
                }
                _ => {}
            }
            operands.clear();
        }
    }

    fn read_form(&mut self, resources: Option<&'d Dictionary>, name: &[u8], depth: usize) {
        let Some(objects) = resources.and_then(|dict| self.dictionary(dict, b"XObject")) else {
            return;
        };
        let Some(stream) = objects
            .get(name)
            .ok()
            .and_then(|o| self.resolve(o))
            .and_then(|o| o.as_stream().ok())
        else {
            return;
        };
        if stream.dict.get(b"Subtype").and_then(Object::as_name).ok() != Some(b"Form") {
            return;
        }
        let content = stream
            .decompressed_content_with_limit(LONGEST_STREAM)
            .unwrap_or_else(|_| stream.content.clone());
        let own = self.dictionary(&stream.dict, b"Resources").or(resources);
        self.read(&content, own, depth + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf_samples as samples;

    const NUMBER: &str = "26999000000000000001";

    #[test]
    fn literal_strings_of_a_simple_font_come_back() {
        let pdf = samples::simple(&format!("(Number \\(No\\) {NUMBER}) Tj"));
        let text = text_of(&pdf).unwrap();
        assert_eq!(text, format!("Number(No){NUMBER}"));
    }

    #[test]
    fn kerned_arrays_and_quotes_come_back() {
        let pdf = samples::simple("[(2699) -20 (9000) 10.5 <30303030>] TJ (00) ' 1 2 (01) \"");
        assert_eq!(text_of(&pdf).unwrap(), "2699900000000001");
    }

    #[test]
    fn a_subset_font_with_tounicode_comes_back_by_bfchar_and_bfrange() {
        let pdf = samples::type0(&format!("发票号码：{NUMBER}"));
        assert_eq!(text_of(&pdf).unwrap(), format!("发票号码：{NUMBER}"));
    }

    #[test]
    fn text_inside_a_form_object_comes_back() {
        let pdf = samples::in_form("(4403 2099) Tj");
        assert_eq!(text_of(&pdf).unwrap(), "44032099");
    }

    #[test]
    fn what_is_no_pdf_says_so() {
        assert_eq!(text_of(b"hello").unwrap_err(), PdfProblem::NoPdf);
        assert_eq!(text_of(b"%PDF-1.4 hello").unwrap_err(), PdfProblem::Broken);
    }
}
