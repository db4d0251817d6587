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
    done.map(|it| it[0].format.clone())
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
    app.stop().await;
}

#[tokio::test]
async fn a_received_file_leads_and_the_one_we_made_stays_as_history() {
    let app = spawn_app().await;
    let order = app.authorised_order("A-8", &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    let invoice = super::invoice_of(&app, &delivery).await;
    let (store, files) = (&app.ports().store, &app.ports().files);
    let pdf = async || {
        let known = store.documents(&invoice.id).await.unwrap();
        let mut pdfs = known.into_iter().filter(|it| it.format == "pdf");
        let pdf = pdfs.next().unwrap();
        assert!(pdfs.next().is_none(), "one of each format");
        pdf
    };
    let made = pdf().await;
    let own = files.get(&made.sha256).await.unwrap().unwrap();
    // What we made, handed back to us, is nothing new.
    assert_eq!(attach(&app, &invoice, own.clone()).await.unwrap(), "pdf");
    assert_eq!(pdf().await, made);

    // Of a ZIP nothing is taken when one of its files is refused.
    let official = Bytes::from([&own[..], b"\n% of the authority\n"].concat());
    let known = store.documents(&invoice.id).await.unwrap();
    let xml = known.iter().find(|it| it.format == "xml").unwrap();
    let xml = files.get(&xml.sha256).await.unwrap().unwrap();
    let [first, second] = ["\n", "\n\n"].map(|end| [&xml[..], end.as_bytes()].concat());
    let attached = attach(&app, &invoice, Bytes::from(first)).await;
    assert_eq!(attached.unwrap(), "xml");
    let both = zipped(&[("a.pdf", &official), ("a.xml", &second)]);
    let taken = attach(&app, &invoice, both).await;
    assert!(matches!(taken, Err(AttachError::Taken(_))), "{taken:?}");
    assert_eq!(pdf().await, made);

    for _ in 0..2 {
        let attached = attach(&app, &invoice, official.clone()).await;
        assert_eq!(attached.unwrap(), "pdf");
    }
    let leads = pdf().await;
    assert_eq!(leads.origin, "received");
    let replaced = store.replaced_documents(&invoice.id).await.unwrap();
    assert!(
        replaced.contains(&made) && replaced.len() == 2,
        "{replaced:?}"
    );
    let finance = signed_in(&app, "finance").await;
    let path = format!("{}/admin/invoices/{}/file.pdf", app.web(), invoice.id);
    let got = finance.get(path).send().await.unwrap();
    let got = got.bytes().await.unwrap();
    assert_eq!(got, official, "downloads have the received one");
    // Two received ones: nobody could tell which is the authority's.
    let third = Bytes::from([&own[..], b"\n% saved anew\n"].concat());
    let taken = attach(&app, &invoice, third).await;
    assert!(matches!(taken, Err(AttachError::Taken(_))), "{taken:?}");

    let shown = page(&app, &finance, &format!("/admin/orders/{}", invoice.order)).await;
    assert!(shown.contains("代替本系统生成的文件"), "{shown}");
    // The evidence has both and names them apart.
    let auditor = signed_in(&app, "auditor").await;
    let pack = format!("{}/admin/evidence/invoice/{}.zip", app.web(), invoice.id);
    let pack = auditor.get(pack).send().await.unwrap();
    let pack = String::from_utf8_lossy(&pack.bytes().await.unwrap()).into_owned();
    let number = invoice.identity.as_ref().unwrap().number();
    for folder in ["", "replaced/"] {
        let name = format!("invoices/{number}/{folder}{number}.pdf");
        assert!(pack.contains(&name), "{name}");
    }
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

#[tokio::test]
async fn what_wechat_refused_of_ours_comes_into_the_wallet_with_the_received_file() {
    let app = spawn_app().await;
    let fault = serde_json::json!(
        { "path": "/card/invoice/insert", "kind": "errcode", "value": 72040, "count": 1 }
    );
    app.wechat_fault(&fault).await;
    let order = app.authorised_order("A-9", &company()).await;
    let delivery = app.await_state(&order, "failed").await;
    let invoice = super::invoice_of(&app, &delivery).await;
    let media = async || {
        let card = app.ports().store.card(&invoice.delivery).await.unwrap();
        card.unwrap().media.unwrap().0
    };
    let former = media().await;
    assert!(!former.is_empty());
    let own = official(&app, &face_of(&invoice, true).unwrap()).pdf;
    let file = Bytes::from([&own[..], b"\n% of the authority\n"].concat());
    assert_eq!(attach(&app, &invoice, file).await.unwrap(), "pdf");
    app.await_state(&order, "carded").await;
    assert_ne!(media().await, former, "the received file was uploaded");
    // Nothing is left that stopped, on the page or in the queue.
    until("nothing is stopped", async || {
        let stopped = app.ports().store.jobs(Some("parked"), None, 50).await;
        stopped.unwrap().rows.is_empty()
    })
    .await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// A ZIP whose files are stored as they are.
fn zipped(files: &[(&str, &[u8])]) -> Bytes {
    let (mut out, mut list) = (Vec::new(), Vec::new());
    let size = |it: usize| u32::try_from(it).unwrap().to_le_bytes();
    for (name, content) in files {
        let sizes = [[0; 4], size(content.len()), size(content.len())].concat();
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        let place = size(out.len());
        out.extend(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0");
        out.extend(&sizes);
        out.extend(length);
        out.extend([0, 0]);
        out.extend(name.as_bytes());
        out.extend(*content);
        list.extend(b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0");
        list.extend(&sizes);
        list.extend(length);
        list.extend([0; 12]);
        list.extend(place);
        list.extend(name.as_bytes());
    }
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    let (at, length) = (size(out.len()), size(list.len()));
    out.extend(list);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count, count].concat());
    out.extend([length, at].concat());
    out.extend([0, 0]);
    Bytes::from(out)
}

#[tokio::test]
async fn the_zip_of_a_tax_bureau_is_attached_file_by_file() {
    let app = spawn_app().await;
    let invoice = unanswered(&app, "A-5").await;
    let face = face_of(&invoice, true).unwrap();
    let files = official(&app, &face);
    let xml = files.xml.clone().unwrap();
    let folder = |ending: &str| format!("dzfp_20261122/发票.{ending}");
    let (pdf_name, ofd_name, xml_name) = (folder("pdf"), folder("ofd"), folder("xml"));
    let all: [(&str, &[u8]); 4] = [
        (&xml_name, &xml),
        (&ofd_name, &files.ofd),
        (&pdf_name, &files.pdf),
        ("__MACOSX/._发票.pdf", b"what an archiver adds"),
    ];
    let (by, scope) = (Actor::CommandLine, Scope::All);
    let draft = NumberDraft::default();
    let sent = zipped(&all);
    let done = attach_file(app.ports(), &by, &scope, &invoice.id, &draft, sent).await;
    let formats: Vec<String> = done.unwrap().into_iter().map(|it| it.format).collect();
    assert_eq!(formats, ["pdf", "xml", "ofd"]);
    assert_eq!(again(&app, &invoice).await.state, InvoiceState::Issued);
    let kept = app.ports().store.documents(&invoice.id).await.unwrap();
    assert_eq!(kept.len(), 3);
    let pdf = kept.iter().find(|it| it.format == "pdf").unwrap();
    assert_eq!(pdf.sm3, fapiao_usecases::keeping::sm3(&files.pdf));
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// A PDF whose one page is a picture.
fn scan() -> Bytes {
    use lopdf::{Document, Object, Stream, dictionary};
    let mut document = Document::with_version("1.5");
    let tree = document.new_object_id();
    let picture = document.add_object(Stream::new(
        dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "Width" => 30, "Height" => 30,
            "BitsPerComponent" => 8, "ColorSpace" => "DeviceGray",
        },
        vec![200; 900],
    ));
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => tree,
        "Resources" => dictionary! { "XObject" => dictionary! { "P" => picture } },
    });
    let pages = dictionary! {
        "Type" => "Pages", "Kids" => vec![Object::from(page)], "Count" => 1,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 397.into()],
    };
    document.objects.insert(tree, Object::Dictionary(pages));
    let catalogue = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", catalogue);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    Bytes::from(bytes)
}

