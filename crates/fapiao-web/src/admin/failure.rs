//! When a page cannot be shown or a form not taken: told inside the frame of whoever is signed in.

use super::{
    frame::{Frame, go},
    sign_in,
};
use crate::{
    api::body::shared,
    edge,
    i18n::Texts,
    pages::{
        fault::{Fault, FaultPage},
        parts::Link,
        shell::encode,
    },
    problem::{Kind, Problem, Said},
};
use actix_web::{
    Error, HttpMessage, HttpResponse, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{StatusCode, header},
    middleware::Next,
};
use fapiao_domain::ids::IdError;
use fapiao_usecases::errors::StoreError;
use std::fmt;

/// Why there is no page.
#[derive(Debug)]
pub(super) enum Failure {
    /// Nobody is signed in; `next` is where to go on afterwards, may be empty.
    SignIn {
        /// A path of ours.
        next: String,
        /// What was sent.
        kept: Kept,
    },
    /// Signed in, without the right.
    Forbidden,
    /// The form's token or origin does not fit.
    StaleForm,
    /// There is no such thing for this person.
    NotFound,
    /// Everything else.
    Problem(Problem),
}

/// What became of a form that was sent while nobody was signed in.
#[derive(Debug)]
pub(super) enum Kept {
    /// None was sent.
    Nothing,
    /// It could not be kept.
    Lost,
    /// It is sealed, for whoever signs in next.
    Sealed(String),
}

impl Failure {
    /// Something sent that no form of ours sends.
    pub(super) fn unreadable(what: String) -> Failure {
        let said = Said::new("the form cannot be read", "无法读取表单");
        Problem::new(Kind::BadRequest, said).because(what).into()
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Failure {
        match problem.kind {
            Kind::NotFound
            | Kind::OrderNotFound
            | Kind::DeliveryNotFound
            | Kind::InvoiceNotFound
            | Kind::DocumentNotFound
            | Kind::BillNotFound
            | Kind::BillFileNotFound => Failure::NotFound,
            _ => Failure::Problem(problem),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Problem::from(error).into()
    }
}

impl From<IdError> for Failure {
    fn from(_: IdError) -> Failure {
        Failure::NotFound
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::SignIn { .. } => f.write_str("nobody is signed in"),
            Failure::Forbidden => f.write_str("this is not allowed"),
            Failure::StaleForm => f.write_str("the form's token or origin does not fit"),
            Failure::NotFound => f.write_str("there is no such thing"),
            Failure::Problem(problem) => problem.fmt(f),
        }
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        match self {
            Failure::SignIn { .. } => StatusCode::SEE_OTHER,
            Failure::Forbidden | Failure::StaleForm => StatusCode::FORBIDDEN,
            Failure::NotFound => StatusCode::NOT_FOUND,
            Failure::Problem(problem) => problem.kind.status(),
        }
    }

    /// Replaced by [`present`], which knows the request.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// Where to sign in, and to come back to `next` afterwards.
fn door(next: &str) -> String {
    match next {
        "" | "/admin" => "/admin/sign-in".to_owned(),
        next => format!("/admin/sign-in?next={}", encode(next)),
    }
}

/// The middleware around the back-office: failures become pages.
pub(super) async fn present(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let (request, response) = response.into_parts();
    let Some(failure) = response.error().and_then(|it| it.as_error::<Failure>()) else {
        return Ok(ServiceResponse::new(request, response));
    };
    if let Failure::SignIn { next, kept } = failure {
        let app = shared(&request)?;
        let answer = match kept {
            Kept::Nothing => go(&door(next)),
            // Told in place of the page: going on to another would lose what was sent.
            Kept::Lost => sign_in::door_after(&app, &request, next, ""),
            Kept::Sealed(sealed) => sign_in::door_after(&app, &request, next, sealed),
        };
        return Ok(ServiceResponse::new(request, answer));
    }
    let status = failure.status_code();
    let frame = request.extensions().get::<Frame>().cloned();
    let id = edge::Context::of(&request).id;
    if let Failure::Problem(problem) = failure
        && status.is_server_error()
    {
        tracing::error!(request.id = %id, code = problem.kind.code(), "Request {id} failed: {}", problem.chain());
    }
    let answer = match inside(frame, failure, status, request.path()).await {
        Some(answer) => answer,
        None => {
            let app = shared(&request)?;
            edge::fault_page(&app, &request, status, &id)
        }
    };
    Ok(ServiceResponse::new(request, answer))
}

async fn inside(
    frame: Option<Frame>,
    failure: &Failure,
    status: StatusCode,
    path: &str,
) -> Option<HttpResponse> {
    let frame = frame?;
    // A database that is gone cannot fill the frame either.
    let shell = frame.shell(None).await.ok()?;
    let fault = fault_of(&frame, failure, status, path);
    let mut answer = frame.page_with(status, &FaultPage { shell, fault });
    if status == StatusCode::SERVICE_UNAVAILABLE || status == StatusCode::TOO_MANY_REQUESTS {
        let wait = header::HeaderValue::from_static("5");
        answer.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    Some(answer)
}

fn fault_of(frame: &Frame, failure: &Failure, status: StatusCode, path: &str) -> Fault {
    let (t, id): (&Texts, &str) = (frame.t(), &frame.reference);
    let problem = match failure {
        Failure::SignIn { .. } | Failure::Forbidden => return Fault::forbidden(t, path, id),
        Failure::StaleForm => return Fault::stale_form(t, path, id),
        Failure::NotFound => {
            let orders = Link::new(t.nav.orders, "/admin/orders");
            return Fault::not_found(t, path, id).leading(orders);
        }
        Failure::Problem(problem) => problem,
    };
    let why = problem.detail().of(frame.lang());
    match status {
        StatusCode::CONFLICT => Fault::conflict(t, path, why, id),
        StatusCode::PAYLOAD_TOO_LARGE => Fault::too_large(t, path, why, id),
        StatusCode::TOO_MANY_REQUESTS => Fault::too_many(t, path, id),
        StatusCode::SERVICE_UNAVAILABLE => Fault::unavailable(t, path, id),
        other if other.is_client_error() => Fault::unprocessable(t, path, why, id),
        _ => Fault::internal(t, path, id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_door_keeps_where_somebody_wanted_to_go() {
        assert_eq!(door(""), "/admin/sign-in");
        assert_eq!(
            door("/admin/orders?q=a b"),
            "/admin/sign-in?next=%2Fadmin%2Forders%3Fq%3Da+b"
        );
    }
}
