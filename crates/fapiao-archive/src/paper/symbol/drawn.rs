//! Codes that are drawn in filled rectangles.

use super::picture::Picture;
use lopdf::{Object, content::Content};

/// Dots to a point: four and a half to a module of the form's code.
const SCALE: f64 = 3.0;
/// Longest edge of a page in points, beyond which it is not drawn.
const EDGE_MAX: f64 = 1000.0;
/// A rectangle of a code is no longer than this, in points: the longest run of a code is its finder's edge.
const RUN_MAX: f64 = 40.0;
/// Fewer rectangles are no code.
const RUNS_MIN: usize = 60;
/// More are not drawn.
pub(in super::super) const RUNS_MAX: usize = 60_000;

/// Texts of the codes that small dark rectangles of a page make.
pub(super) fn codes(runs: &[Rectangle]) -> Vec<String> {
    let edge = |it: fn(&Rectangle) -> f64| runs.iter().map(it).fold(0.0, f64::max);
    let (width, height) = (edge(|it| it.right), edge(|it| it.top));
    if !(RUNS_MIN..=RUNS_MAX).contains(&runs.len()) || width > EDGE_MAX || height > EDGE_MAX {
        return Vec::new();
    }
    // A blank edge around it: a code is found by what it is not.
    let dots = |points: f64| ((points + 10.0) * SCALE).ceil() as usize;
    let mut picture = Picture::blank(dots(width), dots(height));
    for run in runs {
        let row = |points: f64| ((height - points + 5.0) * SCALE).round().max(0.0) as usize;
        let column = |points: f64| ((points + 5.0) * SCALE).round().max(0.0) as usize;
        picture.blacken(
            column(run.left)..column(run.right),
            row(run.top)..row(run.bottom),
        );
    }
    picture.codes()
}

/// A filled rectangle in points of the page, upwards.
pub(in super::super) struct Rectangle {
    pub(in super::super) left: f64,
    pub(in super::super) right: f64,
    pub(in super::super) bottom: f64,
    pub(in super::super) top: f64,
}

impl Rectangle {
    /// Whether it may be part of a code.
    pub(in super::super) fn is_small(&self) -> bool {
        self.right - self.left <= RUN_MAX
            && self.top - self.bottom <= RUN_MAX
            && self.left >= -5.0
            && self.bottom >= -5.0
    }
}

/// Small dark rectangles of a page. Turned ones are left out: codes stand upright.
pub(super) struct Runs {
    /// Where the user's space lies on the page: scale and shift along both edges.
    place: [f64; 4],
    dark: bool,
    saved: Vec<([f64; 4], bool)>,
    path: Vec<Rectangle>,
    runs: Vec<Rectangle>,
}

impl Runs {
    pub(super) fn of(content: &Content) -> Vec<Rectangle> {
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
                let path = std::mem::take(&mut self.path);
                if self.dark {
                    self.runs
                        .extend(path.into_iter().filter(Rectangle::is_small));
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
