//! Red letters: the confirmation, step by step, and the red invoice that equals it.

use crate::{
    actor::Actor,
    device::{RedWay, red_way},
    errors::{Advice, OutsideError, StoreError},
    gateway::follow_offset,
    ids::fresh,
    jobs::{Job, QueuedJob},
    platform::face::draft_face,
    ports::{FormStatus, Ports, RedApplication, RedFormChange, Scope},
    records::{Invoice, RedForm, RedOf, Seller},
    step::StepError,
    unified::follow_clear,
};
use chrono::TimeDelta;
use fapiao_domain::{
    confirmation::FormState,
    face::RedReference,
    ids::RedFormId,
    invoice::{InvoiceKind, InvoiceState},
    remark::{RemarkParts, compose},
};
use serde_json::{Value, json};

/// Seconds until a confirmation that waits for its turn looks again.
const TURN_SECS: u32 = 15;
/// Seconds between two looks at a confirmation whose red invoice was refused.
const REFUSED_SECS: u32 = 300;
/// Clocks of the two sides may differ by so much.
const CLOCK_SLACK_MINUTES: i64 = 10;
/// Most steps of one run: applied, told, drafted.
const STEPS: usize = 5;

/// Brings a confirmation as far as it goes now.
///
/// # Errors
/// [`StepError`]; `NotYet` while somebody's answer is awaited.
pub async fn follow_red_form(ports: &Ports, id: &RedFormId) -> Result<(), StepError> {
    for _ in 0..STEPS {
        let Some(form) = ports.store.red_form(&Scope::All, id).await? else {
            return Ok(());
        };
        // The buyer's form came to nothing: there is nothing to begin again, and nothing is given back.
        if form.by_buyer && form.state.has_failed() {
            let mut over = change(&form, FormState::GivenUp, json!({}));
            over.actor = Actor::System;
            return Ok(ports.store.change_red_form(over).await?);
        }
        if !form.state.holds() {
            return Ok(());
        }
        // Another company's platform issued the invoice: only it can take it back, however its seller issues today.
        let blue = blue_of(ports, &form).await?;
        if ports
            .store
            .platform_request(&blue.delivery)
            .await?
            .is_some()
        {
            return follow_offset(ports, &form).await;
        }
        if let Some(made) = ports.store.made_out(&blue.id).await? {
            return follow_clear(ports, &form, &blue, &made).await;
        }
        if form.carried_out_at.is_some() {
            return Ok(());
        }
        match form.state {
            FormState::Planned => begin(ports, &form).await?,
            FormState::Asked => find_or_apply(ports, &form).await?,
            FormState::AwaitsBuyer | FormState::AwaitsSeller => look(ports, &form).await?,
            // Refused for good, perhaps because the other side withdrew: a form that no longer stands is told.
            state if form.red_is_refused() && has_its_key(&form, state) => {
                look(ports, &form).await?;
            }
            _ if form.red.is_some() => return Ok(()),
            _ => return draft(ports, &form).await,
        }
    }
    Err(StepError::not_yet(
        1,
        "红字确认单马上继续 / the red confirmation goes on in a moment",
    ))
}

/// A change that follows from what the tax side said.
fn change(form: &RedForm, to: FormState, note: Value) -> RedFormChange {
    RedFormChange {
        id: form.id.clone(),
        expected_version: form.version,
        from: form.state,
        to,
        identity: None,
        entered_at: None,
        message: String::new(),
        then: Vec::new(),
        actor: Actor::TaxAuthority,
        note,
    }
}

async fn begin(ports: &Ports, form: &RedForm) -> Result<(), StepError> {
    let blue = blue_of(ports, form).await?;
    if red_way(ports, &blue).await? == RedWay::ByDevice {
        let mut direct = change(form, FormState::Direct, json!({}));
        direct.actor = Actor::System;
        return Ok(ports.store.change_red_form(direct).await?);
    }
    let mut asked = change(form, FormState::Asked, json!({}));
    asked.actor = Actor::System;
    match ports.store.change_red_form(asked).await {
        Ok(()) => {}
        Err(StoreError::Exists { .. }) => {
            return Err(StepError::not_yet(
                TURN_SECS,
                "另一张红字确认单正占用这张蓝字发票，轮到时自动继续 / another red confirmation holds the blue invoice; this one comes after it",
            ));
        }
        Err(error) => return Err(error.into()),
    }
    let Some(asked) = ports.store.red_form(&Scope::All, &form.id).await? else {
        return Ok(());
    };
    apply(ports, &asked, blue).await
}

