//! What a form of ours sent. Reading it checks right, origin and token first: no changed data without them.

use super::{
    desk::{Desk, Right},
    failure::Failure,
    kept, origin,
};
use crate::{
    api::body::{read_body, shared},
    i18n::{Lang, Texts},
    pages::field::Errors,
    problem::Wrong,
};
use actix_multipart::Multipart;
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{self, HeaderMap},
};
use bytes::Bytes;
use fapiao_usecases::{backoffice::SettingError, errors::StoreError, fields::FieldError};
use futures_util::{StreamExt, future::LocalBoxFuture, stream};
use serde::{Deserialize, de::value::MapDeserializer};
use std::collections::BTreeMap;

/// The form that carries a checked file back.
pub(super) const IMPORT_FORM: &str = "/admin/import/orders";
/// Room for the other members beside a file.
const BESIDE_FILE: usize = 64 * 1024;

/// The members of a form, in order.
#[derive(Clone, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    fn read(body: &[u8]) -> Form {
        let pairs = url::form_urlencoded::parse(body);
        Form(
            pairs
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// The last member of this name; empty when there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().rev().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// All members.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The members as a struct of texts; unknown ones are passed over, missing ones stay empty.
    pub(super) fn typed<T: for<'de> Deserialize<'de>>(&self) -> Result<T, Failure> {
        let members: BTreeMap<&str, &str> = self.pairs().collect();
        let reading = MapDeserializer::<_, serde::de::value::Error>::new(members.into_iter());
        T::deserialize(reading).map_err(|error| Failure::unreadable(error.to_string()))
    }
}

/// A form sent by somebody with a right.
pub(super) struct Sent<R> {
    pub(super) desk: Desk<R>,
    pub(super) form: Form,
}

impl<R: Right> FromRequest for Sent<R> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Sent<R>, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let app = shared(&request)?;
            let desk = match Desk::<R>::of_request(app.clone(), &request).await {
                Err(Failure::SignIn { .. }) => {
                    return Err(kept::sign_in_with(&app, &request, &mut payload).await);
                }
                found => found?,
            };
            let settings = &desk.app.settings;
            let limit = if request.path() == IMPORT_FORM {
                settings.upload_bytes / 3 * 4 + BESIDE_FILE
            } else {
                settings.api_body_bytes
            };
            let form = form_of(&request, &mut payload, &desk.app.ports.public_base, limit).await?;
            if !origin::same_token(form.get("csrf"), &desk.session.csrf) {
                return Err(Failure::StaleForm);
            }
            Ok(Sent { desk, form })
        })
    }
}

/// Reads a form of ours, its origin checked; the caller checks the token.
pub(super) async fn form_of(
    request: &HttpRequest,
    payload: &mut Payload,
    public_base: &str,
    limit: usize,
) -> Result<Form, Failure> {
    if !origin::is_ours(request.headers(), public_base) {
        return Err(Failure::StaleForm);
    }
    let media = request.headers().get(header::CONTENT_TYPE);
    let media = media.and_then(|it| it.to_str().ok()).unwrap_or_default();
    let is_form = media.split(';').next().is_some_and(|it| {
        it.trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    });
    let body = read_body(request.headers(), payload, limit).await?;
    if !is_form && !body.is_empty() {
        return Err(Failure::unreadable(format!("not a form: {media}")));
    }
    Ok(Form::read(&body))
}

/// A file with the members beside it.
pub(super) struct Uploaded<R> {
    pub(super) desk: Desk<R>,
    pub(super) form: Form,
    /// The file's name as the browser gave it, for people only; and its bytes.
    pub(super) file: Option<(String, Bytes)>,
}

