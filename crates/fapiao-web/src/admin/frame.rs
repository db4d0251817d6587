//! What every page of a signed-in person has around it, and the answers that lead on.

use super::cookies::{self, Jar};
use crate::{
    app::App,
    edge,
    i18n::{Lang, Texts},
    pages::{
        parts::{Choice, Tone, When},
        shell::{Flash, Person, Section, Shell, Theme},
    },
};
use actix_web::{
    HttpRequest, HttpResponse,
    cookie::Cookie,
    http::{StatusCode, header},
    web,
};
use askama::Template;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{Id, StoreId};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    merchant::orders::Caller,
    ports::{Ports, Scope},
    records::{Role, Session, Staff},
};

/// A signed-in person at a page.
#[derive(Clone)]
pub(super) struct Frame {
    pub(super) app: web::Data<App>,
    pub(super) staff: Staff,
    pub(super) session: Session,
    /// The request's code to quote.
    pub(super) reference: String,
    lang: Lang,
    theme: Theme,
    here: String,
    search: String,
    flash: Option<Flash>,
    store: Option<StoreId>,
}

impl Frame {
    pub(super) fn new(
        app: web::Data<App>,
        request: &HttpRequest,
        session: Session,
        staff: Staff,
    ) -> Frame {
        let theme = request.cookie("theme");
        let here = request.uri().path_and_query();
        let flash = Jar::Flash
            .read(&app, request)
            .and_then(|it| cookies::unwrap(&it));
        let store = Jar::Store.read(&app, request);
        Frame {
            reference: edge::Context::of(request).id,
            lang: Lang::parse(&staff.language).unwrap_or_default(),
            theme: theme.map_or_else(Theme::default, |it| Theme::parse(it.value())),
            here: here.map_or_else(|| "/admin".to_owned(), ToString::to_string),
            search: String::new(),
            flash: flash.as_deref().and_then(read_flash),
            // Whoever belongs to one store has nothing to choose.
            store: match &staff.store {
                Some(_) => None,
                None => store.and_then(|it| StoreId::parse(&it).ok()),
            },
            app,
            session,
            staff,
        }
    }

    pub(super) fn ports(&self) -> &Ports {
        &self.app.ports
    }