/// Applied for before, without a recorded answer: the tax side is asked what it has before anything is asked for again.
async fn find_or_apply(ports: &Ports, form: &RedForm) -> Result<(), StepError> {
    let blue = blue_of(ports, form).await?;
    let seller = seller_of(ports, form).await?;
    let Some(identity) = &blue.identity else {
        return Err(StoreError::Corrupt(format!("invoice {} has no number", blue.id)).into());
    };
    let known: Vec<String> = ports
        .store
        .refunds_of(&form.order)
        .await?
        .into_iter()
        .flat_map(|it| it.forms)
        .map(|it| it.key)
        .collect();
    let not_before =
        form.asked_at.unwrap_or(form.created_at) - TimeDelta::minutes(CLOCK_SLACK_MINUTES);
    let is_this = |it: &&FormStatus| {
        it.ours
            && it.reason == Some(form.reason)
            && (it.amount, it.tax) == (form.totals.amount, form.totals.tax)
            && it.red_number.is_empty()
            && it.entered_at.is_none_or(|at| at >= not_before)
            && !known.contains(&it.key)
    };
    let there = ports.tax.red_forms(&seller, identity).await?;
    match there.iter().rev().find(is_this) {
        Some(found) => taken(ports, form, found, json!({ "found": found.number })).await,
        None => apply(ports, form, blue).await,
    }
}

