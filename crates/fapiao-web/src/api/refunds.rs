//! Refunds and red letters: planned, decided, followed.

use super::{
    Reading,
    answers::{TotalsOut, time},
    body::Writing,
    json,
    json::Node,
    json_text,
    orders::locate,
    reader::{Members, Reader},
    replayed,
    stopped::{StoppedJobs, StoppedOut},
    text_of,
};
use crate::{
    problem::{Kind, Problem, Said},
    security::language::of_api,
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use fapiao_domain::{
    confirmation::FormWaits,
    ids::{Id, InvoiceId, OrderId, RefundId},
    money::{Fen, parse_positive},
    red::{RedLine, RedReason},
    text::invisible,
};
use fapiao_usecases::{
    books::{Books, BooksError},
    idempotency::Effect,
    merchant::{
        buyers_use::ask_buyers_uses,
        refunds::{
            Asked, Extent, PlannedLetter, PlannedRefund, RefundDraft, RefundProblem, decide, plan,
        },
    },
    ports::UseTold,
    records::{RedForm, Refund, RefundStage},
};
use serde::Serialize;

pub(crate) const REFUND: [&str; 11] = [
    "mode",
    "reason",
    "everything",
    "lines",
    "amount",
    "replace",
    "reissue",
    "despite_card_lock",
    "refund_no",
    "note",
    "plan",
];
pub(crate) const REFUND_LINE: [&str; 3] = ["line", "quantity", "amount"];

/// Longest texts of a refund.
const NUMBER_MAX: usize = 64;
const NOTE_MAX: usize = 200;

/// Plan or decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Plan,
    Confirm,
}

/// `POST /orders/{id}/refunds`.
pub(crate) async fn create(call: Writing, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let order = OrderId::parse(&id).map_err(|error| Problem::no_order(&error.text))?;
    let (mode, draft) = read(&call.node)?;
    run(call, &order, mode, draft).await
}

/// `POST /invoices/{id}/red-letters`.
pub(crate) async fn create_letter(
    call: Writing,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let parsed = InvoiceId::parse(&id).map_err(|error| Problem::no_invoice(&error.text))?;
    let (mode, mut draft) = read(&call.node)?;
    let scope = call.holder.scope();
    let found = call.app.ports.store.invoice(&scope, &parsed).await?;
    let invoice = found.ok_or_else(|| Problem::no_invoice(&id))?;
    draft.invoice = Some(invoice.id);
    run(call, &invoice.order, mode, draft).await
}

async fn run(
    call: Writing,
    order: &OrderId,
    mode: Mode,
    draft: RefundDraft,
) -> Result<HttpResponse, Problem> {
    let ports = &call.app.ports;
    let caller = call.holder.caller();
    if mode == Mode::Plan {
        let mut planned = plan(ports, &caller.scope, order, &draft).await?;
        ask_buyers_uses(ports, &mut planned).await?;
        return json(StatusCode::OK, &PlanOut::from(&planned));
    }
    let answer = |refund: &Refund, books: &Books| {
        text_of(&RefundOut::new(refund, books, &StoppedJobs::NONE)).unwrap_or_default()
    };
    let key = Some(call.repeat);
    match decide(ports, &caller, order, &draft, key, &answer).await? {
        Effect::Done(refund) => {
            let books = open(ports, &caller.scope, order).await?;
            let mut response = json_text(StatusCode::CREATED, answer(&refund, &books));
            locate(&mut response, &format!("/api/v1/refunds/{}", refund.id));
            Ok(response)
        }
        Effect::Replayed { status, body } => Ok(replayed(status, body)),
        Effect::KeyReused => Err(RefundProblem::KeyReused.into()),
    }
}

