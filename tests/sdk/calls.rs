//! Every call of the SDK is answered by the sandbox, and every refusal of the sandbox is explained by the SDK.

use super::{APP_ID, SECRET, client, deliver, sandbox, told};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use wechat_invoice::merchant::{
    AuthFields, AuthPageRequest, AuthStatus, ClearOutInvoice, Contact, MakeOutInvoice, MakeOutLine,
    PageKind, PayMerchant, Refusal, Source,
};
use wechat_invoice::platform::{
    CardTemplate, InsertInvoice, InsertedCard, InvoiceIdentity, InvoiceUserData, LogoFormat,
    ReimburseStatus,
};
use wechat_invoice::reimburser::CardRef;
use wechat_invoice::title::{ScannedTitleKind, UserTitle};
use wechat_invoice::{
    Account, BillAuthPageRequest, BillSource, BillTemplate, CredentialKind, Endpoints, Error,
    FiscalBill, FiscalClient, InsertBill, MemoryTokenStore, MerchantClient, PlatformClient,
    QuotaClient, ReimburserClient, TestWhiteList, TitleClient, TokenKeeper, Transport, code_info,
};

fn description() -> Value {
    serde_json::from_str(include_str!("../../crates/wechat-sandbox/openapi.json")).unwrap()
}

/// The calls of WeChat's own API.
fn described() -> BTreeSet<String> {
    let description = description();
    let paths = description["paths"].as_object().unwrap().keys();
    let families = ["/cgi-bin/", "/card/", "/nontax/"];
    paths
        .filter(|path| families.iter().any(|family| path.starts_with(family)))
        .cloned()
        .collect()
}

#[test]
fn both_sides_have_the_same_calls_and_every_refusal_is_explained() {
    let readme = include_str!("../../crates/wechat-invoice/README.md");
    let rows = readme.lines().filter(|line| line.contains("| `calls::"));
    let called: BTreeSet<String> = rows
        .map(|row| {
            let (_, rest) = row.split_once(" /").unwrap();
            format!("/{}", rest.split(['?', '`']).next().unwrap())
        })
        .collect();
    assert_eq!(called, described());
    for operations in description()["paths"].as_object().unwrap().values() {
        for operation in operations.as_object().unwrap().values() {
            for code in operation["x-errcodes"].as_array().into_iter().flatten() {
                assert!(
                    code_info(code.as_i64().unwrap()).is_some(),
                    "{code} is not explained"
                );
            }
        }
    }
}

/// The roles of one account at one sandbox.
struct Roles {
    base: String,
    keeper: TokenKeeper,
    merchant: MerchantClient,
    platform: PlatformClient,
    s_pappid: String,
}

impl Roles {
    async fn at(base: &str) -> Roles {
        let transport = Transport::new(Endpoints::new(base.parse().unwrap()).unwrap()).unwrap();
        let keeper = TokenKeeper::new(transport, Arc::new(MemoryTokenStore::new()));
        let merchant = MerchantClient::new(&keeper, account());
        let platform = PlatformClient::new(&keeper, account());
        let s_pappid = platform.own_s_pappid().await.unwrap();
        Roles {
            base: base.to_owned(),
            keeper,
            merchant,
            platform,
            s_pappid,
        }
    }

    async fn authorised(&self, order_id: &str) {
        let page = AuthPageRequest {
            s_pappid: self.s_pappid.clone(),
            order_id: order_id.to_owned(),
            money_fen: 11_300,
            source: Source::Web,
            redirect_url: None,
            kind: PageKind::Confirm,
        };
        self.merchant.get_auth_url(&page).await.unwrap();
        let status = self
            .merchant
            .get_auth_data(&self.s_pappid, order_id)
            .await
            .unwrap()
            .status;
        assert_eq!(status, AuthStatus::NotYet);
        self.buyer_agrees(order_id).await;
        let status = self
            .merchant
            .get_auth_data(&self.s_pappid, order_id)
            .await
            .unwrap()
            .status;
        assert_eq!(status, AuthStatus::Authorised);
    }

