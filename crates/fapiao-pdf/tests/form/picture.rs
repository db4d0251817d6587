//! What the eye and the scanner see: text alone would not show a glyph that is missing or misplaced.

use crate::{
    faces,
    tools::{Picture, paper, renews_goldens},
};
use fapiao_domain::qr;
use std::{fs, path::Path};

#[test]
fn the_symbol_is_read_from_the_picture() {
    for (name, face) in faces::specimens() {
        for dots_per_inch in [150, 200] {
            let picture = paper(&face).picture(dots_per_inch);
            let edge = picture.width * 30 / 210;
            let mut image = rqrr::PreparedImage::prepare_from_greyscale(edge, edge, |x, y| {
                picture.grey[y * picture.width + x]
            });
            let grids = image.detect_grids();
            assert_eq!(grids.len(), 1, "{name} at {dots_per_inch}");
            let (meta, text) = grids[0].decode().unwrap();
            assert_eq!(meta.version.0, 5);
            assert_eq!(text, qr::payload(&face), "{name}");
        }
    }
}

#[test]
fn papers_look_as_they_did_when_a_person_looked_at_them() {
    for (name, face) in [
        ("ordinary", faces::invoice(5, 5)),
        ("red", faces::red()),
        ("special", faces::long()),
        ("classic", faces::classic(4)),
    ] {
        let now = means(&paper(&face).picture(60));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/goldens/{name}.pgm"));
        if renews_goldens() {
            fs::write(&path, now.file()).unwrap();
            continue;
        }
        let then = Picture::read(&fs::read(&path).unwrap());
        assert_eq!((now.width, now.height), (then.width, then.height), "{name}");
        let differing = now
            .grey
            .iter()
            .zip(&then.grey)
            .filter(|(one, other)| one.abs_diff(**other) > 25)
            .count();
        assert_eq!(differing, 0, "{name}: areas that look different");
    }
}

/// The picture in areas of 6 by 6 dots (2.5 mm), each its mean: other versions of the drawing program smooth edges in
/// another way, and the pictures to compare with stay small.
fn means(picture: &Picture) -> Picture {
    let area = |x: usize, y: usize| {
        let (across, down) = (6.min(picture.width - x), 6.min(picture.height - y));
        let sum: usize = (y..y + down)
            .flat_map(|y| &picture.grey[y * picture.width + x..][..across])
            .map(|&grey| usize::from(grey))
            .sum();
        (sum / (across * down)) as u8
    };
    Picture {
        width: picture.width.div_ceil(6),
        height: picture.height.div_ceil(6),
        grey: (0..picture.height)
            .step_by(6)
            .flat_map(|y| (0..picture.width).step_by(6).map(move |x| (x, y)))
            .map(|(x, y)| area(x, y))
            .collect(),
    }
}

/// A line of text shows ink where every glyph should be: no glyph of a rare name is blank or a box.
#[test]
fn rare_glyphs_have_ink_of_their_own() {
    let ink = |name: &str| {
        let mut face = faces::invoice(5, 1);
        face.sample = false;
        face.buyer.name = name.to_owned();
        let picture = paper(&face).picture(150);
        let dots = |millimetres: f64| (millimetres * 150.0 / 25.4) as usize;
        // One glyph at the start of the name, 9 points high.
        let mut area = Vec::new();
        for y in dots(33.4)..dots(37.4) {
            area.extend_from_slice(&picture.grey[y * picture.width + dots(19.9)..][..dots(3.3)]);
        }
        area
    };
    let mut seen = vec![ink("一")];
    for name in ["𠮷", "𤋮", "龘", "㙍", "䶮", "喆", "堃", "𬬭"] {
        let glyph = ink(name);
        assert!(
            glyph.iter().filter(|&&grey| grey < 128).count() > 30,
            "{name} is blank"
        );
        assert!(!seen.contains(&glyph), "{name} looks like another");
        seen.push(glyph);
    }
}
