//! Characters that nobody sees: they turn the reading order around, stand between two letters or cut a word, so that two
//! texts look the same on paper and are not.

use std::fmt;

/// Whether a character takes no room on paper: zero-width blanks and joiners, marks of the reading direction, fillers,
/// the byte order mark. Control characters have names of their own ([`char::is_control`]).
pub const fn is_invisible(it: char) -> bool {
    matches!(it,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A character that nobody sees, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invisible {
    /// Counted from 1.
    pub place: usize,
    /// Which.
    pub character: char,
}

/// The first such character of a text.
pub fn invisible(text: &str) -> Option<Invisible> {
    text.chars()
        .zip(1..)
        .find(|(it, _)| is_invisible(*it))
        .map(|(character, place)| Invisible { place, character })
}

impl fmt::Display for Invisible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "character {} cannot be seen (U+{:04X}): take it out",
            self.place, self.character as u32
        )
    }
}

impl Invisible {
    /// The same in Chinese.
    pub fn in_chinese(&self) -> String {
        format!(
            "第 {} 个字符看不见（U+{:04X}），请删去",
            self.place, self.character as u32
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_passes_and_what_is_not_is_named() {
        for text in [
            "",
            "示例　科技 Co., Ltd.（个人）",
            "A-1 ½ é 龘 𠮷",
            "e\u{301}",
        ] {
            assert_eq!(invisible(text), None, "{text}");
        }
        for (text, place) in [
            ("\u{202e}4321", 1),
            ("ab\u{200b}c", 3),
            ("a\u{2066}b", 2),
            ("单\u{200d}位", 2),
            ("x\u{feff}", 2),
            ("行\u{2028}", 2),
        ] {
            let found = invisible(text).unwrap();
            assert_eq!(found.place, place, "{text:?}");
        }
        let found = invisible("12\u{202e}3").unwrap();
        assert_eq!(
            found.to_string(),
            "character 3 cannot be seen (U+202E): take it out"
        );
        assert_eq!(found.in_chinese(), "第 3 个字符看不见（U+202E），请删去");
    }
}
