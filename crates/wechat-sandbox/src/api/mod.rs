//! The paths of WeChat's API: one place through which every call passes, so that faults, the call
//! log, tokens and quotas hold for all of them alike.

mod bizattr;
mod credentials;
mod fiscal;
pub(crate) mod insert;
mod limits;
mod logo;
mod media;
mod merchant;
mod multipart;
mod platform;
mod reimburse;
mod titles;
mod unified;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use actix_web::http::{Method, StatusCode, header};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use crate::app::App;
use crate::calls::{CallRecord, loggable};
use crate::clock::china_day;
use crate::config::AccountKind;
use crate::faults::{CallFault, FaultKind};
use crate::fields::{Fields, parse_object};
use crate::refusal::Refusal;

pub(crate) use media::{content as pdf_content, link as pdf_link};
pub(crate) use reimburse::move_card as reimburse_move;
pub(crate) use unified::{file as unified_file, resume as resume_unified};

/// How a call is sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Get,
    Json,
    Upload,
}

/// Whether a call carries an access token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Auth {
    Token,
    Open,
}

type Handler = fn(&App, &Input<'_>) -> Result<Value, Refusal>;

/// One call of the API.
pub(crate) struct Call {
    path: &'static str,
    shape: Shape,
    auth: Auth,
    run: Handler,
}

const fn call(path: &'static str, shape: Shape, run: Handler) -> Call {
    Call {
        path,
        shape,
        auth: Auth::Token,
        run,
    }
}

const fn open(path: &'static str, shape: Shape, run: Handler) -> Call {
    Call {
        path,
        shape,
        auth: Auth::Open,
        run,
    }
}

/// `insert` and `insertbill` are asynchronous and handled before `run` is looked at.
const INSERT: &str = "/card/invoice/insert";
const INSERT_BILL: &str = "/nontax/insertbill";

/// Every call there is.
pub(crate) const CALLS: &[Call] = &[
    open("/cgi-bin/token", Shape::Get, credentials::token),
    open(
        "/cgi-bin/stable_token",
        Shape::Json,
        credentials::stable_token,
    ),
    call(
        "/cgi-bin/ticket/getticket",
        Shape::Get,
        credentials::get_ticket,
    ),
    call("/cgi-bin/openapi/quota/get", Shape::Json, limits::quota_get),
    call("/cgi-bin/clear_quota", Shape::Json, limits::clear_quota),
    open(
        "/cgi-bin/clear_quota/v2",
        Shape::Json,
        limits::clear_quota_by_secret,
    ),
    call(
        "/cgi-bin/openapi/quota/clear",
        Shape::Json,
        limits::clear_one,
    ),
    call("/cgi-bin/openapi/rid/get", Shape::Json, limits::rid_get),
    call("/cgi-bin/getcallbackip", Shape::Get, limits::callback_ips),
    call("/cgi-bin/get_api_domain_ip", Shape::Get, limits::api_ips),
    call("/cgi-bin/media/uploadimg", Shape::Upload, logo::upload),
    call(
        "/cgi-bin/material/add_material",
        Shape::Upload,
        logo::add_material,
    ),
    call(
        "/card/invoice/getauthurl",
        Shape::Json,
        merchant::get_auth_url,
    ),
    call(
        "/card/invoice/getauthdata",
        Shape::Json,
        merchant::get_auth_data,
    ),
    call(
        "/card/invoice/rejectinsert",
        Shape::Json,
        merchant::reject_insert,
    ),
    call(
        "/card/invoice/setbizattr",
        Shape::Json,
        bizattr::set_biz_attr,
    ),
    call(
        "/card/invoice/makeoutinvoice",
        Shape::Json,
        unified::make_out,
    ),
    call(
        "/card/invoice/clearoutinvoice",
        Shape::Json,
        unified::clear_out,
    ),
    call("/card/invoice/queryinvoceinfo", Shape::Json, unified::query),
    call("/card/invoice/seturl", Shape::Json, platform::set_url),
    call(
        "/card/invoice/platform/createcard",
        Shape::Json,
        platform::create_card,
    ),
    call(
        "/card/invoice/platform/setpdf",
        Shape::Upload,
        media::set_pdf,
    ),
    call("/card/invoice/platform/getpdf", Shape::Json, media::get_pdf),
    call(INSERT, Shape::Json, insert::never),
    call(
        "/card/invoice/platform/updatestatus",
        Shape::Json,
        platform::update_status,
    ),
    call(
        "/card/invoice/reimburse/getinvoiceinfo",
        Shape::Json,
        reimburse::get_info,
    ),
    call(
        "/card/invoice/reimburse/getinvoicebatch",
        Shape::Json,
        reimburse::get_batch,
    ),
    call(
        "/card/invoice/reimburse/updateinvoicestatus",
        Shape::Json,
        reimburse::update,
    ),
    call(
        "/card/invoice/reimburse/updatestatusbatch",
        Shape::Json,
        reimburse::update_batch,
    ),
    call("/card/code/decrypt", Shape::Json, reimburse::decrypt),
    call(
        "/card/testwhitelist/set",
        Shape::Json,
        platform::test_white_list,
    ),
    call(
        "/card/invoice/biz/getusertitleurl",
        Shape::Json,
        titles::user_title_url,
    ),
    call(
        "/card/invoice/biz/getselecttitleurl",
        Shape::Json,
        titles::select_title_url,
    ),
    call("/card/invoice/scantitle", Shape::Json, titles::scan),
    call(
        "/nontax/getbillauthurl",
        Shape::Json,
        fiscal::get_bill_auth_url,
    ),
    call(
        "/nontax/createbillcard",
        Shape::Json,
        fiscal::create_bill_card,
    ),
    call(INSERT_BILL, Shape::Json, insert::never),
];

/// Whether accounts of a kind may make a call at all (else 48001).
fn is_for(path: &str, kind: AccountKind) -> bool {
    let begins = |start: &str| path.starts_with(start);
    match kind {
        AccountKind::Service => true,
        // Invoicing platforms and finance bureaus are service accounts.
        _ if begins("/card/invoice/platform/")
            || begins("/card/testwhitelist/")
            || matches!(
                path,
                "/card/invoice/seturl" | INSERT | INSERT_BILL | "/nontax/createbillcard"
            ) =>
        {
            false
        }
        AccountKind::Open => true,
        // Titles are for official accounts and apps; bills have no page in a mini program.
        AccountKind::Mini => !begins("/card/invoice/biz/") && path != "/nontax/getbillauthurl",
    }
}

/// Whether a path is a call of the API, for the quota calls.
fn is_known(path: &str) -> bool {
    CALLS.iter().any(|call| call.path == path)
}

/// Method and path of every call, as OpenAPI writes them.
#[cfg(test)]
pub(crate) fn routes() -> impl Iterator<Item = (&'static str, &'static str)> {
    let method = |shape| if shape == Shape::Get { "get" } else { "post" };
    CALLS
        .iter()
        .map(move |call| (method(call.shape), call.path))
}

#[cfg(test)]
pub(crate) fn wants_token(path: &str) -> bool {
    let call = CALLS.iter().find(|call| call.path == path);
    call.is_some_and(|call| call.auth == Auth::Token)
}

/// A call with everything that came with it.
pub(crate) struct Input<'a> {
    pub(crate) query: HashMap<String, String>,
    pub(crate) request: &'a HttpRequest,
    pub(crate) body: &'a Bytes,
    pub(crate) json: Value,
    /// The account the token belongs to; empty where none is needed.
    pub(crate) appid: String,
    pub(crate) now: i64,
    pub(crate) rid: String,
    pub(crate) client_ip: String,
}

