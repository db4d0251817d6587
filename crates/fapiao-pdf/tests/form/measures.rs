//! A table of published measures, and the comparison of a paper with it.

use crate::places::{Frame, Sheet};
use std::fmt::Debug;

/// Names of the embedded fonts as the files tell them.
pub(crate) const KAI: &str = "FapiaoKai";
pub(crate) const SONG: &str = "FapiaoSong";
pub(crate) const MONO: &str = "FapiaoMono";
pub(crate) const BLACK: &str = "#000000";
/// Hundredths of a millimetre are what the layout notes tell.
const TOLERANCE: f64 = 0.02;
/// How far a width of a line may be off.
const STROKE_TOLERANCE: f64 = 0.01;
/// Width of every line.
const STROKE: f64 = 0.25;

/// The measures of one page.
pub(crate) struct Table {
    /// Of lines and labels.
    colour: &'static str,
    section: &'static str,
    rows: Vec<Row>,
}

/// One measure.
pub(crate) struct Row {
    section: &'static str,
    wanted: Wanted,
    tolerance: f64,
}

enum Wanted {
    Page {
        width: f64,
        height: f64,
    },
    Line {
        frame: Frame,
        colour: &'static str,
    },
    Oval {
        frame: Frame,
        width: f64,
        colour: &'static str,
    },
    Area {
        frame: Frame,
        colour: &'static str,
    },
    Picture(Frame),
    Text(Text),
}

#[derive(Debug)]
struct Text {
    text: String,
    /// One of them at least is told.
    start: Option<f64>,
    middle: Option<f64>,
    end: Option<f64>,
    y: f64,
    size: f64,
    face: &'static str,
    colour: &'static str,
}

impl Table {
    pub(crate) fn new(colour: &'static str) -> Table {
        Table {
            colour,
            section: "",
            rows: Vec::new(),
        }
    }

    /// Names the section of the layout notes that the next rows come from.
    pub(crate) fn section(&mut self, section: &'static str) {
        self.section = section;
    }

    fn row(&mut self, wanted: Wanted) -> &mut Row {
        self.rows.push(Row {
            section: self.section,
            wanted,
            tolerance: TOLERANCE,
        });
        self.rows.last_mut().unwrap()
    }

    pub(crate) fn page(&mut self, width: f64, height: f64) -> &mut Row {
        self.row(Wanted::Page { width, height })
    }

    /// A line of the form: left to right or downwards.
    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64)) -> &mut Row {
        let colour = self.colour;
        self.row(Wanted::Line {
            frame: [from.0, from.1, to.0, to.1],
            colour,
        })
    }

    pub(crate) fn oval(&mut self, frame: Frame, width: f64, colour: &'static str) -> &mut Row {
        self.row(Wanted::Oval {
            frame,
            width,
            colour,
        })
    }

    pub(crate) fn area(&mut self, frame: Frame, colour: &'static str) -> &mut Row {
        self.row(Wanted::Area { frame, colour })
    }

    pub(crate) fn picture(&mut self, frame: Frame) -> &mut Row {
        self.row(Wanted::Picture(frame))
    }

    /// A label: KaiTi, 9 points, in the form's colour.
    pub(crate) fn label(&mut self, text: &str, at: (f64, f64)) -> &mut Row {
        let colour = self.colour;
        self.text(text, at, KAI, colour)
    }

    /// A value: SimSun, 9 points, black.
    pub(crate) fn value(&mut self, text: &str, at: (f64, f64)) -> &mut Row {
        self.text(text, at, SONG, BLACK)
    }

    fn text(
        &mut self,
        text: &str,
        at: (f64, f64),
        face: &'static str,
        colour: &'static str,
    ) -> &mut Row {
        self.row(Wanted::Text(Text {
            text: text.to_owned(),
            start: Some(at.0),
            middle: None,
            end: None,
            y: at.1,
            size: 9.0,
            face,
            colour,
        }))
    }

    /// Compares: each measure is met, and there is nothing on the page that no measure names.
    pub(crate) fn check(&self, sheet: &Sheet, name: &str) {
        let mut left = Left::new(sheet);
        let mut wrong: Vec<String> = self
            .rows
            .iter()
            .flat_map(|row| row.check(sheet, &mut left))
            .collect();
        wrong.extend(left.unnamed(sheet));
        assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
    }
}

