//! The QR code of a PDF, drawn in rectangles or set in as a picture: what a telephone would read off the paper.
//!
//! Text and code of a paper are two statements. Whoever alters the one often forgets the other.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, content::Content};
use rqrr::PreparedImage;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};

/// What a page's content, and a picture, may unpack to.
const UNPACKED_MAX: usize = 4 * 1024 * 1024;
/// Dots to a point: four and a half to a module of the form's code.
const SCALE: f64 = 3.0;
/// Longest edge of a page in points, beyond which it is not drawn.
const EDGE_MAX: f64 = 1000.0;
/// A rectangle of a code is no longer than this, in points: the longest run of a code is its finder's edge.
const RUN_MAX: f64 = 40.0;
/// Fewer rectangles are no code.
const RUNS_MIN: usize = 60;
/// More are not drawn.
const RUNS_MAX: usize = 60_000;
/// A picture of fewer or more dots along an edge is no code.
const DOTS: std::ops::RangeInclusive<usize> = 21..=1200;
/// Pictures that are looked at.
const PICTURES_MAX: usize = 4;
/// More places that look like the corner of a code are none: the reader tries every three of them.
const CORNERS_MAX: usize = 80;
/// Longest reading. What takes longer goes on alone, and the next codes are not read until it ends.
const TIME_MAX: Duration = Duration::from_secs(2);
/// One code is read at a time.
static TURN: Mutex<()> = Mutex::new(());

/// The text of the first code on the first page that reads like an invoice's. It is read on a thread of its own: a picture
/// made to be hard to read, or to break the reader, costs its code and nothing else.
pub(super) fn read(document: Document, fits: fn(&str) -> bool) -> Option<String> {
    let (tell, told) = mpsc::channel();
    let given_up = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&given_up);
    std::thread::Builder::new()
        .name("paper-code".to_owned())
        .spawn(move || {
            let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
            if !seen.load(Ordering::Relaxed) {
                // Whoever asked may have given up.
                let _ = tell.send(look(&document, fits));
            }
        })
        .ok()?;
    let found = told.recv_timeout(TIME_MAX);
    given_up.store(true, Ordering::Relaxed);
    found.ok()?
}

fn look(document: &Document, fits: fn(&str) -> bool) -> Option<String> {
    let page = document.get_pages().into_values().next()?;
    drawn(document, page)
        .into_iter()
        .chain(pictures(document, page))
        .find(|text| fits(text))
}

/// Codes that are drawn in filled rectangles.
fn drawn(document: &Document, page: ObjectId) -> Vec<String> {
    let content = document.get_page_content_with_limit(page, UNPACKED_MAX);
    let Ok(content) = content.and_then(|it| Content::decode(&it)) else {
        return Vec::new();
    };
    let runs = Runs::of(&content);
    let edge = |it: fn(&Rectangle) -> f64| runs.iter().map(it).fold(0.0, f64::max);
    let (width, height) = (edge(|it| it.right), edge(|it| it.top));
    if !(RUNS_MIN..=RUNS_MAX).contains(&runs.len()) || width > EDGE_MAX || height > EDGE_MAX {
        return Vec::new();
    }
    // A blank edge around it: a code is found by what it is not.
    let dots = |points: f64| ((points + 10.0) * SCALE).ceil() as usize;
    let mut picture = Picture::blank(dots(width), dots(height));
    for run in &runs {
        let row = |points: f64| ((height - points + 5.0) * SCALE).round().max(0.0) as usize;
        let column = |points: f64| ((points + 5.0) * SCALE).round().max(0.0) as usize;
        picture.blacken(
            column(run.left)..column(run.right),
            row(run.top)..row(run.bottom),
        );
    }
    picture.codes()
}

/// Codes that are pictures of their own.
fn pictures(document: &Document, page: ObjectId) -> Vec<String> {
    let Ok(images) = document.get_page_images(page) else {
        return Vec::new();
    };
    images
        .into_iter()
        .take(PICTURES_MAX)
        .filter_map(|image| {
            let stream = document.get_object(image.id).ok()?.as_stream().ok()?;
            Some(Picture::of(document, stream)?.codes())
        })
        .flatten()
        .collect()
}

/// A filled rectangle in points of the page.
struct Rectangle {
    left: f64,
    right: f64,
    bottom: f64,
    top: f64,
}

