//! Deliveries: shown, waited for, refused.

use super::{
    Reading,
    answers::{DeliveryOut, WechatPageOut},
    body::Writing,
    json,
    order_body::{nothing_body, refusal_body},
    query::Query,
    replayed,
    stopped::StoppedJobs,
    text_of,
};
use crate::{
    app::App,
    i18n::Lang,
    problem::{Kind, Problem, Said},
    security::language::of_api,
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use fapiao_domain::{
    delivery::DeliveryState,
    ids::{DeliveryId, Id},
    invoice::InvoiceState,
};
use fapiao_usecases::{
    idempotency::Effect,
    merchant::{
        pages::{PageError, wechat_page_of},
        refusal::{RefusalError, refuse_delivery},
    },
    ports::Scope,
    records::Delivery,
};
use std::time::{Duration, Instant};

/// Longest wait for a change, in seconds.
pub(crate) const WAIT_MAX: u32 = 30;

/// How long a caller waits at most where only a person's act changes anything, be it staff or the buyer who collects: not
/// at all would have impatient callers ask without a pause.
const AT_REST: Duration = Duration::from_secs(2);

/// A change may happen on another node, which gives no hint: the row is read at least this often.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(1);

/// `GET /deliveries/{id}?wait=10`.
pub(crate) async fn show(
    call: Reading,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = delivery_id(&id)?;
    let mut query = Query::read(request.query_string(), &["wait"]);
    let wait = query.whole("wait", 0, WAIT_MAX).unwrap_or(0);
    query.finish()?;
    let scope = call.holder.scope();
    let until = Instant::now() + Duration::from_secs(wait.into());
    let delivery = once_changed(&call.app, &scope, &id, until).await?;
    let invoice = match &delivery.invoice {
        Some(invoice) => call.app.ports.store.invoice(&scope, invoice).await?,
        None => None,
    };
    let lang = of_api(request.headers());
    let stopped = StoppedJobs::of(&call.app, std::slice::from_ref(&delivery), lang).await?;
    let base = &call.app.ports.public_base;
    json(
        StatusCode::OK,
        &DeliveryOut::new(&delivery, invoice.as_ref(), &stopped, base),
    )
}

/// What a caller waits for a change of.
#[derive(PartialEq)]
struct Seen {
    state: DeliveryState,
    /// An invoice that is issued before its buyer comes is so, or was refused, while the delivery's state does not change.
    collected: Option<InvoiceState>,
    is_stopped: bool,
}

impl Seen {
    /// Whether nothing goes on before a person does something: what the caller waited for may be there already.
    fn rests(&self) -> bool {
        self.is_stopped || self.collected.is_some()
    }

    async fn of(app: &App, scope: &Scope, it: &Delivery) -> Result<Seen, Problem> {
        let collected = match &it.invoice {
            Some(invoice) if it.issues_first() && it.state.awaits_buyer() => {
                let found = app.ports.store.invoice(scope, invoice).await?;
                let ended = |it: &InvoiceState| it.is_issued() || *it == InvoiceState::Refused;
                found.map(|it| it.state).filter(ended)
            }
            _ => None,
        };
        let stopped = StoppedJobs::of(app, std::slice::from_ref(it), Lang::En).await?;
        Ok(Seen {
            state: it.state,
            collected,
            is_stopped: stopped.about(it).is_some(),
        })
    }
}

/// The delivery as soon as it changes, its invoice is issued, it stops for staff, nothing more can happen, or the time is
/// over.
async fn once_changed(
    app: &App,
    scope: &Scope,
    id: &DeliveryId,
    until: Instant,
) -> Result<Delivery, Problem> {
    let read = || async {
        let found = app.ports.store.delivery(scope, id).await?;
        found.ok_or_else(|| Problem::no_delivery(id.as_str()))
    };
    let mut now = read().await?;
    if until <= Instant::now() {
        return Ok(now);
    }
    let first = Seen::of(app, scope, &now).await?;
    let until = if first.rests() {
        until.min(Instant::now() + AT_REST)
    } else {
        until
    };
    while !now.state.is_final() && Seen::of(app, scope, &now).await? == first {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        let millis = left.min(LOOK_EVERY).as_millis();
        let millis = u64::try_from(millis).unwrap_or(1000).max(1);
        app.ports.store.delivery_changed(id, millis).await;
        now = read().await?;
    }
    Ok(now)
}

/// `POST /deliveries/{id}/refusal`.
pub(crate) async fn refuse(call: Writing, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let id = delivery_id(&id)?;
    let (reason, url) = refusal_body(&call.node)?;
    let base = call.app.ports.public_base.clone();
    let answer = |it: &Delivery| {
        text_of(&DeliveryOut::new(it, None, &StoppedJobs::NONE, &base)).unwrap_or_default()
    };
    let caller = call.holder.caller();
    let ports = &call.app.ports;
    let repeat = Some(call.repeat);
    match refuse_delivery(ports, &caller, &id, &reason, &url, repeat, &answer).await? {
        Effect::Done(delivery) => Ok(super::json_text(StatusCode::OK, answer(&delivery))),
        Effect::Replayed { status, body } => Ok(replayed(status, body)),
        Effect::KeyReused => Err(RefusalError::KeyReused.into()),
    }
}

/// `POST /deliveries/{id}/wechat-page`: a fresh page, for who opens it by other means than our short link. Its address
/// goes stale, so a repetition asks WeChat anew instead of repeating the first answer.
pub(crate) async fn wechat_page(
    call: Writing,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = delivery_id(&id)?;
    nothing_body(&call.node)?;
    let ports = &call.app.ports;
    match wechat_page_of(ports, &call.holder.scope(), &id).await {
        Ok((delivery, page)) => json(StatusCode::OK, &WechatPageOut::new(&delivery, page)),
        Err(error) => Err(no_page(&id, error)),
    }
}

fn no_page(id: &DeliveryId, error: PageError) -> Problem {
    let en = error.to_string();
    match error {
        PageError::Unknown => Problem::no_delivery(id.as_str()),
        PageError::NotAwaiting(state) => {
            let zh = format!("该投递的状态是 {state}，无需再打开授权页");
            Problem::new(Kind::DeliveryNotOpen, Said::new(en, zh))
        }
        PageError::Expired => Problem::new(
            Kind::DeliveryNotOpen,
            Said::new(en, "该投递已过期，请新建投递"),
        ),
        PageError::NothingLeft => Problem::new(
            Kind::DeliveryNotOpen,
            Said::new(en, "订单已全部退款，或已开具发票，没有可开票的金额"),
        ),
        PageError::NotReady(what) => {
            let zh = format!("开票设置尚未完成：{what}");
            Problem::new(Kind::NotSetUp, Said::new(en, zh))
        }
        PageError::Refused { code, reason } => {
            let (zh, en) = reason.split_once(" / ").unwrap_or((&reason, &reason));
            let zh = format!("微信会以 {code} 拒绝：{zh}");
            let en = format!("WeChat would refuse it with {code}: {en}");
            Problem::new(Kind::NotSetUp, Said::new(en, zh))
        }
        PageError::WeChat(error) => error.into(),
        PageError::Store(error) => error.into(),
    }
}

fn delivery_id(text: &str) -> Result<DeliveryId, Problem> {
    DeliveryId::parse(text).map_err(|error| Problem::no_delivery(&error.text))
}