impl Row {
    fn of_text(&mut self) -> &mut Text {
        match &mut self.wanted {
            Wanted::Text(text) => text,
            _ => panic!("a text is meant"),
        }
    }

    /// The given place is the right edge of the text.
    pub(crate) fn ending(&mut self) -> &mut Row {
        let text = self.of_text();
        text.end = text.start.take();
        self
    }

    /// The given place is the middle of the text.
    pub(crate) fn centred(&mut self) -> &mut Row {
        let text = self.of_text();
        text.middle = text.start.take();
        self
    }

    /// Where it ends too: tells the advance of its letters.
    pub(crate) fn until(&mut self, right: f64) -> &mut Row {
        self.of_text().end = Some(right);
        self
    }

    pub(crate) fn size(&mut self, points: f64) -> &mut Row {
        self.of_text().size = points;
        self
    }

    pub(crate) fn face(&mut self, face: &'static str) -> &mut Row {
        self.of_text().face = face;
        self
    }

    /// Where the notes say "about", or where they differ from the reason beside.
    pub(crate) fn within(&mut self, millimetres: f64) -> &mut Row {
        self.tolerance = millimetres;
        self
    }

    fn check(&self, sheet: &Sheet, left: &mut Left) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut tell = |what: &dyn Debug, found: &dyn Debug| {
            wrong.push(format!(
                "§{} wants {what:?}, there is {found:?}",
                self.section
            ));
        };
        let near = |one: f64, other: f64| (one - other).abs() <= self.tolerance;
        let all_near = |one: &Frame, other: &Frame| {
            one.iter().zip(other).all(|(&one, &other)| near(one, other))
        };
        let far = |one: &Frame, other: &Frame| {
            let apart = one
                .iter()
                .zip(other)
                .map(|(one, other)| (one - other).abs());
            apart.sum::<f64>()
        };
        match &self.wanted {
            Wanted::Page { width, height } => {
                if !near(sheet.width, *width) || !near(sheet.height, *height) {
                    tell(&("page", width, height), &(sheet.width, sheet.height));
                }
            }
            Wanted::Line { frame, colour } => {
                let found = nearest(&sheet.lines, &mut left.lines, |it| {
                    Some(far(&it.frame, frame))
                });
                let fits = found.is_some_and(|it| {
                    all_near(&it.frame, frame)
                        && (it.width - STROKE).abs() < STROKE_TOLERANCE
                        && it.colour == *colour
                });
                if !fits {
                    tell(&("line", frame, colour), &found);
                }
            }
            Wanted::Oval {
                frame,
                width,
                colour,
            } => {
                let found = nearest(&sheet.ovals, &mut left.ovals, |it| {
                    Some(far(&it.frame, frame))
                });
                let fits = found.is_some_and(|it| {
                    all_near(&it.frame, frame)
                        && (it.width - width).abs() < STROKE_TOLERANCE
                        && it.colour == *colour
                });
                if !fits {
                    tell(&("oval", frame, colour), &found);
                }
            }
            Wanted::Area { frame, colour } => {
                let of = |it: &crate::places::Area| {
                    (it.colour == *colour).then(|| far(&it.frame, frame))
                };
                let found = nearest(&sheet.areas, &mut left.areas, of);
                if !found.is_some_and(|it| all_near(&it.frame, frame)) {
                    tell(&("area", frame, colour), &found);
                }
            }
            Wanted::Picture(frame) => {
                let found = nearest(&sheet.pictures, &mut left.pictures, |it| {
                    Some(far(it, frame))
                });
                if !found.is_some_and(|it| all_near(it, frame)) {
                    tell(&("picture", frame), &found);
                }
            }
            Wanted::Text(text) => {
                let sides = |it: &crate::places::Run| {
                    let middle = f64::midpoint(it.x, it.right);
                    [
                        (text.start, it.x),
                        (text.middle, middle),
                        (text.end, it.right),
                    ]
                };
                let found = nearest(&sheet.runs, &mut left.runs, |it| {
                    let off = sides(it)
                        .into_iter()
                        .filter_map(|(wanted, is)| Some((wanted? - is).abs()));
                    (it.text == text.text).then(|| off.sum::<f64>() + (it.y - text.y).abs())
                });
                let fits = found.is_some_and(|it| {
                    let placed = sides(it)
                        .into_iter()
                        .all(|(wanted, is)| wanted.is_none_or(|wanted| near(wanted, is)));
                    placed
                        && near(it.y, text.y)
                        && (it.size - text.size).abs() < 0.01
                        && (it.face.as_str(), it.colour.as_str()) == (text.face, text.colour)
                });
                if !fits {
                    tell(text, &found);
                }
            }
        }
        wrong
    }
}

