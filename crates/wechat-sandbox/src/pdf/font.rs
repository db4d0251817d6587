//! From the bytes of a shown string to characters: ToUnicode maps first, then what the encoding
//! itself tells.

use std::collections::HashMap;

use lopdf::{Dictionary, Document, Object};

use super::LONGEST_STREAM;
use super::token::{Token, Tokens};

/// How a font's codes are read.
pub(super) struct Font {
    /// Bytes of one code.
    width: usize,
    single: HashMap<u32, String>,
    ranges: Vec<(u32, u32, Vec<u16>)>,
    otherwise: Otherwise,
}

/// What a code means that no map names.
enum Otherwise {
    Nothing,
    Latin,
    Utf16,
}

impl Font {
    pub(super) fn read(document: &Document, font: &Dictionary) -> Self {
        let resolve = |key: &[u8]| {
            font.get(key)
                .ok()
                .and_then(|object| document.dereference(object).ok())
                .map(|(_, object)| object)
        };
        let composite = resolve(b"Subtype").and_then(|o| o.as_name().ok()) == Some(b"Type0");
        let encoding = resolve(b"Encoding");
        let mut read = Self {
            width: if composite { 2 } else { 1 },
            single: HashMap::new(),
            ranges: Vec::new(),
            otherwise: if composite {
                Otherwise::Nothing
            } else {
                Otherwise::Latin
            },
        };
        match encoding {
            Some(Object::Name(name)) if composite => {
                let unicode =
                    name.windows(4).any(|w| w == b"UCS2") || name.windows(5).any(|w| w == b"UTF16");
                if unicode {
                    read.otherwise = Otherwise::Utf16;
                }
            }
            Some(Object::Dictionary(dictionary)) if !composite => {
                read.read_differences(document, dictionary);
            }
            _ => {}
        }
        if let Some(Ok(stream)) = resolve(b"ToUnicode").map(Object::as_stream) {
            let map = stream
                .decompressed_content_with_limit(LONGEST_STREAM)
                .unwrap_or_else(|_| stream.content.clone());
            read.read_map(&map, composite);
        }
        read
    }

    /// `/Differences [48 /zero /one …]` of a simple font.
    fn read_differences(&mut self, document: &Document, encoding: &Dictionary) {
        let Some((_, Object::Array(items))) = encoding
            .get(b"Differences")
            .ok()
            .and_then(|object| document.dereference(object).ok())
        else {
            return;
        };
        let mut code = 0_u32;
        for item in items {
            match item {
                Object::Integer(number) => code = u32::try_from(*number).unwrap_or(0),
                Object::Name(name) => {
                    if let Some(text) = glyph_text(name) {
                        self.single.insert(code, text);
                    }
                    code += 1;
                }
                _ => {}
            }
        }
    }

    fn read_map(&mut self, map: &[u8], composite: bool) {
        let mut tokens = Tokens::new(map);
        let mut narrowest: Option<usize> = None;
        while let Some(token) = tokens.next() {
            match token {
                Token::Word(b"begincodespacerange") => {
                    while let (Some(Token::Text(low)), Some(Token::Text(_))) =
                        (tokens.next(), tokens.next())
                    {
                        narrowest = Some(narrowest.map_or(low.len(), |n| n.min(low.len())));
                        if !more(&tokens) {
                            break;
                        }
                    }
                }
                Token::Word(b"beginbfchar") => self.read_characters(&mut tokens),
                Token::Word(b"beginbfrange") => self.read_ranges(&mut tokens),
                _ => {}
            }
        }
        // A composite font says by its code space how many bytes a code has.
        if let (true, Some(width @ 1..=4)) = (composite, narrowest) {
            self.width = width;
        }
    }

    fn read_characters(&mut self, tokens: &mut Tokens<'_>) {
        while let Some(Token::Text(code)) = tokens.next() {
            match tokens.next() {
                Some(Token::Text(text)) => {
                    self.single.insert(number(&code), utf16(&units(&text)));
                }
                Some(Token::Name(name)) => {
                    if let Some(text) = glyph_text(name) {
                        self.single.insert(number(&code), text);
                    }
                }
                _ => return,
            }
        }
    }

    fn read_ranges(&mut self, tokens: &mut Tokens<'_>) {
        while let (Some(Token::Text(low)), Some(Token::Text(high))) = (tokens.next(), tokens.next())
        {
            let (low, high) = (number(&low), number(&high));
            match tokens.next() {
                Some(Token::Text(first)) => self.ranges.push((low, high, units(&first))),
                Some(Token::Open) => {
                    let mut code = low;
                    while let Some(Token::Text(text)) = tokens.next() {
                        self.single.insert(code, utf16(&units(&text)));
                        code = code.wrapping_add(1);
                    }
                }
                _ => return,
            }
            if !more(tokens) {
                return;
            }
        }
    }

    /// Appends the characters of a shown string, white space left out.
    pub(super) fn decode(&self, bytes: &[u8], text: &mut String) {
        for code in bytes.chunks_exact(self.width) {
            let code = number(code);
            if let Some(known) = self.single.get(&code) {
                push(known, text);
                continue;
            }
            let range = self
                .ranges
                .iter()
                .find(|(low, high, _)| (*low..=*high).contains(&code));
            if let Some((low, _, first)) = range {
                let mut units = first.clone();
                if let Some(last) = units.last_mut() {
                    *last = last.wrapping_add((code - low) as u16);
                }
                push(&utf16(&units), text);
                continue;
            }
            match self.otherwise {
                Otherwise::Nothing => {}
                Otherwise::Latin => {
                    text.extend(char::from_u32(code).filter(|c| !c.is_whitespace()));
                }
                Otherwise::Utf16 => push(&utf16(&[code as u16]), text),
            }
        }
    }
}

/// Whether another entry of the section follows; the end keyword is left for the caller.
fn more(tokens: &Tokens<'_>) -> bool {
    matches!(tokens.clone().next(), Some(Token::Text(_)))
}

fn number(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0, |value, byte| value << 8 | u32::from(*byte))
}

fn units(bytes: &[u8]) -> Vec<u16> {
    if let [one] = bytes {
        return vec![u16::from(*one)];
    }
    bytes
        .chunks_exact(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
        .collect()
}

fn utf16(units: &[u16]) -> String {
    String::from_utf16_lossy(units)
}

fn push(piece: &str, text: &mut String) {
    text.extend(piece.chars().filter(|c| !c.is_whitespace()));
}

/// The character behind the commonest glyph names.
fn glyph_text(name: &[u8]) -> Option<String> {
    const DIGITS: [&[u8]; 10] = [
        b"zero", b"one", b"two", b"three", b"four", b"five", b"six", b"seven", b"eight", b"nine",
    ];
    if let Some(digit) = DIGITS.iter().position(|digit| *digit == name) {
        return Some(digit.to_string());
    }
    if let [one] = name {
        return Some(char::from(*one).to_string());
    }
    let hexadecimal = std::str::from_utf8(name.strip_prefix(b"uni")?).ok()?;
    Some(utf16(&[
        u16::from_str_radix(hexadecimal.get(..4)?, 16).ok()?
    ]))
}