/// `GET /orders/{id}/refunds`.
pub(crate) async fn index(
    call: Reading,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let order = OrderId::parse(&id).map_err(|error| Problem::no_order(&error.text))?;
    let books = open(&call.app.ports, &call.holder.scope(), &order).await?;
    let lang = of_api(request.headers());
    let subjects: Vec<&str> = books.refunds.iter().map(|it| it.id.as_str()).collect();
    let stopped = StoppedJobs::on_subjects(&call.app, &subjects, lang).await?;
    let data: Vec<_> = books
        .refunds
        .iter()
        .map(|it| RefundOut::new(it, &books, &stopped))
        .collect();
    json(StatusCode::OK, &Listed { data })
}

/// `GET /refunds/{id}`.
pub(crate) async fn show(
    call: Reading,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let scope = call.holder.scope();
    let ports = &call.app.ports;
    let found = match RefundId::parse(&id) {
        Ok(parsed) => ports.store.refund(&scope, &parsed).await?,
        Err(_) => None,
    };
    let refund = found.ok_or_else(|| {
        let said = Said::new(format!("there is no refund {id}"), format!("没有退款 {id}"));
        Problem::new(Kind::NotFound, said)
    })?;
    let books = open(ports, &scope, &refund.order).await?;
    let lang = of_api(request.headers());
    let stopped = StoppedJobs::on_subjects(&call.app, &[refund.id.as_str()], lang).await?;
    json(StatusCode::OK, &RefundOut::new(&refund, &books, &stopped))
}

/// `GET /invoices/{id}/red-letters`.
pub(crate) async fn letters(call: Reading, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let parsed = InvoiceId::parse(&id).map_err(|error| Problem::no_invoice(&error.text))?;
    let store = &call.app.ports.store;
    let found = store.invoice(&call.holder.scope(), &parsed).await?;
    let invoice = found.ok_or_else(|| Problem::no_invoice(&id))?;
    let refunds = store.refunds_of(&invoice.order).await?;
    let data: Vec<_> = refunds
        .iter()
        .flat_map(|it| &it.forms)
        .filter(|it| it.blue == invoice.id)
        .map(RedLetterOut::from)
        .collect();
    json(StatusCode::OK, &Listed { data })
}

async fn open(
    ports: &fapiao_usecases::ports::Ports,
    scope: &fapiao_usecases::ports::Scope,
    id: &OrderId,
) -> Result<Books, Problem> {
    let order = ports.store.order(scope, id).await?;
    let order = order.ok_or_else(|| Problem::no_order(id.as_str()))?;
    match Books::open(ports, order).await {
        Ok(books) => Ok(books),
        Err(BooksError::Store(error)) => Err(error.into()),
        Err(BooksError::Lines(text)) => Err(RefundProblem::Lines(text).into()),
    }
}

/// Reads a body.
fn read(node: &Node) -> Result<(Mode, RefundDraft), Problem> {
    let mut reader = Reader::default();
    let Some(body) = reader.object(node, String::new(), &REFUND) else {
        return Err(Problem::wrong(Kind::InvalidFields, reader.into_wrong()));
    };
    let mode = mode(&mut reader, &body);
    let reason = reason(&mut reader, &body);
    let asked = asked(&mut reader, &body);
    let flag = |reader: &mut Reader, name: &str| reader.optional_flag(&body, name);
    let (replace, reissue) = (flag(&mut reader, "replace"), flag(&mut reader, "reissue"));
    if reissue && reason.is_some_and(|it| it != RedReason::Mistake) {
        let said = Said::new(
            "only a wrong invoice (reason 01) is asked for anew; `replace` takes the invoices of a refund back whole and \
             issues the rest anew",
            "只有原因 01（开票有误）可请买家重新授权；退款需整张红冲并重开剩余部分时请用 `replace`",
        );
        reader.refuse(body.pointer("reissue"), "E_REISSUE", said);
    }
    let despite_lock = flag(&mut reader, "despite_card_lock");
    let refund_no = short(&mut reader, &body, "refund_no", NUMBER_MAX);
    let note = short(&mut reader, &body, "note", NOTE_MAX);
    let plan = reader.optional_text(&body, "plan");
    match (mode, reason, asked) {
        (Some(mode), Some(reason), Some(asked)) if reader.is_content() => Ok((
            mode,
            RefundDraft {
                reason,
                asked,
                invoice: None,
                replace,
                reissue,
                despite_lock,
                refund_no,
                note,
                plan,
            },
        )),
        _ => Err(Problem::wrong(Kind::InvalidFields, reader.into_wrong())),
    }
}

