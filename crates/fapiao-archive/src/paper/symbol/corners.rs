//! Places that look like the corner of a code: a ring with a stone in it.

use super::picture::Spots;
use std::collections::BTreeSet;

/// More are no code: the reader tries every three of them.
pub(super) const CORNERS_MAX: usize = 80;

/// How many rings with a stone there are: where dark and light alternate as 1:1:3:1:1 along a row, the outer runs belong to
/// one spot, the middle one to another, and their sizes fit. As loose as the reader takes it, so that it finds no more.
pub(super) fn corners(spots: &Spots) -> usize {
    let regions = Regions::of(spots);
    let mut rings = BTreeSet::new();
    for (y, row) in spots.dark.chunks(spots.width.max(1)).enumerate() {
        for (left, stone, right) in middles(row) {
            let at = |x: usize| regions.root_of(y * spots.width + x);
            let (ring, stone) = (at(left), at(stone));
            if ring != at(right) || ring == stone {
                continue;
            }
            let ratio = regions.sizes[stone] * 100 / regions.sizes[ring].max(1);
            if (10..=70).contains(&ratio) {
                rings.insert(ring);
            }
        }
        if rings.len() > CORNERS_MAX {
            break;
        }
    }
    rings.len()
}

/// Of all dark runs of a row that alternate as 1:1:3:1:1: the first dot of the left, the middle and the right one.
fn middles(row: &[bool]) -> Vec<(usize, usize, usize)> {
    let mut runs: Vec<(usize, bool)> = Vec::new();
    for dark in row {
        match runs.last_mut() {
            Some((length, same)) if same == dark => *length += 1,
            _ => runs.push((1, *dark)),
        }
    }
    let mut at = 0;
    let mut found = Vec::new();
    for (place, (length, _)) in runs.iter().enumerate() {
        if let Some([(a, true), (b, _), (c, _), (d, _), (e, _)]) = runs.get(place..place + 5) {
            // Four single modules; the middle one is three.
            let four = a + b + d + e;
            let near = |run: usize, modules: usize| (4 * run).abs_diff(modules * four) <= four + 4;
            if near(*a, 1) && near(*b, 1) && near(*c, 3) && near(*d, 1) && near(*e, 1) {
                found.push((at, at + a + b, at + a + b + c + d));
            }
        }
        at += length;
    }
    found
}

/// Dark dots that touch along an edge belong together.
struct Regions {
    parents: Vec<usize>,
    sizes: Vec<usize>,
}

impl Regions {
    fn of(spots: &Spots) -> Regions {
        let count = spots.dark.len();
        let mut regions = Regions {
            parents: (0..count).collect(),
            sizes: vec![1; count],
        };
        for (place, _) in spots.dark.iter().enumerate().filter(|(_, dark)| **dark) {
            if place % spots.width > 0 && spots.dark[place - 1] {
                regions.join(place - 1, place);
            }
            if let Some(above) = place.checked_sub(spots.width)
                && spots.dark[above]
            {
                regions.join(above, place);
            }
        }
        regions
    }

    fn join(&mut self, one: usize, other: usize) {
        let (mut large, mut small) = (self.halved(one), self.halved(other));
        if large == small {
            return;
        }
        if self.sizes[large] < self.sizes[small] {
            std::mem::swap(&mut large, &mut small);
        }
        self.parents[small] = large;
        self.sizes[large] += self.sizes[small];
    }

    /// The dot that stands for a region; the way to it becomes half as long.
    fn halved(&mut self, mut place: usize) -> usize {
        while self.parents[place] != place {
            self.parents[place] = self.parents[self.parents[place]];
            place = self.parents[place];
        }
        place
    }

    fn root_of(&self, mut place: usize) -> usize {
        while self.parents[place] != place {
            place = self.parents[place];
        }
        place
    }
}