/// What of a page no row has named yet.
struct Left {
    runs: Vec<bool>,
    lines: Vec<bool>,
    ovals: Vec<bool>,
    areas: Vec<bool>,
    pictures: Vec<bool>,
}

impl Left {
    fn new(sheet: &Sheet) -> Left {
        Left {
            runs: vec![true; sheet.runs.len()],
            lines: vec![true; sheet.lines.len()],
            ovals: vec![true; sheet.ovals.len()],
            areas: vec![true; sheet.areas.len()],
            pictures: vec![true; sheet.pictures.len()],
        }
    }

    fn unnamed(&self, sheet: &Sheet) -> Vec<String> {
        fn told<T: Debug>(things: &[T], left: &[bool]) -> Vec<String> {
            let unnamed = things.iter().zip(left).filter(|(_, left)| **left);
            unnamed
                .map(|(it, _)| format!("no measure names {it:?}"))
                .collect()
        }
        [
            told(&sheet.runs, &self.runs),
            told(&sheet.lines, &self.lines),
            told(&sheet.ovals, &self.ovals),
            told(&sheet.areas, &self.areas),
            told(&sheet.pictures, &self.pictures),
        ]
        .concat()
    }
}

/// The nearest thing that is still free; `None` of a distance is no candidate.
fn nearest<'a, T>(
    things: &'a [T],
    free: &mut [bool],
    distance: impl Fn(&T) -> Option<f64>,
) -> Option<&'a T> {
    let candidates = things
        .iter()
        .enumerate()
        .filter(|(place, _)| free[*place])
        .filter_map(|(place, it)| Some((place, it, distance(it)?)));
    let (place, found, _) = candidates.min_by(|one, other| one.2.total_cmp(&other.2))?;
    free[place] = false;
    Some(found)
}

/// The comparison itself: what is off, missing or too much is told.
#[test]
fn a_measure_that_is_not_met_is_told() {
    let face = crate::faces::classic(1);
    let Some(sheets) = crate::places::pdf_sheets(&face) else {
        return;
    };
    let wrong = |of: fn(&mut Table) -> &mut Row| {
        let mut table = Table::new("#9c5223");
        of(&mut table);
        let mut left = Left::new(&sheets[0]);
        table.rows[0].check(&sheets[0], &mut left).len()
    };
    assert_eq!(wrong(|table| table.label("复核：", (63.6, 128.23))), 0);
    assert_eq!(wrong(|table| table.label("复核：", (63.65, 128.23))), 1);
    assert_eq!(wrong(|table| table.label("复核：", (63.6, 128.29))), 1);
    assert_eq!(
        wrong(|table| table.label("复核：", (63.6, 128.23)).size(9.5)),
        1
    );
    assert_eq!(
        wrong(|table| table.label("复核：", (63.6, 128.23)).face(SONG)),
        1
    );
    assert_eq!(
        wrong(|table| table.value("复核：", (63.6, 128.23)).face(KAI)),
        1
    );
    assert_eq!(wrong(|table| table.label("收讫：", (63.6, 128.23))), 1);
    assert_eq!(wrong(|table| table.line((4.5, 52.0), (205.5, 52.0))), 0);
    assert_eq!(wrong(|table| table.line((4.5, 52.1), (205.5, 52.1))), 1);
    assert_eq!(wrong(|table| table.page(210.0, 141.0)), 1);
    let left = Left::new(&sheets[0]).unnamed(&sheets[0]).len();
    assert!(left > 100, "{left}");
}
