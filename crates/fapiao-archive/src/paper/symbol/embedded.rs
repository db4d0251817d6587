//! Pictures within a PDF.

use super::{
    files,
    picture::{DOTS_MAX, DOTS_MIN, Picture, grey_of},
};
use lopdf::{Dictionary, Document, Object, Stream};

/// What a picture may unpack to: a page of A4 at 300 dots to the inch, in colour.
const PICTURE_MAX: usize = 32 * 1024 * 1024;

/// A picture of the file in grey, RGB or a palette, or a JPEG; the others are left alone.
pub(super) fn picture(document: &Document, stream: &Stream) -> Option<Picture> {
    let dict = &stream.dict;
    let whole = |name: &[u8]| usize::try_from(dict.get(name).ok()?.as_i64().ok()?).ok();
    let (width, height) = (whole(b"Width")?, whole(b"Height")?);
    if width < DOTS_MIN || height < DOTS_MIN || width.checked_mul(height)? > DOTS_MAX {
        return None;
    }
    let is_mask = matches!(dict.get(b"ImageMask").and_then(Object::as_bool), Ok(true));
    let bits = if is_mask {
        1
    } else {
        whole(b"BitsPerComponent")?
    };
    let colours = Colours::of(document, dict, is_mask)?;
    if !matches!(bits, 1 | 2 | 4 | 8) {
        return None;
    }
    let bytes = match stream.filters() {
        Ok(filters) if filters.iter().all(|it| *it == b"FlateDecode") => {
            stream.decompressed_content_with_limit(PICTURE_MAX).ok()?
        }
        // A scan: the file says itself how its numbers become grey.
        Ok(filters) if filters == [b"DCTDecode"] => {
            return files::jpeg(&stream.content).ok();
        }
        Ok(_) => return None,
        Err(_) => stream.content.clone(),
    };
    let row_bytes = (width * colours.components() * bits).div_ceil(8);
    if bytes.len() < row_bytes * height {
        return None;
    }
    let mut dots = Vec::with_capacity(width * height);
    for row in bytes.chunks(row_bytes).take(height) {
        let sample = |at: usize| {
            let bit = at * bits;
            let shifted = row[bit / 8] >> (8 - bits - bit % 8);
            shifted & (0xFF_u8 >> (8 - bits))
        };
        for column in 0..width {
            dots.push(colours.grey(bits, |part| sample(column * colours.components() + part)));
        }
    }
    Some(Picture {
        width,
        height,
        dots,
    })
}

/// How the numbers of a picture become grey.
enum Colours {
    Grey,
    Rgb,
    /// Grey of each entry.
    Palette(Vec<u8>),
    /// Dark where the mask is 0.
    Mask,
}

impl Colours {
    fn of(document: &Document, dict: &Dictionary, is_mask: bool) -> Option<Colours> {
        if is_mask {
            return Some(Colours::Mask);
        }
        let space = document.dereference(dict.get(b"ColorSpace").ok()?).ok()?.1;
        if let Ok(name) = space.as_name() {
            return match name {
                b"DeviceGray" | b"CalGray" | b"G" => Some(Colours::Grey),
                b"DeviceRGB" | b"CalRGB" | b"RGB" => Some(Colours::Rgb),
                _ => None,
            };
        }
        let parts = space.as_array().ok()?;
        match parts.first()?.as_name().ok()? {
            b"CalGray" => Some(Colours::Grey),
            b"CalRGB" => Some(Colours::Rgb),
            b"ICCBased" => {
                let profile = document
                    .dereference(parts.get(1)?)
                    .ok()?
                    .1
                    .as_stream()
                    .ok()?;
                match profile.dict.get(b"N").ok()?.as_i64().ok()? {
                    1 => Some(Colours::Grey),
                    3 => Some(Colours::Rgb),
                    _ => None,
                }
            }
            b"Indexed" => {
                let base = document.dereference(parts.get(1)?).ok()?.1.as_name().ok()?;
                let table = document.dereference(parts.get(3)?).ok()?.1;
                let table = match table {
                    Object::String(bytes, _) => bytes.clone(),
                    Object::Stream(stream) => {
                        stream.decompressed_content_with_limit(PICTURE_MAX).ok()?
                    }
                    _ => return None,
                };
                match base {
                    b"DeviceGray" => Some(Colours::Palette(table)),
                    b"DeviceRGB" => {
                        let grey = table.chunks_exact(3).map(|it| grey_of(it[0], it[1], it[2]));
                        Some(Colours::Palette(grey.collect()))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    const fn components(&self) -> usize {
        match self {
            Colours::Rgb => 3,
            Colours::Grey | Colours::Palette(_) | Colours::Mask => 1,
        }
    }

    fn grey(&self, bits: usize, sample: impl Fn(usize) -> u8) -> u8 {
        let full = 0xFF_u8 >> (8 - bits);
        let whole = |part: usize| sample(part) * (255 / full);
        match self {
            Colours::Grey => whole(0),
            Colours::Mask => whole(0),
            Colours::Rgb => grey_of(whole(0), whole(1), whole(2)),
            Colours::Palette(grey) => {
                let entry = usize::from(sample(0));
                grey.get(entry).copied().unwrap_or(255)
            }
        }
    }
}
