//! A paper that comes back: compared with the ledger.

use super::{
    Answer,
    desk::{BookReader, ReadsBooks},
    forms::Uploaded,
    frame::Frame,
};
use crate::{
    i18n::Texts,
    pages::{
        papers::{ComparedRow, PaperPage, PaperResult, UnprovenRow},
        parts::{Badge, Tone},
        shell::Section,
    },
};
use actix_web::http::StatusCode;
use fapiao_archive::paper::{self, Checked, Field, Paper, Unreadable, Verdict};
use fapiao_domain::invoice::InvoiceState;

/// `GET /admin/papers`.
pub(super) async fn show(desk: BookReader) -> Answer {
    let page = PaperPage {
        shell: desk.shell(Section::Papers).await?,
        result: None,
        wrong: String::new(),
        typed: String::new(),
    };
    Ok(desk.page(&page))
}

/// `POST /admin/papers`.
pub(super) async fn check(sent: Uploaded<ReadsBooks>) -> Answer {
    let typed: String = sent.form.get("qr").trim().chars().take(500).collect();
    let desk = sent.desk;
    let t = desk.t();
    let given = match sent.file {
        Some((name, bytes)) if !bytes.is_empty() => Some((name, Paper::File(bytes))),
        _ if typed.is_empty() => None,
        _ => Some((String::new(), Paper::Qr(typed.clone()))),
    };
    let (result, wrong) = match given {
        None => (None, t.paper.nothing_given.to_owned()),
        Some((name, paper)) => match paper::check(desk.ports(), &desk.view(), paper).await? {
            Ok(checked) => (Some(result(&desk, name, checked)), String::new()),
            Err(error) => (None, unreadable(t, &error)),
        },
    };
    // What a scanner types next comes into an empty field; a text that was not understood is shown beside the reason.
    let typed = if result.is_some() {
        String::new()
    } else {
        typed
    };
    let status = if result.is_some() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let page = PaperPage {
        shell: desk.shell(Section::Papers).await?,
        result,
        wrong,
        typed,
    };
    Ok(desk.page_with(status, &page))
}

fn result(frame: &Frame, file: String, checked: Checked) -> PaperResult {
    let t = frame.t();
    let by_code = !checked.unproven.is_empty();
    let odd_checksum = checked
        .fields
        .iter()
        .any(|it| it.field == Field::Checksum && !it.same);
    let (tone, words, means) = match checked.verdict {
        Verdict::Agrees if by_code => (Tone::Ok, t.paper.code_agrees, t.paper.code_agrees_means),
        Verdict::Identical => (Tone::Ok, t.paper.identical, t.paper.identical_means),
        Verdict::Agrees => (Tone::Ok, t.paper.agrees, t.paper.agrees_means),
        Verdict::Differs => (Tone::Bad, t.paper.differs, t.paper.differs_means),
        Verdict::Unknown => (Tone::Bad, t.paper.unknown, t.paper.unknown_means),
    };
    let since = match InvoiceState::parse(&checked.state) {
        Some(InvoiceState::PartlyRed) => t.paper.partly_red,
        Some(InvoiceState::FullyRed) => t.paper.fully_red,
        None | Some(InvoiceState::Issued) => "",
        Some(_) => t.paper.not_issued,
    };
    PaperResult {
        // A true paper of an invoice that was taken back is no reason to be at ease.
        tone: if tone == Tone::Bad || since.is_empty() && !odd_checksum {
            tone
        } else {
            Tone::Warn
        },
        words,
        means,
        since,
        file,
        sha256: checked.sha256,
        number: checked.number,
        unproven: checked
            .unproven
            .into_iter()
            .map(|(field, ledger)| UnprovenRow {
                label: label(t, field),
                ledger,
            })
            .collect(),
        href: checked
            .invoice
            .map(|id| format!("/admin/invoices/{id}"))
            .unwrap_or_default(),
        fields: checked
            .fields
            .into_iter()
            .map(|it| ComparedRow {
                label: label(t, it.field),
                ledger: it.ledger,
                paper: match it.field {
                    Field::Checksum if !it.same => t.paper.odd_checksum.to_owned(),
                    _ => it.paper.unwrap_or_default(),
                },
                state: if it.same {
                    Badge::new(Tone::Ok, t.paper.same)
                } else if it.field == Field::Checksum {
                    Badge::new(Tone::Warn, t.paper.note)
                } else {
                    Badge::new(Tone::Bad, t.paper.other)
                },
                same: it.same,
            })
            .collect(),
    }
}

fn label(t: &Texts, field: Field) -> &'static str {
    match field {
        Field::Number => t.paper.number,
        Field::Date => t.paper.date,
        Field::SellerName => t.paper.seller_name,
        Field::SellerTaxNumber => t.paper.seller_tax_number,
        Field::BuyerName => t.paper.buyer_name,
        Field::BuyerTaxNumber => t.paper.buyer_tax_number,
        Field::Amount => t.paper.amount,
        Field::Tax => t.paper.tax,
        Field::Total => t.paper.total,
        Field::Lines => t.paper.lines,
        Field::Checksum => t.paper.checksum,
        Field::Code => t.paper.code,
        Field::CheckCode => t.paper.check_code,
    }
}

/// Why a paper could not be read, in a reader's words.
pub(crate) fn unreadable(t: &Texts, error: &Unreadable) -> String {
    match error {
        Unreadable::TooLarge => t.paper.too_large,
        Unreadable::TooManyPages(_) => t.paper.too_many_pages,
        Unreadable::Format => t.paper.format,
        Unreadable::Damaged(_) => t.paper.damaged,
        Unreadable::Encrypted => t.attach.encrypted,
        Unreadable::Several => t.paper.several,
        Unreadable::TooManyDots => t.paper.too_many_dots,
        Unreadable::NoCode => t.paper.no_code,
        Unreadable::TooSlow => t.paper.too_slow,
        Unreadable::Qr(_) => t.paper.not_a_qr,
        Unreadable::NoNumber => t.paper.no_number,
    }
    .to_owned()
}
