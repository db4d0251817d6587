//! The demo company: two sellers, three stores, a catalogue, staff of each role, one API key.

use super::{DemoSecrets, catalogue::PRODUCTS, secrets::DemoApp};
use crate::adapters::{clock::SystemClock, passwords::hash_now};
use chrono::{DateTime, Utc};
use fapiao_domain::{
    ids::{AccountId, Id, ProductId, SellerId, StaffId, StoreId},
    money::Fen,
    party::SellerParty,
    rate::Rate,
};
use fapiao_usecases::{
    actor::Actor,
    backoffice::buyer_forms::store_form,
    errors::StoreError,
    idempotency::fingerprint,
    ids::fresh,
    ports::{BUYER_FORM, Clock, Ports},
    records::{
        Account, AccountKind, ApiKey, Ask, BuyerForm, IssuingMode, Product, PushMode, Role, Seller,
        Staff, Store,
    },
};

/// A seller as the tax sandbox must know it, too.
pub(super) struct DemoSeller {
    pub(super) tax_number: &'static str,
    pub(super) name: &'static str,
    pub(super) short_name: &'static str,
    pub(super) province: &'static str,
    pub(super) small_scale: bool,
    address: &'static str,
    phone: &'static str,
    bank: &'static str,
    bank_account: &'static str,
    pub(super) stores: &'static [(&'static str, &'static str)],
}

pub(super) const SELLERS: [DemoSeller; 2] = [
    DemoSeller {
        tax_number: "91310000MA1FL0007C",
        name: "上海示例商贸有限公司",
        short_name: "示例商贸",
        province: "31",
        small_scale: false,
        address: "上海市黄浦区示例路100号",
        phone: "021-60000000",
        bank: "示例银行上海分行营业部",
        bank_account: "6200000000000000001",
        stores: &[("S001", "南京东路店"), ("S002", "徐家汇店")],
    },
    DemoSeller {
        tax_number: "91500103MAAA0A0A3C",
        name: "重庆示例小吃有限公司",
        short_name: "示例小吃",
        province: "50",
        small_scale: true,
        address: "重庆市渝中区样品街8号",
        phone: "023-60000000",
        bank: "示例银行重庆分行",
        bank_account: "6200000000000000002",
        stores: &[("S003", "解放碑店")],
    },
];

/// The third seller leaves issuing to another company's platform.
pub(super) const OUTSIDE: DemoSeller = DemoSeller {
    tax_number: "91330106MA2K00041P",
    name: "杭州示例文具有限公司",
    short_name: "示例文具",
    province: "33",
    small_scale: false,
    address: "杭州市西湖区示例大道6号",
    phone: "0571-60000000",
    bank: "示例银行杭州分行",
    bank_account: "6200000000000000004",
    stores: &[("S004", "西湖店")],
};

/// The payment merchant number of the demo company.
pub(super) const PAY_MERCHANT: &str = "1900000001";

const STAFF: [(&str, &str, Role); 5] = [
    ("admin", "管理员", Role::Owner),
    ("manager", "陈经理", Role::Admin),
    ("finance", "王会计", Role::Finance),
    ("clerk", "李店员", Role::Clerk),
    ("auditor", "赵审计", Role::Auditor),
];

/// Ids that are the same in every demo, so that a start interrupted half-way is continued.
pub(super) fn fixed<I: Id>(number: usize) -> I {
    I::from_ulid(&format!("0000000000DEM0{number:012}"))
}