fn mode(reader: &mut Reader, body: &Members<'_>) -> Option<Mode> {
    match reader.text(body, "mode").as_str() {
        "plan" => Some(Mode::Plan),
        "confirm" => Some(Mode::Confirm),
        "" => None,
        _ => {
            let said = Said::new(
                "`plan` shows what would happen, `confirm` does it",
                "`plan` 只试算，`confirm` 执行",
            );
            reader.refuse(body.pointer("mode"), "E_MODE", said);
            None
        }
    }
}

fn reason(reader: &mut Reader, body: &Members<'_>) -> Option<RedReason> {
    let text = reader.text(body, "reason");
    let found = RedReason::from_code(&text);
    if found.is_none() && !text.is_empty() {
        let said = Said::new(
            "a reason is 01 (wrong invoice), 02 (goods returned), 03 (service ended) or 04 (allowance)",
            "红冲原因：01 开票有误、02 销货退回、03 服务中止、04 销售折让",
        );
        reader.refuse(body.pointer("reason"), "E_REASON", said);
    }
    found
}

fn short(reader: &mut Reader, body: &Members<'_>, name: &str, most: usize) -> String {
    let text = reader.optional_text(body, name);
    if text.chars().count() > most || text.chars().any(char::is_control) {
        let said = Said::new(
            format!("at most {most} characters, without control characters"),
            format!("最多 {most} 个字符，不含控制字符"),
        );
        reader.refuse(body.pointer(name), "E_LENGTH", said);
    }
    if let Some(found) = invisible(&text) {
        let said = Said::new(found.to_string(), found.in_chinese());
        reader.refuse(body.pointer(name), "E_INVISIBLE", said);
    }
    text
}

/// Exactly one of everything, lines and amount.
fn asked(reader: &mut Reader, body: &Members<'_>) -> Option<Asked> {
    let everything = reader.optional_flag(body, "everything");
    let has = |name: &str| body.has(name);
    let named = usize::from(everything) + usize::from(has("lines")) + usize::from(has("amount"));
    if named != 1 {
        let said = Said::new(
            "say exactly one of `everything: true`, `lines` and `amount`",
            "`everything: true`、`lines`、`amount` 三者须且只须填写一个",
        );
        reader.refuse(body.pointer("lines"), "E_WHAT", said);
        return None;
    }
    if everything {
        return Some(Asked::Everything);
    }
    if has("amount") {
        let text = reader.decimal(body, "amount", "20.00");
        return amount(reader, body, &text).map(Asked::Amount);
    }
    let lines = reader.list(body, "lines");
    let read: Vec<Option<(u32, Extent)>> = lines
        .into_iter()
        .map(|(pointer, node)| line(reader, node, pointer))
        .collect();
    read.into_iter()
        .collect::<Option<Vec<_>>>()
        .map(Asked::Lines)
}

