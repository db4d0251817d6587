//! Pictures of the supervisory seal (发票监制章) as files: what the tax authority gave the company for each province.

use fapiao_domain::face::SealPicture;
use std::{collections::HashMap, io::BufReader, path::Path, sync::Arc};

/// Most bytes of a picture's file.
const MAX_FILE: u64 = 4 << 20;
/// Most dots in a row, and most rows: 30 × 20 mm at 1200 dpi, and some room.
const MAX_SIDE: u32 = 2000;

/// The seals of provinces, by their two digits.
#[derive(Clone, Debug, Default)]
pub struct Seals(HashMap<String, SealPicture>);

impl Seals {
    /// Reads `11.png`, `31.png` … of a folder. Other files are passed over.
    ///
    /// # Errors
    /// Which file cannot be used, and why; a folder without any seal.
    pub fn read(folder: &Path) -> Result<Seals, String> {
        let told = |path: &Path, why: &dyn std::fmt::Display| {
            format!("tax.seal_folder: {}: {why}", path.display())
        };
        let mut seals = HashMap::new();
        let files = std::fs::read_dir(folder).map_err(|why| told(folder, &why))?;
        for file in files {
            let path = file.map_err(|why| told(folder, &why))?.path();
            let is_png = path.extension().is_some_and(|it| it == "png");
            let Some(province) = path.file_stem().and_then(|it| it.to_str()) else {
                continue;
            };
            if !is_png || province.len() != 2 || !province.bytes().all(|it| it.is_ascii_digit()) {
                continue;
            }
            let picture = picture(&path).map_err(|why| told(&path, &why))?;
            seals.insert(province.to_owned(), picture);
        }
        if seals.is_empty() {
            return Err(told(
                folder,
                &"there is no seal in it: each is a PNG named by the two digits of its province, such as 31.png",
            ));
        }
        Ok(Seals(seals))
    }

    /// The seal of a province, two digits.
    pub fn of(&self, province: &str) -> Option<SealPicture> {
        self.0.get(province).cloned()
    }
}

fn picture(path: &Path) -> Result<SealPicture, String> {
    let file = std::fs::File::open(path).map_err(|why| why.to_string())?;
    let size = file.metadata().map_err(|why| why.to_string())?.len();
    if size > MAX_FILE {
        return Err(format!("{size} bytes; at most {MAX_FILE} are read"));
    }
    let mut decoder = png::Decoder::new(BufReader::new(file));
    // Palettes, 16 bits and grey become eight bits a colour with an opacity.
    decoder.set_transformations(
        png::Transformations::normalize_to_color8() | png::Transformations::ALPHA,
    );
    let mut reader = decoder.read_info().map_err(|why| why.to_string())?;
    let (width, height) = (reader.info().width, reader.info().height);
    if width == 0 || height == 0 || width > MAX_SIDE || height > MAX_SIDE {
        return Err(format!(
            "{width} × {height} dots; at most {MAX_SIDE} a side are taken"
        ));
    }
    let wanted = reader
        .output_buffer_size()
        .ok_or("the picture is too large")?;
    let mut dots = vec![0; wanted];
    let frame = reader
        .next_frame(&mut dots)
        .map_err(|why| why.to_string())?;
    dots.truncate(frame.buffer_size());
    let rgba: Vec<u8> = match frame.color_type {
        png::ColorType::Rgba => dots,
        png::ColorType::GrayscaleAlpha => dots
            .chunks_exact(2)
            .flat_map(|dot| [dot[0], dot[0], dot[0], dot[1]])
            .collect(),
        other => return Err(format!("colours of the kind {other:?} are not read")),
    };
    Ok(SealPicture {
        width,
        height,
        rgba: Arc::from(rgba),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, colours: png::ColorType, side: u32, dots: &[u8]) {
        let file = std::fs::File::create(path).unwrap();
        let mut encoder = png::Encoder::new(file, side, side);
        encoder.set_color(colours);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(dots).unwrap();
    }

    #[test]
    fn each_province_has_its_own_picture_whatever_its_colours() {
        let folder = tempfile::tempdir().unwrap();
        write(
            &folder.path().join("11.png"),
            png::ColorType::Rgb,
            1,
            &[231, 22, 27],
        );
        write(
            &folder.path().join("31.png"),
            png::ColorType::Rgba,
            1,
            &[1, 2, 3, 4],
        );
        write(
            &folder.path().join("44.png"),
            png::ColorType::Grayscale,
            1,
            &[9],
        );
        write(
            &folder.path().join("logo.png"),
            png::ColorType::Grayscale,
            1,
            &[9],
        );
        let seals = Seals::read(folder.path()).unwrap();
        let dots = |province: &str| seals.of(province).map(|it| it.rgba.to_vec());
        assert_eq!(dots("11"), Some(vec![231, 22, 27, 255]));
        assert_eq!(dots("31"), Some(vec![1, 2, 3, 4]));
        assert_eq!(dots("44"), Some(vec![9, 9, 9, 255]));
        assert_eq!(dots("50"), None);
    }

    #[test]
    fn a_folder_without_seals_and_broken_pictures_are_named() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Seals::read(folder.path()).unwrap_err().contains("31.png"));
        std::fs::write(folder.path().join("31.png"), b"no picture").unwrap();
        let why = Seals::read(folder.path()).unwrap_err();
        assert!(
            why.contains("tax.seal_folder") && why.contains("31.png"),
            "{why}"
        );
        let wide = vec![0; 2001 * 2001];
        write(
            &folder.path().join("31.png"),
            png::ColorType::Grayscale,
            2001,
            &wide,
        );
        assert!(Seals::read(folder.path()).unwrap_err().contains("2001"));
        assert!(Seals::read(&folder.path().join("nowhere")).is_err());
    }
}
