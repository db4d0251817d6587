//! The QR symbol of the form: version 5, level M, byte mode.

use crate::{RenderError, ink::Mark};
use qrcode::{
    Color, EcLevel, Version, bits::Bits, canvas::Canvas, canvas::MaskPattern,
    ec::construct_codewords,
};

const VERSION: Version = Version::Normal(5);
/// Modules along an edge of a version 5 symbol.
const MODULES: usize = 37;

/// The symbol with its upper left corner at `x`, `y`, `size` millimetres along an edge.
///
/// The mask is fixed instead of searched for: every mask is valid, readers undo it by the format bits, and the search
/// costs more than everything else on the page. Commas and digits in byte mode never form large plain areas here.
pub(crate) fn symbol(payload: &str, x: f64, y: f64, size: f64) -> Result<Mark, RenderError> {
    let too_long = |_| RenderError::QrTooLong {
        bytes: payload.len(),
    };
    let mut bits = Bits::new(VERSION);
    bits.push_byte_data(payload.as_bytes()).map_err(too_long)?;
    bits.push_terminator(EcLevel::M).map_err(too_long)?;
    let (data, correction) =
        construct_codewords(&bits.into_bytes(), VERSION, EcLevel::M).map_err(too_long)?;
    let mut canvas = Canvas::new(VERSION, EcLevel::M);
    canvas.draw_all_functional_patterns();
    canvas.draw_data(&data, &correction);
    canvas.apply_mask(MaskPattern::Meadow);
    Ok(Mark::Modules {
        x,
        y,
        size,
        count: MODULES,
        dark: canvas
            .into_colors()
            .iter()
            .map(|&module| module == Color::Dark)
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_beyond_the_symbol_is_refused() {
        assert!(symbol(&"1".repeat(84), 0.0, 0.0, 20.0).is_ok());
        assert_eq!(
            symbol(&"1".repeat(85), 0.0, 0.0, 20.0).unwrap_err(),
            RenderError::QrTooLong { bytes: 85 }
        );
    }
}