/// Makes what is not there yet.
pub(super) async fn ensure(ports: &Ports, secrets: &DemoSecrets) -> Result<(), StoreError> {
    let now = SystemClock.now();
    let by = Actor::CommandLine;
    let account: AccountId = fixed(1);
    if ports.store.account(&account).await?.is_none() {
        ports
            .store
            .save_account(
                &demo_account(ports, secrets, account.clone(), "示例商贸服务号"),
                &by,
            )
            .await?;
    }
    for (number, name, kind, app) in [
        (
            2,
            "示例商贸 App",
            AccountKind::OpenPlatformApp,
            &secrets.app,
        ),
        (
            3,
            "示例商贸小程序",
            AccountKind::MiniProgram,
            &secrets.mini_program,
        ),
    ] {
        let id: AccountId = fixed(number);
        if ports.store.account(&id).await?.is_none() {
            let account = further_account(ports, id, name, kind, app);
            ports.store.save_account(&account, &by).await?;
        }
    }
    for account in ports.store.accounts().await? {
        let drawn = ports.store.design(BUYER_FORM, account.id.as_str()).await?;
        if drawn.is_none() {
            store_form(ports, &by, &account, &demo_form(), Some(0)).await?;
        }
    }
    let mut store_number = 0;
    for (index, demo) in SELLERS.iter().enumerate() {
        let id: SellerId = fixed(index + 1);
        if ports.store.seller(&id).await?.is_none() {
            ports
                .store
                .save_seller(&seller(demo, id.clone(), &account), &by)
                .await?;
        }
        for (code, name) in demo.stores {
            store_number += 1;
            if ports.store.store_by_code(code).await?.is_none() {
                let store = Store {
                    id: fixed::<StoreId>(store_number),
                    seller: id.clone(),
                    code: (*code).to_owned(),
                    name: (*name).to_owned(),
                    version: 1,
                };
                ports.store.save_store(&store, &by).await?;
            }
        }
    }
    if ports.store.products().await?.is_empty() {
        for (index, product) in PRODUCTS.iter().enumerate() {
            ports
                .store
                .save_product(&product_row(index, product)?, &by)
                .await?;
        }
    }
    if ports.store.staff().await?.is_empty() {
        add_staff(ports, secrets, &by).await?;
    }
    if ports
        .store
        .api_key_by_hash(&fingerprint(secrets.api_key.as_bytes()))
        .await?
        .is_none()
    {
        ports
            .store
            .add_api_key(&till_key(secrets, now), &by)
            .await?;
    }
    Ok(())
}

/// What a company's bookkeeping usually wants, and a field of the shop's own.
fn demo_form() -> BuyerForm {
    let mut form = BuyerForm::default();
    let body = &mut form.organisation;
    for ask in [
        &mut body.address,
        &mut body.phone,
        &mut body.bank,
        &mut body.bank_account,
    ] {
        *ask = Ask::Optional;
    }
    form
}

pub(super) fn demo_account(
    ports: &Ports,
    secrets: &DemoSecrets,
    id: AccountId,
    name: &str,
) -> Account {
    let seal = |name: &str, text: &str| {
        ports
            .sealer
            .seal(&format!("account.{name}:{}", secrets.app_id), text)
    };
    Account {
        id,
        name: name.to_owned(),
        kind: AccountKind::ServiceAccount,
        app_id: secrets.app_id.clone(),
        original_id: String::new(),
        secret: seal("secret", &secrets.app_secret),
        push_token: seal("push_token", &secrets.push_token),
        push_key: seal("push_key", &secrets.push_key),
        previous_push_key: None,
        push_mode: PushMode::Safe,
        platform_id: None,
        contact_phone: "021-60000000".to_owned(),
        contact_timeout_secs: 259_200,
        contact_set_at: None,
        pay_merchant: PAY_MERCHANT.to_owned(),
        pay_linked_at: None,
        // The third seller leaves issuing to another platform.
        pay_seller: Some(fixed(1)),
        last_push_at: None,
        version: 1,
    }
}

