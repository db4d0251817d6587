//! Filled paths of a page that are upright rectangles: codes are drawn in them.

use super::symbol::Rectangle;
use roxmltree::{Document, Node};

/// Points to a millimetre.
const POINTS: f64 = 72.0 / 25.4;
/// More are not looked at.
const RUNS_MAX: usize = 60_000;

/// A rectangle in millimetres of the page, downwards.
struct Block {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

/// The small dark ones, upwards in points.
pub(super) fn rectangles(document: &Document<'_>) -> Vec<Rectangle> {
    let mut blocks = Vec::new();
    for path in document.descendants() {
        if path.tag_name().name() != "PathObject" || path.attribute("Fill") != Some("true") {
            continue;
        }
        if is_dark(path) {
            add(&mut blocks, path);
        }
        if blocks.len() > RUNS_MAX {
            return Vec::new();
        }
    }
    let height = blocks.iter().map(|it| it.bottom).fold(0.0, f64::max);
    let upwards = |it: &Block| Rectangle {
        left: it.left * POINTS,
        right: it.right * POINTS,
        top: (height - it.top) * POINTS,
        bottom: (height - it.bottom) * POINTS,
    };
    let all = blocks.iter().map(upwards);
    all.filter(Rectangle::is_small).collect()
}

/// Without a colour a path is black; one with three numbers has red, green and blue, one with one is grey.
fn is_dark(path: Node<'_, '_>) -> bool {
    let colour = path
        .children()
        .find(|it| it.tag_name().name() == "FillColor")
        .and_then(|it| it.attribute("Value"));
    let Some(colour) = colour else { return true };
    let parts = numbers(colour);
    match parts.as_slice() {
        [grey] => *grey < 128.0,
        [red, green, blue] => red + green + blue < 384.0,
        _ => false,
    }
}

/// The rectangles of one path, put where its boundary and its matrix put them. Turned ones are left out.
fn add(blocks: &mut Vec<Block>, path: Node<'_, '_>) {
    let list = |name: &str| path.attribute(name).map(numbers).unwrap_or_default();
    let (boundary, matrix) = (list("Boundary"), list("CTM"));
    let [left, top, ..] = boundary.as_slice() else {
        return;
    };
    let (a, d, e, f) = match matrix.as_slice() {
        [a, b, c, d, e, f] if *b == 0.0 && *c == 0.0 => (*a, *d, *e, *f),
        [] => (1.0, 1.0, 0.0, 0.0),
        _ => return,
    };
    let data = path
        .children()
        .find(|it| it.tag_name().name() == "AbbreviatedData")
        .and_then(|it| it.text())
        .unwrap_or_default();
    let mut ring: Vec<(f64, f64)> = Vec::new();
    let mut is_straight = true;
    let mut words = data.split_ascii_whitespace();
    let mut close = |ring: &mut Vec<(f64, f64)>, is_straight: bool| {
        let placed = ring
            .iter()
            .map(|(x, y)| (left + a * x + e, top + d * y + f));
        let corners: Vec<(f64, f64)> = placed.collect();
        ring.clear();
        if is_straight && let Some(block) = upright(&corners) {
            blocks.push(block);
        }
    };
    while let Some(word) = words.next() {
        let mut point = || Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?));
        match word {
            "M" | "S" => {
                close(&mut ring, is_straight);
                is_straight = true;
                ring.extend(point());
            }
            "L" => ring.extend(point()),
            "C" => {
                close(&mut ring, is_straight);
                is_straight = true;
            }
            // A curve: no part of a code.
            "B" | "Q" | "A" => is_straight = false,
            _ => {}
        }
    }
    close(&mut ring, is_straight);
}

/// Four corners, or five where the first is named again, that are an upright rectangle.
fn upright(corners: &[(f64, f64)]) -> Option<Block> {
    let [one, two, three, four, rest @ ..] = corners else {
        return None;
    };
    if rest.len() > 1 || rest.first().is_some_and(|it| it != one) {
        return None;
    }
    let same = |a: f64, b: f64| (a - b).abs() < 0.01;
    let along = same(one.1, two.1) && same(two.0, three.0) && same(three.1, four.1);
    let across = same(one.0, two.0) && same(two.1, three.1) && same(three.0, four.0);
    if !along && !across {
        return None;
    }
    Some(Block {
        left: one.0.min(three.0),
        right: one.0.max(three.0),
        top: one.1.min(three.1),
        bottom: one.1.max(three.1),
    })
}

fn numbers(text: &str) -> Vec<f64> {
    text.split_ascii_whitespace()
        .filter_map(|it| it.parse().ok())
        .collect()
}
