//! Lines of the audit chain in words.

use super::frame::Frame;
use crate::{
    i18n::{Lang, Texts, fill, fill1, fill2, states},
    pages::parts::{Event, Link, Raw, Tone},
    problem::in_chinese,
};
use fapiao_archive::reports::Report;
use fapiao_domain::{
    card::CardState, confirmation::FormState, delivery::Channel, ids::Id, money::Fen,
    red::RedReason,
};
use fapiao_usecases::{actor::Actor, errors::StoreError, records::AuditEntry};
use serde_json::Value;
use std::collections::HashMap;

/// Names of people and keys, by id.
#[derive(Default)]
pub(super) struct Names(HashMap<String, String>);

impl Names {
    /// Everybody's.
    pub(super) async fn load(frame: &Frame) -> Result<Names, StoreError> {
        let store = &frame.ports().store;
        let mut names = HashMap::new();
        for person in store.staff().await? {
            names.insert(person.id.as_str().to_owned(), person.name);
        }
        for key in store.api_keys().await? {
            names.insert(key.id.as_str().to_owned(), key.name);
        }
        Ok(Names(names))
    }

    /// Who did it, from the stored text of an actor.
    pub(super) fn of(&self, actor: &str) -> String {
        let id = actor.split_once(':').map_or(actor, |(_, id)| id);
        self.0.get(id).cloned().unwrap_or_else(|| actor.to_owned())
    }

    /// Everybody who may have done something, as stored and in words: people and keys by name, then the others.
    pub(super) fn actors(&self, t: &Texts) -> Vec<(String, String)> {
        let mut named: Vec<(String, String)> = (self.0.iter())
            .map(|(id, name)| match id.starts_with("key_") {
                true => (format!("key:{id}"), fill1(t.act.by_key, name)),
                false => (format!("staff:{id}"), name.clone()),
            })
            .collect();
        named.sort_by(|one, other| one.1.cmp(&other.1));
        let others = [
            Actor::Buyer,
            Actor::WeChat,
            Actor::TaxAuthority,
            Actor::Gateway,
            Actor::System,
            Actor::CommandLine,
        ];
        named.extend(others.map(|it| (it.to_string(), self.who(t, &it))));
        named
    }

    /// Who did it.
    pub(super) fn who(&self, t: &Texts, actor: &Actor) -> String {
        let named = |id: &str| self.0.get(id).cloned().unwrap_or_else(|| id.to_owned());
        match actor {
            Actor::Staff(id) => named(id.as_str()),
            Actor::ApiKey(id) => fill1(t.act.by_key, named(id.as_str())),
            Actor::Buyer => t.act.by_buyer.to_owned(),
            Actor::WeChat => t.act.by_wechat.to_owned(),
            Actor::TaxAuthority => t.act.by_tax.to_owned(),
            Actor::Gateway => t.gateway.by_gateway.to_owned(),
            Actor::System => t.act.by_system.to_owned(),
            Actor::CommandLine => t.act.by_cli.to_owned(),
        }
    }
}

/// What happened, its colour and why.
pub(super) struct Said {
    pub(super) tone: Tone,
    pub(super) what: String,
    pub(super) why: String,
}