/// Small dark rectangles of a page. Turned ones are left out: codes stand upright.
struct Runs {
    /// Where the user's space lies on the page: scale and shift along both edges.
    place: [f64; 4],
    dark: bool,
    saved: Vec<([f64; 4], bool)>,
    path: Vec<Rectangle>,
    runs: Vec<Rectangle>,
}

impl Runs {
    fn of(content: &Content) -> Vec<Rectangle> {
        let mut it = Runs {
            place: [1.0, 1.0, 0.0, 0.0],
            dark: true,
            saved: Vec::new(),
            path: Vec::new(),
            runs: Vec::new(),
        };
        for operation in &content.operations {
            let numbers: Vec<f64> = operation.operands.iter().filter_map(number).collect();
            it.follow(&operation.operator, &numbers);
            if it.runs.len() > RUNS_MAX {
                break;
            }
        }
        it.runs
    }

    fn follow(&mut self, operator: &str, numbers: &[f64]) {
        match (operator, numbers) {
            ("q", _) if self.saved.len() < 64 => self.saved.push((self.place, self.dark)),
            ("Q", _) => {
                if let Some((place, dark)) = self.saved.pop() {
                    (self.place, self.dark) = (place, dark);
                }
            }
            ("cm", [a, b, c, d, e, f]) if *b == 0.0 && *c == 0.0 => {
                let [x, y, left, bottom] = self.place;
                self.place = [x * a, y * d, left + x * e, bottom + y * f];
            }
            ("g", [grey]) => self.dark = *grey < 0.5,
            ("rg", [red, green, blue]) | ("sc" | "scn", [red, green, blue]) => {
                self.dark = red + green + blue < 1.5;
            }
            ("k", [cyan, magenta, yellow, black]) => {
                self.dark = black + (cyan + magenta + yellow) / 3.0 > 0.5;
            }
            ("re", [x, y, width, height]) if self.path.len() < RUNS_MAX => {
                let [across, up, left, bottom] = self.place;
                let (x1, x2) = (left + across * x, left + across * (x + width));
                let (y1, y2) = (bottom + up * y, bottom + up * (y + height));
                self.path.push(Rectangle {
                    left: x1.min(x2),
                    right: x1.max(x2),
                    bottom: y1.min(y2),
                    top: y1.max(y2),
                });
            }
            ("f" | "F" | "f*" | "b" | "b*" | "B" | "B*", _) => {
                let small = |it: &Rectangle| {
                    it.right - it.left <= RUN_MAX
                        && it.top - it.bottom <= RUN_MAX
                        && it.left >= -5.0
                        && it.bottom >= -5.0
                };
                let path = std::mem::take(&mut self.path);
                if self.dark {
                    self.runs.extend(path.into_iter().filter(small));
                }
            }
            ("n" | "s" | "S", _) => self.path.clear(),
            _ => {}
        }
    }
}

fn number(object: &Object) -> Option<f64> {
    match object {
        Object::Integer(whole) => Some(*whole as f64),
        Object::Real(real) => Some(f64::from(*real)),
        _ => None,
    }
}

/// Dots from 0, black, to 255, white.
struct Picture {
    width: usize,
    height: usize,
    dots: Vec<u8>,
}

impl Picture {
    fn blank(width: usize, height: usize) -> Picture {
        Picture {
            width,
            height,
            dots: vec![255; width * height],
        }
    }

    fn blacken(&mut self, columns: std::ops::Range<usize>, rows: std::ops::Range<usize>) {
        for row in rows.start..rows.end.min(self.height) {
            let (from, to) = (columns.start.min(self.width), columns.end.min(self.width));
            self.dots[row * self.width..][from..to].fill(0);
        }
    }

