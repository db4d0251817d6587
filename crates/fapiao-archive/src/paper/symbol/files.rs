//! Photographs and screenshots: PNG and JPEG files as dots.

use super::super::Unreadable;
pub(in super::super) use super::picture::Picture;
use super::picture::{DOTS_MAX, DOTS_MIN, grey_of};
use std::io::Cursor;
use zune_jpeg::{
    JpegDecoder,
    zune_core::{colorspace::ColorSpace, options::DecoderOptions},
};

/// What a PNG may need while it is unpacked, beside its dots.
const PNG_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Passes in which a JPEG may come.
const SCANS_MAX: usize = 64;

/// A kind of picture that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Kind {
    Png,
    Jpeg,
}

impl Kind {
    /// Told by the first bytes.
    pub(in super::super) fn of(bytes: &[u8]) -> Option<Kind> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Some(Kind::Png);
        }
        bytes.starts_with(b"\xff\xd8\xff").then_some(Kind::Jpeg)
    }
}

/// Reads a picture.
pub(in super::super) fn picture(bytes: &[u8]) -> Result<Picture, Unreadable> {
    match Kind::of(bytes) {
        Some(Kind::Png) => png(bytes),
        Some(Kind::Jpeg) => jpeg(bytes),
        None => Err(Unreadable::Format),
    }
}

/// Reads a JPEG.
pub(super) fn jpeg(bytes: &[u8]) -> Result<Picture, Unreadable> {
    let damaged = |error: zune_jpeg::errors::DecodeErrors| Unreadable::Damaged(error.to_string());
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .jpeg_set_max_scans(SCANS_MAX)
        .jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut decoder = JpegDecoder::new_with_options(Cursor::new(bytes), options);
    decoder.decode_headers().map_err(damaged)?;
    let (width, height) = decoder
        .dimensions()
        .ok_or_else(|| Unreadable::Damaged("the picture has no size".to_owned()))?;
    within_bounds(width, height)?;
    let dots = decoder.decode().map_err(damaged)?;
    whole(width, height, dots)
}

fn png(bytes: &[u8]) -> Result<Picture, Unreadable> {
    let damaged = |error: png::DecodingError| Unreadable::Damaged(error.to_string());
    let limits = png::Limits {
        bytes: PNG_BYTES_MAX,
    };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(damaged)?;
    let (width, height) = (reader.info().width as usize, reader.info().height as usize);
    within_bounds(width, height)?;
    let colours = reader.output_color_type().0.samples();
    // Refused before it is unpacked: four bytes to a dot would be more than is set aside for a picture.
    let size = reader
        .output_buffer_size()
        .filter(|it| *it <= 4 * DOTS_MAX)
        .ok_or(Unreadable::TooManyDots)?;
    let mut samples = vec![0; size];
    reader.next_frame(&mut samples).map_err(damaged)?;
    let dots = samples.chunks_exact(colours).map(|dot| match *dot {
        [grey] => grey,
        // What is clear shows the paper behind it.
        [grey, cover] => over_white(grey, cover),
        [red, green, blue] => grey_of(red, green, blue),
        [red, green, blue, cover] => over_white(grey_of(red, green, blue), cover),
        _ => 255,
    });
    whole(width, height, dots.collect())
}

fn within_bounds(width: usize, height: usize) -> Result<(), Unreadable> {
    if width < DOTS_MIN || height < DOTS_MIN {
        return Err(Unreadable::NoCode);
    }
    match width.checked_mul(height) {
        Some(dots) if dots <= DOTS_MAX => Ok(()),
        _ => Err(Unreadable::TooManyDots),
    }
}

fn whole(width: usize, height: usize, dots: Vec<u8>) -> Result<Picture, Unreadable> {
    if dots.len() < width * height {
        return Err(Unreadable::Damaged("the picture breaks off".to_owned()));
    }
    Ok(Picture {
        width,
        height,
        dots,
    })
}

fn over_white(grey: u8, cover: u8) -> u8 {
    let cover = u32::from(cover);
    let seen = (u32::from(grey) * cover + 255 * (255 - cover)) / 255;
    u8::try_from(seen).unwrap_or(255)
}
