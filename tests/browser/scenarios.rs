//! The five scenarios, each from the sample shop to the wallet, in the two modes of issuing: our own platform, and
//! another company's; and one of them over WeChat's legacy unified calls.

use super::{
    browser, choose, click, text_of, type_into, until_page_says, wait_for_url, with_element,
};
use crate::{
    harness::{TestApp, spawn_app, spawn_pair},
    merchant::unified::spawn_unified,
};
use demo_shop::{DemoShop, DemoShopConfig, Running};
use fantoccini::Client;

const CARDED: &str = "发票已放入您的微信卡包";

/// A customer with a browser, in a shop of an installation.
struct Visit {
    browser: Client,
    app: TestApp,
    shop: Running,
}

impl Visit {
    async fn begin(browser: Client, app: TestApp) -> Visit {
        let settings = DemoShopConfig {
            api_key: app.till().1.to_owned(),
            ..app.demo().shop_settings()
        };
        let shop = DemoShop::start(settings).await.unwrap();
        Visit { browser, app, shop }
    }

    /// Buys what is in the basket; gives the order's page.
    async fn buy(&self, scene: &str) -> String {
        let shelf = format!("{}/?lang=zh-CN", self.shop.url());
        self.browser.goto(&shelf).await.unwrap();
        click(&self.browser, &format!("input[name=scene][value={scene}]")).await;
        click(&self.browser, "main form button").await;
        wait_for_url(&self.browser, &format!("{}/orders/", self.shop.url())).await;
        self.browser.current_url().await.unwrap().to_string()
    }

    /// Fills WeChat's page in and agrees.
    async fn agree(&self, name: &str) {
        wait_for_url(&self.browser, &self.app.sandbox()).await;
        type_into(&self.browser, "input[name=person_title]", name).await;
        click(&self.browser, "button[name=act][value=authorise]").await;
    }

    /// The card is on the phone, put there by the platform of the mode for the page that the buyer saw; the buyer's own
    /// page says so and gives the file; the ledgers of both installations hold.
    async fn end(self, name: &str, page_app: &str) {
        self.wallet_shows(&format!("{name}（个人）")).await;
        let ledger = self.app.wechat_ledger().await;
        let inserts = ledger["inserts"].as_array().unwrap();
        assert_eq!(inserts.len(), 1, "{inserts:?}");
        assert_eq!(inserts[0]["appid"], page_app);
        let platform = match self.app.demo().platform() {
            Some(platform) => &platform.secrets.app_id,
            None => &self.app.demo().secrets.app_id,
        };
        assert_eq!(inserts[0]["platform_appid"], platform.as_str());
        Box::pin(self.leave()).await;
    }

    async fn wallet_shows(&self, title: &str) {
        let phone = format!("{}/phone", self.app.sandbox());
        self.browser.goto(&phone).await.unwrap();
        until_page_says(&self.browser, title).await;
    }

    async fn leave(self) {
        self.app.assert_ledger_holds().await;
        self.browser.close().await.unwrap();
        self.shop.stop().await;
        self.app.stop().await;
    }
}

/// An H5 page of the official account: to WeChat and back by the return address.
async fn official_account(visit: Visit) {
    let order = visit.buy("account").await;
    click(&visit.browser, "main a.button").await;
    wait_for_url(&visit.browser, &format!("{}/o/", visit.app.web())).await;
    click(&visit.browser, "a[href$='/wechat']").await;
    visit.agree("张三").await;
    wait_for_url(&visit.browser, order.split('?').next().unwrap()).await;
    until_page_says(&visit.browser, CARDED).await;
    let page_app = visit.app.demo().secrets.app_id.clone();
    Box::pin(visit.end("张三", &page_app)).await;
}

/// A printed receipt: its short code is typed into the phone's scanner.
async fn receipt(visit: Visit) {
    visit.buy("receipt").await;
    let href = with_element(
        &visit.browser,
        "a[href*='receipt?width=80']",
        |link| async move { link.attr("href").await },
    )
    .await
    .unwrap();
    visit
        .browser
        .goto(&format!("{}{href}", visit.shop.url()))
        .await
        .unwrap();
    let code = text_of(&visit.browser, "p.code").await;
    with_element(&visit.browser, "img[alt=QR]", |image| async move {
        image.text().await
    })
    .await;
    visit
        .browser
        .goto(&format!("{}/phone/scan", visit.app.sandbox()))
        .await
        .unwrap();
    type_into(&visit.browser, "input[name=url]", &code).await;
    click(&visit.browser, "form button").await;
    let page = format!("{}/o/{code}", visit.app.web());
    wait_for_url(&visit.browser, &page).await;
    click(&visit.browser, "a[href$='/wechat']").await;
    visit.agree("李四").await;
    wait_for_url(&visit.browser, &page).await;
    // The browser prefers English, and our page follows it.
    until_page_says(&visit.browser, "in your WeChat wallet").await;
    let page_app = visit.app.demo().secrets.app_id.clone();
    Box::pin(visit.end("李四", &page_app)).await;
}

/// A native app opens WeChat; nobody comes back, and the app asks when it is resumed.
async fn app(visit: Visit) {
    let order = visit.buy("app").await;
    click(&visit.browser, "main a.button").await;
    visit.agree("王五").await;
    text_of(&visit.browser, ".result").await;
    visit.browser.goto(&order).await.unwrap();
    until_page_says(&visit.browser, CARDED).await;
    let page_app = visit.app.demo().secrets.app.app_id.clone();
    Box::pin(visit.end("王五", &page_app)).await;
}

