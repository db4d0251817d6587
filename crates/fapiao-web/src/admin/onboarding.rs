//! `/admin/onboarding`: the check-list, in words.

use super::{Answer, desk::Overseer, failure::Failure, frame::Frame};
use crate::{
    i18n::{Steps, Texts, fill1, fill2},
    pages::{
        onboarding::{CheckRow, OnboardingPage, StepGroup},
        parts::{Link, Tone, local_minute},
        shell::Section,
    },
};
use actix_web::HttpRequest;
use fapiao_domain::ids::{Id, SellerId};
use fapiao_usecases::backoffice::onboarding::{
    Check, Depth, Found, Outcome, Step, Subject, check_everything,
};

/// `GET /admin/onboarding?seller=`: the wizard, then the check-list; everything is looked at now.
pub(super) async fn show(desk: Overseer, request: HttpRequest) -> Answer {
    let query = request.query_string();
    let wanted = url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "seller")
        .map(|(_, value)| SellerId::parse(&value))
        .transpose()?;
    let sellers = desk.ports().store.sellers().await?;
    let seller = match &wanted {
        Some(id) => Some(
            sellers
                .iter()
                .find(|it| it.id == *id)
                .ok_or(Failure::NotFound)?,
        ),
        None => sellers.first(),
    };
    let (access, groups) = futures_util::future::join(
        super::access::block(&desk, &sellers, seller),
        check_everything(desk.ports(), Depth::Live),
    )
    .await;
    let (access, groups) = (access?, groups?);
    let t = desk.t();
    let groups = groups
        .into_iter()
        .map(|group| {
            let (title, href) = match &group.subject {
                Subject::Seller(seller) => (
                    seller.party.name.clone(),
                    Some(format!("/admin/sellers/{}", seller.id)),
                ),
                Subject::Account(account) => (
                    format!("{} · {}", account.name, account.app_id),
                    Some(format!("/admin/accounts/{}", account.id)),
                ),
                Subject::Company => (t.steps.company.to_owned(), None),
            };
            StepGroup {
                title,
                steps: check_rows(&desk, &group.steps, href.as_deref()),
            }
        })
        .collect();
    let page = OnboardingPage {
        shell: desk.shell(Section::Onboarding).await?,
        access,
        groups,
    };
    Ok(desk.page(&page))
}

/// Checked things in words; `href` is the page of what they belong to.
pub(super) fn check_rows(frame: &Frame, steps: &[Step], href: Option<&str>) -> Vec<CheckRow> {
    let t = frame.t();
    let href = href.filter(|_| frame.may_configure());
    steps.iter().map(|step| row(t, step, href)).collect()
}

fn row(t: &'static Texts, step: &Step, href: Option<&str>) -> CheckRow {
    let s = &t.steps;
    let (title, mend) = words(s, step.check);
    let is_done = matches!(step.outcome, Outcome::Done | Outcome::Off);
    let mend = if is_done {
        String::new()
    } else if let Found::Missing(members) = &step.found {
        let names: Vec<&str> = members.iter().map(|it| member(s, it)).collect();
        fill1(mend, names.join(" · "))
    } else {
        mend.to_owned()
    };
    CheckRow {
        tone: match step.outcome {
            Outcome::Done => Tone::Ok,
            Outcome::Waiting => Tone::Wait,
            Outcome::Wrong => Tone::Bad,
            Outcome::Off => Tone::Plain,
        },
        title: title.to_owned(),
        found: found(t, step),
        mend,
        link: if is_done {
            None
        } else {
            link(s, step.check, href)
        },
    }
}

const fn words(s: &Steps, check: Check) -> (&'static str, &'static str) {
    match check {
        Check::SellerComplete => (s.seller_complete, s.seller_complete_mend),
        Check::SellerHasStore => (s.seller_has_store, s.seller_has_store_mend),
        Check::TaxAnswers => (s.tax_answers, s.tax_answers_mend),
        Check::ForeignPlatform => (s.foreign_platform, s.foreign_platform_mend),
        Check::TaxData => (s.tax_data, s.tax_data_mend),
        Check::Stock => (s.stock, s.stock_mend),
        Check::Template => (s.template, s.template_mend),
        Check::Credentials => (s.credentials, s.credentials_mend),
        Check::PushAddress => (s.push_address, s.push_address_mend),
        Check::PushSeen => (s.push_seen, s.push_seen_mend),
        Check::Contact => (s.contact, s.contact_mend),
        Check::PlatformId => (s.platform_id, s.platform_id_mend),
        Check::Mail => (s.mail, s.mail_mend),
        Check::Files => (s.files, s.files_mend),
        Check::FirstInvoice => (s.first_invoice, s.first_invoice_mend),
    }
}

