use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::PlatformClient;
use crate::answer::{Members, known_out, required};
use crate::debug::debug_only;
use crate::error::Error;
use crate::flex;
use crate::http::{Body, Spec};

const SET_PDF: Spec = Spec::upload("/card/invoice/platform/setpdf", &["s_media_id"]);
const GET_PDF: Spec = Spec::read("/card/invoice/platform/getpdf");

/// A short-lived address of an uploaded PDF.
#[derive(Clone, PartialEq, Eq)]
pub struct PdfUrl {
    /// Where it can be fetched. A dead address answers with a small JSON, not with an HTTP error:
    /// look for `%PDF`.
    pub url: String,
    /// How many seconds it works; about 7200.
    pub valid_secs: Option<i64>,
    /// Members this version does not know.
    pub other: Members,
}

debug_only!(PdfUrl { valid_secs });

#[derive(Deserialize)]
struct MediaAnswer {
    #[serde(default, deserialize_with = "flex::trimmed")]
    s_media_id: Option<String>,
}

#[derive(Serialize)]
struct GetPdf<'a> {
    action: &'static str,
    s_media_id: &'a str,
}

#[derive(Deserialize)]
struct UrlAnswer {
    #[serde(default, deserialize_with = "flex::trimmed")]
    pdf_url: Option<String>,
    #[serde(default, deserialize_with = "flex::int")]
    pdf_url_expire_time: Option<i64>,
    #[serde(flatten)]
    other: Members,
}

impl PlatformClient {
    /// Uploads an invoice PDF (`POST /card/invoice/platform/setpdf`, multipart part `pdf`).
    ///
    /// `pdf` is the whole file, beginning `%PDF-`. Returns the `s_media_id`, an opaque text; pass it
    /// to [`insert`](PlatformClient::insert) within **3 days**, or WeChat deletes the file. WeChat
    /// looks inside only at the insert.
    ///
    /// Caller: the account that owns the `s_pappid`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no PDF or too large. After [`Error::Transport`] a repeat is
    /// harmless.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/FiscalReceipt/api_invoiceplatformsetpdf.html>
    pub async fn upload_pdf(&self, pdf: Bytes, file_name: &str) -> Result<String, Error> {
        let call = SET_PDF.name();
        if !pdf.starts_with(b"%PDF-") {
            return Err(Error::invalid(call, "pdf", "must begin with %PDF-"));
        }
        if self.pdf_bytes_max < pdf.len() {
            let rule = format!("must not be larger than {} bytes", self.pdf_bytes_max);
            return Err(Error::invalid(call, "pdf", rule));
        }
        let file_name = ascii_pdf_name(file_name);
        let file = Body::File {
            part: "pdf",
            file_name,
            mime: "application/pdf",
            bytes: pdf,
        };
        let answer: MediaAnswer = self.session.upload(&SET_PDF, &[], file).await?;
        required(&SET_PDF, "s_media_id", answer.s_media_id)
    }

    /// A short-lived address of an uploaded PDF (`POST /card/invoice/platform/getpdf`), to check an
    /// upload. Do not store it.
    ///
    /// Caller: the account that owns the `s_pappid`.
    ///
    /// # Errors
    /// As every call.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/FiscalReceipt/api_invoiceplatformgetpdf.html>
    pub async fn pdf_url(&self, s_media_id: &str) -> Result<PdfUrl, Error> {
        let request = GetPdf {
            action: "get_url",
            s_media_id,
        };
        // Older pages want the action in the query, newer ones in the body.
        let query = [("action", "get_url")];
        let answer: UrlAnswer = self.session.post(&GET_PDF, &query, &request).await?;
        let url = required(&GET_PDF, "pdf_url", answer.pdf_url)?;
        Ok(PdfUrl {
            url,
            valid_secs: answer.pdf_url_expire_time,
            other: known_out(answer.other),
        })
    }
}

/// WeChat wants a file name that ends in `.pdf`; ASCII keeps every multipart reader happy.
fn ascii_pdf_name(name: &str) -> String {
    let stem = name.strip_suffix(".pdf").unwrap_or(name);
    let kept = stem
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let stem: String = kept.take(64).collect();
    if stem.is_empty() {
        "invoice.pdf".to_owned()
    } else {
        format!("{stem}.pdf")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_ascii_and_end_in_pdf() {
        assert_eq!(
            ascii_pdf_name("26442000000000000001.pdf"),
            "26442000000000000001.pdf"
        );
        assert_eq!(ascii_pdf_name("发票 \"7\"\r\n.PDF"), "7PDF.pdf");
        assert_eq!(ascii_pdf_name("发票"), "invoice.pdf");
    }
}
