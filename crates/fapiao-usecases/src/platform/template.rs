//! Card templates: one per seller, kind and payee, each made at most once with certainty.

use crate::{
    actor::Actor,
    errors::{Advice, StoreError},
    ids::fresh,
    jobs::{Job, QueuedJob},
    platform::preflight,
    ports::{
        CARD, CardTemplate, Design, Ports, TemplateOrder, TemplateTry, TryState, card_subject,
    },
    records::{Account, CardDesign, IssuingMode, JobRow, Seller},
    step::StepError,
};
use bytes::Bytes;
use fapiao_domain::{
    ids::{JobId, SellerId},
    invoice::InvoiceKind,
};

/// While one node makes a template, others wait this long.
const LEASE_SECS: u32 = 120;
/// What a job is stopped with whose answer to createcard was lost.
const TEMPLATE_UNKNOWN: &str = "template_unknown";

/// A plain seal-coloured square with a paper sign: sellers without a logo of their own still need one.
pub const DEFAULT_LOGO: &[u8] = include_bytes!("default_logo.png");

/// The account that plays the platform role for a seller.
pub(crate) async fn platform_account(ports: &Ports, seller: &Seller) -> Result<Account, StepError> {
    let missing = || {
        StepError::parked(
            "no_platform_account",
            format!(
                "开票主体没有选定开票平台账号，请在其设置中选择后重试：{0} / seller {0} has no platform account; choose one in its \
                 settings and retry",
                seller.id
            ),
        )
    };
    let id = seller.platform_account.as_ref().ok_or_else(missing)?;
    ports.store.account(id).await?.ok_or_else(missing)
}

/// The account that made the template of a card, which alone may change the card; the seller's of today where that is not
/// known.
pub(crate) async fn account_of_card(
    ports: &Ports,
    seller: &Seller,
    template: &str,
) -> Result<Account, StepError> {
    let made = ports.store.templates_of(&seller.id).await?;
    let account = match made.iter().find(|it| it.card_id == template) {
        Some(made) => ports.store.account(&made.account).await?,
        None => None,
    };
    match account {
        Some(account) => Ok(account),
        None => platform_account(ports, seller).await,
    }
}

/// The kind of ordinary invoice that a seller issues: of the digital form, or of the older one.
///
/// # Errors
/// [`StoreError`].
pub async fn usual_kind(ports: &Ports, seller: &SellerId) -> Result<InvoiceKind, StoreError> {
    let connection = ports.store.tax_connection(seller).await?;
    Ok(connection.map_or(InvoiceKind::DigitalOrdinary, |it| it.profile.ordinary()))
}

/// The kinds of invoice a seller needs templates of: what it usually issues, and what it has had a template of before.
///
/// # Errors
/// [`StoreError`].
pub async fn kinds_of(ports: &Ports, seller: &SellerId) -> Result<Vec<InvoiceKind>, StoreError> {
    let mut kinds = vec![usual_kind(ports, seller).await?];
    for template in ports.store.templates_of(seller).await? {
        if !kinds.contains(&template.kind) {
            kinds.push(template.kind);
        }
    }
    Ok(kinds)
}

/// The jobs that make a seller's templates. Each does nothing when the present payee has its template; none are needed
/// where another platform inserts the cards.
///
/// # Errors
/// [`StoreError`].
pub async fn templates_to_make(
    ports: &Ports,
    seller: &Seller,
) -> Result<Vec<QueuedJob>, StoreError> {
    if seller.mode != IssuingMode::SelfBuilt || seller.platform_account.is_none() {
        return Ok(Vec::new());
    }
    let kinds = kinds_of(ports, &seller.id).await?;
    let job = |kind| Job::EnsureTemplate {
        seller: seller.id.clone(),
        kind,
    };
    let queued = |kind| QueuedJob::now(job(kind), Some(seller.id.clone()));
    Ok(kinds.into_iter().map(queued).collect())
}

/// Makes the template of a seller's invoices of one kind, unless the payee has one of the present design.
///
/// Making one is not repeatable at WeChat, so the try is saved before the call. A try whose answer was lost waits for a
/// person: nothing is asked a second time by itself.
///
/// # Errors
/// [`StepError`].
pub async fn ensure_template(
    ports: &Ports,
    id: &SellerId,
    kind: InvoiceKind,
) -> Result<(), StepError> {
    let Some(seller) = ports.store.seller(id).await? else {
        return Ok(());
    };
    // Cards of the others are made by their platform.
    if seller.mode != IssuingMode::SelfBuilt {
        return Ok(());
    }
    let account = platform_account(ports, &seller).await?;
    ensure_at(ports, &seller, &account, kind).await
}

