//! The files of invoices and fiscal bills as answers: named, tagged with their hash, never guessed at by a browser.

use crate::{
    app::App,
    problem::{Kind, Problem, Said},
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderMap},
    },
};
use bytes::Bytes;
use fapiao_usecases::records::{Bill, Invoice};

/// A file that may be handed out.
pub(crate) struct PaperFile {
    name: String,
    media_type: &'static str,
    sha256: String,
    bytes: Bytes,
}

/// How a browser takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// As a download.
    Attached,
    /// In its window or in a frame of ours.
    Inline,
}

/// The file of an issued invoice in a format; `None` when there is none (yet).
///
/// # Errors
/// When the database or the file store doesn't do its part.
pub(crate) async fn of_invoice(
    app: &App,
    invoice: &Invoice,
    format: &str,
) -> Result<Option<PaperFile>, Problem> {
    let Some(media_type) = media_type(format) else {
        return Ok(None);
    };
    let (true, Some(identity)) = (invoice.state.is_issued(), &invoice.identity) else {
        return Ok(None);
    };
    let documents = app.ports.store.documents(&invoice.id).await?;
    let Some(document) = documents.into_iter().find(|it| it.format == format) else {
        return Ok(None);
    };
    let bytes = app.ports.files.get(&document.sha256).await?;
    let bytes = bytes.ok_or_else(|| {
        let said = Said::new(
            format!(
                "the {format} file of invoice {} is missing in the file store",
                invoice.id
            ),
            format!("发票 {} 的 {format} 文件在文件存储中缺失", invoice.id),
        );
        Problem::new(Kind::Internal, said)
    })?;
    let prefix = if app.ports.tax.is_sandbox() {
        "SAMPLE_"
    } else {
        ""
    };
    Ok(Some(PaperFile {
        name: format!("{prefix}{}.{format}", identity.number()),
        media_type,
        sha256: document.sha256,
        bytes,
    }))
}

/// The PDF of a fiscal bill; `None` when it has not come yet.
///
/// # Errors
/// When the file store doesn't do its part.
pub(crate) async fn of_bill(app: &App, bill: &Bill) -> Result<Option<PaperFile>, Problem> {
    let Some(file) = &bill.file else {
        return Ok(None);
    };
    let bytes = app.ports.files.get(&file.sha256).await?;
    let bytes = bytes.ok_or_else(|| {
        let said = Said::new(
            format!("the file of bill {} is missing in the file store", bill.id),
            format!("票据 {} 的文件在文件存储中缺失", bill.id),
        );
        Problem::new(Kind::Internal, said)
    })?;
    // The bureau made the file: it is no sample of ours, wherever it is handed out.
    let identity = &bill.identity;
    Ok(Some(PaperFile {
        name: format!("{}_{}.pdf", identity.code, identity.number),
        media_type: "application/pdf",
        sha256: file.sha256.clone(),
        bytes,
    }))
}

fn media_type(format: &str) -> Option<&'static str> {
    match format {
        "pdf" => Some("application/pdf"),
        "xml" => Some("application/xml"),
        "ofd" => Some("application/ofd"),
        _ => None,
    }
}

impl PaperFile {
    /// The answer: the file, or 304 when the caller has it.
    pub(crate) fn answer(self, request: &HttpRequest, shown: Shown) -> HttpResponse {
        let tag = format!("\"{}\"", self.sha256);
        let is_known = names_tag(request.headers(), &tag);
        let mut answer = HttpResponse::build(if is_known {
            StatusCode::NOT_MODIFIED
        } else {
            StatusCode::OK
        });
        answer.insert_header((header::ETAG, tag));
        answer.insert_header((header::CACHE_CONTROL, "private, no-cache"));
        if is_known {
            return answer.finish();
        }
        let disposition = match shown {
            Shown::Attached => "attachment",
            Shown::Inline => "inline",
        };
        answer
            .content_type(self.media_type)
            .insert_header((
                header::CONTENT_DISPOSITION,
                format!("{disposition}; filename=\"{}\"", plain(&self.name)),
            ))
            .body(self.bytes)
    }
}

/// A name that needs no quoting (RFC 6266): numbers and formats have no other letters.
fn plain(name: &str) -> String {
    let keep = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    name.chars().filter(keep).collect()
}

/// Whether `If-None-Match` names a tag; a weak one counts, the bytes are the same.
fn names_tag(headers: &HeaderMap, tag: &str) -> bool {
    let named = headers.get_all(header::IF_NONE_MATCH);
    named
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|one| one.trim())
        .any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn file() -> PaperFile {
        PaperFile {
            name: "SAMPLE_26999000000000000001.pdf\"\r\n/../x".to_owned(),
            media_type: "application/pdf",
            sha256: "ab12".to_owned(),
            bytes: Bytes::from_static(b"%PDF-"),
        }
    }

    #[test]
    fn a_file_is_named_without_surprises() {
        let answer = file().answer(&TestRequest::default().to_http_request(), Shown::Attached);
        assert_eq!(
            answer.headers().get(header::CONTENT_DISPOSITION).unwrap(),
            "attachment; filename=\"SAMPLE_26999000000000000001.pdf..x\""
        );
        assert_eq!(answer.headers().get(header::ETAG).unwrap(), "\"ab12\"");
    }

    #[test]
    fn who_has_the_file_gets_no_second_copy() {
        for value in ["\"ab12\"", "W/\"ab12\"", "\"x\", \"ab12\"", "*"] {
            let request = TestRequest::default().insert_header((header::IF_NONE_MATCH, value));
            let answer = file().answer(&request.to_http_request(), Shown::Inline);
            assert_eq!(answer.status(), StatusCode::NOT_MODIFIED, "{value}");
        }
        let request = TestRequest::default().insert_header((header::IF_NONE_MATCH, "\"ab\""));
        assert_eq!(
            file()
                .answer(&request.to_http_request(), Shown::Inline)
                .status(),
            200
        );
    }
}