/// An app or a mini program: merchants of their own towards WeChat, with the same contact.
fn further_account(
    ports: &Ports,
    id: AccountId,
    name: &str,
    kind: AccountKind,
    app: &DemoApp,
) -> Account {
    let seal = |purpose: &str, text: &str| {
        ports
            .sealer
            .seal(&format!("account.{purpose}:{}", app.app_id), text)
    };
    Account {
        id,
        name: name.to_owned(),
        kind,
        app_id: app.app_id.clone(),
        original_id: String::new(),
        secret: seal("secret", &app.secret),
        push_token: seal("push_token", &app.push_token),
        push_key: seal("push_key", &app.push_key),
        previous_push_key: None,
        push_mode: PushMode::Safe,
        platform_id: None,
        contact_phone: "021-60000000".to_owned(),
        contact_timeout_secs: 259_200,
        contact_set_at: None,
        pay_merchant: String::new(),
        pay_linked_at: None,
        pay_seller: None,
        last_push_at: None,
        version: 1,
    }
}

pub(super) fn seller(demo: &DemoSeller, id: SellerId, account: &AccountId) -> Seller {
    Seller {
        id,
        party: SellerParty {
            name: demo.name.to_owned(),
            tax_number: demo.tax_number.to_owned(),
            address: demo.address.to_owned(),
            phone: demo.phone.to_owned(),
            bank: demo.bank.to_owned(),
            bank_account: demo.bank_account.to_owned(),
            taxpayer: None,
        },
        short_name: demo.short_name.to_owned(),
        province: demo.province.to_owned(),
        drawer: "王会计".to_owned(),
        payee: "李店员".to_owned(),
        reviewer: "赵审计".to_owned(),
        mode: IssuingMode::SelfBuilt,
        platform_account: Some(account.clone()),
        channel_account: Some(account.clone()),
        app_account: None,
        mini_program_account: None,
        numbers_low: 1000,
        numbers_fetch: 5000,
        quota_low: yuan(5_000_000),
        quota_fetch: yuan(20_000_000),
        rules: Default::default(),
        version: 1,
    }
}

fn yuan(yuan: i64) -> Fen {
    Fen::new(yuan * 100).unwrap_or(Fen::ZERO)
}

fn product_row(
    index: usize,
    product: &super::catalogue::DemoProduct,
) -> Result<Product, StoreError> {
    let damaged = |_| StoreError::Corrupt(format!("demo product {}", product.name));
    Ok(Product {
        preference: None,
        id: fixed::<ProductId>(index + 1),
        sku: format!("SKU-{:03}", index + 1),
        name: product.name.to_owned(),
        tax_code: product.tax_code.to_owned(),
        spec: product.spec.to_owned(),
        unit: product.unit.to_owned(),
        unit_price: product.price.parse().map_err(|_| damaged(()))?,
        tax_included: true,
        rate: Rate::parse(product.rate).map_err(|_| damaged(()))?,
    })
}

pub(super) async fn add_staff(
    ports: &Ports,
    secrets: &DemoSecrets,
    by: &Actor,
) -> Result<(), StoreError> {
    let password_hash = hash_now(&secrets.admin_password);
    for (index, (login, name, role)) in STAFF.into_iter().enumerate() {
        let person = Staff {
            id: fixed::<StaffId>(index + 1),
            login: login.to_owned(),
            name: name.to_owned(),
            email: format!("{login}@example.com"),
            password_hash: password_hash.clone(),
            role,
            store: (role == Role::Clerk).then(|| fixed::<StoreId>(1)),
            language: "zh".to_owned(),
            disabled: false,
            last_sign_in_at: None,
            version: 1,
        };
        // A new person takes nobody's place.
        let _ = ports.store.save_staff(&person, by).await?;
    }
    Ok(())
}

/// A till's key belongs to one shop: its orders need not name it.
fn till_key(secrets: &DemoSecrets, now: DateTime<Utc>) -> ApiKey {
    let shop = Some(fixed::<StoreId>(1));
    api_key("示例收银台", &secrets.api_key, shop, now)
}

pub(super) fn api_key(name: &str, key: &str, store: Option<StoreId>, now: DateTime<Utc>) -> ApiKey {
    ApiKey {
        id: fresh(now),
        name: name.to_owned(),
        prefix: key.chars().take(9).collect(),
        hash: fingerprint(key.as_bytes()),
        store,
        may_write: true,
        created_at: now,
        last_used_at: None,
        revoked_at: None,
    }
}