/// Makes the template of a seller's invoices of one kind at one account, unless it has one of the present design.
async fn ensure_at(
    ports: &Ports,
    seller: &Seller,
    account: &Account,
    kind: InvoiceKind,
) -> Result<(), StepError> {
    let id = &seller.id;
    let (design, design_version) = design_of(ports, id, kind).await?;
    let payee = seller.party.name.clone();
    let known = ports.store.template(&account.id, id, kind, &payee).await?;
    if known.is_some_and(|it| it.design_version >= design_version) {
        return release_unknown(ports, id, kind).await;
    }
    if let Some(open) = ports.store.open_try(&account.id, id, kind).await?
        && open.state == TryState::Unknown
    {
        return Err(unknown_outcome(&open));
    }
    // Before the lock: uploading a picture twice does no harm.
    let order = order_of(ports, account, seller, kind, &design).await?;
    if let Some(stop) = preflight::stops(&preflight::foresee_template(&order, account)) {
        return Err(stop);
    }
    if !ports
        .store
        .lease_template(&account.id, id, kind, LEASE_SECS)
        .await?
    {
        return Err(StepError::not_yet(
            5,
            "另一个节点正在创建卡券模板 / another node is making the template",
        ));
    }
    let try_id: JobId = fresh(ports.clock.now());
    let new = TemplateTry {
        id: try_id.to_string(),
        account: account.id.clone(),
        seller: id.clone(),
        kind,
        payee,
        design_version,
        state: TryState::Asked,
        reason: String::new(),
        card_id: None,
        asked_at: ports.clock.now(),
    };
    if !ports.store.begin_try(&new).await? {
        // Whoever asked held the lease before us, and went without saying how it ended.
        return Err(lost_earlier(ports, &new).await?);
    }
    ask(ports, account, &order, &new).await
}

/// The design of a seller's cards and its version; a plain one of version 0 when none was drawn.
///
/// # Errors
/// [`StepError`] of the store.
pub async fn design_of(
    ports: &Ports,
    seller: &SellerId,
    kind: InvoiceKind,
) -> Result<(CardDesign, i64), StepError> {
    let drawn: Option<Design> = ports
        .store
        .design(CARD, &card_subject(seller, kind))
        .await?;
    Ok(drawn.map_or_else(
        || (CardDesign::default(), 0),
        |it| (CardDesign::from_json(&it.value), it.version),
    ))
}

async fn order_of(
    ports: &Ports,
    account: &Account,
    seller: &Seller,
    kind: InvoiceKind,
    design: &CardDesign,
) -> Result<TemplateOrder, StepError> {
    let (logo, png) = match &design.logo {
        None => (Bytes::from_static(DEFAULT_LOGO), true),
        Some(logo) => {
            let bytes = ports.files.get(&logo.sha256).await?.ok_or_else(|| {
                StepError::parked(
                    "document_missing",
                    format!(
                        "文件存储中缺少标志图片，请在卡券页面重新上传：{0} / the file store has no logo {0}; upload it again on the page of the cards",
                        logo.sha256
                    ),
                )
            })?;
            (bytes, logo.png)
        }
    };
    let title = if design.title.is_empty() {
        seller.short_name.clone()
    } else {
        design.title.clone()
    };
    Ok(TemplateOrder {
        logo_url: ports.platform.upload_logo(account, logo, png).await?,
        title,
        payee: seller.party.name.clone(),
        kind,
        first: design.first.clone(),
        second: design.second.clone(),
    })
}

async fn ask(
    ports: &Ports,
    account: &Account,
    order: &TemplateOrder,
    asked: &TemplateTry,
) -> Result<(), StepError> {
    let by = Actor::System;
    match ports.platform.create_template(account, order).await {
        Ok(card_id) => {
            let made = CardTemplate {
                card_id,
                account: asked.account.clone(),
                seller: asked.seller.clone(),
                kind: asked.kind,
                payee: asked.payee.clone(),
                design_version: asked.design_version,
                created_at: ports.clock.now(),
            };
            ports.store.finish_try(&asked.id, &made, &by).await?;
            release_unknown(ports, &asked.seller, asked.kind).await
        }
        Err(error) if error.advice == Advice::OutcomeUnknown => {
            let store = &ports.store;
            store
                .end_try(&asked.id, TryState::Unknown, &error.message, &by)
                .await?;
            // Only the next look waits for a person: whoever settles the try in this moment finds nothing parked, and
            // nothing is parked afterwards.
            Err(StepError::not_yet(
                1,
                "创建卡券模板的应答丢失 / the answer to createcard was lost",
            ))
        }
        Err(error) => {
            // WeChat said no: nothing was made.
            let store = &ports.store;
            store
                .end_try(&asked.id, TryState::Refused, &error.message, &by)
                .await?;
            Err(error.into())
        }
    }
}

