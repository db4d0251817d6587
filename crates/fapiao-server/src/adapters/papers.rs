//! Reads papers that others made: does the file say what its sender says?

use async_trait::async_trait;
use bytes::Bytes;
use fapiao_archive::paper;
use fapiao_domain::money::Fen;
use fapiao_usecases::ports::{PaperRead, PaperReader, PaperTrouble, PaperWanted};
use lopdf::Document;

/// Reads text with lopdf, and whole files with the archive's bounded readers.
pub struct PdfPapers;

#[async_trait]
impl PaperReader for PdfPapers {
    fn check(&self, pdf: &[u8], number: &str, total: Fen) -> Result<(), String> {
        if !pdf.starts_with(b"%PDF-") {
            return Err("the file does not begin as a PDF does".to_owned());
        }
        let document =
            Document::load_mem(pdf).map_err(|_| "the file cannot be read as PDF".to_owned())?;
        if document.is_encrypted() {
            return Err("the file is encrypted".to_owned());
        }
        let pages: Vec<u32> = document.get_pages().into_keys().collect();
        if pages.is_empty() {
            return Err("the file has no page".to_owned());
        }
        let text: String = document
            .extract_text(&pages)
            .unwrap_or_default()
            .chars()
            .filter(|it| !it.is_whitespace())
            .collect();
        if !text.contains(number) {
            return Err(format!("its text does not carry the number {number}"));
        }
        let amount = total.to_string();
        if !text.replace(',', "").contains(&amount) {
            return Err(format!("its text does not carry the amount {amount}"));
        }
        Ok(())
    }

    async fn read(&self, file: Bytes, wanted: &PaperWanted) -> Result<PaperRead, PaperTrouble> {
        paper::beside(file, wanted).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_paper_is_refused() {
        let total = Fen::new(11_300).unwrap();
        for bytes in [b"".as_slice(), b"<html>", b"%PDF-1.7 broken"] {
            assert!(
                PdfPapers
                    .check(bytes, "26999000000000000001", total)
                    .is_err()
            );
        }
    }
}