fn found(t: &'static Texts, step: &Step) -> String {
    let s = &t.steps;
    match (&step.found, step.check, step.outcome) {
        (_, Check::Mail, Outcome::Off) => s.mail_off.to_owned(),
        (Found::Nothing, Check::Credentials, Outcome::Done) => s.credentials_found.to_owned(),
        (Found::Nothing, _, Outcome::Done) => s.answers.to_owned(),
        (Found::Nothing | Found::Missing(_), _, _) => String::new(),
        (Found::Said(text) | Found::Text(text), _, _) => text.clone(),
        (Found::Status(status), _, _) => fill1(s.push_status, status),
        (Found::At(at), _, _) => local_minute(*at),
        (Found::Count(count), Check::SellerHasStore, _) => fill1(s.stores_found, count),
        (Found::Count(_), _, _) => String::new(),
        (Found::Left(numbers, quota), _, _) => fill2(s.stock_found, numbers, quota.display_yuan()),
    }
}

fn link(s: &Steps, check: Check, href: Option<&str>) -> Option<Link> {
    let own = |label: &str| href.map(|href| Link::new(label, href));
    match check {
        Check::SellerComplete | Check::Template => own(s.open_seller),
        Check::ForeignPlatform => {
            href.map(|href| Link::new(s.open_platform, format!("{href}/platform")))
        }
        Check::SellerHasStore => href.map(|_| Link::new(s.open_stores, "/admin/stores/new")),
        Check::Stock => Some(Link::new(s.open_stock, "/admin/stock")),
        Check::TaxData => Some(Link::new(s.open_jobs, "/admin/jobs")),
        Check::Credentials | Check::Contact | Check::PlatformId | Check::PushSeen => {
            own(s.open_account)
        }
        Check::FirstInvoice => Some(Link::new(s.new_order, "/admin/orders/new")),
        Check::TaxAnswers | Check::PushAddress | Check::Mail | Check::Files => None,
    }
}

/// A member of a seller, in words; the names are those of [`fapiao_usecases::backoffice::onboarding::what_is_missing`].
pub(super) fn member(s: &Steps, name: &str) -> &'static str {
    match name {
        "name" => s.member_name,
        "tax_number" => s.member_tax_number,
        "province" => s.member_province,
        "short_name" => s.member_short_name,
        "drawer" => s.member_drawer,
        "platform_account" => s.member_platform_account,
        "channel_account" => s.member_channel_account,
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;
    use fapiao_domain::{
        ids::{Id, SellerId},
        money::Fen,
        party::SellerParty,
    };
    use fapiao_usecases::{
        backoffice::onboarding::what_is_missing,
        records::{IssuingMode, Seller},
    };

    fn step(check: Check, outcome: Outcome, found: Found) -> Step {
        Step {
            check,
            outcome,
            found,
        }
    }

    #[test]
    fn a_step_says_what_was_found_and_how_to_mend_it() {
        let t = Texts::of(Lang::Zh);
        let missing = Found::Missing(vec!["drawer", "platform_account"]);
        let it = row(
            t,
            &step(Check::SellerComplete, Outcome::Wrong, missing),
            Some("/admin/sellers/sel_1"),
        );
        assert_eq!(it.mend, "补全资料：开票人 · 开票平台账号");
        assert!(it.link.is_some());
        let it = row(
            t,
            &step(Check::PushAddress, Outcome::Wrong, Found::Status(502)),
            None,
        );
        assert_eq!(
            (it.tone, it.found.as_str()),
            (Tone::Bad, "地址应答 502，应为 403")
        );
        let it = row(t, &step(Check::Mail, Outcome::Off, Found::Nothing), None);
        assert_eq!((it.tone, it.mend.as_str()), (Tone::Plain, ""));
    }

    #[test]
    fn every_missing_member_has_a_name() {
        let nothing = Seller {
            id: SellerId::from_ulid("01J8ZC3N6T9Q4W2E5R7Y8U1P0A"),
            party: SellerParty::default(),
            short_name: String::new(),
            province: String::new(),
            drawer: String::new(),
            payee: String::new(),
            reviewer: String::new(),
            mode: IssuingMode::SelfBuilt,
            platform_account: None,
            channel_account: None,
            app_account: None,
            mini_program_account: None,
            numbers_low: 0,
            numbers_fetch: 0,
            quota_low: Fen::ZERO,
            quota_fetch: Fen::ZERO,
            rules: Default::default(),
            version: 1,
        };
        let s = &Texts::of(Lang::En).steps;
        let missing = what_is_missing(&nothing);
        assert_eq!(missing.len(), 7);
        assert!(missing.iter().all(|it| member(s, it) != "?"));
    }
}