/// A line in words. An act this version does not know is shown by its name.
pub(super) fn said(lang: Lang, entry: &AuditEntry) -> Said {
    let t = Texts::of(lang);
    let a = &t.act;
    let fact = |name: &str| text_of(entry.data.get(name));
    let yuan = |name: &str| {
        let text = fact(name);
        Fen::parse_sum(&text).map_or(text, |it| it.display_yuan())
    };
    let job = || super::job_words::kind(t, &fact("kind"));
    let (tone, what) = match entry.action.as_str() {
        "order.accepted" => (Tone::Plain, fill1(a.order_accepted, yuan("total"))),
        "delivery.created" => {
            let channel = Channel::parse(&fact("channel"));
            let channel = channel.map_or("", |it| states::channel(t, it));
            let made = fill1(a.delivery_created, channel);
            let words = match fact("part").split_once('/') {
                Some((no, of)) => format!("{made} · {}", fill2(t.parts.part, no, of)),
                None => made,
            };
            (Tone::Plain, words)
        }
        "delivery.page_opened" => (Tone::Wait, a.delivery_page_opened.to_owned()),
        "delivery.authorised" => (Tone::Ok, a.delivery_authorised.to_owned()),
        "delivery.issuing" => (Tone::Wait, a.delivery_issuing.to_owned()),
        "delivery.carded" => (Tone::Ok, a.delivery_carded.to_owned()),
        "delivery.refused" => (Tone::Warn, a.delivery_refused.to_owned()),
        "delivery.expired" => (Tone::Warn, a.delivery_expired.to_owned()),
        "delivery.failed" => (Tone::Bad, a.delivery_failed.to_owned()),
        "delivery.title_corrected" if fact("override_reason").is_empty() => {
            (Tone::Plain, a.delivery_title_corrected.to_owned())
        }
        "delivery.title_corrected" => (Tone::Warn, a.delivery_title_accepted.to_owned()),
        "delivery.page_refused" => (Tone::Bad, t.page_refusal.act_refused.to_owned()),
        "delivery.status_unknown" => {
            let what = fill1(a.delivery_status_unknown, fact("status"));
            (Tone::Warn, what)
        }
        "delivery.page_given" => (Tone::Ok, t.page_refusal.act_given.to_owned()),
        "delivery.rejected_at_wechat" => rejected(t, a.delivery_rejected_at_wechat, &fact("code")),
        "invoice.drafted" => (Tone::Plain, fill1(a.invoice_drafted, yuan("total"))),
        "invoice.renamed" => (Tone::Plain, t.tax_notes.renamed.to_owned()),
        "tax_data.changed" => (Tone::Plain, fill1(t.tax_notes.changed, fact("codes"))),
        "invoice.reserved" => (Tone::Plain, fill1(a.invoice_reserved, fact("number"))),
        "invoice.blocked" => (Tone::Warn, a.invoice_blocked.to_owned()),
        "invoice.unblocked" => (Tone::Plain, a.invoice_unblocked.to_owned()),
        "invoice.uploaded" => (Tone::Wait, a.invoice_uploaded.to_owned()),
        "invoice.asked" => (Tone::Wait, t.tax_side.act_asked.to_owned()),
        "invoice.file_attached" => {
            let format = fact("format").to_uppercase();
            let words = match fact("instead_of").as_str() {
                "" => t.tax_side.act_attached,
                _ => t.tax_side.act_attached_instead,
            };
            (Tone::Ok, fill1(words, format))
        }
        "tax_connection.saved" => (Tone::Plain, t.tax_side.act_saved.to_owned()),
        "tax_connection.tested" => (Tone::Plain, t.tax_side.act_tested.to_owned()),
        "statement.taken" => (
            Tone::Plain,
            fill1(t.finding.act_statement, fact("payments")),
        ),
        "mapping.changed" => (Tone::Plain, t.finding.act_mapping.to_owned()),
        "books.closed" => (Tone::Ok, fill1(t.finding.act_closed, fact("month"))),
        "books.opened" => (Tone::Warn, fill1(t.finding.act_opened, fact("month"))),
        "month.confirmed" => (
            Tone::Ok,
            fill1(t.tax_side.act_month_confirmed, fact("month")),
        ),
        "month.withdrawn" => (
            Tone::Warn,
            fill1(t.tax_side.act_month_withdrawn, fact("month")),
        ),
        "window.noticed" => (Tone::Warn, fill1(t.tax_side.act_window, fact("count"))),
        "invoice.issued" if entry.actor == Actor::Gateway => {
            (Tone::Ok, fill1(t.gateway.invoice_issued, fact("number")))
        }
        "invoice.issued" => (Tone::Ok, fill1(a.invoice_issued, fact("number"))),
        "invoice.refused" => (Tone::Bad, a.invoice_refused.to_owned()),
        "invoice.outcome_unknown" => (Tone::Warn, a.invoice_outcome_unknown.to_owned()),
        "invoice.red_drafted" => (Tone::Plain, t.red_acts.drafted.to_owned()),
        "invoice.taken_back" => (Tone::Warn, fill1(t.red_acts.taken_back, yuan("total"))),
        "invoice.upload_again" => (Tone::Wait, t.red_acts.upload_again.to_owned()),
        "refund.decided" if fact("kind") == "correction" => {
            (Tone::Warn, t.red_acts.correction.to_owned())
        }
        "refund.decided" => (Tone::Warn, fill1(t.red_acts.decided, yuan("total"))),
        "refund.reissued" => (Tone::Wait, t.red_acts.reissued.to_owned()),
        "red_form.planned" if fact("blue").is_empty() => (Tone::Plain, t.red_acts.again.to_owned()),
        "red_form.planned" => {
            let facts: [&dyn std::fmt::Display; 2] = [&yuan("total"), &fact("blue")];
            (Tone::Plain, fill(t.red_acts.planned, &facts))
        }
        "red_form.begun_by_buyer" => {
            let facts: [&dyn std::fmt::Display; 2] = [&yuan("total"), &fact("blue")];
            (Tone::Warn, fill(t.red_acts.begun_by_buyer, &facts))
        }
        "red_form.carried_out" => (Tone::Ok, fill1(t.red_acts.carried_out, fact("red"))),
        action if let Some(state) = form_state(action) => {
            let tone = if state.has_failed() {
                Tone::Warn
            } else {
                Tone::Wait
            };
            let words = fill1(t.red_acts.form, super::red_forms::word(t, state));
            (tone, words)
        }
        "invoice.documents" => (Tone::Plain, a.invoice_documents.to_owned()),
        "card.uploading" => (Tone::Wait, a.card_uploading.to_owned()),
        "card.insert_asked" => (Tone::Wait, a.card_insert_asked.to_owned()),
        "card.insert_refused" => {
            let code = fact("code");
            let dot = if code.is_empty() { "" } else { " · " };
            let what = format!("{}{dot}{code}", a.card_insert_refused);
            (Tone::Warn, what)
        }
        "card.inserted" => (Tone::Ok, a.card_inserted.to_owned()),
        "card.code_unknown" => (Tone::Warn, a.card_code_unknown.to_owned()),
        "card.cancel_asked" => (Tone::Wait, a.card_cancel_asked.to_owned()),
        "card.cancel_refused" => {
            let what = format!("{} · {}", a.card_cancel_refused, fact("code"));
            (Tone::Warn, what)
        }
        "card.changed" => {
            let to = fact("card_to");
            let word = CardState::parse(&to).map_or(to.as_str(), |it| states::card(t, it).word);
            (Tone::Plain, fill1(a.card_changed, word))
        }
        "reconciliation.begun" => (Tone::Plain, a.reconciliation_begun.to_owned()),
        "reconciliation.done" => (Tone::Plain, fill1(a.reconciliation_done, fact("found"))),
        "reconciliation.fixed" => (Tone::Plain, a.reconciliation_fixed.to_owned()),
        "card.code_found" => (Tone::Ok, a.card_code_found.to_owned()),
        "push.handled_again" => (Tone::Plain, a.push_handled_again.to_owned()),
        action if action.starts_with("bill.") || action.starts_with("fiscal_unit.") => {
            bill_act(t, action, &fact, &yuan)
        }
        "mail.sent" => (Tone::Plain, fill1(a.mail_sent, fact("mail_to"))),
        "job.parked" => (Tone::Bad, fill1(a.job_parked, job())),
        "job.retried" => (Tone::Plain, fill1(a.job_retried, job())),
        "job.abandoned" => (Tone::Warn, fill1(a.job_abandoned, job())),
        "seller.saved" => (Tone::Plain, fill1(a.seller_saved, fact("short_name"))),
        "secrets.resealed" => (Tone::Plain, fill1(a.secrets_resealed, fact("count"))),
        "seller.signing_key_saved" => (Tone::Plain, fill1(t.signing.act_saved, fact("subject"))),
        "seller.signing_key_removed" => (Tone::Warn, t.signing.act_removed.to_owned()),
        "store.saved" => (Tone::Plain, fill1(a.store_saved, fact("name"))),
        "account.saved" => (Tone::Plain, fill1(a.account_saved, fact("name"))),
        "delivery.overdue" => (Tone::Bad, a.delivery_overdue.to_owned()),
        "claim.received" => (Tone::Wait, a.claim_received.to_owned()),
        "claim.matched" => (Tone::Ok, a.claim_matched.to_owned()),
        "claim.parked" => (Tone::Warn, a.claim_parked.to_owned()),
        "claim.rejected_at_wechat" => rejected(t, a.claim_rejected_at_wechat, &fact("code")),
        "claim.dismissed" => (Tone::Plain, a.claim_dismissed.to_owned()),
        "account.payments_linked" => (Tone::Ok, a.account_payments_linked.to_owned()),
        "template.asked" => (Tone::Wait, a.template_asked.to_owned()),
        "template.try_ended" => (Tone::Warn, a.template_try_ended.to_owned()),
        "design.saved" => {
            let what = match fact("kind").as_str() {
                "buyer_form" => a.design_buyer_form,
                "buyer_form_read" => a.design_buyer_form_read,
                "card" => a.design_card,
                _ => a.design_other,
            };
            (Tone::Plain, what.to_owned())
        }
        "account.prepared" => (Tone::Ok, a.account_prepared.to_owned()),
        "template.made" => (Tone::Ok, a.template_made.to_owned()),
        "product.saved" => (Tone::Plain, fill1(a.product_saved, fact("sku"))),
        "report.exported" => (
            Tone::Plain,
            fill1(a.report_exported, report_words(t, &entry.subject)),
        ),
        "list.exported" => (
            Tone::Plain,
            fill1(a.list_exported, list_words(t, &entry.subject)),
        ),
        "evidence.exported" => (Tone::Plain, a.evidence_exported.to_owned()),
        "staff.saved" => (Tone::Plain, fill1(a.staff_saved, fact("login"))),
        "key.added" => (Tone::Plain, fill1(a.key_added, fact("name"))),
        "key.revoked" => (Tone::Warn, a.key_revoked.to_owned()),
        "stock.segment" => (Tone::Plain, fill1(a.stock_segment, fact("size"))),
        "stock.segment_closed" => (Tone::Warn, fill1(a.stock_segment_closed, fact("left"))),
        "stock.quota_ended" => (
            Tone::Plain,
            fill2(a.stock_quota_ended, fact("month"), yuan("amount")),
        ),
        "stock.quota_return_asked" => (
            Tone::Wait,
            fill2(t.quota.act_asked, fact("month"), yuan("amount")),
        ),
        "stock.quota_returned" => (
            Tone::Plain,
            fill2(t.quota.act_returned, fact("month"), yuan("amount")),
        ),
        "stock.quota_return_refused" => (
            Tone::Warn,
            fill2(t.quota.act_refused, fact("month"), yuan("amount")),
        ),
        "stock.quota_extended" => (
            Tone::Ok,
            fill2(t.quota.act_extended, fact("month"), fact("until")),
        ),
        "stock.quota" => (Tone::Plain, fill1(a.stock_quota, yuan("amount"))),
        "push.received" => (Tone::Plain, fill1(a.push_received, fact("event"))),
        "push.refused" => (Tone::Bad, a.push_refused.to_owned()),
        "push.unproved" => (Tone::Warn, fill1(a.push_unproved, fact("named"))),
        "push.unproved_many" => (Tone::Warn, fill1(a.push_unproved_many, fact("count"))),
        "request.asked" => (Tone::Wait, t.gateway.request_asked.to_owned()),
        "request.unknown" => (Tone::Warn, t.gateway.request_unknown.to_owned()),
        "request.taken" => (Tone::Wait, t.gateway.request_taken.to_owned()),
        "request.refused" => (Tone::Bad, t.gateway.request_refused.to_owned()),
        "offset.asked" => (Tone::Wait, t.gateway.offset_asked.to_owned()),
        "offset.unknown" => (Tone::Warn, t.gateway.offset_unknown.to_owned()),
        "offset.taken" => (Tone::Wait, t.gateway.offset_taken.to_owned()),
        "offset.carried_out" => (Tone::Ok, t.gateway.offset_carried_out.to_owned()),
        "unified.asked" => (Tone::Wait, t.unified.asked.to_owned()),
        "unified.unknown" => (Tone::Warn, t.unified.unknown.to_owned()),
        "unified.taken" => (Tone::Wait, t.unified.taken.to_owned()),
        "unified.failed" => (Tone::Bad, t.unified.failed.to_owned()),
        "unified.saved" => (Tone::Plain, t.unified.settings_saved.to_owned()),
        "notice.received" => (Tone::Plain, t.gateway.notice_received.to_owned()),
        "gateway.saved" => (Tone::Plain, t.gateway.gateway_saved.to_owned()),
        "partner.saved" => (Tone::Plain, fill1(t.gateway.partner_saved, fact("name"))),
        "partner.key_added" => (
            Tone::Plain,
            fill1(t.gateway.partner_key_added, fact("key_id")),
        ),
        "partner.key_revoked" => (
            Tone::Warn,
            fill1(t.gateway.partner_key_revoked, fact("key_id")),
        ),
        "proof.holds" => (Tone::Ok, a.proof_holds.to_owned()),
        "proof.broken" => (Tone::Bad, a.proof_broken.to_owned()),
        "proof.anchors_again" => (Tone::Warn, fill1(a.anchors_again, fact("count"))),
        "session.opened" => (Tone::Plain, a.session_opened.to_owned()),
        "session.closed" => (Tone::Plain, a.session_closed.to_owned()),
        "sign_in.locked" => (Tone::Warn, fill1(a.sign_in_locked, fact("login"))),
        other => (Tone::Plain, other.to_owned()),
    };
    let why = ["reason", "verdict", "override_reason"]
        .into_iter()
        .map(fact)
        .find(|it| !it.is_empty())
        .or_else(|| Some(warnings(lang, &fact("warnings"))).filter(|it| !it.is_empty()))
        .map(|why| match entry.action.as_str() {
            "job.parked" => super::job_words::told(lang, &fact("kind"), &fact("code"), &why),
            "push.unproved" => super::push_words::outcome(lang, &why),
            "refund.decided" | "red_form.planned" | "red_form.begun_by_buyer" => {
                RedReason::from_code(&why).map_or(why, |it| super::red::reason(t, it).to_owned())
            }
            _ => super::job_words::in_language(lang, &why),
        });
    Said {
        tone,
        what,
        why: why.unwrap_or_default(),
    }
}

