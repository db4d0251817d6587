//! Reads papers that others made: does the file say what its sender says?

use async_trait::async_trait;
use bytes::Bytes;
use fapiao_archive::paper;
use fapiao_domain::money::Fen;
use fapiao_usecases::ports::{PaperRead, PaperReader, PaperTrouble, PaperWanted};

/// Reads whole files with the archive's bounded readers.
pub struct PdfPapers;

#[async_trait]
impl PaperReader for PdfPapers {
    async fn check(&self, pdf: Bytes, number: &str, total: Fen) -> Result<(), PaperTrouble> {
        paper::carries(pdf, number, total).await
    }

    async fn documents(&self, file: Bytes) -> Result<Vec<Bytes>, PaperTrouble> {
        paper::documents(file).await
    }

    async fn read(&self, file: Bytes, wanted: &PaperWanted) -> Result<PaperRead, PaperTrouble> {
        paper::beside(file, wanted).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lopdf::{Document, Object, Stream, dictionary};

    const NUMBER: &str = "26999000000000000001";

    async fn trouble(pdf: impl Into<Bytes>) -> Option<&'static str> {
        let total = Fen::new(11_300).unwrap();
        let checked = PdfPapers.check(pdf.into(), NUMBER, total).await;
        checked.err().map(|it| it.code)
    }

    /// A PDF of this many pages whose first carries a text, and whose content has so many blanks before it.
    fn pdf(text: &str, pages: usize, blanks: usize) -> Vec<u8> {
        let mut document = Document::with_version("1.5");
        let tree = document.new_object_id();
        let font = document.add_object(dictionary! {
            "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Courier",
        });
        let mut content = vec![b' '; blanks];
        content.extend(format!("BT /F1 12 Tf 50 500 Td ({text}) Tj ET").bytes());
        let mut first = Stream::new(dictionary! {}, content);
        first.compress().unwrap();
        let first = document.add_object(first);
        let kids: Vec<Object> = (0..pages)
            .map(|place| {
                let mut page = dictionary! {
                    "Type" => "Page", "Parent" => tree,
                    "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
                };
                if place == 0 {
                    page.set("Contents", first);
                }
                document.add_object(page).into()
            })
            .collect();
        let all = dictionary! {
            "Type" => "Pages", "Kids" => kids, "Count" => pages as i64,
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        };
        document.objects.insert(tree, Object::Dictionary(all));
        let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
        document.trailer.set("Root", catalog);
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        bytes
    }

    #[tokio::test]
    async fn what_is_no_paper_is_refused() {
        for bytes in [b"".as_slice(), b"<html>", b"%PDF-1.7 broken"] {
            assert!(trouble(bytes).await.is_some());
        }
    }

    #[tokio::test]
    async fn number_and_amount_are_looked_for_also_where_an_invoice_has_many_pages() {
        let text = format!("{NUMBER} total 113.00");
        assert_eq!(trouble(pdf(&text, 1, 0)).await, None);
        assert_eq!(trouble(pdf(&text, 60, 0)).await, None);
        assert_eq!(trouble(pdf("113.00", 1, 0)).await, Some("no_number"));
        assert_eq!(trouble(pdf(NUMBER, 1, 0)).await, Some("no_amount"));
    }

    #[tokio::test]
    async fn what_unpacks_to_far_more_than_a_paper_is_not_unpacked() {
        let text = format!("{NUMBER} total 113.00");
        let bomb = pdf(&text, 1, 12 * 1024 * 1024);
        assert!(bomb.len() < 100 * 1024, "{}", bomb.len());
        assert_eq!(trouble(bomb).await, Some("damaged"));
    }
}
