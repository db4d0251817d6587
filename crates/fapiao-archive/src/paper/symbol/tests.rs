//! Codes in every form in which papers carry them.

use super::*;
use lopdf::{Dictionary, Document, Object, Stream, content::Operation, dictionary};
use qrcode::{Color, QrCode};

const NUMBER: &str = "26999000000000000001";
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
    of_pdf(document.clone()).map(|it| it.number)
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
    assert_eq!(read_any(&drawn(0.0)).as_deref(), Some(NUMBER));
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
            assert_eq!(found.as_deref(), Some(NUMBER), "{what}");
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

#[test]
fn a_code_that_waited_for_its_turn_has_its_whole_time() {
    static TURNS: Mutex<()> = Mutex::new(());
    let most = Duration::from_millis(600);
    let slow = move |found: Option<u8>| {
        move || {
            std::thread::sleep(Duration::from_millis(400));
            found
        }
    };
    let first = std::thread::spawn(move || in_turn(&TURNS, most, slow(Some(1))));
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(in_turn(&TURNS, most, slow(Some(2))), Ok(Some(2)));
    assert_eq!(first.join().unwrap(), Ok(Some(1)));
    // Nothing found, a reader that broke, and time that is up are three things.
    assert_eq!(in_turn(&TURNS, most, || None::<u8>), Ok(None));
    assert_eq!(
        in_turn(&TURNS, most, || -> Option<u8> { panic!("a broken reader") }),
        Ok(None)
    );
    let short = Duration::from_millis(50);
    assert_eq!(
        in_turn(&TURNS, short, slow(Some(3))),
        Err(Unreadable::TooSlow)
    );
}