/// What was odd about a title, `W_SHORT_NAME: in English; E_TAX_NUMBER_CHECK: …`, in the reader's language. The codes stay
/// among the facts.
fn warnings(lang: Lang, told: &str) -> String {
    let is_code = |it: &str| {
        (it.starts_with("W_") || it.starts_with("E_"))
            && it
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    };
    let mut said: Vec<String> = Vec::new();
    for piece in told.split("; ") {
        match (piece.split_once(": "), said.last_mut()) {
            (Some((code, text)), _) if is_code(code) => {
                let words = (lang == Lang::Zh).then(|| in_chinese(code)).flatten();
                said.push(words.unwrap_or(text).to_owned());
            }
            // A text may have a semicolon of its own; in Chinese it was replaced as a whole.
            (_, Some(last)) => {
                if lang == Lang::En {
                    last.push_str("; ");
                    last.push_str(piece);
                }
            }
            (_, None) => said.push(piece.to_owned()),
        }
    }
    said.join(if lang == Lang::Zh { "；" } else { "; " })
}

/// What WeChat made of the word that nothing comes of an agreement.
fn rejected(t: &'static Texts, told: &str, code: &str) -> (Tone, String) {
    let a = &t.act;
    match code {
        "" => (Tone::Plain, told.to_owned()),
        "72035" => (Tone::Plain, a.reject_known.to_owned()),
        "72038" => (Tone::Plain, a.reject_unknown.to_owned()),
        code => (Tone::Bad, fill1(a.reject_used, code)),
    }
}