fn line(reader: &mut Reader, node: &Node, pointer: String) -> Option<(u32, Extent)> {
    let line = reader.object(node, pointer, &REFUND_LINE)?;
    let number = reader.decimal(&line, "line", "1");
    let Some(place) = number.parse::<u32>().ok().filter(|it| *it > 0) else {
        if !number.is_empty() {
            let said = Said::new(
                "the order's line, counted from 1, as a string",
                "订单明细行号，从 1 起，写成字符串",
            );
            reader.refuse(line.pointer("line"), "E_LINE", said);
        }
        return None;
    };
    let quantity = reader.optional_decimal(&line, "quantity", "1");
    let text = reader.optional_decimal(&line, "amount", "20.00");
    match (quantity.as_str(), text.as_str()) {
        ("", "") => Some((place, Extent::Rest)),
        (quantity, "") => match parse_positive(quantity) {
            Ok(quantity) => Some((place, Extent::Quantity(quantity))),
            Err(error) => {
                let said = Said::new(error.to_string(), "须为大于 0 的小数字符串");
                reader.refuse(line.pointer("quantity"), "E_QUANTITY", said);
                None
            }
        },
        ("", text) => amount(reader, &line, text).map(|it| (place, Extent::Amount(it))),
        _ => {
            let said = Said::new(
                "say a quantity or an amount, not both",
                "数量与金额只能填写一个",
            );
            reader.refuse(line.pointer("amount"), "E_WHAT", said);
            None
        }
    }
}

fn amount(reader: &mut Reader, of: &Members<'_>, text: &str) -> Option<Fen> {
    match Fen::parse_yuan(text) {
        Ok(amount) if amount.is_positive() => Some(amount),
        _ => {
            let said = Said::new(
                "an amount above 0.00 with at most two decimals, tax included",
                "须为大于 0.00、至多两位小数的含税金额",
            );
            reader.refuse(of.pointer("amount"), "E_AMOUNT", said);
            None
        }
    }
}

#[derive(Debug, Serialize)]
struct Listed<T> {
    data: Vec<T>,
}

#[derive(Debug, Serialize)]
struct PlanOut {
    plan: String,
    kind: &'static str,
    reason: &'static str,
    totals: TotalsOut,
    left: String,
    reissued: String,
    new_authorisations: u32,
    red_letters: Vec<PlannedLetterOut>,
    not_invoiced: Vec<TakenOut>,
}

#[derive(Debug, Serialize)]
struct PlannedLetterOut {
    invoice_id: String,
    number: String,
    reason: &'static str,
    totals: TotalsOut,
    completes: bool,
    card: Option<&'static str>,
    card_is_held: bool,
    returns_quota: bool,
    buyers_use: Option<&'static str>,
    lines: Vec<RedLineOut>,
}

#[derive(Debug, Serialize)]
struct RedLineOut {
    blue_line: u32,
    name: String,
    quantity: Option<String>,
    amount: String,
    rate: String,
    tax: String,
    gross: String,
}

#[derive(Debug, Serialize)]
struct TakenOut {
    line: u32,
    quantity: Option<String>,
    gross: String,
}

#[derive(Debug, Serialize)]
struct RefundOut {
    id: String,
    order_id: String,
    kind: &'static str,
    reason: &'static str,
    refund_no: String,
    note: String,
    stage: &'static str,
    stopped: Option<StoppedOut>,
    totals: TotalsOut,
    lines: Vec<TakenOut>,
    red_letters: Vec<RedLetterOut>,
    reissue: bool,
    delivery_id: Option<String>,
    created_at: String,
}

#[derive(Debug, Serialize)]
struct RedLetterOut {
    id: String,
    refund_id: String,
    invoice_id: String,
    reason: &'static str,
    state: &'static str,
    code: Option<&'static str>,
    waits_for: &'static str,
    lapses_at: Option<String>,
    number: String,
    message: String,
    totals: TotalsOut,
    completes: bool,
    red_invoice_id: Option<String>,
    red_invoice_state: Option<&'static str>,
    issued_at: Option<String>,
    lines: Vec<RedLineOut>,
}

impl From<&PlannedRefund> for PlanOut {
    fn from(it: &PlannedRefund) -> PlanOut {
        let open = it.plan.taken.iter().filter(|taken| taken.letter.is_none());
        PlanOut {
            plan: it.digest.clone(),
            kind: it.kind.as_str(),
            reason: it.reason.code(),
            totals: it.totals.into(),
            left: it.left.to_string(),
            reissued: it.reissued.to_string(),
            new_authorisations: it.authorisations,
            red_letters: it.letters.iter().map(PlannedLetterOut::from).collect(),
            not_invoiced: open
                .map(|taken| taken_out(&taken.line, &it.books))
                .collect(),
        }
    }
}

