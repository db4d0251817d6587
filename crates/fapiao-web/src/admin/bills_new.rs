//! A fiscal bill by hand: its facts as printed, and its PDF.

use super::{
    Answer,
    bills::{named, page_of},
    desk::{BillWorker, WorksOnBills},
    failure::Failure,
    forms::{Uploaded, errors_of},
    frame::Frame,
};
use crate::{
    i18n::{fill1, fill2},
    pages::{
        bills::{BillForm, BillNewPage, ItemForm},
        field::Errors,
        parts::{Choice, Link, Tone},
        shell::Section,
    },
    problem::Problem,
};
use actix_web::http::StatusCode;
use bytes::Bytes;
use fapiao_usecases::{
    errors::StoreError,
    fiscal::{
        BillDraft, BillError, BillItemDraft, ForeignAuthorisation, accept_bill, attach_bill_file,
    },
    records::{Bill, BillSource, FiscalUnit},
};

/// `GET /admin/bills/new`.
pub(super) async fn blank(desk: BillWorker) -> Answer {
    let page = page(&desk, BillForm::blank(), Errors::default(), None).await?;
    Ok(desk.page(&page))
}

/// `POST /admin/bills`, with a file.
pub(super) async fn create(sent: Uploaded<WorksOnBills>) -> Answer {
    let (desk, sent, file) = (sent.desk, sent.form, sent.file);
    let mut form = BillForm::from_pairs(sent.pairs());
    if sent.get("do") == "add_item" {
        if form.items.len() < BillForm::ITEMS_MAX {
            form.items.push(ItemForm::default());
        }
        let page = page(&desk, form, Errors::default(), None).await?;
        return Ok(desk.page_with(StatusCode::OK, &page));
    }
    let (draft, places) = draft_of(&form);
    let t = desk.t();
    let (errors, taken) = match accept_bill(desk.ports(), &desk.actor(), &draft).await {
        Ok((row, is_new)) => {
            let (to, name) = (page_of(&row.bill.id), named(&row.bill));
            if let Some(refused) = attach(&desk, &row.bill, file).await? {
                // The bill stands; its page has the form for its file.
                let text = fill2(t.fiscal.file_refused, name, refused);
                return Ok(desk.told(&format!("{to}#file"), Tone::Warn, &text));
            }
            return Ok(if is_new {
                desk.done(&to, &fill1(t.fiscal.accepted, name))
            } else {
                desk.told(&to, Tone::Warn, &fill1(t.fiscal.known, name))
            });
        }
        Err(BillError::Invalid(errors)) => {
            let field = |pointer: &str| field_of(pointer, &places);
            (errors_of(errors, desk.lang(), field), None)
        }
        Err(BillError::Taken(existing)) => {
            let mut errors = Errors::default();
            errors.add("number", t.fiscal.taken);
            let link = Link::new(t.fiscal.taken_open, page_of(&existing));
            (errors, Some(link))
        }
        Err(BillError::NotNow { chinese, english }) => {
            let mut errors = Errors::default();
            let why = Problem::from(BillError::NotNow { chinese, english });
            errors.add("order_id", why.detail().of(desk.lang()));
            (errors, None)
        }
        Err(other) => return Err(Failure::from(Problem::from(other))),
    };
    let page = page(&desk, form, errors, taken).await?;
    Ok(desk.wrong(&page))
}

/// Keeps the file that came with the form; why it is not taken.
async fn attach(
    frame: &Frame,
    bill: &Bill,
    file: Option<(String, Bytes)>,
) -> Result<Option<String>, Failure> {
    let Some((_, bytes)) = file.filter(|(_, bytes)| !bytes.is_empty()) else {
        return Ok(None);
    };
    match attach_bill_file(frame.ports(), &frame.actor(), &bill.id, bytes).await {
        Ok(_) => Ok(None),
        Err(error) => Ok(Some(file_trouble(frame, error)?)),
    }
}

/// Why a file is not taken, in words.
///
/// # Errors
/// When it is not the file's fault.
pub(super) fn file_trouble(frame: &Frame, error: BillError) -> Result<String, Failure> {
    match error {
        BillError::Unreadable(_) | BillError::NotNow { .. } | BillError::Invalid(_) => {
            let problem = Problem::from(error);
            Ok(problem.detail().of(frame.lang()).to_owned())
        }
        BillError::Unknown(_) => Err(Failure::NotFound),
        BillError::Taken(_) | BillError::Files(_) | BillError::Store(_) => {
            Err(Problem::from(error).into())
        }
    }
}