    async fn buyer_agrees(&self, order_id: &str) {
        let url = format!("{}/sandbox/orders/{order_id}/authorise", self.base);
        let answer = client().post(url).json(&json!({})).send().await.unwrap();
        assert!(answer.status().is_success());
    }

    async fn inserted(&self, order_id: &str, card_id: &str, number: &str) -> InsertedCard {
        self.authorised(order_id).await;
        let pdf = deliver::drawn(number).into();
        let s_pdf_media_id = self.platform.upload_pdf(pdf, number).await.unwrap();
        let url = self.platform.pdf_url(&s_pdf_media_id).await.unwrap().url;
        let file = client()
            .get(url)
            .send()
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap();
        assert!(file.starts_with(b"%PDF"));
        let invoice = InvoiceUserData {
            fee_fen: 11_300,
            fee_without_tax_fen: 10_000,
            tax_fen: 1_300,
            title: "示例公司".into(),
            billing_time: now(),
            identity: InvoiceIdentity::Digital {
                number: number.to_owned(),
            },
            lines: Vec::new(),
            s_pdf_media_id,
            s_trip_pdf_media_id: None,
            buyer_number: None,
            buyer_address_and_phone: None,
            buyer_bank_account: None,
            seller_number: None,
            seller_address_and_phone: None,
            seller_bank_account: None,
            remarks: None,
            cashier: None,
            maker: None,
        };
        let insert = InsertInvoice {
            order_id: order_id.to_owned(),
            card_id: card_id.to_owned(),
            app_id: APP_ID.into(),
            invoice,
        };
        self.platform.insert(&insert).await.unwrap()
    }
}