    /// A picture of the file in grey, RGB or a palette; the others are left alone.
    fn of(document: &Document, stream: &Stream) -> Option<Picture> {
        let dict = &stream.dict;
        let whole = |name: &[u8]| usize::try_from(dict.get(name).ok()?.as_i64().ok()?).ok();
        let (width, height) = (whole(b"Width")?, whole(b"Height")?);
        if !DOTS.contains(&width) || !DOTS.contains(&height) {
            return None;
        }
        let is_mask = matches!(dict.get(b"ImageMask").and_then(Object::as_bool), Ok(true));
        let bits = if is_mask {
            1
        } else {
            whole(b"BitsPerComponent")?
        };
        let colours = Colours::of(document, dict, is_mask)?;
        if !matches!(bits, 1 | 2 | 4 | 8) {
            return None;
        }
        let bytes = match stream.filters() {
            Ok(filters) if filters.iter().all(|it| *it == b"FlateDecode") => {
                stream.decompressed_content_with_limit(UNPACKED_MAX).ok()?
            }
            Ok(_) => return None,
            Err(_) => stream.content.clone(),
        };
        let row_bytes = (width * colours.components() * bits).div_ceil(8);
        if bytes.len() < row_bytes * height {
            return None;
        }
        let mut dots = Vec::with_capacity(width * height);
        for row in bytes.chunks(row_bytes).take(height) {
            let sample = |at: usize| {
                let bit = at * bits;
                let shifted = row[bit / 8] >> (8 - bits - bit % 8);
                shifted & (0xFF_u8 >> (8 - bits))
            };
            for column in 0..width {
                dots.push(colours.grey(bits, |part| sample(column * colours.components() + part)));
            }
        }
        Some(Picture {
            width,
            height,
            dots,
        })
    }

    /// A code of few dots, and one that touches the edge, is set larger and with a blank edge.
    fn codes(&self) -> Vec<String> {
        if self.corners() > CORNERS_MAX {
            return Vec::new();
        }
        let factor = (300 / self.width.max(1)).clamp(1, 8);
        let edge = 4 * factor.max(2);
        let grown = |dots: usize| dots * factor + 2 * edge;
        let dot = |x: usize, y: usize| {
            let (x, y) = (x.checked_sub(edge)? / factor, y.checked_sub(edge)? / factor);
            (x < self.width && y < self.height).then(|| self.dots[y * self.width + x])
        };
        let mut prepared =
            PreparedImage::prepare_from_greyscale(grown(self.width), grown(self.height), |x, y| {
                dot(x, y).unwrap_or(255)
            });
        let grids = prepared.detect_grids();
        grids
            .into_iter()
            .filter_map(|grid| grid.decode().ok().map(|(_, text)| text))
            .collect()
    }

    /// Places where dark and light alternate as 1:1:3:1:1 along rows, as in a corner of a code; those of neighbouring rows
    /// count once. Data look like it now and then, a page full of it is no code.
    fn corners(&self) -> usize {
        let mut found = 0;
        let mut above: Vec<usize> = Vec::new();
        for row in self.dots.chunks(self.width.max(1)) {
            let here = middles(row);
            found += here
                .iter()
                .filter(|middle| !above.iter().any(|it| it.abs_diff(**middle) <= 2))
                .count();
            if found > CORNERS_MAX {
                break;
            }
            above = here;
        }
        found
    }
}

/// The middles of all runs of a row that alternate as 1:1:3:1:1, as loosely as readers take it.
fn middles(row: &[u8]) -> Vec<usize> {
    let mut runs: Vec<(usize, bool)> = Vec::new();
    for dark in row.iter().map(|it| *it < 128) {
        match runs.last_mut() {
            Some((length, same)) if *same == dark => *length += 1,
            _ => runs.push((1, dark)),
        }
    }
    let mut at = 0;
    let mut found = Vec::new();
    for (place, (length, _)) in runs.iter().enumerate() {
        if let Some([(a, true), (b, _), (c, _), (d, _), (e, _)]) = runs.get(place..place + 5) {
            // Four single modules; the middle one is three.
            let four = a + b + d + e;
            let near = |run: usize, modules: usize| (4 * run).abs_diff(modules * four) <= four;
            if near(*a, 1) && near(*b, 1) && near(*c, 3) && near(*d, 1) && near(*e, 1) {
                found.push(at + a + b + c / 2);
            }
        }
        at += length;
    }
    found
}

/// How the numbers of a picture become grey.
enum Colours {
    Grey,
    Rgb,
    /// Grey of each entry.
    Palette(Vec<u8>),
    /// Dark where the mask is 0.
    Mask,
}

