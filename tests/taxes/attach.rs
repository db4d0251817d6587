//! Official files by hand: read, compared, and the proof of what became of an invoice.

use super::unanswered;
use crate::{
    admin::{
        sign_in::{hidden, signed_in},
        work::page,
    },
    harness::{TestApp, company, spawn_app, until},
};
use bytes::Bytes;
use chrono::TimeDelta;
use fapiao_domain::{
    face::InvoiceFace,
    invoice::{Identity, InvoiceState},
    money::Fen,
};
use fapiao_usecases::{
    actor::Actor,
    platform::{
        face::face_of,
        received::{AttachError, NumberDraft, attach_file},
    },
    ports::{PaperFact, Rendered, Scope},
    records::Invoice,
};
use reqwest::{Method, StatusCode};

/// What the tax authority would print of a face.
fn official(app: &TestApp, face: &InvoiceFace) -> Rendered {
    app.ports().renderer.render(face, None).unwrap()
}

fn structured(app: &TestApp, face: &InvoiceFace) -> Bytes {
    official(app, face).xml.unwrap()
}

async fn attach(app: &TestApp, invoice: &Invoice, file: Bytes) -> Result<String, AttachError> {
    let (by, scope) = (Actor::CommandLine, Scope::All);
    let draft = NumberDraft::default();
    let done = attach_file(app.ports(), &by, &scope, &invoice.id, &draft, file).await;
    done.map(|it| it.format)
}

fn differing(error: AttachError) -> Vec<(PaperFact, String, Option<String>)> {
    let AttachError::Differs(read) = error else {
        panic!("{error:?}")
    };
    read.facts
        .into_iter()
        .filter(|it| !it.same)
        .map(|it| (it.fact, it.ledger, it.file))
        .collect()
}

async fn again(app: &TestApp, invoice: &Invoice) -> Invoice {
    let found = app
        .ports()
        .store
        .invoices_by_id(std::slice::from_ref(&invoice.id))
        .await;
    found.unwrap().remove(0)
}

