//! The demo's collecting unit with two fiscal bills. Their files stand in for those of a finance bureau's own system.

use super::{
    DemoSecrets,
    company::{api_key, fixed},
};
use bytes::Bytes;
use fapiao_domain::ids::{AccountId, Id};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    fiscal::{BillDraft, BillItemDraft, UnitDraft, accept_bill, attach_bill_file, save_unit},
    idempotency::fingerprint,
    ports::Ports,
};
use serde::Deserialize;

/// The unit's code.
const UNIT: &str = "U001";
/// The sample bills; the third is left for whoever tries the form.
const BILLS: &str = include_str!("../../../../tests/fixtures/bills/bills.json");
const FILES: [&[u8]; 2] = [
    include_bytes!("../../../../tests/fixtures/bills/31060125-0000000001.pdf"),
    include_bytes!("../../../../tests/fixtures/bills/31060125-0000000002.pdf"),
];

#[derive(Deserialize)]
struct SampleBill {
    code: String,
    number: String,
    check_code: String,
    payer: String,
    amount: String,
    items: Vec<SampleItem>,
    remark: String,
    issued_at: String,
}

#[derive(Deserialize)]
struct SampleItem {
    name: String,
    quantity: String,
    unit: String,
    standard: String,
    amount: String,
}

/// Makes what is not there yet: the unit, which asks and inserts with the demo's own accounts, and two bills.
pub(super) async fn ensure(ports: &Ports, secrets: &DemoSecrets) -> Result<(), StoreError> {
    let by = Actor::CommandLine;
    let hash = fingerprint(secrets.bills_key.as_bytes());
    if ports.store.api_key_by_hash(&hash).await?.is_none() {
        let key = api_key(
            "示例财政票据系统",
            &secrets.bills_key,
            None,
            ports.clock.now(),
        );
        ports.store.add_api_key(&key, &by).await?;
    }
    if ports.store.fiscal_unit_by_code(UNIT).await?.is_none() {
        let service: AccountId = fixed(1);
        let app: AccountId = fixed(2);
        let unit = UnitDraft {
            name: "示例市职业技能鉴定中心".to_owned(),
            code: UNIT.to_owned(),
            role: "both".to_owned(),
            web_account: service.as_str().to_owned(),
            app_account: app.as_str().to_owned(),
            bureau_account: service.as_str().to_owned(),
            ..UnitDraft::default()
        };
        save_unit(ports, &by, None, &unit).await.map_err(damaged)?;
    }
    let bills: Vec<SampleBill> = serde_json::from_str(BILLS).map_err(damaged)?;
    for (bill, file) in bills.into_iter().zip(FILES) {
        let known = ports.store.bill_by_number(&bill.code, &bill.number).await?;
        let id = match known {
            Some(known) if known.file.is_some() => continue,
            Some(known) => known.id,
            None => {
                let accepted = accept_bill(ports, &by, &draft(bill)).await;
                accepted.map_err(damaged)?.0.bill.id
            }
        };
        let attached = attach_bill_file(ports, &by, &id, Bytes::from_static(file)).await;
        attached.map_err(damaged)?;
    }
    Ok(())
}

fn damaged(error: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(format!("the demo's fiscal bills: {error}"))
}

fn draft(bill: SampleBill) -> BillDraft {
    let item = |it: SampleItem| BillItemDraft {
        name: it.name,
        quantity: it.quantity,
        unit: it.unit,
        standard: it.standard,
        amount: it.amount,
    };
    BillDraft {
        unit: UNIT.to_owned(),
        code: bill.code,
        number: bill.number,
        check_code: bill.check_code,
        payer: bill.payer,
        amount: bill.amount,
        items: bill.items.into_iter().map(item).collect(),
        remark: bill.remark,
        issued_at: bill.issued_at,
        ..BillDraft::default()
    }
}
