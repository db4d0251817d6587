//! QR codes as files for a receipt: an SVG, and a PNG of one bit per dot, which every thermal printer takes.

use crate::problem::Problem;
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write;

/// White modules around the code, as readers need them.
const QUIET: usize = 4;
/// Dots of a module: a code of 37 modules is 45 mm wide at 203 dpi.
const DOTS: usize = 8;

struct Matrix {
    width: usize,
    dark: Vec<bool>,
}

impl Matrix {
    fn of(text: &str) -> Result<Matrix, Problem> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M)
            .map_err(|error| Problem::internal(error.to_string()))?;
        Ok(Matrix {
            width: code.width(),
            dark: code
                .to_colors()
                .into_iter()
                .map(|it| it == Color::Dark)
                .collect(),
        })
    }

    /// Outside there is only white.
    fn is_dark(&self, x: usize, y: usize) -> bool {
        let inside = |at: usize| at.checked_sub(QUIET).filter(|at| *at < self.width);
        match (inside(x), inside(y)) {
            (Some(x), Some(y)) => self.dark[y * self.width + x],
            _ => false,
        }
    }

    fn side(&self) -> usize {
        self.width + 2 * QUIET
    }
}

/// A whole SVG file, black on white. Its edges are drawn smooth: at the sizes of a receipt a module is no whole number of
/// dots, and snapping each edge makes some modules a third wider than others.
///
/// # Errors
/// When the text is longer than a code holds.
pub(crate) fn svg_file(text: &str) -> Result<String, Problem> {
    let matrix = Matrix::of(text)?;
    let side = matrix.side();
    let mut path = String::new();
    for y in 0..side {
        let mut x = 0;
        while x < side {
            let run = (x..side).take_while(|x| matrix.is_dark(*x, y)).count();
            if run > 0 {
                let _ = write!(path, "M{x} {y}h{run}v1h-{run}z");
            }
            x += run.max(1);
        }
    }
    Ok(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{px}" height="{px}"><path d="M0 0h{side}v{side}H0z" fill="#fff"/><path d="{path}" fill="#000"/></svg>"##,
        px = side * DOTS
    ))
}

/// A whole PNG file: greyscale, one bit a dot.
///
/// # Errors
/// When the text is longer than a code holds.
pub(crate) fn png(text: &str) -> Result<Vec<u8>, Problem> {
    let matrix = Matrix::of(text)?;
    let side = matrix.side() * DOTS;
    let row_bytes = side.div_ceil(8);
    let mut rows = Vec::with_capacity(side * (row_bytes + 1));
    for y in 0..side {
        // No filter.
        rows.push(0);
        let mut row = vec![0xff_u8; row_bytes];
        for x in 0..side {
            if matrix.is_dark(x / DOTS, y / DOTS) {
                row[x / 8] &= !(0x80 >> (x % 8));
            }
        }
        rows.extend(row);
    }
    let size = u32::try_from(side).unwrap_or(u32::MAX).to_be_bytes();
    let mut header = Vec::with_capacity(13);
    header.extend(size);
    header.extend(size);
    header.extend([1, 0, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, b"IHDR", &header);
    chunk(&mut file, b"IDAT", &stored(&rows));
    chunk(&mut file, b"IEND", &[]);
    Ok(file)
}

fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    file.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    let start = file.len();
    file.extend(kind);
    file.extend(data);
    let sum = crc32(&file[start..]);
    file.extend(sum.to_be_bytes());
}

/// A zlib stream without compression: a few kilobytes are not worth a compressor.
fn stored(data: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 0xffff;
    let mut out = vec![0x78, 0x01];
    let last = data.len().saturating_sub(1) / BLOCK;
    for (index, block) in data.chunks(BLOCK).enumerate() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(u8::from(index == last));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in data {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    out.extend(((b << 16) | a).to_be_bytes());
    out
}

fn crc32(data: &[u8]) -> u32 {
    let mut sum = !0_u32;
    for byte in data {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            let carry = sum & 1;
            sum >>= 1;
            if carry == 1 {
                sum ^= 0xedb8_8320;
            }
        }
    }
    !sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_are_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        let stream = stored(b"Wikipedia");
        assert_eq!(stream[stream.len() - 4..], 0x11e6_0398_u32.to_be_bytes());
    }

    #[test]
    fn both_files_show_the_same_code() {
        let text = "https://fapiao.example.com/o/ABCDEFGHJK";
        let matrix = Matrix::of(text).unwrap();
        // The corner of a finder pattern, behind the quiet zone.
        assert!(matrix.is_dark(QUIET, QUIET) && !matrix.is_dark(QUIET - 1, QUIET));
        assert!(svg_file(text).unwrap().starts_with("<svg xmlns"));
        let png = png(text).unwrap();
        assert_eq!(
            png[16..20],
            (matrix.side() as u32 * DOTS as u32).to_be_bytes()
        );
        assert!(png.ends_with(&[0xae, 0x42, 0x60, 0x82]));
    }
}
