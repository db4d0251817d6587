//! Documents of natural persons: checked and sealed where they come in.

use crate::{
    errors::StoreError,
    fields::FieldError,
    merchant::drafts::{DeliveryDraft, DocumentDraft},
    ports::Ports,
    records::{IssuingMode, RawTitleRecord, SealedDocument, Seller, TaxProfile, document_purpose},
};
use fapiao_domain::document::PersonDocument;

/// Checks and seals a document; `at` is its pointer.
pub(crate) fn sealed(
    ports: &Ports,
    seller: &Seller,
    draft: &DocumentDraft,
    at: &str,
) -> Result<SealedDocument, Vec<FieldError>> {
    let document = PersonDocument::check(&draft.kind, &draft.nationality, &draft.number).map_err(
        |errors| {
            errors
                .into_iter()
                .map(|it| FieldError::new(format!("{at}/{}", it.field), it.code, it.message))
                .collect::<Vec<_>>()
        },
    )?;
    Ok(SealedDocument {
        kind: document.kind,
        masked: document.masked(),
        sealed: ports
            .sealer
            .seal(&document_purpose(&seller.id), &document.number),
        nationality: document.nationality,
    })
}

/// Whether a document may come with a title here: natural persons only, and where the tax side has a place for it.
pub(crate) async fn fits(
    ports: &Ports,
    seller: &Seller,
    title: Option<&RawTitleRecord>,
    at: &str,
) -> Result<Result<(), Vec<FieldError>>, StoreError> {
    let wrong = |code: &str, message: &str| Ok(Err(vec![FieldError::new(at, code, message)]));
    if title.is_none_or(|it| it.organisation) {
        return wrong(
            "E_DOCUMENT_PERSON",
            "a document goes with the title of a person: leave it out, or send a person's title along",
        );
    }
    let connection = ports.store.tax_connection(&seller.id).await?;
    let is_older = connection.is_some_and(|it| it.profile == TaxProfile::Classic);
    if seller.mode != IssuingMode::SelfBuilt || is_older {
        return wrong(
            "E_DOCUMENT_MODE",
            "only digital invoices of a seller's own platform carry a person's document: leave it out",
        );
    }
    Ok(Ok(()))
}

/// The draft with its document sealed into the title.
pub(crate) async fn with_document(
    ports: &Ports,
    seller: &Seller,
    draft: &DeliveryDraft,
    at: &str,
) -> Result<Result<DeliveryDraft, Vec<FieldError>>, StoreError> {
    let mut draft = draft.clone();
    let Some(typed) = draft.document.take() else {
        return Ok(Ok(draft));
    };
    let pointer = format!("{at}/title/document");
    if let Err(errors) = fits(ports, seller, draft.title.as_ref(), &pointer).await? {
        return Ok(Err(errors));
    }
    Ok(sealed(ports, seller, &typed, &pointer).map(|document| {
        if let Some(title) = &mut draft.title {
            title.document = Some(document);
        }
        draft
    }))
}