/// What happened to a fiscal bill or a collecting unit.
fn bill_act(
    t: &'static Texts,
    action: &str,
    fact: &dyn Fn(&str) -> String,
    yuan: &dyn Fn(&str) -> String,
) -> (Tone, String) {
    let f = &t.fiscal_acts;
    let (tone, what) = match action {
        "bill.accepted" => return (Tone::Plain, fill1(f.accepted, yuan("amount"))),
        "bill.status_unknown" => {
            let what = fill1(t.act.delivery_status_unknown, fact("status"));
            return (Tone::Warn, what);
        }
        "bill.file_attached" => (Tone::Plain, f.file_attached),
        "bill.page_opened" => (Tone::Wait, f.page_opened),
        "bill.authorised" => (Tone::Ok, f.authorised),
        "bill.declined" => (Tone::Warn, f.declined),
        "bill.refused" => (Tone::Warn, f.refused),
        "bill.rejected_at_wechat" => return rejected(t, f.rejected_at_wechat, &fact("code")),
        "bill.expired" => (Tone::Warn, f.expired),
        "bill.asked_again" => (Tone::Plain, f.asked_again),
        "bill.media_uploaded" => (Tone::Wait, f.media_uploaded),
        "bill.insert_asked" => (Tone::Wait, f.insert_asked),
        "bill.insert_refused" => {
            let code = fact("code");
            let dot = if code.is_empty() { "" } else { " · " };
            return (Tone::Warn, format!("{}{dot}{code}", f.insert_refused));
        }
        "bill.card_absent" => (Tone::Warn, f.card_absent),
        "bill.inserted" => (Tone::Ok, f.inserted),
        "bill.cancel_asked" => (Tone::Wait, t.act.card_cancel_asked),
        "bill.cancel_refused" => {
            let what = format!("{} · {}", t.act.card_cancel_refused, fact("code"));
            return (Tone::Warn, what);
        }
        "bill.card_changed" => {
            let to = CardState::parse(&fact("to"));
            let what = to.map_or_else(
                || f.card_changed_some.to_owned(),
                |to| fill1(f.card_changed, states::card(t, to).word),
            );
            return (Tone::Plain, what);
        }
        "bill.failed" => (Tone::Bad, f.failed),
        "bill.voided" => (Tone::Warn, f.voided),
        "bill.card_cancelled" => (Tone::Warn, f.card_cancelled),
        "bill.outcome_told" if fact("carded") == "false" => (Tone::Bad, f.outcome_failed),
        "bill.outcome_told" => (Tone::Ok, f.outcome_carded),
        "fiscal_unit.saved" => return (Tone::Plain, fill1(f.unit_saved, fact("code"))),
        "fiscal_unit.template_asked" => (Tone::Wait, f.template_asked),
        "fiscal_unit.template_made" => (Tone::Ok, f.template_made),
        "fiscal_unit.template_refused" => (Tone::Bad, f.template_refused),
        "fiscal_unit.template_unknown" => (Tone::Bad, f.template_unknown),
        "fiscal_unit.template_settled" => (Tone::Plain, f.template_settled),
        other => (Tone::Plain, other),
    };
    (tone, what.to_owned())
}