impl Colours {
    fn of(document: &Document, dict: &Dictionary, is_mask: bool) -> Option<Colours> {
        if is_mask {
            return Some(Colours::Mask);
        }
        let space = document.dereference(dict.get(b"ColorSpace").ok()?).ok()?.1;
        if let Ok(name) = space.as_name() {
            return match name {
                b"DeviceGray" | b"CalGray" | b"G" => Some(Colours::Grey),
                b"DeviceRGB" | b"CalRGB" | b"RGB" => Some(Colours::Rgb),
                _ => None,
            };
        }
        let parts = space.as_array().ok()?;
        match parts.first()?.as_name().ok()? {
            b"CalGray" => Some(Colours::Grey),
            b"CalRGB" => Some(Colours::Rgb),
            b"ICCBased" => {
                let profile = document
                    .dereference(parts.get(1)?)
                    .ok()?
                    .1
                    .as_stream()
                    .ok()?;
                match profile.dict.get(b"N").ok()?.as_i64().ok()? {
                    1 => Some(Colours::Grey),
                    3 => Some(Colours::Rgb),
                    _ => None,
                }
            }
            b"Indexed" => {
                let base = document.dereference(parts.get(1)?).ok()?.1.as_name().ok()?;
                let table = document.dereference(parts.get(3)?).ok()?.1;
                let table = match table {
                    Object::String(bytes, _) => bytes.clone(),
                    Object::Stream(stream) => {
                        stream.decompressed_content_with_limit(UNPACKED_MAX).ok()?
                    }
                    _ => return None,
                };
                match base {
                    b"DeviceGray" => Some(Colours::Palette(table)),
                    b"DeviceRGB" => {
                        let grey = table.chunks_exact(3).map(|it| grey_of(it[0], it[1], it[2]));
                        Some(Colours::Palette(grey.collect()))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    const fn components(&self) -> usize {
        match self {
            Colours::Rgb => 3,
            Colours::Grey | Colours::Palette(_) | Colours::Mask => 1,
        }
    }

    fn grey(&self, bits: usize, sample: impl Fn(usize) -> u8) -> u8 {
        let full = 0xFF_u8 >> (8 - bits);
        let whole = |part: usize| sample(part) * (255 / full);
        match self {
            Colours::Grey => whole(0),
            Colours::Mask => whole(0),
            Colours::Rgb => grey_of(whole(0), whole(1), whole(2)),
            Colours::Palette(grey) => {
                let entry = usize::from(sample(0));
                grey.get(entry).copied().unwrap_or(255)
            }
        }
    }
}

fn grey_of(red: u8, green: u8, blue: u8) -> u8 {
    let sum = u16::from(red) + u16::from(green) + u16::from(blue);
    u8::try_from(sum / 3).unwrap_or(255)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lopdf::{content::Operation, dictionary};
    use qrcode::{Color, QrCode};

    const TEXT: &str = "01,32,,26999000000000000001,113.00,20261122,,A1B2";

    /// A page with this content and these pictures.
    fn page(operations: Vec<Operation>, pictures: Vec<Stream>) -> Document {
        let mut document = Document::with_version("1.5");
        let tree = document.new_object_id();
        let content = Content { operations }.encode().unwrap();
        let mut content = Stream::new(Dictionary::new(), content);
        content.compress().unwrap();
        let content = document.add_object(content);
        let mut named = Dictionary::new();
        for (at, picture) in pictures.into_iter().enumerate() {
            let id = document.add_object(picture);
            named.set(format!("P{at}"), id);
        }
        let page = document.add_object(dictionary! {
            "Type" => "Page", "Parent" => tree, "Contents" => content,
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 397.into()],
            "Resources" => dictionary! { "XObject" => named },
        });
        let pages = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
        document.objects.insert(tree, pages.into());
        let catalogue = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
        document.trailer.set("Root", catalogue);
        document
    }

    fn modules() -> (usize, Vec<bool>) {
        let code = QrCode::new(TEXT).unwrap();
        let dark = code.to_colors().into_iter().map(|it| it == Color::Dark);
        (code.width(), dark.collect())
    }

    fn read_any(document: &Document) -> Option<String> {
        read(document.clone(), |text| text.starts_with("01,"))
    }

    #[test]
    fn a_code_of_rectangles_is_read_and_a_white_one_is_not() {
        let (width, dark) = modules();
        let drawn = |grey: f32| {
            let mut operations = vec![
                Operation::new("q", vec![]),
                Operation::new("g", vec![grey.into()]),
                Operation::new(
                    "cm",
                    [1.5, 0.0, 0.0, -1.5, 20.0, 380.0]
                        .map(|it: f32| it.into())
                        .to_vec(),
                ),
            ];
            for (at, _) in dark.iter().enumerate().filter(|(_, dark)| **dark) {
                let (x, y) = ((at % width) as i64, (at / width) as i64);
                let edges = vec![x.into(), y.into(), 1.into(), 1.into()];
                operations.push(Operation::new("re", edges));
            }
            operations.push(Operation::new("f", vec![]));
            operations.push(Operation::new("Q", vec![]));
            page(operations, Vec::new())
        };
        assert_eq!(read_any(&drawn(0.0)).as_deref(), Some(TEXT));
        assert_eq!(read_any(&drawn(1.0)), None);
    }

    #[test]
    fn a_code_that_is_a_picture_is_read_in_every_common_form() {
        let (width, dark) = modules();
        let head = |bits: i64, space: Object| {
            dictionary! {
                "Type" => "XObject", "Subtype" => "Image", "Width" => width as i64,
                "Height" => width as i64, "BitsPerComponent" => bits, "ColorSpace" => space,
            }
        };
        let dots = |black: &[u8], white: &[u8]| -> Vec<u8> {
            let each = dark.iter().map(|dark| if *dark { black } else { white });
            each.flatten().copied().collect()
        };
        let rows: Vec<u8> = dark
            .chunks(width)
            .flat_map(|row| {
                let bytes = row.chunks(8).map(|bits| {
                    let set = bits.iter().enumerate().filter(|(_, dark)| !**dark);
                    set.fold(0_u8, |byte, (at, _)| byte | 0x80 >> at)
                });
                bytes.collect::<Vec<u8>>()
            })
            .collect();
        let palette = Object::Array(vec![
            "Indexed".into(),
            "DeviceRGB".into(),
            1.into(),
            Object::string_literal(vec![255, 255, 255, 0, 0, 60]),
        ]);
        for (what, dict, bytes) in [
            ("grey", head(8, "DeviceGray".into()), dots(&[9], &[250])),
            (
                "rgb",
                head(8, "DeviceRGB".into()),
                dots(&[0, 0, 60], &[255, 250, 240]),
            ),
            ("one bit", head(1, "DeviceGray".into()), rows),
            ("palette", head(8, palette), dots(&[1], &[0])),
        ] {
            let plain = Stream::new(dict.clone(), bytes.clone());
            let mut packed = Stream::new(dict, bytes);
            packed.compress().unwrap();
            for picture in [plain, packed] {
                let found = read_any(&page(Vec::new(), vec![picture]));
                assert_eq!(found.as_deref(), Some(TEXT), "{what}");
            }
        }
    }

    #[test]
    fn a_picture_full_of_corners_is_not_read() {
        // Finders side by side: every three of thousands would be tried.
        const FINDER: [&[u8; 7]; 7] = [
            b"1111111", b"1000001", b"1011101", b"1011101", b"1011101", b"1000001", b"1111111",
        ];
        let edge = 1200;
        let mut dots = vec![255; edge * edge];
        for (at, dot) in dots.iter_mut().enumerate() {
            let (x, y) = (at % edge % 8, at / edge % 8);
            if x < 7 && y < 7 && FINDER[y][x] == b'1' {
                *dot = 0;
            }
        }
        let dict = dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "Width" => edge as i64, "Height" => edge as i64,
            "BitsPerComponent" => 8, "ColorSpace" => "DeviceGray",
        };
        let mut picture = Stream::new(dict, dots);
        picture.compress().unwrap();
        assert_eq!(read_any(&page(Vec::new(), vec![picture])), None);
        // The next one is read at once: nothing was left running.
        a_code_that_is_a_picture_is_read_in_every_common_form();
    }

    #[test]
    fn a_picture_that_breaks_the_reader_costs_its_code_only() {
        let broken = Stream::new(
            dictionary! {
                "Type" => "XObject", "Subtype" => "Image", "Width" => 40, "Height" => 40,
                "BitsPerComponent" => 8, "ColorSpace" => Object::Array(Vec::new()),
            },
            vec![0; 1600],
        );
        assert_eq!(read_any(&page(Vec::new(), vec![broken])), None);
        a_code_of_rectangles_is_read_and_a_white_one_is_not();
    }

    #[test]
    fn damaged_pictures_are_left_alone() {
        let short = Stream::new(
            dictionary! {
                "Subtype" => "Image", "Width" => 400, "Height" => 400, "BitsPerComponent" => 8,
                "ColorSpace" => "DeviceGray",
            },
            vec![0; 100],
        );
        let huge = Stream::new(
            dictionary! {
                "Subtype" => "Image", "Width" => 100_000, "Height" => 100_000,
                "BitsPerComponent" => 8, "ColorSpace" => "DeviceGray",
            },
            vec![0; 100],
        );
        assert_eq!(read_any(&page(Vec::new(), vec![short, huge])), None);
    }
}