async fn apply(ports: &Ports, form: &RedForm, blue: Invoice) -> Result<(), StepError> {
    let seller = seller_of(ports, form).await?;
    let application = RedApplication {
        serial: form.id.to_string(),
        blue,
        reason: form.reason,
        lines: form.lines.clone(),
        totals: form.totals,
    };
    match ports.tax.apply_red(&seller, &application).await {
        Ok(status) => taken(ports, form, &status, json!({})).await,
        Err(error) if is_refusal(&error) => {
            let mut rejected = change(form, FormState::Rejected, json!({ "code": error.code }));
            rejected.message = error.message;
            Ok(ports.store.change_red_form(rejected).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// The tax side understood and said no; anything else (no connection, wrong settings) may still go through.
fn is_refusal(error: &OutsideError) -> bool {
    let by_rule = error.code == "unfit" || error.code.bytes().all(|it| it.is_ascii_digit());
    let lasting = matches!(error.advice, Advice::NeedsPerson | Advice::Never);
    lasting && by_rule && !error.code.is_empty()
}

async fn taken(
    ports: &Ports,
    form: &RedForm,
    status: &FormStatus,
    note: Value,
) -> Result<(), StepError> {
    let mut change = change(form, status.state, note);
    change.identity = Some((status.number.clone(), status.key.clone()));
    change.entered_at = Some(status.entered_at.unwrap_or_else(|| ports.clock.now()));
    Ok(ports.store.change_red_form(change).await?)
}

/// Whether the tax side can be asked about it.
fn has_its_key(form: &RedForm, state: FormState) -> bool {
    state.code().is_some() && !form.key.is_empty()
}

/// Whether the other side answered.
async fn look(ports: &Ports, form: &RedForm) -> Result<(), StepError> {
    let seller = seller_of(ports, form).await?;
    let status = ports.tax.red_form(&seller, &form.key).await?;
    if status.state != form.state {
        let told = change(form, status.state, json!({}));
        return Ok(ports.store.change_red_form(told).await?);
    }
    let age = form
        .entered_at
        .map_or(0, |at| (ports.clock.now() - at).num_seconds());
    let after = match age {
        ..600 => 15,
        600..7_200 => 60,
        _ => 600,
    };
    Err(match form.state {
        FormState::AwaitsBuyer => StepError::not_yet(
            after,
            "等待购买方在税局系统确认红字信息 / the buyer has to confirm the red letter in the tax authority's system",
        ),
        FormState::AwaitsSeller => StepError::not_yet(
            after,
            "等待我方答复购买方发起的红字确认单 / the seller has to answer the buyer's red confirmation",
        ),
        _ => StepError::not_yet(
            REFUSED_SECS,
            "红字发票被税局拒绝：请重新上传，或撤销确认单；在此之前会持续查看 / the red invoice was refused: upload it again, or have the confirmation withdrawn; it is looked at until then",
        ),
    })
}

/// Writes the red invoice: equal to the form, line by line.
async fn draft(ports: &Ports, form: &RedForm) -> Result<(), StepError> {
    let blue = blue_of(ports, form).await?;
    let red = red_invoice(ports, form, blue).await?;
    let now = ports.clock.now();
    ports
        .renderer
        .check(&draft_face(&red, now, ports.tax.is_sandbox()))
        .map_err(|what| StepError::parked("not_printable", what))?;
    match ports.store.draft_red(red, &Actor::System).await {
        // Another worker wrote it.
        Ok(()) | Err(StoreError::Exists { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The red invoice of a confirmation, without its number.
pub(crate) async fn red_invoice(
    ports: &Ports,
    form: &RedForm,
    blue: Invoice,
) -> Result<Invoice, StepError> {
    let seller = seller_of(ports, form).await?;
    let blue_identity = blue
        .identity
        .clone()
        .ok_or_else(|| StoreError::Corrupt(format!("invoice {} has no number", blue.id)))?;
    let reference = RedReference {
        blue: blue_identity.clone(),
        confirmation: form.number.clone(),
    };
    let parts = RemarkParts {
        red: Some(reference),
        // What the blue one said it took off, taken back.
        deduction: blue.difference.map(|it| -it.deduction),
        payee: seller.payee.clone(),
        reviewer: seller.reviewer.clone(),
        ..RemarkParts::default()
    };
    let remark = compose(red_kind(form, blue.kind), &parts)
        .map_err(|error| StepError::parked("remark_too_long", error.to_string()))?;
    let now = ports.clock.now();
    Ok(Invoice {
        id: fresh(now),
        order: form.order.clone(),
        delivery: blue.delivery.clone(),
        seller: blue.seller.clone(),
        kind: red_kind(form, blue.kind),
        identity: None,
        state: InvoiceState::Ready,
        reason: String::new(),
        // Seller and buyer as on the blue invoice, whatever they are called today.
        seller_party: blue.seller_party.clone(),
        province: blue.province.clone(),
        clerks: [seller.drawer, seller.payee, seller.reviewer],
        title: blue.title.clone(),
        lines: form.lines.iter().map(|it| it.line.clone()).collect(),
        sources: Vec::new(),
        red: Some(RedOf {
            blue: blue.id.clone(),
            blue_identity,
            form: form.id.clone(),
            form_number: form.number.clone(),
            form_key: form.key.clone(),
            reason: form.reason,
            blue_lines: form.lines.iter().map(|it| it.blue_no).collect(),
        }),
        totals: form.totals,
        difference: blue.difference,
        payments: Vec::new(),
        remark,
        issued_at: None,
        receipt: String::new(),
        uploaded_at: None,
        created_at: now,
        version: 1,
    })
}

/// The kind of the blue one; where a confirmation takes back the older form, a digital one.
fn red_kind(form: &RedForm, blue: InvoiceKind) -> InvoiceKind {
    match blue {
        InvoiceKind::ClassicOrdinary if !form.number.is_empty() => InvoiceKind::DigitalOrdinary,
        other => other,
    }
}

async fn blue_of(ports: &Ports, form: &RedForm) -> Result<Invoice, StepError> {
    let found = ports
        .store
        .invoices_by_id(std::slice::from_ref(&form.blue))
        .await?
        .pop();
    found.ok_or_else(|| {
        let what = format!("invoice {}", form.blue);
        StoreError::NotFound { what }.into()
    })
}

async fn seller_of(ports: &Ports, form: &RedForm) -> Result<Seller, StepError> {
    let found = ports.store.seller(&form.seller).await?;
    found.ok_or_else(|| {
        let what = format!("seller {}", form.seller);
        StoreError::NotFound { what }.into()
    })
}

/// The job that follows a confirmation.
pub fn follow(form: &RedForm) -> QueuedJob {
    QueuedJob::now(
        Job::FollowRedForm(form.id.clone()),
        Some(form.seller.clone()),
    )
}
