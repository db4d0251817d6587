//! Writes every page of the product with sample data into a folder, to be looked at:
//! `cargo run -p fapiao-web --example preview -- target/preview`, then serve that folder over HTTP.

use fapiao_web::{assets, i18n::Lang, pages::shell::Theme};
use std::{fs, path::Path};

mod samples;

fn main() -> std::io::Result<()> {
    let folder = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "target/preview".to_owned());
    let folder = Path::new(&folder);
    for asset in assets::ASSETS {
        write(
            &folder.join(&assets::asset_url(asset.path)[1..]),
            asset.bytes,
        )?;
    }
    for lang in Lang::ALL {
        for theme in [Theme::Light, Theme::Dark] {
            for (name, page) in samples::all(lang, theme) {
                let file = format!("{}-{}/{name}", lang.tag(), theme.as_str());
                write(&folder.join(file), page.as_bytes())?;
            }
        }
    }
    Ok(())
}

fn write(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, bytes)
}
