//! A seller's way to the tax side, as it is typed and tested.

use super::{SettingError, gateways::web_address, months::coded, texts::Reading};
use crate::{
    actor::Actor,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    ports::Ports,
    records::{SealedText, Seller, TaxConnection, TaxProfile, TaxRoute, gateway_purpose},
};

/// What staff type about a seller's way to the tax side.
#[derive(Clone, Debug, Default)]
pub struct TaxConnectionDraft {
    /// A way's stored name.
    pub route: String,
    /// A profile's stored name.
    pub profile: String,
    /// Where the gateway's `/v1/…` begins.
    pub base_url: String,
    /// Names our key there.
    pub key_id: String,
    /// Our key; empty keeps the stored one.
    pub secret: String,
    /// The version the form was filled from, 0 before the first; `None` takes what stands.
    pub version: Option<i64>,
}

/// Saves the way of a seller to the tax side, and fetches what it offers. The way is not changed while invoices are under
/// way on the present one: only there can be told what became of them.
///
/// # Errors
/// [`SettingError`].
pub async fn save_tax_connection(
    ports: &Ports,
    actor: &Actor,
    seller: &Seller,
    draft: &TaxConnectionDraft,
) -> Result<TaxConnection, SettingError> {
    let before = ports.store.tax_connection(&seller.id).await?;
    let mut reading = Reading::default();
    let route = TaxRoute::parse(&draft.route);
    if route.is_none() {
        reading.wrong("route", "E_CHOICE", "choose one from the list");
    }
    let profile = TaxProfile::parse(&draft.profile);
    if profile.is_none() {
        reading.wrong("profile", "E_CHOICE", "choose one from the list");
    }
    let (route, profile) = (
        route.unwrap_or(TaxRoute::Direct),
        profile.unwrap_or(TaxProfile::Digital),
    );
    if route == TaxRoute::Direct && profile == TaxProfile::Classic {
        reading.wrong(
            "profile",
            "E_TAX_PROFILE",
            "the older form needs a tax device: choose the tax gateway that reaches it",
        );
    }
    let is_gateway = route == TaxRoute::Gateway;
    let (mut base_url, mut key_id) = (String::new(), String::new());
    let mut secret = SealedText::default();
    if is_gateway {
        base_url = web_address(ports, &mut reading, "base_url", &draft.base_url);
        key_id = reading.required("key_id", &draft.key_id, 64);
        // A key is sealed for its id, and was given for one address: either one changed needs it again.
        let kept = before
            .as_ref()
            .filter(|it| it.key_id == key_id && it.base_url == base_url);
        secret = match (draft.secret.trim(), kept) {
            ("", Some(before)) => before.secret.clone(),
            ("", None) => {
                reading.wrong("secret", "E_REQUIRED", "this must be filled in");
                SealedText::default()
            }
            (typed, _) => ports
                .sealer
                .seal(&gateway_purpose(&seller.id, &key_id), typed),
        };
    }
    let there = before.as_ref().map_or(TaxRoute::Direct, |it| it.route);
    let moves = there != route || before.as_ref().is_some_and(|it| it.base_url != base_url);
    if there == TaxRoute::Gateway && moves {
        let open = ports.store.open_at_gateway(&seller.id).await?;
        if open > 0 {
            reading.wrong(
                "route",
                "E_TAX_ROUTE_OPEN",
                format!(
                    "{open} invoice(s) were asked of the present gateway and have no answer yet: settle them first"
                ),
            );
        }
    }
    let connection = reading.end(Some(TaxConnection {
        seller: seller.id.clone(),
        route,
        profile,
        base_url,
        key_id,
        secret,
        verdict: String::new(),
        checked_at: None,
        version: draft
            .version
            .unwrap_or_else(|| before.map_or(1, |it| it.version)),
    }))?;
    let job = |job| QueuedJob::now(job, Some(seller.id.clone()));
    let mut jobs = vec![
        job(Job::SyncTaxData(seller.id.clone())),
        job(Job::RefillStock(seller.id.clone())),
    ];
    if seller.platform_account.is_some() {
        jobs.push(job(Job::EnsureTemplate {
            seller: seller.id.clone(),
            kind: profile.ordinary(),
        }));
    }
    ports
        .store
        .save_tax_connection(&connection, jobs, actor)
        .await?;
    Ok(connection)
}

/// Asks the seller's tax side whether it answers for this taxpayer, and notes what came: `None` when it does.
///
/// # Errors
/// [`StoreError`].
pub async fn test_tax_connection(
    ports: &Ports,
    actor: &Actor,
    seller: &Seller,
) -> Result<Option<String>, StoreError> {
    // What is asked now: an answer that comes after the connection was changed says nothing about the new one.
    let asked = ports.store.tax_connection(&seller.id).await?;
    let version = asked.map_or(0, |it| it.version);
    let verdict = match ports.tax.probe(seller).await {
        Ok(()) => None,
        Err(error) => Some(coded(&error)),
    };
    ports
        .store
        .note_tax_test(
            &seller.id,
            version,
            verdict.as_deref().unwrap_or_default(),
            actor,
        )
        .await?;
    Ok(verdict)
}
