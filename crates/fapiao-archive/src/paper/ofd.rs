//! OFD files (GB/T 33190): a ZIP of XML, whose texts stand in `TextCode` elements, with pictures beside it.

mod paths;

use super::{Said, Unreadable, symbol, text, unzip};
use roxmltree::{Document, ParsingOptions};

/// Most elements and texts of one file.
const NODES_MAX: u32 = 200_000;
/// The file that makes a ZIP an OFD.
const ROOT: &str = "OFD.xml";

/// Reads a file.
pub(super) fn read(bytes: &[u8]) -> Result<Said, Unreadable> {
    let mut found = String::new();
    let (mut is_ofd, mut documents) = (false, 0);
    let (mut drawn, mut pictures) = (Vec::new(), Vec::new());
    for (name, content) in unzip::files(bytes, is_read)? {
        if symbol::Kind::of(&content).is_some() {
            pictures.push(content);
            continue;
        }
        let Ok(source) = std::str::from_utf8(&content) else {
            is_ofd |= name == ROOT;
            continue;
        };
        let options = ParsingOptions {
            allow_dtd: false,
            nodes_limit: NODES_MAX,
            ..ParsingOptions::default()
        };
        let source = source.trim_start_matches('\u{feff}');
        is_ofd |= name == ROOT;
        let Ok(document) = Document::parse_with_options(source, options) else {
            continue;
        };
        for node in document.descendants() {
            match node.tag_name().name() {
                "TextCode" | "CustomData" => {
                    found.push_str(node.text().unwrap_or_default());
                    found.push('\n');
                }
                "DocBody" if name == ROOT => documents += 1,
                _ => {}
            }
        }
        drawn.push(paths::rectangles(&document));
    }
    if !is_ofd {
        return Err(Unreadable::Format);
    }
    if documents > 1 {
        return Err(Unreadable::Several);
    }
    // Each text for itself: two numbers side by side must not become one.
    let mut said = text::read(&found.replace('\n', "|"));
    // The yuan sign may be a text of its own: a text that is an amount and nothing else counts.
    for amount in found.lines().filter_map(text::whole_amount) {
        if !said.amounts.contains(&amount) {
            said.amounts.push(amount);
        }
    }
    said.text.retain(|it| it != '|');
    if let Some(code) = symbol::of_parts(drawn, pictures) {
        said.take_code(code);
    }
    Ok(said)
}

/// Texts and pictures; fonts and signatures tell nothing.
fn is_read(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".xml", ".png", ".jpg", ".jpeg"]
        .iter()
        .any(|it| name.ends_with(it))
}

/// Whether a ZIP is an OFD.
pub(super) fn is_ofd(bytes: &[u8]) -> bool {
    unzip::files(bytes, |name| name == ROOT).is_ok_and(|it| !it.is_empty())
}