fn form_state(action: &str) -> Option<FormState> {
    FormState::parse(action.strip_prefix("red_form.")?)
}

fn text_of(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// A report as its line names it (`ledger 2026-11 csv`), in a reader's words.
fn report_words(t: &Texts, subject: &str) -> String {
    let (report, rest) = subject.split_once(' ').unwrap_or((subject, ""));
    let name = match Report::parse(report) {
        Some(Report::Ledger) => t.report.ledger,
        Some(Report::Vat) => t.report.vat,
        Some(Report::Reconciliation) => t.report.reconciliation,
        Some(Report::Vouchers) => t.report.vouchers,
        Some(Report::Sales) => t.report.sales,
        None => return subject.to_owned(),
    };
    format!("{name} {}", rest.to_uppercase())
}

fn list_words<'t>(t: &'t Texts, list: &'t str) -> &'t str {
    match list {
        "orders" => t.nav.orders,
        "invoices" => t.nav.invoices,
        "audit" => t.nav.audit,
        other => other,
    }
}

/// Whether a line is about one of these things, or about a job for one of them.
pub(super) fn is_about(entry: &AuditEntry, things: &[&str]) -> bool {
    let about = text_of(entry.data.get("about"));
    things.iter().any(|it| *it == entry.subject || *it == about)
}

/// The page of what an id names.
pub(super) fn page_of(id: &str) -> Option<String> {
    let (prefix, rest) = id.split_once('_')?;
    // A card template's name is its seller and the kind of invoice.
    if let Some((seller, _)) = rest.split_once(':') {
        return Some(format!("/admin/cards?seller={prefix}_{seller}"));
    }
    let list = match prefix {
        "ord" => "orders",
        "dlv" => "deliveries",
        "inv" => "invoices",
        "sel" => "sellers",
        "sto" => "stores",
        "acc" => "accounts",
        "prd" => "products",
        "rdf" => "red-letters",
        "usr" => "staff",
        "ptn" => "partners",
        "bil" => "bills",
        "bdl" => "bill-deliveries",
        "fun" => "fiscal-units",
        "key" => return Some("/admin/keys".to_owned()),
        "job" => return Some("/admin/jobs".to_owned()),
        _ => return None,
    };
    Some(format!("/admin/{list}/{id}"))
}

/// The facts of a line, behind a fold.
pub(super) fn raw(t: &Texts, entry: &AuditEntry) -> Vec<Raw> {
    let is_empty = match &entry.data {
        Value::Object(facts) => facts.is_empty(),
        other => other.is_null(),
    };
    if is_empty {
        return Vec::new();
    }
    vec![Raw {
        label: t.act.facts.to_owned(),
        body: serde_json::to_string_pretty(&entry.data).unwrap_or_default(),
    }]
}

/// What went over the wire, where the line keeps it: states and reasons are told in words already.
fn wire(t: &Texts, entry: &AuditEntry) -> Vec<Raw> {
    match entry.data.get("note") {
        None | Some(Value::Null) => Vec::new(),
        Some(note) => vec![Raw {
            label: t.act.facts.to_owned(),
            body: serde_json::to_string_pretty(note).unwrap_or_default(),
        }],
    }
}

/// A line as an event of a timeline; `with_link` names its order.
pub(super) fn event(frame: &Frame, names: &Names, entry: &AuditEntry, with_link: bool) -> Event {
    let t = frame.t();
    let said = said(frame.lang(), entry);
    let link = with_link
        .then_some(entry.order.as_ref())
        .flatten()
        .map(|order| Link::new(t.order.one, format!("/admin/orders/{order}")));
    Event {
        at: frame.when(entry.at),
        who: names.who(t, &entry.actor),
        what: said.what,
        tone: said.tone,
        why: said.why,
        link,
        raw: wire(t, entry),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(action: &str, data: Value) -> AuditEntry {
        AuditEntry {
            seq: 1,
            at: "2026-11-21T02:00:00Z".parse().unwrap(),
            actor: Actor::System,
            action: action.to_owned(),
            subject: "x".to_owned(),
            order: None,
            data,
            hash: String::new(),
        }
    }

    #[test]
    fn acts_are_told_with_their_facts() {
        let t = Lang::Zh;
        let it = said(t, &entry("order.accepted", json!({ "total": "1234.50" })));
        assert_eq!(it.what, "订单已接收，价税合计 ¥1,234.50");
        let refused = entry("delivery.refused", json!({ "reason": "已退货" }));
        let it = said(t, &refused);
        assert_eq!((it.tone, it.why.as_str()), (Tone::Warn, "已退货"));
        // A code alone says nothing to people.
        let decided = entry(
            "refund.decided",
            json!({ "total": "56.50", "reason": "02" }),
        );
        assert_eq!(said(t, &decided).why, "02 销货退回");
        let it = said(
            t,
            &entry("card.changed", json!({ "card_to": "reimbursed" })),
        );
        assert_eq!(it.what, "卡券状态变为“已报销”");
        assert_eq!(
            said(t, &entry("later.invented", json!({}))).what,
            "later.invented"
        );
    }

    #[test]
    fn what_was_odd_about_a_title_is_told_in_the_readers_language() {
        let told = "W_SHORT_NAME: a name this short; really?; E_TAX_NUMBER_CHECK: it does not fit; W_NEW: unheard of";
        assert_eq!(
            warnings(Lang::En, told),
            "a name this short; really?; it does not fit; unheard of"
        );
        assert_eq!(
            warnings(Lang::Zh, told),
            "名称很短，确实是单位吗？个人请改选“个人”；税号校验码不正确，请核对；unheard of"
        );
        assert_eq!(warnings(Lang::Zh, ""), "");
        let drafted = entry(
            "invoice.drafted",
            json!({ "total": "1.00", "warnings": "W_SHORT_NAME: x" }),
        );
        assert!(said(Lang::Zh, &drafted).why.starts_with("名称很短"));
    }

    /// The store writes these; each has words in both languages.
    #[test]
    fn every_act_of_the_store_has_words() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fapiao-store/src");
        let mut seen = 0;
        let mut folders = vec![folder];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for file in std::fs::read_dir(folder).unwrap() {
                let path = file.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(path);
                }
            }
        }
        for path in files {
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            for after in text.split("Line::new(").skip(1) {
                let action = after.split(')').next().unwrap().split('"').nth(1);
                let Some(action) = action.filter(|it| it.contains('.')) else {
                    continue;
                };
                seen += 1;
                for lang in Lang::ALL {
                    let what = said(lang, &entry(action, json!({}))).what;
                    assert_ne!(what, action, "no words for {action}");
                }
            }
        }
        assert!(seen > 15, "{seen}");
    }

    /// The use-cases of fiscal bills name these; each has words in both languages.
    #[test]
    fn every_act_of_fiscal_bills_has_words() {
        let usecases =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fapiao-usecases/src");
        let mut paths = vec![usecases.join("backoffice/fiscal_units.rs")];
        for file in std::fs::read_dir(usecases.join("fiscal")).unwrap() {
            paths.push(file.unwrap().path());
        }
        let mut seen = std::collections::BTreeSet::new();
        for path in paths {
            let text = std::fs::read_to_string(path).unwrap();
            let quoted = text.split('"');
            let is_act = |it: &&str| {
                let act = it.strip_prefix("bill.").or(it.strip_prefix("fiscal_unit."));
                act.is_some_and(|act| act.bytes().all(|it| it.is_ascii_lowercase() || it == b'_'))
            };
            seen.extend(quoted.filter(is_act).map(str::to_owned));
        }
        for action in &seen {
            for lang in Lang::ALL {
                let what = said(lang, &entry(action, json!({}))).what;
                assert_ne!(what, *action, "no words for {action}");
            }
        }
        assert!(seen.len() > 15, "{seen:?}");
    }

    #[test]
    fn ids_lead_to_their_pages() {
        assert_eq!(page_of("ord_1").as_deref(), Some("/admin/orders/ord_1"));
        assert_eq!(page_of("seg_1"), None);
        assert_eq!(
            page_of("sel_1:digital_ordinary").as_deref(),
            Some("/admin/cards?seller=sel_1")
        );
    }
}