fn account() -> Account {
    Account::new(APP_ID, SECRET.into())
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

#[tokio::test]
async fn the_sandbox_answers_every_call_of_the_sdk() {
    let sandbox = sandbox().await;
    let roles = Roles::at(sandbox.base_url()).await;
    settings(&roles).await;
    let card_id = template(&roles).await;
    let card = roles
        .inserted("ALL-1", &card_id, "26999000000000000101")
        .await;
    reimbursed(&roles, &card_id, &card).await;
    let second = roles
        .inserted("ALL-2", &card_id, "26999000000000000102")
        .await;
    let cancel = ReimburseStatus::Cancel;
    roles
        .platform
        .update_status(&card_id, &second.code, &cancel)
        .await
        .unwrap();
    roles.authorised("ALL-3").await;
    let refusal = Refusal {
        s_pappid: roles.s_pappid.clone(),
        order_id: "ALL-3".into(),
        reason: "已退款".into(),
        url: None,
    };
    roles.merchant.reject_insert(&refusal).await.unwrap();
    unified(&roles, card.openid.as_deref().unwrap()).await;
    titles(&roles).await;
    fiscal(&roles).await;
    diagnosis(&roles).await;

    let seen = told(
        &client(),
        &format!("{}/sandbox/calls?limit=2000", roles.base),
    )
    .await;
    let answered: BTreeSet<String> = seen["calls"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|call| call["errcode"] == 0)
        .map(|call| call["path"].as_str().unwrap().to_owned())
        .collect();
    let silent: Vec<String> = described().difference(&answered).cloned().collect();
    assert!(silent.is_empty(), "never answered: {silent:?}");
    sandbox.stop().await;
}

async fn settings(roles: &Roles) {
    let merchant = &roles.merchant;
    assert_eq!(merchant.get_contact().await.unwrap(), None);
    let contact = Contact {
        phone: "075500000000".into(),
        time_out_secs: 3600,
        ..Contact::default()
    };
    merchant.set_contact(&contact).await.unwrap();
    assert_eq!(merchant.get_contact().await.unwrap(), Some(contact));
    assert_eq!(merchant.get_auth_fields().await.unwrap(), None);
    let mut fields = AuthFields::default();
    (
        fields.organisation.show_title,
        fields.organisation.show_tax_no,
    ) = (true, true);
    merchant.set_auth_fields(&fields).await.unwrap();
    assert_eq!(merchant.get_auth_fields().await.unwrap(), Some(fields));
    assert_eq!(merchant.get_pay_merchant().await.unwrap(), None);
    let link = PayMerchant {
        mchid: "1900000001".into(),
        s_pappid: roles.s_pappid.clone(),
        ..PayMerchant::default()
    };
    merchant.set_pay_merchant(&link).await.unwrap();
    assert_eq!(merchant.get_pay_merchant().await.unwrap(), Some(link));
}

async fn template(roles: &Roles) -> String {
    let platform = &roles.platform;
    let picture = || bytes::Bytes::from_static(deliver::LOGO);
    platform
        .upload_material(picture(), LogoFormat::Png)
        .await
        .unwrap();
    let logo_url = platform
        .upload_logo(picture(), LogoFormat::Png)
        .await
        .unwrap();
    let template = CardTemplate {
        logo_url,
        title: "示例商店".into(),
        payee: "示例商贸有限公司".into(),
        kind: "电子发票(普通发票)".into(),
        custom: None,
        promotion: None,
    };
    platform.create_card(&template).await.unwrap()
}

async fn reimbursed(roles: &Roles, card_id: &str, card: &InsertedCard) {
    let url = format!("{}/sandbox/cards/{}", roles.base, card.code);
    let encrypt_code = told(&client(), &url).await["encrypt_code"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        roles.platform.decrypt_code(&encrypt_code).await.unwrap(),
        card.code
    );
    let reimburser = ReimburserClient::new(&roles.keeper, account());
    let chosen = [CardRef {
        card_id: card_id.to_owned(),
        encrypt_code,
    }];
    let invoice = reimburser.invoice(&chosen[0]).await.unwrap();
    let number = invoice.user_info.unwrap().identity().number;
    assert_eq!(number.as_deref(), Some("26999000000000000101"));
    assert_eq!(reimburser.invoices(&chosen).await.unwrap().len(), 1);
    reimburser
        .update_status(&chosen[0], &ReimburseStatus::Lock)
        .await
        .unwrap();
    let openid = card.openid.as_deref().unwrap();
    let closed = reimburser
        .update_statuses(openid, &chosen, &ReimburseStatus::Closure)
        .await;
    closed.unwrap();
    let list = TestWhiteList {
        openid: vec![openid.to_owned()],
        username: Vec::new(),
    };
    let taken = roles.platform.set_test_white_list(&list).await.unwrap();
    assert_eq!(taken.success_openid, [openid]);
}

async fn unified(roles: &Roles, openid: &str) {
    roles.authorised("ALL-4").await;
    let text = |text: &str| text.to_owned();
    let invoice = MakeOutInvoice {
        wxopenid: text(openid),
        ddh: text("ALL-4"),
        fpqqlsh: text("SERIAL1"),
        nsrsbh: text("91440300MADEMO0001"),
        nsrmc: text("示例商贸有限公司"),
        nsrdz: text("示例路1号"),
        nsrdh: text("075500000000"),
        nsrbank: text("示例银行"),
        nsrbankid: text("6222000000000001"),
        ghfmc: text("示例购方"),
        kpr: text("甲"),
        jshj: text("113.00"),
        hjje: text("100.00"),
        hjse: text("13.00"),
        hylx: text("0"),
        invoicedetail_list: vec![MakeOutLine {
            fphxz: text("0"),
            spbm: text("1090000000000000000"),
            xmmc: text("示例商品"),
            xmsl: text("1"),
            xmdj: text("100.00"),
            xmje: text("100.00"),
            sl: text("0.13"),
            se: text("13.00"),
            ..MakeOutLine::default()
        }],
        ..MakeOutInvoice::default()
    };
    roles.merchant.make_out_invoice(&invoice).await.unwrap();
    let blue = roles
        .merchant
        .query_invoice("SERIAL1", "91440300MADEMO0001")
        .await
        .unwrap();
    let offset = ClearOutInvoice {
        wxopenid: text(openid),
        fpqqlsh: text("SERIAL2"),
        nsrsbh: text("91440300MADEMO0001"),
        nsrmc: text("示例商贸有限公司"),
        yfpdm: blue.fpdm.unwrap(),
        yfphm: blue.fphm.unwrap(),
    };
    roles.merchant.clear_out_invoice(&offset).await.unwrap();
}

async fn titles(roles: &Roles) {
    let titles = TitleClient::new(&roles.keeper, account());
    titles
        .user_title_url(&UserTitle::FilledByUser)
        .await
        .unwrap();
    titles
        .select_title_url(Some("counter-07"), Some("示例商店"))
        .await
        .unwrap();
    let phone = client()
        .get(format!("{}/phone/title", roles.base))
        .send()
        .await
        .unwrap();
    let page = phone.text().await.unwrap();
    let (_, after) = page.split_once("<code>").unwrap();
    let code = after.split('<').next().unwrap();
    let title = titles.scan_title(code).await.unwrap();
    assert_eq!(title.kind, Some(ScannedTitleKind::Organisation));
}

async fn fiscal(roles: &Roles) {
    let fiscal = FiscalClient::new(&roles.keeper, account());
    let page = BillAuthPageRequest {
        s_pappid: roles.s_pappid.clone(),
        order_id: "FIN-1".into(),
        money_fen: 5000,
        source: BillSource::Web,
        redirect_url: None,
    };
    assert_eq!(
        fiscal.bill_auth_url(&page).await.unwrap().valid_secs,
        Some(7200)
    );
    roles.buyer_agrees("FIN-1").await;
    let picture = bytes::Bytes::from_static(deliver::LOGO);
    let template = BillTemplate {
        logo_url: roles
            .platform
            .upload_logo(picture, LogoFormat::Png)
            .await
            .unwrap(),
        payee: "示例执收单位".into(),
    };
    let card_id = fiscal.create_bill_card(&template).await.unwrap();
    let pdf = deliver::drawn("44060126 0000000001").into();
    let s_pdf_media_id = roles.platform.upload_pdf(pdf, "bill").await.unwrap();
    let insert = InsertBill {
        order_id: "FIN-1".into(),
        card_id,
        app_id: APP_ID.into(),
        bill: FiscalBill {
            fee_fen: 5000,
            title: "示例缴款人".into(),
            billing_time: now(),
            bill_code: "44060126".into(),
            bill_number: "0000000001".into(),
            s_pdf_media_id,
        },
    };
    assert_eq!(fiscal.insert_bill(&insert).await.unwrap().code.len(), 12);
}

async fn diagnosis(roles: &Roles) {
    let quota = QuotaClient::new(&roles.keeper, account());
    let left = quota.quota("/card/invoice/insert").await.unwrap();
    assert_eq!(left.used, Some(2));
    quota.clear_one("/card/invoice/insert").await.unwrap();
    assert_eq!(
        quota.quota("/card/invoice/insert").await.unwrap().used,
        Some(0)
    );
    quota.clear_all().await.unwrap();
    quota.clear_all_by_secret().await.unwrap();
    let refused = quota.quota("/no/such/path").await.unwrap_err();
    assert!(
        matches!(refused, Error::Refused { errcode: 76021, .. }),
        "{refused}"
    );
    let details = quota.request_details(refused.rid().unwrap()).await.unwrap();
    assert!(details.response_body.unwrap().contains("76021"));
    assert!(!quota.callback_ips().await.unwrap().is_empty());
    assert!(!quota.api_ips().await.unwrap().is_empty());
    quota.check_credential().await.unwrap();
    roles.keeper.classic_access_token(&account()).await.unwrap();
    let kind = CredentialKind::AccessToken;
    let before = roles.keeper.access_token(&account()).await.unwrap();
    let after = roles.keeper.renew(&account(), kind, &before).await.unwrap();
    let shown = wechat_invoice::ExposeSecret::expose_secret;
    assert_ne!(
        shown(&before),
        shown(&after),
        "forced, because the refused one was still given out"
    );
}