impl<R: Right> FromRequest for Uploaded<R> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Uploaded<R>, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let app = shared(&request)?;
            let desk = match Desk::<R>::of_request(app, &request).await {
                Err(Failure::SignIn { .. }) => return Err(kept::sign_in_without(&request)),
                found => found?,
            };
            if !origin::is_ours(request.headers(), &desk.app.ports.public_base) {
                return Err(Failure::StaleForm);
            }
            let limit = desk.app.settings.upload_bytes + BESIDE_FILE;
            let body = read_body(request.headers(), &mut payload, limit).await?;
            let (form, file) = parts_of(request.headers(), body).await?;
            if !origin::same_token(form.get("csrf"), &desk.session.csrf) {
                return Err(Failure::StaleForm);
            }
            Ok(Uploaded { desk, form, file })
        })
    }
}

async fn parts_of(
    headers: &HeaderMap,
    body: Bytes,
) -> Result<(Form, Option<(String, Bytes)>), Failure> {
    let whole = stream::iter([Ok::<_, actix_web::error::PayloadError>(body)]);
    let mut parts = Multipart::new(headers, whole);
    let (mut form, mut file) = (Form::default(), None);
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|error| Failure::unreadable(error.to_string()))?;
        let mut bytes = Vec::new();
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(|error| Failure::unreadable(error.to_string()))?;
            bytes.extend_from_slice(&chunk);
        }
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part
            .content_disposition()
            .and_then(|it| it.get_filename())
            .map(shown_name);
        match file_name {
            Some(file_name) if !file_name.is_empty() || !bytes.is_empty() => {
                file = Some((file_name, Bytes::from(bytes)));
            }
            Some(_) => {}
            None => form
                .0
                .push((name, String::from_utf8_lossy(&bytes).into_owned())),
        }
    }
    Ok((form, file))
}

/// A file's name without its folders and without what cannot be shown.
fn shown_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars()
        .filter(|it| !it.is_control())
        .take(80)
        .collect()
}

/// What the use-cases say about fields, under the names a form gives them.
pub(super) fn errors_of(
    errors: Vec<FieldError>,
    lang: Lang,
    name: impl Fn(&str) -> String,
) -> Errors {
    let mut out = Errors::default();
    for error in errors {
        let field = name(error.pointer.trim_start_matches('/'));
        out.add(field, Wrong::from(error).said.of(lang));
    }
    out
}

/// What stands beside the fields of a setting that was not saved; beside the `first` one, when somebody else saved it
/// meanwhile.
///
/// # Errors
/// What is wrong with the store, as a page.
pub(super) fn setting_errors(
    error: SettingError,
    lang: Lang,
    first: &'static str,
) -> Result<Errors, Failure> {
    match error {
        SettingError::Invalid(errors) => Ok(errors_of(errors, lang, same_name)),
        SettingError::Store(StoreError::Stale { .. }) => {
            let mut errors = Errors::default();
            errors.add(first, Texts::of(lang).told.changed_meanwhile);
            Ok(errors)
        }
        SettingError::Store(error) => Err(error.into()),
    }
}

/// For forms whose fields are named as in the use-case.
pub(super) fn same_name(pointer: &str) -> String {
    pointer.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Two {
        one: String,
        other: String,
    }

    #[test]
    fn a_form_is_read_and_the_last_of_two_counts() {
        let form = Form::read("one=1&csrf=x&one=%E7%A5%A8+2".as_bytes());
        assert_eq!((form.get("one"), form.get("none")), ("票 2", ""));
        let two: Two = form.typed().ok().unwrap();
        assert_eq!((two.one.as_str(), two.other.as_str()), ("票 2", ""));
    }

    #[actix_web::test]
    async fn a_file_comes_with_its_members() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_TYPE,
            header::HeaderValue::from_static("multipart/form-data; boundary=B"),
        );
        let body = "--B\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\ntoken\r\n\
                    --B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"..\\\\day.csv\"\r\n\
                    Content-Type: text/csv\r\n\r\na,b\r\n1,2\r\n--B--\r\n";
        let (form, file) = parts_of(&headers, Bytes::from_static(body.as_bytes()))
            .await
            .ok()
            .unwrap();
        assert_eq!(form.get("csrf"), "token");
        let (name, bytes) = file.unwrap();
        assert_eq!(
            (name.as_str(), bytes.as_ref()),
            ("day.csv", b"a,b\r\n1,2".as_ref())
        );
    }
}