impl Input<'_> {
    pub(crate) fn fields(&self) -> Fields<'_> {
        Fields::of(&self.json)
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    pub(crate) fn day(&self) -> String {
        china_day(self.now)
    }
}

/// The bare answer of a call that tells nothing but "done".
pub(crate) fn done() -> Value {
    json!({"errcode": 0, "errmsg": "ok"})
}

/// Handles every request below `/cgi-bin`, `/card` and `/nontax`.
pub(crate) async fn handle(app: Data<App>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let started = Instant::now();
    let path = request.path().to_owned();
    let rid = new_rid();
    let fault = app.world().fault_for_call(&path);
    if 0 < fault.delay_ms {
        held_up(&app, &path, Duration::from_millis(fault.delay_ms)).await;
    }
    let query = url::form_urlencoded::parse(request.query_string().as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let client_ip = request
        .peer_addr()
        .map(|peer| peer.ip().to_string())
        .unwrap_or_default();
    let mut input = Input {
        query,
        request: &request,
        body: &body,
        json: Value::Null,
        appid: String::new(),
        now: app.now(),
        rid,
        client_ip,
    };
    let Some(call) = CALLS.iter().find(|call| call.path == path) else {
        return HttpResponse::NotFound().finish();
    };
    let outcome = match fault.kind {
        Some(FaultKind::Errcode) => Err(Refusal::hint(fault.value, "ordered fault")),
        Some(FaultKind::DropBefore | FaultKind::HttpStatus) => Ok(Value::Null),
        _ => perform(&app, call, &mut input).await,
    };
    let (errcode, answer) = match outcome {
        Ok(value) => (0, value),
        Err(refusal) => {
            let errmsg = refusal.errmsg(&input.rid);
            (
                refusal.code,
                json!({"errcode": refusal.code, "errmsg": errmsg}),
            )
        }
    };
    note(&app, call, &input, started, (errcode, &answer), fault);
    respond(fault, &answer)
}

async fn perform(app: &Data<App>, call: &Call, input: &mut Input<'_>) -> Result<Value, Refusal> {
    match (call.shape, input.request.method()) {
        (Shape::Get, &Method::GET) | (Shape::Json | Shape::Upload, &Method::POST) => {}
        (Shape::Get, _) => return Err(Refusal::new(43001)),
        (Shape::Json | Shape::Upload, _) => return Err(Refusal::new(43002)),
    }
    if call.auth == Auth::Token {
        let token = input.query("access_token").unwrap_or_default();
        let mut world = app.world();
        input.appid = credentials::check(&world, token, input.now)?;
        let kind = world.accounts.get(&input.appid).map(|it| it.config.kind);
        if kind.is_some_and(|kind| !is_for(call.path, kind)) {
            return Err(Refusal::hint(48001, "not for an account of this kind"));
        }
        let (limit, a_minute) = (world.settings.daily_limit, world.settings.minute_limit);
        if !world
            .quota
            .count_minute(input.now, &input.appid, call.path, a_minute)
        {
            return Err(Refusal::new(45011));
        }
        if !world
            .quota
            .count(&china_day(input.now), &input.appid, call.path, limit)
        {
            return Err(Refusal::new(45009));
        }
    }
    if call.shape == Shape::Json {
        input.json = parse_object(input.body)?;
    }
    match call.path {
        INSERT => insert::insert(app, input, insert::Product::Invoice).await,
        INSERT_BILL => insert::insert(app, input, insert::Product::Bill).await,
        "/card/invoice/makeoutinvoice" | "/card/invoice/clearoutinvoice" => {
            let answer = (call.run)(app, input)?;
            finish_later(app, input);
            Ok(answer)
        }
        _ => (call.run)(app, input),
    }
}

/// A unified request that takes its time is done when the time has passed.
fn finish_later(app: &Data<App>, input: &Input<'_>) {
    let serial = input.json["invoiceinfo"]["fpqqlsh"]
        .as_str()
        .unwrap_or_default();
    let takes = {
        let world = app.world();
        let pending = world.unified.get(serial).is_some_and(|it| it.pending);
        pending.then_some(world.settings.unified_takes_ms)
    };
    if let Some(takes) = takes {
        let (app, serial) = (app.clone(), serial.to_owned());
        actix_web::rt::spawn(async move {
            tokio::time::sleep(Duration::from_millis(takes)).await;
            unified::complete(&app, &mut app.world(), &serial);
        });
    }
}

/// Between two looks whether the fault that holds a call up is still there.
const LOOK: Duration = Duration::from_millis(50);

/// Waits a delay out, or until no fault that orders one for this path is left.
async fn held_up(app: &App, path: &str, delay: Duration) {
    let until = Instant::now() + delay;
    while app.world().delays(path) {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        tokio::time::sleep(left.min(LOOK)).await;
    }
}

fn note(
    app: &App,
    call: &Call,
    input: &Input<'_>,
    started: Instant,
    (errcode, answer): (i64, &Value),
    fault: CallFault,
) {
    let record = CallRecord {
        rid: input.rid.clone(),
        at_ms: app.clock.now_ms(),
        cost_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        method: input.request.method().to_string(),
        path: call.path.to_owned(),
        appid: input.appid.clone(),
        client_ip: input.client_ip.clone(),
        errcode,
        fault: fault
            .kind
            .map(FaultKind::word)
            .or((0 < fault.delay_ms).then_some("delay")),
        request: match call.shape {
            Shape::Get => String::new(),
            Shape::Json => loggable(input.body),
            Shape::Upload => format!("({} bytes of multipart/form-data)", input.body.len()),
        },
        answer: loggable(answer.to_string().as_bytes()),
    };
    app.world().note_call(record);
}

fn respond(fault: CallFault, answer: &Value) -> HttpResponse {
    match fault.kind {
        Some(FaultKind::DropBefore | FaultKind::WorkThenDrop) => cut_connection(),
        Some(FaultKind::Garbage) => HttpResponse::Ok()
            .content_type("application/json; encoding=utf-8")
            .body("{\"errcode\":0,\"errm\u{fffd}<html><title>502"),
        Some(FaultKind::HttpStatus) => {
            let status = u16::try_from(fault.value)
                .ok()
                .and_then(|s| StatusCode::from_u16(s).ok());
            HttpResponse::build(status.unwrap_or(StatusCode::BAD_GATEWAY))
                .content_type("text/html")
                .body("<html><body><h1>ordered fault</h1></body></html>")
        }
        _ => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, "application/json; encoding=utf-8"))
            .body(answer.to_string()),
    }
}

/// An answer whose body fails before its head has left: the caller sees the connection close.
fn cut_connection() -> HttpResponse {
    let broken = futures_util::stream::once(async {
        Err::<Bytes, _>(std::io::Error::other("ordered fault: no answer"))
    });
    HttpResponse::Ok().streaming(broken)
}

fn new_rid() -> String {
    let [a, b, c] = rand::random::<[u32; 3]>();
    format!("{a:08x}-{b:08x}-{c:08x}")
}
