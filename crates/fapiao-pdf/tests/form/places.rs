//! Edges that the published layout names, measured in finished papers.

use crate::{
    faces,
    tools::{Word, paper},
};

/// Asserts an edge to a tenth of a millimetre.
fn near(measured: f64, published: f64, word: &Word) {
    assert!(
        (measured - published).abs() < 0.1,
        "{measured} instead of {published}: {word:?}"
    );
}

/// The rates of the rows.
fn rates(words: &[Word]) -> Vec<&Word> {
    let rows = words.iter().filter(|it| it.top > 56.5 && it.bottom < 92.0);
    let rates: Vec<_> = rows
        .filter(|it| (160.0..176.0).contains(&it.left))
        .collect();
    assert!(rates.len() > 2, "{rates:?}");
    rates
}

#[test]
fn the_digital_form() {
    let face = faces::invoice(5, 5);
    let words = paper(&face).words();
    for (text, left) in [
        (face.identity.number(), 170.0),
        (face.buyer.tax_number.as_str(), 56.0),
        (face.seller.tax_number.as_str(), 156.5),
    ] {
        let word = words.iter().find(|it| it.text == text).unwrap();
        near(word.left, left, word);
    }
    for rate in rates(&words) {
        near(f64::midpoint(rate.left, rate.right), 166.0, rate);
    }
}

#[test]
fn the_older_form() {
    let words = paper(&faces::classic(4)).words();
    for (text, left) in [("校", 148.6), ("验", 153.46), ("码", 158.33)] {
        let on_line = |it: &&Word| it.bottom < 29.0 && it.left > 140.0;
        let mut found = words.iter().filter(on_line);
        let word = found.find(|it| it.text.starts_with(text)).unwrap();
        near(word.left, left, word);
    }
    for rate in rates(&words) {
        near(rate.right, 174.9, rate);
    }
}
