//! Writes specimen invoices into a folder, to be looked at: `cargo run -p fapiao-pdf --example specimen -- FOLDER`.

#[path = "../tests/faces/mod.rs"]
mod faces;

use fapiao_pdf::{RenderOfd, RenderPdf, Renderer, attachment};
use std::{error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("which folder?")?);
    fs::create_dir_all(&folder)?;
    let renderer = Renderer::new();
    for (name, face) in faces::specimens() {
        fs::write(folder.join(format!("{name}.pdf")), renderer.render(&face)?)?;
        fs::write(
            folder.join(format!("{name}.ofd")),
            renderer.render_ofd(&face)?,
        )?;
        fs::write(
            folder.join(format!("{name}.xml")),
            attachment(&face).content,
        )?;
    }
    Ok(())
}