/// A mini program goes to WeChat's own one by path and app id.
async fn mini_program(visit: Visit) {
    let order = visit.buy("mini_program").await;
    click(&visit.browser, "main a.button").await;
    wait_for_url(&visit.browser, &format!("{}/pages/", visit.app.sandbox())).await;
    visit.agree("赵六").await;
    text_of(&visit.browser, ".result").await;
    visit.browser.goto(&order).await.unwrap();
    until_page_says(&visit.browser, CARDED).await;
    let page_app = visit.app.demo().secrets.mini_program.app_id.clone();
    Box::pin(visit.end("赵六", &page_app)).await;
}

/// The merchant number is linked in the back-office; the receipt of a payment offers the invoice.
async fn after_payment(visit: Visit) {
    let web = visit.app.web();
    let browser = &visit.browser;
    browser
        .goto(&format!("{web}/admin/payments"))
        .await
        .unwrap();
    type_into(browser, "input[name=login]", "admin").await;
    let password = &visit.app.demo().secrets.admin_password;
    type_into(browser, "input[name=password]", password).await;
    click(browser, "form button[type=submit]").await;
    wait_for_url(browser, &format!("{web}/admin/payments")).await;
    if visit.app.demo().platform().is_some() {
        // The account serves sellers of both modes: these receipts are the outside seller's.
        let seller = visit.app.outside_seller().to_string();
        choose(browser, "form.inline select[name=seller]", &seller).await;
        click(
            browser,
            "form.inline:has(select[name=seller]) button[type=submit]",
        )
        .await;
        // The page before says that the number is linked, too: to the platform of another seller.
        text_of(browser, "p.flash").await;
    }
    if visit.app.demo().platform().is_none() {
        // WeChat offers another number's receipts until staff link ours: set_pay_mch, and get_pay_mch below.
        let own = &visit.app.ports().store.accounts().await.unwrap()[0];
        let merchant = &visit.app.ports().merchant;
        let (_, platform) = merchant.payment_link(own).await.unwrap().unwrap();
        merchant
            .link_payments(own, "1900000009", &platform)
            .await
            .unwrap();
        let form = "form.inline[action='/admin/payments/links']";
        type_into(
            browser,
            &format!("{form} input[name=merchant]"),
            "1900000001",
        )
        .await;
        click(browser, &format!("{form} button[type=submit]")).await;
        text_of(browser, "p.flash").await;
    }
    until_page_says(browser, "已关联").await;
    click(browser, "main a[href*='check=']").await;
    until_page_says(browser, "1900000001").await;

    let order = visit.buy("payment").await;
    click(browser, "main a.button").await;
    wait_for_url(browser, &format!("{}/phone/pay/", visit.app.sandbox())).await;
    click(browser, "form button").await;
    click(browser, "a[href^='/authinvoice']").await;
    visit.agree("钱七").await;
    text_of(browser, ".result").await;
    browser.goto(&order).await.unwrap();
    until_page_says(browser, CARDED).await;
    let page_app = visit.app.demo().secrets.app_id.clone();
    Box::pin(visit.end("钱七", &page_app)).await;
}

/// The same page of the official account, but WeChat has the invoice made out and brings the card by itself.
async fn unified_calls(visit: Visit) {
    let order = visit.buy("account").await;
    click(&visit.browser, "main a.button").await;
    wait_for_url(&visit.browser, &format!("{}/o/", visit.app.web())).await;
    click(&visit.browser, "a[href$='/wechat']").await;
    visit.agree("孙八").await;
    wait_for_url(&visit.browser, order.split('?').next().unwrap()).await;
    until_page_says(&visit.browser, CARDED).await;
    // Whoever is behind the call writes the title as it was sent.
    visit.wallet_shows("孙八").await;
    // Nothing of ours was issued.
    let taxes = visit.app.tax_ledger().await;
    assert!(taxes["numbers"].as_array().unwrap().is_empty());
    Box::pin(visit.leave()).await;
}

/// One test per scenario and mode.
macro_rules! clicked {
    ($($test:ident: $scenario:ident in $spawn:ident;)+) => {$(
        #[tokio::test]
        async fn $test() {
            let Some(browser) = browser().await else {
                eprintln!("no FAPIAO_TEST_WEBDRIVER: run `cargo xtask test --only browser`");
                return;
            };
            let app = $spawn().await;
            $scenario(Visit::begin(browser, app).await).await;
        }
    )+};
}

clicked! {
    official_account_with_our_platform: official_account in spawn_app;
    receipt_with_our_platform: receipt in spawn_app;
    app_with_our_platform: app in spawn_app;
    mini_program_with_our_platform: mini_program in spawn_app;
    after_payment_with_our_platform: after_payment in spawn_app;
    official_account_with_another_platform: official_account in spawn_pair;
    receipt_with_another_platform: receipt in spawn_pair;
    app_with_another_platform: app in spawn_pair;
    mini_program_with_another_platform: mini_program in spawn_pair;
    after_payment_with_another_platform: after_payment in spawn_pair;
    official_account_with_unified_calls: unified_calls in spawn_unified;
}