    pub(super) fn t(&self) -> &'static Texts {
        Texts::of(self.lang)
    }

    pub(super) const fn lang(&self) -> Lang {
        self.lang
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.app.ports.clock.now()
    }

    /// An instant as this reader sees it.
    pub(super) fn when(&self, at: DateTime<Utc>) -> When {
        When {
            at,
            now: self.now(),
            lang: self.lang,
        }
    }

    /// For the audit chain.
    pub(super) fn actor(&self) -> Actor {
        Actor::Staff(self.staff.id.clone())
    }

    /// What this person may see: part of every query.
    pub(super) fn scope(&self) -> Scope {
        Scope::of(self.staff.store.clone())
    }

    /// What this person looks at: never more than [`Frame::scope`].
    pub(super) fn view(&self) -> Scope {
        Scope::of(self.staff.store.clone().or_else(|| self.store.clone()))
    }

    /// For use-cases.
    pub(super) fn caller(&self) -> Caller {
        Caller {
            actor: self.actor(),
            scope: self.scope(),
            source: "admin",
        }
    }

    pub(super) const fn may_work(&self) -> bool {
        self.staff.role.may_work()
    }

    pub(super) const fn may_decide(&self) -> bool {
        self.staff.role.may_decide()
    }

    /// Settings concern the whole company: who is bound to a store has none.
    pub(super) fn may_configure(&self) -> bool {
        self.staff.role.may_configure() && self.staff.store.is_none()
    }

    /// May read what belongs to the whole company.
    pub(super) fn may_oversee(&self) -> bool {
        self.staff.role != Role::Clerk && self.staff.store.is_none()
    }

    /// Fiscal bills belong to no store: who is bound to one sees none of them.
    pub(super) const fn may_read_bills(&self) -> bool {
        self.staff.store.is_none()
    }

    /// May read the books of what they may see: finance and auditors, and the owner, who may do everything.
    pub(super) const fn may_read_books(&self) -> bool {
        self.staff.role.may_read_books()
    }

    pub(super) fn owns(&self) -> bool {
        self.staff.role == Role::Owner && self.staff.store.is_none()
    }

    /// What was searched for, kept in the search field.
    pub(super) fn searching(mut self, text: &str) -> Frame {
        text.clone_into(&mut self.search);
        self
    }

    /// The places this person may open.
    fn sections(&self) -> Vec<Section> {
        let allowed = |section: &Section| match section {
            Section::Home
            | Section::Orders
            | Section::Deliveries
            | Section::Invoices
            | Section::RedLetters => true,
            Section::Bills => self.may_read_bills(),
            Section::Import => self.may_work(),
            Section::Reports | Section::Papers => self.may_read_books(),
            Section::Jobs
            | Section::Stock
            | Section::Onboarding
            | Section::Sellers
            | Section::Stores
            | Section::Products
            | Section::TaxCodes
            | Section::Accounts
            | Section::Cards
            | Section::FiscalUnits
            | Section::Credentials
            | Section::Partners
            | Section::Inbox
            | Section::Payments
            | Section::Audit
            | Section::Ledger
            | Section::Reconciliation => self.may_oversee(),
            Section::ApiKeys => self.may_configure(),
            Section::Staff => self.owns(),
        };
        Section::ALL.into_iter().filter(allowed).collect()
    }

    /// The frame of a page.
    pub(super) async fn shell(
        &self,
        section: impl Into<Option<Section>>,
    ) -> Result<Shell, StoreError> {
        let store = &self.app.ports.store;
        let needs_person = if self.may_oversee() {
            store.queue_stats().await?.parked
        } else {
            0
        };
        let stores = if self.staff.store.is_some() {
            Vec::new()
        } else {
            let all = store.stores().await?;
            match all.len() {
                0 | 1 => Vec::new(),
                _ => std::iter::once(Choice::new("", self.t().nav.all_stores))
                    .chain(
                        all.into_iter()
                            .map(|it| Choice::new(it.id.as_str(), it.name)),
                    )
                    .collect(),
            }
        };
        Ok(Shell {
            lang: self.lang,
            t: self.t(),
            theme: self.theme,
            section: section.into(),
            sections: self.sections(),
            needs_person: u64::try_from(needs_person).unwrap_or(0),
            sandbox: !self.app.settings.production,
            person: Person {
                name: self.staff.name.clone(),
                role: super::pieces::role(self.t(), self.staff.role).to_owned(),
            },
            stores,
            store: self
                .store
                .as_ref()
                .map_or_else(String::new, |it| it.as_str().to_owned()),
            search: self.search.clone(),
            flash: self.flash.clone(),
            csrf: self.session.csrf.clone(),
            here: self.here.clone(),
            now: self.now(),
        })
    }

    /// A page as an answer; a message is shown once.
    pub(super) fn page(&self, page: &impl Template) -> HttpResponse {
        self.page_with(StatusCode::OK, page)
    }

    /// A form that comes back with what is wrong. It is drawn twice: the fields tell the list above them what they are
    /// called.
    pub(super) fn wrong(&self, page: &impl Template) -> HttpResponse {
        let _names = page.render();
        self.page_with(StatusCode::UNPROCESSABLE_ENTITY, page)
    }

    pub(super) fn page_with(&self, status: StatusCode, page: &impl Template) -> HttpResponse {
        let mut answer = edge::page(status, page);
        if self.flash.is_some() {
            add(&mut answer, &Jar::Flash.emptied(&self.app));
        }
        answer
    }

    /// Goes on to another page and says there what was done.
    pub(super) fn told(&self, to: &str, tone: Tone, text: &str) -> HttpResponse {
        let mut answer = go(to);
        let value = cookies::wrap(&format!("{}|{text}", tone.class()));
        add(&mut answer, &Jar::Flash.holding(&self.app, value));
        answer
    }

    /// Done well.
    pub(super) fn done(&self, to: &str, text: &str) -> HttpResponse {
        self.told(to, Tone::Ok, text)
    }
}

/// Goes on to another page (303).
pub(super) fn go(to: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, to.to_owned()))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

/// Adds a cookie to an answer; one that cannot be written is not worth failing for.
pub(super) fn add(answer: &mut HttpResponse, cookie: &Cookie<'_>) {
    if let Err(error) = answer.add_cookie(cookie) {
        tracing::error!(error = %error, "A cookie could not be set");
    }
}

fn read_flash(text: &str) -> Option<Flash> {
    let (tone, text) = text.split_once('|')?;
    let tone = [Tone::Ok, Tone::Wait, Tone::Warn, Tone::Bad]
        .into_iter()
        .find(|it| it.class() == tone)
        .unwrap_or_default();
    Some(Flash {
        tone,
        text: text.chars().take(300).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_keeps_its_colour() {
        let flash = read_flash("warn|小心 | 竖线").unwrap();
        assert_eq!(
            (flash.tone, flash.text.as_str()),
            (Tone::Warn, "小心 | 竖线")
        );
        assert!(read_flash("nothing").is_none());
    }
}