/// A job that stopped because it was not known whether the template is there has nothing to wait for any more: whoever
/// settled the try a moment before it stopped could not see it.
async fn release_unknown(
    ports: &Ports,
    seller: &SellerId,
    kind: InvoiceKind,
) -> Result<(), StepError> {
    let subject = card_subject(seller, kind);
    let mut after = None;
    loop {
        let page = ports
            .store
            .jobs(Some("parked"), after.as_deref(), 200)
            .await?;
        let moot = |job: &&JobRow| job.subject == subject && job.code == TEMPLATE_UNKNOWN;
        for job in page.rows.iter().filter(moot) {
            ports.store.retry_job(&job.id, &Actor::System).await?;
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

async fn lost_earlier(ports: &Ports, new: &TemplateTry) -> Result<StepError, StepError> {
    let open = ports
        .store
        .open_try(&new.account, &new.seller, new.kind)
        .await?;
    let Some(open) = open else {
        return Ok(StepError::not_yet(
            2,
            "刚刚有一次创建已结束 / another try has just ended",
        ));
    };
    ports
        .store
        .end_try(
            &open.id,
            TryState::Unknown,
            "the process ended before WeChat's answer was stored",
            &Actor::System,
        )
        .await?;
    Ok(unknown_outcome(&open))
}

fn unknown_outcome(open: &TemplateTry) -> StepError {
    StepError::parked(
        TEMPLATE_UNKNOWN,
        format!(
            "请求创建卡券模板后未收到应答，不知道是否已创建（{0}，收款方 {1}）：请到微信后台核对，再到卡券页面确认，系统不会自动再次创建 / \
             WeChat was asked at {0} for a card template and its answer was lost; look in WeChat's console whether it is there, then say so on the page of the cards: it is never asked for twice by itself",
            open.asked_at.format("%Y-%m-%d %H:%M:%S UTC"),
            open.payee
        ),
    )
}

/// Has the template of a kind made that the seller may never have issued before, while the invoice is on its way: its
/// card need not wait for it.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn foresee_template(
    ports: &Ports,
    seller: &Seller,
    kind: InvoiceKind,
) -> Result<(), StoreError> {
    let Some(account) = seller.platform_account.as_ref() else {
        return Ok(());
    };
    let payee = &seller.party.name;
    let known = ports
        .store
        .template(account, &seller.id, kind, payee)
        .await?;
    if known.is_some() {
        return Ok(());
    }
    let job = Job::EnsureTemplate {
        seller: seller.id.clone(),
        kind,
    };
    let queued = QueuedJob::now(job, Some(seller.id.clone()));
    ports.store.enqueue(vec![queued]).await
}

/// The template for a card, or a wait while it is made.
pub(crate) async fn template_for(
    ports: &Ports,
    seller: &Seller,
    account: &Account,
    kind: InvoiceKind,
) -> Result<CardTemplate, StepError> {
    if let Some(template) = ports
        .store
        .template(&account.id, &seller.id, kind, &seller.party.name)
        .await?
    {
        return Ok(template);
    }
    if let Some(open) = ports.store.open_try(&account.id, &seller.id, kind).await?
        && open.state == TryState::Unknown
    {
        // The page of the cards says what to do; once done, this goes on by itself.
        return Err(StepError::not_yet(
            60,
            "不知道卡券模板是否已创建，需要人工在卡券模板页面确认 / it is not known whether the card template was made; a person \
             has to say so on the page of the cards",
        ));
    }
    let today = ports.store.seller(&seller.id).await?;
    let is_of_today = today.is_some_and(|it| {
        it.mode == IssuingMode::SelfBuilt && it.platform_account.as_ref() == Some(&account.id)
    });
    if is_of_today {
        let job = Job::EnsureTemplate {
            seller: seller.id.clone(),
            kind,
        };
        let queued = QueuedJob::now(job, Some(seller.id.clone()));
        ports.store.enqueue(vec![queued]).await?;
    } else {
        // The buyer agreed to a platform that the seller left since: its job would make the template elsewhere.
        ensure_at(ports, seller, account, kind).await?;
    }
    Err(StepError::not_yet(
        2,
        "卡券模板正在创建 / the card template is being made",
    ))
}
