//! Rights as types: a handler names what its caller must be allowed to, and gets nothing without it.

use super::{
    cookies::Jar,
    failure::{Failure, Kept},
    frame::Frame,
};
use crate::{api::body::shared, app::App};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::Method, web};
use fapiao_usecases::backoffice::sign_in::session_of;
use futures_util::future::LocalBoxFuture;
use std::{marker::PhantomData, ops::Deref};

/// A right.
pub(super) trait Right: 'static {
    /// Whether this person has it.
    fn allows(frame: &Frame) -> bool;
}

/// Signed in.
pub(super) struct Anyone;
/// May change orders and deliveries.
pub(super) struct Works;
/// May refuse, override and retry.
pub(super) struct Decides;
/// May read what belongs to the whole company.
pub(super) struct Oversees;
/// May read the books: reports, evidence, papers.
pub(super) struct ReadsBooks;
/// May read fiscal bills.
pub(super) struct ReadsBills;
/// May take fiscal bills in and bring them to their payers.
pub(super) struct WorksOnBills;
/// May decide about what belongs to the whole company.
pub(super) struct Directs;
/// May change settings.
pub(super) struct Configures;
/// May change people.
pub(super) struct Owns;

impl Right for Anyone {
    fn allows(_: &Frame) -> bool {
        true
    }
}

impl Right for Works {
    fn allows(frame: &Frame) -> bool {
        frame.may_work()
    }
}

impl Right for Decides {
    fn allows(frame: &Frame) -> bool {
        frame.may_decide()
    }
}

impl Right for Oversees {
    fn allows(frame: &Frame) -> bool {
        frame.may_oversee()
    }
}

impl Right for ReadsBooks {
    fn allows(frame: &Frame) -> bool {
        frame.may_read_books()
    }
}

impl Right for ReadsBills {
    fn allows(frame: &Frame) -> bool {
        frame.may_read_bills()
    }
}

impl Right for WorksOnBills {
    fn allows(frame: &Frame) -> bool {
        frame.may_work() && frame.may_read_bills()
    }
}

impl Right for Directs {
    fn allows(frame: &Frame) -> bool {
        frame.may_decide() && frame.may_oversee()
    }
}

impl Right for Configures {
    fn allows(frame: &Frame) -> bool {
        frame.may_configure()
    }
}

impl Right for Owns {
    fn allows(frame: &Frame) -> bool {
        frame.owns()
    }
}

/// A person with a right. Making one is the permission check.
pub(super) struct Desk<R> {
    frame: Frame,
    right: PhantomData<R>,
}

/// Anybody signed in.
pub(super) type Signed = Desk<Anyone>;
/// Somebody who may change orders.
pub(super) type Worker = Desk<Works>;
/// Somebody who may look at the whole company.
pub(super) type Decider = Desk<Decides>;
/// Who may see the whole company.
pub(super) type Overseer = Desk<Oversees>;
/// Somebody who may read the books of their stores.
pub(super) type BookReader = Desk<ReadsBooks>;
/// Somebody who may read fiscal bills.
pub(super) type BillReader = Desk<ReadsBills>;
/// Somebody who may enter fiscal bills.
pub(super) type BillWorker = Desk<WorksOnBills>;
/// Somebody who may change settings.
pub(super) type Configurer = Desk<Configures>;
/// The owner.
pub(super) type Owner = Desk<Owns>;

impl<R> Deref for Desk<R> {
    type Target = Frame;

    fn deref(&self) -> &Frame {
        &self.frame
    }
}

impl<R: Right> Desk<R> {
    /// The person behind a request, if they have the right.
    pub(super) async fn of_request(
        app: web::Data<App>,
        request: &HttpRequest,
    ) -> Result<Desk<R>, Failure> {
        let session = match Jar::Session.read(&app, request) {
            Some(token) => session_of(&app.ports, &token, app.settings.session_idle_hours).await?,
            None => None,
        };
        let Some((session, staff)) = session else {
            let next = request.uri().path_and_query();
            // Only a page can be come back to.
            let next = next.filter(|_| request.method() == Method::GET);
            let next = next.map_or_else(String::new, ToString::to_string);
            return Err(Failure::SignIn {
                next,
                kept: Kept::Nothing,
            });
        };
        let frame = Frame::new(app, request, session, staff);
        // A failure is told inside the frame of whoever caused it.
        request.extensions_mut().insert(frame.clone());
        if !R::allows(&frame) {
            return Err(Failure::Forbidden);
        }
        Ok(Desk {
            frame,
            right: PhantomData,
        })
    }

    pub(super) fn into_frame(self) -> Frame {
        self.frame
    }
}

impl<R: Right> FromRequest for Desk<R> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Desk<R>, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let app = shared(&request)?;
            Desk::of_request(app, &request).await
        })
    }
}
