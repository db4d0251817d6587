//! Measuring, breaking and placing text.

use crate::{
    RenderError,
    fonts::{Face, Fonts},
    ink::{Colour, Field, Mark, PT_PER_MM},
};

/// A place for a value: where it starts, how wide it may be and which sizes it may take.
pub(crate) struct Fitted {
    /// Points.
    pub(crate) size: f64,
    pub(crate) rows: Vec<String>,
}

/// Width of a text in millimetres.
pub(crate) fn width(fonts: &Fonts, face: Face, size: f64, text: &str) -> f64 {
    text.chars().map(|c| em(fonts, face, c)).sum::<f64>() * size / PT_PER_MM
}

/// Width of a character in ems; what no font has counts as one em and is refused when it is placed.
fn em(fonts: &Fonts, face: Face, character: char) -> f64 {
    let Some(face) = fonts.face_for(face, character) else {
        return 1.0;
    };
    let file = fonts.file(face);
    let advance = file.glyph(character).map_or(0, |glyph| file.advance(glyph));
    f64::from(advance) / f64::from(file.units())
}

/// Breaks a text into rows no wider than `limit` millimetres. Chinese may break anywhere; a closing mark stays with
/// what is before it, an opening one with what follows, and a number or a Latin word stays whole where a row has room
/// for it. A blank at a break is dropped.
pub(crate) fn wrap(fonts: &Fonts, face: Face, size: f64, text: &str, limit: f64) -> Vec<String> {
    let limit = limit * PT_PER_MM / size;
    let wide = |text: &str| text.chars().map(|it| em(fonts, face, it)).sum::<f64>();
    let mut rows = Vec::new();
    let mut row = String::new();
    let mut used = 0.0;
    for (place, character) in text.char_indices() {
        let width = em(fonts, face, character);
        if used + width > limit + 1e-9 && !row.is_empty() {
            let split = break_before(&row, &text[place..], |word| wide(word) <= limit);
            let carried = row.split_off(split);
            rows.push(std::mem::replace(&mut row, carried));
            used = wide(&row);
            if row.is_empty() && character == ' ' {
                continue;
            }
        }
        row.push(character);
        used += width;
    }
    if !row.is_empty() {
        rows.push(row);
    }
    rows
}

/// Where a full row is cut, when `rest` goes on behind it: its end, or before what must stay with the rest.
fn break_before(row: &str, rest: &str, fits: impl Fn(&str) -> bool) -> usize {
    let next = rest.chars().next().unwrap_or(' ');
    let word_start = |text: &str| {
        let word = text.trim_end_matches(is_of_word);
        // A word that no row has room for is cut where the row ends.
        let tail = rest.len() - rest.trim_start_matches(is_of_word).len();
        let whole = [&text[word.len()..], &rest[..tail]].concat();
        if fits(&whole) { word.len() } else { text.len() }
    };
    let before_last = |text: &str| text.char_indices().next_back().map_or(0, |(at, _)| at);
    let mut split = row.len();
    if is_closing(next) {
        split = match word_start(row) {
            start if start < row.len() => start,
            _ => before_last(row),
        };
    } else if is_of_word(next) {
        split = word_start(row);
    }
    while row[..split].ends_with(is_opening) {
        split = before_last(&row[..split]);
    }
    // A row keeps something, whatever it is.
    if split == 0 { row.len() } else { split }
}

fn is_of_word(character: char) -> bool {
    character.is_ascii_alphanumeric()
}

fn is_opening(character: char) -> bool {
    matches!(character, '（' | '《' | '“' | '‘' | '(')
}

fn is_closing(character: char) -> bool {
    matches!(
        character,
        '，' | '。'
            | '、'
            | '；'
            | '：'
            | '）'
            | '》'
            | '”'
            | '’'
            | '！'
            | '？'
            | ','
            | ';'
            | ':'
            | ')'
    )
}

/// Chooses the largest of the allowed (size, rows) pairs in which the paragraphs of a text fit.
///
/// # Errors
/// [`RenderError::TooLong`] when they fit in none.
pub(crate) fn fit(
    fonts: &Fonts,
    field: impl Into<Field>,
    text: &str,
    limit: f64,
    choices: &[(f64, usize)],
) -> Result<Fitted, RenderError> {
    let mut refusal = (0, 0);
    for &(size, most) in choices {
        let rows: Vec<String> = text
            .lines()
            .flat_map(|paragraph| wrap(fonts, Face::Song, size, paragraph, limit))
            .collect();
        if rows.len() <= most {
            return Ok(Fitted { size, rows });
        }
        refusal = (rows.len(), most);
    }
    Err(RenderError::TooLong {
        field: field.into().to_string(),
        rows: refusal.0,
        most: refusal.1,
    })
}

