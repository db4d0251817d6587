//! A small writer for the XML of OFD: one namespace, elements in order.

use std::fmt::{Display, Write};

/// The namespace of GB/T 33190.
const NAMESPACE: &str = "http://www.ofdspec.org/2016";

/// A document being written, with the elements that are open.
pub(super) struct Element {
    text: String,
    open: Vec<&'static str>,
    /// Whether the last tag can still take attributes.
    tag_open: bool,
}

impl Element {
    /// Begins a document.
    pub(super) fn root(name: &'static str) -> Element {
        let mut element = Element {
            text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(),
            open: Vec::new(),
            tag_open: false,
        };
        element.open(name).attribute("xmlns:ofd", NAMESPACE);
        element
    }

    pub(super) fn open(&mut self, name: &'static str) -> &mut Element {
        self.end_tag();
        let _ = write!(self.text, "<ofd:{name}");
        self.open.push(name);
        self.tag_open = true;
        self
    }

    pub(super) fn attribute(&mut self, name: &str, value: impl Display) -> &mut Element {
        let _ = write!(self.text, " {name}=\"{}\"", escaped(&value.to_string()));
        self
    }

    pub(super) fn text(&mut self, text: &str) -> &mut Element {
        self.end_tag();
        self.text += &escaped(text);
        self
    }

    pub(super) fn close(&mut self) -> &mut Element {
        let name = self.open.pop().unwrap_or_default();
        if self.tag_open {
            self.text += "/>";
            self.tag_open = false;
        } else {
            let _ = write!(self.text, "</ofd:{name}>");
        }
        self
    }

    pub(super) fn leaf(&mut self, name: &'static str, text: &str) -> &mut Element {
        self.open(name).text(text).close()
    }

    /// Closes what is open.
    pub(super) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }

    fn end_tag(&mut self) {
        if self.tag_open {
            self.text.push('>');
            self.tag_open = false;
        }
    }
}

/// Characters that mean something in XML, written so that they do not; what XML forbids becomes `?`.
pub(super) fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => written += "&amp;",
            '<' => written += "&lt;",
            '>' => written += "&gt;",
            '"' => written += "&quot;",
            '\t' | '\n' | '\r' => written.push(' '),
            '\0'..'\u{20}' | '\u{FFFE}' | '\u{FFFF}' => written.push('?'),
            other => written.push(other),
        }
    }
    written
}
