//! The marks of a paper that is no invoice, kept out of the item band.

use super::geometry::{REMARK_END, Shape, TOTAL_END};
use crate::{
    label::{PALE, SAMPLE_WORDS, empty_seal, outline},
    text::Setter,
};

/// Draws the wording in head, party band and remark, and an empty oval where a seal would be.
pub(super) fn draw(set: &mut Setter<'_>, shape: Shape) {
    let foot = if shape.has_total() {
        let middle = (TOTAL_END + REMARK_END) / 2.0 + shape.growth();
        ((108.0, middle), 24.0, 4.0)
    } else {
        // The remark band is not on this page; the foot below the frame takes the wording instead.
        ((120.0, 132.0 + shape.growth()), 16.0, 2.0)
    };
    for (middle, size, angle) in [((177.0, 25.6), 9.5, 3.0), ((105.0, 41.0), 24.0, 5.0), foot] {
        let mark = outline(
            set.fonts,
            SAMPLE_WORDS,
            middle,
            size,
            angle,
            PALE,
            shape.height(),
        );
        set.marks.push(mark);
    }
    empty_seal(set, shape.height());
}
