//! Photographs as telephones take them: of a whole page on a desk, seen aslant under a shadow, and of the code alone.

use super::{Kind, picture};
use crate::paper::Unreadable;
use fapiao_domain::qr::parse_payload;

const NUMBER: &str = "26999000000000005001";

/// However long it takes: without optimisation all is ten times slower.
fn number(bytes: &[u8]) -> Option<String> {
    let texts = picture(bytes).unwrap().codes();
    texts
        .iter()
        .find_map(|it| parse_payload(it).ok())
        .map(|it| it.number)
}

#[test]
fn the_code_is_read_in_a_photograph_of_the_page_and_in_one_of_the_code() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/papers");
    for name in ["page.jpg", "near.jpg"] {
        let bytes = std::fs::read(format!("{folder}/{name}")).unwrap();
        assert_eq!(Kind::of(&bytes), Some(Kind::Jpeg));
        assert_eq!(number(&bytes).as_deref(), Some(NUMBER), "{name}");
        // What breaks off is read as far as it goes, or refused; nothing stops.
        for end in [2, 20, 700, bytes.len() / 2] {
            let _ = picture(&bytes[..end]);
        }
    }
}

#[test]
fn pictures_beyond_bounds_are_refused_before_they_are_unpacked() {
    let mut large = Vec::new();
    let mut encoder = png::Encoder::new(&mut large, 6000, 6000);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&vec![0; 750 * 6000]).unwrap();
    writer.finish().unwrap();
    assert!(large.len() < 100_000, "{}", large.len());
    assert_eq!(picture(&large).err(), Some(Unreadable::TooManyDots));
    assert_eq!(picture(b"BM nothing").err(), Some(Unreadable::Format));
}