/// Whether no font has a character.
pub(crate) fn is_missing(fonts: &Fonts, character: char) -> bool {
    fonts.face_for(Face::Song, character).is_none()
}

/// Refuses a text that holds a character no font has.
pub(crate) fn check(fonts: &Fonts, field: &str, text: &str) -> Result<(), RenderError> {
    match text.chars().find(|&c| is_missing(fonts, c)) {
        None => Ok(()),
        Some(character) => Err(RenderError::MissingGlyph {
            field: field.to_owned(),
            character,
        }),
    }
}

/// Puts text on a page, run by run, and refuses what no font has.
pub(crate) struct Setter<'a> {
    pub(crate) fonts: &'a Fonts,
    pub(crate) colour: Colour,
    pub(crate) marks: Vec<Mark>,
}

impl<'a> Setter<'a> {
    pub(crate) fn new(fonts: &'a Fonts, colour: Colour) -> Setter<'a> {
        Setter {
            fonts,
            colour,
            marks: Vec::new(),
        }
    }

    /// Sets a text from its left edge and returns its right edge in millimetres.
    pub(crate) fn left(
        &mut self,
        field: impl Into<Field>,
        face: Face,
        size: f64,
        at: (f64, f64),
        text: &str,
    ) -> Result<f64, RenderError> {
        self.stretched(field, face, size, 1.0, at, text)
    }

    /// Sets a text so that it ends at `right`, and returns its left edge.
    pub(crate) fn right(
        &mut self,
        field: impl Into<Field>,
        size: f64,
        (right, y): (f64, f64),
        text: &str,
    ) -> Result<f64, RenderError> {
        let x = right - width(self.fonts, Face::Song, size, text);
        self.left(field, Face::Song, size, (x, y), text)?;
        Ok(x)
    }

    /// Sets a text around the middle of a column.
    pub(crate) fn centre(
        &mut self,
        field: impl Into<Field>,
        face: Face,
        size: f64,
        (middle, y): (f64, f64),
        text: &str,
    ) -> Result<(), RenderError> {
        let x = middle - width(self.fonts, face, size, text) / 2.0;
        self.left(field, face, size, (x, y), text).map(|_| ())
    }

    /// As [`Setter::left`], narrowed or widened by `stretch`.
    pub(crate) fn stretched(
        &mut self,
        field: impl Into<Field>,
        face: Face,
        size: f64,
        stretch: f64,
        (mut x, y): (f64, f64),
        text: &str,
    ) -> Result<f64, RenderError> {
        let field = field.into();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let missing = |character| RenderError::MissingGlyph {
                field: field.to_string(),
                character,
            };
            let of = |c: char| self.fonts.face_for(face, c);
            let run_face = of(first).ok_or_else(|| missing(first))?;
            let end = rest
                .char_indices()
                .find(|&(_, c)| of(c) != Some(run_face))
                .map_or(rest.len(), |(at, _)| at);
            let (run, after) = rest.split_at(end);
            self.marks.push(Mark::Text {
                field,
                face: run_face,
                size,
                stretch,
                x,
                y,
                colour: self.colour,
                text: run.to_owned(),
            });
            x += width(self.fonts, run_face, size, run) * stretch;
            rest = after;
        }
        Ok(x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, letters: f64) -> Vec<String> {
        // Nine points: a Chinese character is 3.175 millimetres wide.
        wrap(&Fonts::embedded(), Face::Song, 9.0, text, letters * 3.175)
    }

    #[test]
    fn chinese_breaks_anywhere_and_marks_stay_with_their_text() {
        assert_eq!(rows("一二三四五", 3.0), ["一二三", "四五"]);
        assert_eq!(rows("一二三，四", 3.0), ["一二", "三，四"]);
        assert_eq!(rows("一二（三）", 3.0), ["一二", "（三）"]);
        assert_eq!(rows("一二三 四", 3.0), ["一二三", "四"]);
        assert_eq!(rows("）））））", 3.0), ["））", "）））"]);
        assert_eq!(rows("（（（（（", 3.0), ["（（（", "（（"]);
        assert!(rows("", 3.0).is_empty());
    }

    #[test]
    fn numbers_and_words_stay_whole_where_a_row_has_room() {
        // A figure is half as wide.
        assert_eq!(rows("单号:420000;", 4.0), ["单号:", "420000;"]);
        assert_eq!(rows("一二三42，四", 4.0), ["一二三", "42，四"]);
        assert_eq!(rows("一LDS2000", 3.0), ["一LDS2", "000"]);
        assert_eq!(rows("ABCDEFGHIJ", 3.0).concat(), "ABCDEFGHIJ");
    }
}