/// The bill as typed, without its blank items, and where each item stands in the form.
fn draft_of(form: &BillForm) -> (BillDraft, Vec<usize>) {
    let typed = form.items.iter().enumerate();
    let (places, items): (Vec<usize>, Vec<BillItemDraft>) = typed
        .filter(|(_, item)| !item.is_blank())
        .map(|(place, item)| {
            let item = BillItemDraft {
                name: item.name.clone(),
                quantity: item.quantity.clone(),
                unit: item.unit.clone(),
                standard: item.standard.clone(),
                amount: item.amount.clone(),
            };
            (place, item)
        })
        .unzip();
    let is_foreign = !form.order_id.is_empty() || !form.app_id.is_empty();
    let draft = BillDraft {
        unit: form.unit.clone(),
        code: form.code.clone(),
        number: form.number.clone(),
        check_code: form.check_code.clone(),
        payer: form.payer.clone(),
        amount: form.amount.clone(),
        items,
        remark: form.remark.clone(),
        issued_at: form.issued_at.clone(),
        source: form.source.clone(),
        return_url: String::new(),
        authorisation: is_foreign.then(|| ForeignAuthorisation {
            order_id: form.order_id.clone(),
            app_id: form.app_id.clone(),
        }),
    };
    (draft, places)
}

/// The form's name of what the use-case points at.
fn field_of(pointer: &str, places: &[usize]) -> String {
    let mut steps = pointer.split('/');
    match (steps.next(), steps.next(), steps.next()) {
        (Some("items"), Some(index), Some(member)) => {
            let place = index.parse::<usize>().ok();
            let place = place.and_then(|it| places.get(it)).copied();
            format!("lines-{}-{member}", place.unwrap_or_default())
        }
        (Some("authorisation"), Some(member), None) => member.to_owned(),
        (Some("authorisation"), None, None) => "order_id".to_owned(),
        _ => pointer.to_owned(),
    }
}

async fn page(
    frame: &Frame,
    mut form: BillForm,
    errors: Errors,
    taken: Option<Link>,
) -> Result<BillNewPage, StoreError> {
    let t = frame.t();
    let all = frame.ports().store.fiscal_units().await?;
    let open: Vec<FiscalUnit> = all.into_iter().filter(|it| !it.closed).collect();
    let mut units: Vec<Choice> = open
        .iter()
        .map(|it| Choice::new(it.code.as_str(), format!("{} {}", it.code, it.name)))
        .collect();
    // The wrong unit would be a wrong payee: of several, somebody chooses.
    if units.len() > 1 {
        units.insert(0, Choice::new("", t.form.not_chosen));
    } else if let Some(only) = open.first() {
        form.unit.clone_from(&only.code);
    }
    let asks = open.iter().any(|it| it.role.asks());
    let hears = open.iter().any(|it| !it.role.asks());
    let errors = shown(errors, asks, hears);
    Ok(BillNewPage {
        shell: frame.shell(Section::Bills).await?,
        asks,
        hears,
        units,
        sources: vec![
            Choice::new(BillSource::Web.as_str(), t.fiscal.source_web),
            Choice::new(BillSource::App.as_str(), t.fiscal.source_app),
        ],
        form,
        errors,
        taken,
    })
}

/// Errors of fields that the form does not show stand beside the unit, whose choice brought them about.
fn shown(mut errors: Errors, asks: bool, hears: bool) -> Errors {
    for error in &mut errors.0 {
        let hidden = match error.field.as_str() {
            "source" => !asks,
            "order_id" | "app_id" => !hears,
            "return_url" => true,
            _ => false,
        };
        if hidden {
            "unit".clone_into(&mut error.field);
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_stand_where_their_fields_stand() {
        let places = [0, 3];
        for (pointer, field) in [
            ("amount", "amount"),
            ("items", "items"),
            ("items/1/name", "lines-3-name"),
            ("authorisation", "order_id"),
            ("authorisation/app_id", "app_id"),
        ] {
            assert_eq!(field_of(pointer, &places), field);
        }
        let mut errors = Errors::default();
        errors.add("order_id", "x");
        errors.add("source", "y");
        let shown = shown(errors, true, false);
        let fields: Vec<_> = shown.0.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(fields, ["unit", "source"]);
    }

    #[test]
    fn blank_items_are_left_out_and_an_agreement_is_only_sent_when_typed() {
        let form = BillForm::from_pairs([
            ("unit", "U001"),
            ("lines-0-name", " "),
            ("lines-2-name", "挂号费"),
            ("lines-2-amount", "50.00"),
        ]);
        let (draft, places) = draft_of(&form);
        assert_eq!((draft.items.len(), places), (1, vec![2]));
        assert!(draft.authorisation.is_none());
        let form = BillForm::from_pairs([("app_id", "wx1")]);
        assert_eq!(draft_of(&form).0.authorisation.unwrap().app_id, "wx1");
    }
}