#[tokio::test]
async fn what_holds_several_invoices_or_only_a_picture_is_refused_in_words() {
    let app = spawn_app().await;
    let invoice = unanswered(&app, "A-6").await;
    let face = face_of(&invoice, true).unwrap();
    let files = official(&app, &face);
    let mut other = face.clone();
    other.identity = Identity::Digital {
        number: "26999000000009999998".to_owned(),
    };
    let stranger = official(&app, &other);
    let two_papers: [(&str, &[u8]); 2] = [("1.pdf", &files.pdf), ("2.pdf", &stranger.pdf)];
    let two_bodies =
        "<o:OFD xmlns:o='http://www.ofdspec.org/2016'><o:DocBody/><o:DocBody/></o:OFD>";
    let picture = b"\x89PNG\r\n\x1a\n and so on";
    for (what, file, code) in [
        ("two PDFs", zipped(&two_papers), "several"),
        (
            "an OFD of two",
            zipped(&[("OFD.xml", two_bodies.as_bytes())]),
            "several",
        ),
        ("a scan", scan(), "picture"),
        ("a photograph", Bytes::from_static(picture), "picture"),
        (
            "other things",
            zipped(&[("readme.txt", b"hello")]),
            "format",
        ),
        (
            "a broken ZIP",
            Bytes::from_static(b"PK\x03\x04 nonsense"),
            "damaged",
        ),
    ] {
        match attach(&app, &invoice, file).await {
            Err(AttachError::Unreadable(trouble)) => assert_eq!(trouble.code, code, "{what}"),
            other => panic!("{what}: {other:?}"),
        }
    }
    // One that fits beside one that does not: nothing of either is kept.
    let mixed: [(&str, &[u8]); 2] = [
        ("1.pdf", &files.pdf),
        ("1.xml", stranger.xml.as_ref().unwrap()),
    ];
    let wrong = differing(attach(&app, &invoice, zipped(&mixed)).await.unwrap_err());
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    let kept = app.ports().store.documents(&invoice.id).await.unwrap();
    assert!(kept.is_empty(), "{kept:?}");
    app.stop().await;
}