impl From<&PlannedLetter> for PlannedLetterOut {
    fn from(it: &PlannedLetter) -> PlannedLetterOut {
        let number = it.blue.identity.as_ref().map_or("", |it| it.number());
        PlannedLetterOut {
            invoice_id: it.blue.id.to_string(),
            number: number.to_owned(),
            reason: it.letter.reason.code(),
            totals: it.letter.plan.totals.into(),
            completes: it.letter.plan.completes,
            card: it.card.state().map(|it| it.as_str()),
            card_is_held: it.card_is_held(),
            returns_quota: it.returns_quota,
            buyers_use: match it.used {
                UseTold::Told(told) => Some(told.as_str()),
                UseTold::NotAsked | UseTold::Untold => None,
            },
            lines: it.letter.plan.lines.iter().map(RedLineOut::from).collect(),
        }
    }
}

impl From<&RedLine> for RedLineOut {
    fn from(it: &RedLine) -> RedLineOut {
        RedLineOut {
            blue_line: it.blue_no,
            name: it.line.name.clone(),
            quantity: it.line.quantity.map(|it| it.to_string()),
            amount: it.line.amount.to_string(),
            rate: it.line.rate.to_string(),
            tax: it.line.tax.to_string(),
            gross: it.line.gross.to_string(),
        }
    }
}

/// What goes back, above zero.
fn taken_out(line: &RedLine, books: &Books) -> TakenOut {
    TakenOut {
        line: books.place_of(line.blue_no),
        quantity: line.line.quantity.map(|it| it.abs().to_string()),
        gross: line.line.gross.abs().to_string(),
    }
}

impl RefundOut {
    /// With what stopped about the refund itself: its red letters tell of themselves.
    fn new(it: &Refund, books: &Books, stopped: &StoppedJobs) -> RefundOut {
        let stopped = stopped.on(&[it.id.as_str()]);
        let stage = match it.stage() {
            RefundStage::Running if stopped.is_some() => RefundStage::Stopped,
            stage => stage,
        };
        RefundOut {
            id: it.id.to_string(),
            order_id: it.order.to_string(),
            kind: it.kind.as_str(),
            reason: it.reason.code(),
            refund_no: it.refund_no.clone(),
            note: it.note.clone(),
            stage: stage.as_str(),
            stopped,
            totals: it.totals.into(),
            lines: it
                .standing_lines()
                .map(|line| taken_out(line, books))
                .collect(),
            red_letters: it.forms.iter().map(RedLetterOut::from).collect(),
            reissue: it.reissue,
            delivery_id: it.delivery.as_ref().map(ToString::to_string),
            created_at: time(it.created_at),
        }
    }
}

impl From<&RedForm> for RedLetterOut {
    fn from(it: &RedForm) -> RedLetterOut {
        RedLetterOut {
            id: it.id.to_string(),
            refund_id: it.refund.to_string(),
            invoice_id: it.blue.to_string(),
            reason: it.reason.code(),
            state: it.state.as_str(),
            code: it.state.code(),
            waits_for: match it.waits_for() {
                FormWaits::Us => "us",
                FormWaits::Staff => "staff",
                FormWaits::Buyer => "buyer",
                FormWaits::Nobody => "nobody",
            },
            lapses_at: it.lapses_at().map(time),
            number: it.number.clone(),
            message: it.message.clone(),
            totals: it.totals.into(),
            completes: it.completes,
            red_invoice_id: it.red.as_ref().map(|(id, _)| id.to_string()),
            red_invoice_state: it.red.as_ref().map(|(_, state)| state.as_str()),
            issued_at: it.carried_out_at.map(time),
            lines: it.lines.iter().map(RedLineOut::from).collect(),
        }
    }
}