#[tokio::test]
async fn a_file_that_fits_settles_an_unknown_outcome_and_its_card_follows() {
    let app = spawn_app().await;
    let invoice = unanswered(&app, "A-1").await;
    let face = face_of(&invoice, true).unwrap();
    let files = official(&app, &face);
    assert_eq!(
        attach(&app, &invoice, files.pdf.clone()).await.unwrap(),
        "pdf"
    );
    let settled = again(&app, &invoice).await;
    assert_eq!(settled.state, InvoiceState::Issued);
    assert_eq!(settled.identity, invoice.identity);
    // OFD and XML beside it, each once; the same again is harmless.
    assert_eq!(attach(&app, &invoice, files.ofd).await.unwrap(), "ofd");
    let xml = files.xml.unwrap();
    assert_eq!(attach(&app, &invoice, xml).await.unwrap(), "xml");
    assert_eq!(attach(&app, &invoice, files.pdf).await.unwrap(), "pdf");
    let documents = app.ports().store.documents(&invoice.id).await.unwrap();
    let kinds: Vec<(&str, &str)> = documents
        .iter()
        .map(|it| (it.format.as_str(), it.origin.as_str()))
        .collect();
    assert_eq!(
        kinds,
        [
            ("ofd", "received"),
            ("pdf", "received"),
            ("xml", "received")
        ]
    );
    app.control(&app.tax(), Method::DELETE, "/sandbox/faults", None)
        .await;
    until("its card", async || {
        let scope = Scope::All;
        let delivery = app.ports().store.delivery(&scope, &invoice.delivery).await;
        delivery.unwrap().unwrap().state.as_str() == "carded"
    })
    .await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn another_number_amount_or_day_is_refused_with_both_values() {
    let app = spawn_app().await;
    let invoice = unanswered(&app, "A-2").await;
    let face = face_of(&invoice, true).unwrap();
    let own = invoice.identity.as_ref().unwrap().number().to_owned();

    let mut other = face.clone();
    let number = "26999000000009999999".to_owned();
    other.identity = Identity::Digital {
        number: number.clone(),
    };
    for file in [
        official(&app, &other).pdf,
        official(&app, &other).ofd,
        structured(&app, &other),
    ] {
        let wrong = differing(attach(&app, &invoice, file).await.unwrap_err());
        assert_eq!(
            wrong,
            [(PaperFact::Number, own.clone(), Some(number.clone()))]
        );
    }
    let mut other = face.clone();
    other.totals.total = Fen::new(11_400).unwrap();
    other.totals.tax = Fen::new(1_400).unwrap();
    for file in [official(&app, &other).pdf, structured(&app, &other)] {
        let wrong = differing(attach(&app, &invoice, file).await.unwrap_err());
        assert_eq!(
            wrong,
            [(
                PaperFact::Total,
                "113.00".to_owned(),
                Some("114.00".to_owned())
            )]
        );
    }
    let mut other = face.clone();
    other.issued_at = face.issued_at - TimeDelta::days(1);
    let day = |at: chrono::NaiveDateTime| at.date().to_string();
    for file in [official(&app, &other).pdf, official(&app, &other).ofd] {
        let wrong = differing(attach(&app, &invoice, file).await.unwrap_err());
        assert_eq!(
            wrong,
            [(
                PaperFact::Date,
                day(face.issued_at),
                Some(day(other.issued_at))
            )]
        );
    }
    assert!(
        app.ports()
            .store
            .documents(&invoice.id)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(!again(&app, &invoice).await.state.is_issued());
    app.stop().await;
}

#[tokio::test]
async fn what_is_no_readable_document_is_refused_in_words() {
    let app = spawn_app().await;
    let order = app.authorised_order("A-3", &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    let invoice = super::invoice_of(&app, &delivery).await;
    let face = face_of(&invoice, true).unwrap();
    let code = |error: AttachError| match error {
        AttachError::Unreadable(trouble) => trouble.code,
        other => panic!("{other:?}"),
    };
    let none = attach(&app, &invoice, Bytes::from_static(b"GIF89a")).await;
    assert_eq!(code(none.unwrap_err()), "format");
    let broken = attach(&app, &invoice, Bytes::from_static(b"%PDF-1.7 nonsense")).await;
    assert_eq!(code(broken.unwrap_err()), "damaged");
    let large = [b"%PDF-1.7".to_vec(), vec![b' '; 6 * 1024 * 1024]].concat();
    let large = attach(&app, &invoice, Bytes::from(large)).await;
    assert_eq!(code(large.unwrap_err()), "too_large");
    let mut locked = lopdf::Document::load_mem(&official(&app, &face).pdf).unwrap();
    let id = lopdf::Object::string_literal("0123456789abcdef");
    locked
        .trailer
        .set("ID", lopdf::Object::Array(vec![id.clone(), id]));
    let state = lopdf::EncryptionState::try_from(lopdf::EncryptionVersion::V2 {
        document: &locked,
        owner_password: "owner",
        user_password: "user",
        key_length: 128,
        permissions: lopdf::Permissions::all(),
    })
    .unwrap();
    locked.encrypt(&state).unwrap();
    let mut bytes = Vec::new();
    locked.save_to(&mut bytes).unwrap();
    let locked = attach(&app, &invoice, Bytes::from(bytes)).await;
    assert_eq!(code(locked.unwrap_err()), "encrypted");
    // Another file in the place of the one that is there.
    let mut again = official(&app, &face).pdf.to_vec();
    again.extend_from_slice(b"\n% saved anew\n");
    let taken = attach(&app, &invoice, Bytes::from(again)).await;
    assert!(matches!(taken, Err(AttachError::Taken(_))), "{taken:?}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn staff_attach_on_the_invoice_s_page_and_see_both_values() {
    let app = spawn_app().await;
    let invoice = unanswered(&app, "A-4").await;
    let face = face_of(&invoice, true).unwrap();
    let finance = signed_in(&app, "finance").await;
    let path = format!("/admin/invoices/{}/attachment", invoice.id);
    let shown = page(&app, &finance, &path).await;
    let token = hidden(&shown, "csrf");
    let send = |file: Bytes| {
        let form = reqwest::multipart::Form::new()
            .text("csrf", token.clone())
            .part(
                "file",
                reqwest::multipart::Part::bytes(file.to_vec()).file_name("official.xml"),
            );
        finance
            .post(format!("{}{path}", app.web()))
            .header("Origin", app.web())
            .multipart(form)
            .send()
    };
    let mut other = face.clone();
    other.totals.total = Fen::new(99_900).unwrap();
    let refused = send(structured(&app, &other)).await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = refused.text().await.unwrap();
    assert!(text.contains("113.00") && text.contains("999.00"), "{text}");
    let taken = send(structured(&app, &face)).await.unwrap();
    assert_eq!(taken.status(), StatusCode::SEE_OTHER);
    assert_eq!(again(&app, &invoice).await.state, InvoiceState::Issued);
    app.stop().await;
}
