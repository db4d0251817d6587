//! Setting up and building against.

use super::{Pages, SELLER, SELLER_LONG, Sample, fen, id};
use fapiao_web::pages::{
    accounts::{AccountEditPage, AccountForm, AccountListPage, AccountRow, KeptSecrets},
    field::Errors,
    keys::{KeyForm, KeyListPage, KeyMadePage, KeyNewPage, KeyRow},
    onboarding::{CheckRow, OnboardingPage, StepGroup},
    parts::{Badge, Choice, Link, Pager, Tone},
    products::{CodeHit, ProductEditPage, ProductForm, ProductListPage, ProductRow},
    sellers::{SellerEditPage, SellerForm, SellerListPage, SellerRow},
    shell::Section,
    staff::{StaffEditPage, StaffForm, StaffListPage, StaffRow},
    stores::{StoreEditPage, StoreForm, StoreListPage, StoreRow},
};

pub(crate) fn add(s: &Sample, pages: &mut Pages) {
    sellers(s, pages);
    stores(s, pages);
    accounts(s, pages);
    onboarding(s, pages);
    products(s, pages);
    staff(s, pages);
    keys(s, pages);
}

fn sellers(s: &Sample, pages: &mut Pages) {
    let t = &s.t().seller;
    let row = |name: &str, left, quota| SellerRow {
        href: "/admin/sellers/sel_1".to_owned(),
        name: name.to_owned(),
        tax_number: "91330106MA28XXXX0E".to_owned(),
        mode: t.self_built,
        stores: 3,
        numbers_left: left,
        numbers_whole: 10_000,
        quota_left: fen(quota),
        state: s.active(),
    };
    let page = SellerListPage {
        shell: s.shell(Section::Sellers),
        rows: vec![
            row(SELLER, 8_214, 5_211_037_720),
            row(SELLER_LONG, 310, 211_800_000),
        ],
        can_edit: true,
    };
    pages.add("sellers", page.clone());
    pages.add(
        "sellers-empty",
        SellerListPage {
            rows: Vec::new(),
            ..page
        },
    );
    let form = SellerForm {
        version: "1".to_owned(),
        invoice_limit: "1000000.00".to_owned(),
        invoice_lines: "2000".to_owned(),
        shows_banks: String::new(),
        name: SELLER.to_owned(),
        tax_number: "91330106MA28XXXX0E".to_owned(),
        province: "33".to_owned(),
        address: "浙江省杭州市西湖区龙井路 1 号".to_owned(),
        phone: "0571-87654321".to_owned(),
        bank: "中国工商银行杭州西湖支行".to_owned(),
        bank_account: "1202020609900012345".to_owned(),
        drawer: "沈知微".to_owned(),
        payee: String::new(),
        reviewer: String::new(),
        mode: "self_built".to_owned(),
        short_name: "湖畔茶舍".to_owned(),
        platform_account: "acc_1".to_owned(),
        channel_account: "acc_1".to_owned(),
        app_account: String::new(),
        mini_program_account: String::new(),
        numbers_low: "1000".to_owned(),
        numbers_fetch: "5000".to_owned(),
        quota_low: "1000000.00".to_owned(),
        quota_fetch: "5000000.00".to_owned(),
    };
    let edit = SellerEditPage {
        shell: s.shell(Section::Sellers),
        action: "/admin/sellers/sel_1".to_owned(),
        is_new: false,
        form,
        errors: Errors::default(),
        modes: vec![
            Choice::new("self_built", t.self_built),
            Choice::new("external_platform", t.external_platform),
        ],
        accounts: vec![Choice::new("acc_1", "湖畔茶舍服务号")],
        apps: vec![Choice::new("", t.only_account)],
        mini_programs: vec![Choice::new("", t.only_account)],
    };
    pages.add("seller", edit.clone());
    let errors = s.wrong(&[
        (
            "tax_number",
            &s.say(
                "税号校验不通过，请对照营业执照核对",
                "The tax number does not check; please compare it with the licence",
            ),
        ),
        ("drawer", s.t().form.required),
    ]);
    pages.add(
        "seller-wrong",
        SellerEditPage {
            is_new: true,
            form: SellerForm {
                tax_number: "91330106MA28XXXX0F".to_owned(),
                name: SELLER.to_owned(),
                ..SellerForm::default()
            },
            errors,
            ..edit
        },
    );
}

fn stores(s: &Sample, pages: &mut Pages) {
    let row = |code: &str, name: &str| StoreRow {
        href: "/admin/stores/sto_1".to_owned(),
        code: code.to_owned(),
        name: name.to_owned(),
        seller: SELLER.to_owned(),
        orders: "/admin/orders?store=sto_1".to_owned(),
    };
    let page = StoreListPage {
        shell: s.shell(Section::Stores),
        rows: vec![
            row("XH01", "西湖龙井路店"),
            row("HB02", "湖滨银泰 in77 店"),
            row("JC03", "萧山国际机场 T4 候机楼店"),
        ],
        can_edit: true,
    };
    pages.add("stores", page);
    let form = StoreForm {
        code: "XH01".to_owned(),
        name: "西湖龙井路店".to_owned(),
        seller: "sel_1".to_owned(),
        version: "1".to_owned(),
    };
    pages.add(
        "store",
        StoreEditPage {
            shell: s.shell(Section::Stores),
            action: "/admin/stores/sto_1".to_owned(),
            is_new: false,
            form,
            errors: Errors::default(),
            sellers: vec![Choice::new("sel_1", SELLER)],
        },
    );
}

fn checks(s: &Sample) -> Vec<CheckRow> {
    let step = |tone, title: String, found: String, mend: String| CheckRow {
        tone,
        title,
        found,
        mend,
        link: None,
    };
    let none = String::new;
    vec![
        step(
            Tone::Ok,
            s.say("凭据有效", "The credentials work"),
            s.say(
                "取得了 access_token，还有 1 小时 48 分钟到期",
                "A token was obtained; it lasts another 1 h 48 min",
            ),
            none(),
        ),
        step(
            Tone::Ok,
            s.say("联系方式已设置", "The contact is set"),
            "0571-87654321 · 12345 s".to_owned(),
            none(),
        ),
        step(
            Tone::Wait,
            s.say("授权页字段已设置", "The fields of the page are set"),
            s.say("等待微信审核", "Waiting for WeChat's review"),
            none(),
        ),
        step(
            Tone::Bad,
            s.say("推送地址已通过验证", "The push address answers"),
            s.say("最近 24 小时没有收到推送", "No push within 24 hours"),
            s.say(
                "在微信后台把服务器地址改为本页的推送地址，并选择安全模式。",
                "Set the server URL in WeChat's console to the address on this page, in safe mode.",
            ),
        ),
        step(
            Tone::Plain,
            s.say("第一张沙箱发票", "The first sandbox invoice"),
            none(),
            none(),
        ),
    ]
}

fn accounts(s: &Sample, pages: &mut Pages) {
    let t = &s.t().account;
    let row = |name: &str, kind, app_id: &str, tone, push: Option<i64>| AccountRow {
        href: "/admin/accounts/acc_1".to_owned(),
        name: name.to_owned(),
        kind,
        app_id: app_id.to_owned(),
        state: Badge::new(
            tone,
            if tone == Tone::Ok {
                s.t().state.works
            } else {
                s.t().state.broken
            },
        ),
        last_push: push.map(|it| s.ago(it)),
    };
    pages.add(
        "accounts",
        AccountListPage {
            shell: s.shell(Section::Accounts),
            rows: vec![
                row(
                    "湖畔茶舍服务号",
                    t.service_account,
                    "wx8f3a1c77d0b2e94a",
                    Tone::Ok,
                    Some(4),
                ),
                row(
                    "湖畔茶舍点单",
                    t.mini_program,
                    "wx21b90ffe3a6c5d18",
                    Tone::Bad,
                    None,
                ),
            ],
            can_edit: true,
        },
    );
    let form = AccountForm {
        name: "湖畔茶舍服务号".to_owned(),
        kind: "service".to_owned(),
        app_id: "wx8f3a1c77d0b2e94a".to_owned(),
        push_mode: "safe".to_owned(),
        original_id: "gh_9d1f2c77ab03".to_owned(),
        platform_id: "d3JhNWI3ODk3MGU0YTk5_wx8f".to_owned(),
        contact_phone: "0571-87654321".to_owned(),
        contact_timeout: "12345".to_owned(),
        ..AccountForm::default()
    };
    let edit = AccountEditPage {
        shell: s.shell(Section::Accounts),
        action: "/admin/accounts/acc_1".to_owned(),
        is_new: false,
        form,
        kept: KeptSecrets {
            secret: true,
            push_token: true,
            push_key: false,
        },
        errors: Errors::default(),
        kinds: vec![
            Choice::new("service", t.service_account),
            Choice::new("open_app", t.open_app),
            Choice::new("mini_program", t.mini_program),
        ],
        push_modes: vec![
            Choice::new("safe", t.mode_safe),
            Choice::new("compatible", t.mode_compatible),
            Choice::new("plain", t.mode_plain),
        ],
        push_url: "https://fapiao.example.com/wechat/callback/wx8f3a1c77d0b2e94a".to_owned(),
        checks: checks(s),
        check_href: "/admin/accounts/acc_1?check=1".to_owned(),
    };
    pages.add("account", edit.clone());
    pages.add(
        "account-new",
        AccountEditPage {
            is_new: true,
            form: AccountForm::default(),
            kept: KeptSecrets::default(),
            push_url: String::new(),
            checks: Vec::new(),
            check_href: String::new(),
            ..edit
        },
    );
}

fn onboarding(s: &Sample, pages: &mut Pages) {
    let mut seller = checks(s)[..1].to_vec();
    seller[0].title = s.say("号码与额度可用", "Numbers and quota are there");
    seller[0].found = s.say(
        "剩余 8,214 个号码、额度 ¥52,110,377.20",
        "8,214 numbers and ¥52,110,377.20 of quota left",
    );
    let mut account = checks(s);
    account[3].link = Some(Link::new(
        s.say("打开账号设置", "Open the account"),
        "/admin/accounts/acc_1",
    ));
    pages.add(
        "onboarding",
        OnboardingPage {
            shell: s.shell(Section::Onboarding),
            access: super::console::access(s),
            groups: vec![
                StepGroup {
                    title: SELLER.to_owned(),
                    steps: seller,
                },
                StepGroup {
                    title: "湖畔茶舍服务号".to_owned(),
                    steps: account,
                },
            ],
        },
    );
}

fn products(s: &Sample, pages: &mut Pages) {
    let names = [
        (
            "明前特级西湖龙井（狮峰山核心产区手工炒制礼盒装）",
            "茶及饮料",
            "盒",
            "1000.00",
            "13%",
        ),
        ("餐饮服务", "餐饮服务", "", "", "6%"),
        ("龙泉青瓷㸃茶盏", "日用陶瓷制品", "只", "172.00", "13%"),
        ("鲜活鲈鱼", "水产品", "千克", "68.00", "免税"),
    ];
    let rows = (0..40)
        .map(|n| {
            let (name, short, unit, price, rate) = names[n % 4];
            ProductRow {
                policy: "",
                href: format!("/admin/products/{}", id("prd", n)),
                code: format!("P{n:04}"),
                name: name.to_owned(),
                short_name: short.to_owned(),
                tax_code: "1030307020000000000".to_owned(),
                spec: if n % 4 == 0 { "250g×2" } else { "" }.to_owned(),
                unit: unit.to_owned(),
                price: price.to_owned(),
                rate: rate.to_owned(),
            }
        })
        .collect();
    let page = ProductListPage {
        shell: s.shell(Section::Products),
        q: String::new(),
        rows,
        count: 40,
        pager: Pager::default(),
        can_edit: true,
    };
    pages.add("products", page.clone());
    pages.add(
        "products-none-found",
        ProductListPage {
            q: "咖啡".to_owned(),
            rows: Vec::new(),
            count: 0,
            ..page
        },
    );
    let form = ProductForm {
        name: "西湖龙井".to_owned(),
        tax_code: "1030307020000000000".to_owned(),
        rate: "0.13".to_owned(),
        unit: "盒".to_owned(),
        unit_price: "1000.00".to_owned(),
        tax_included: "yes".to_owned(),
        ..ProductForm::default()
    };
    pages.add(
        "product",
        ProductEditPage {
            policies: Vec::new(),
            searched: true,
            hits: vec![CodeHit {
                code: "1030205010000000000".to_owned(),
                name: "精制茶".to_owned(),
                short_name: "茶及饮料原料".to_owned(),
                rate: "13%".to_owned(),
            }],
            shell: s.shell(Section::Products),
            action: "/admin/products/prd_1".to_owned(),
            is_new: false,
            form,
            errors: Errors::default(),
            rates: s.rates(),
        },
    );
}

fn staff(s: &Sample, pages: &mut Pages) {
    let t = &s.t().staff;
    let row = |name: &str, login: &str, role, store: String, seen: Option<i64>, active| StaffRow {
        href: "/admin/staff/usr_1".to_owned(),
        name: name.to_owned(),
        login: login.to_owned(),
        role,
        store,
        state: if active { s.active() } else { s.inactive() },
        seen: seen.map(|it| s.ago(it)),
    };
    let all = s.t().nav.all_stores.to_owned();
    pages.add(
        "staff",
        StaffListPage {
            shell: s.shell(Section::Staff),
            rows: vec![
                row("沈知微", "shen", t.role_owner, all.clone(), Some(0), true),
                row(
                    "陆一鸣",
                    "lu.yiming",
                    t.role_finance,
                    all.clone(),
                    Some(95),
                    true,
                ),
                row(
                    "欧阳·阿依古丽",
                    "ayi",
                    t.role_clerk,
                    "萧山国际机场 T4 候机楼店".to_owned(),
                    Some(2_000),
                    true,
                ),
                row("周宁", "zhou", t.role_auditor, all, None, false),
            ],
        },
    );
    let form = StaffForm {
        email: "ayi@example.com".to_owned(),
        name: "欧阳·阿依古丽".to_owned(),
        login: "ayi".to_owned(),
        role: "clerk".to_owned(),
        store: "sto_1".to_owned(),
        password: String::new(),
        active: true,
        version: "3".to_owned(),
    };
    pages.add(
        "staff-edit",
        StaffEditPage {
            shell: s.shell(Section::Staff),
            action: "/admin/staff/usr_1".to_owned(),
            is_new: false,
            form,
            errors: Errors::default(),
            roles: [
                ("owner", t.role_owner),
                ("admin", t.role_admin),
                ("finance", t.role_finance),
                ("clerk", t.role_clerk),
                ("auditor", t.role_auditor),
            ]
            .map(|(value, label)| Choice::new(value, label))
            .to_vec(),
            stores: s.stores(),
            role_notes: [
                (t.role_owner, t.role_owner_may),
                (t.role_finance, t.role_finance_may),
                (t.role_clerk, t.role_clerk_may),
            ]
            .map(|(role, may)| (role.to_owned(), may.to_owned()))
            .to_vec(),
        },
    );
}

fn keys(s: &Sample, pages: &mut Pages) {
    let t = &s.t().key;
    let row = |name: &str, prefix: &str, used: Option<i64>, active: bool| KeyRow {
        id: id("key", name.len()),
        name: name.to_owned(),
        prefix: prefix.to_owned(),
        store: "西湖龙井路店".to_owned(),
        right: t.right_write,
        created: s.ago(60 * 24 * 40),
        used: used.map(|it| s.ago(it)),
        state: if active {
            s.active()
        } else {
            Badge::new(Tone::Plain, s.t().state.revoked)
        },
        can_revoke: active,
    };
    let page = KeyListPage {
        shell: s.shell(Section::ApiKeys),
        rows: vec![
            row("西湖店收银机", "fpk_7K3M", Some(1), true),
            row("天猫旗舰店同步服务", "fpk_Q9X2", None, true),
            row("旧收银机", "fpk_A1B2", Some(90_000), false),
        ],
    };
    pages.add("keys", page.clone());
    pages.add(
        "keys-empty",
        KeyListPage {
            rows: Vec::new(),
            ..page
        },
    );
    pages.add(
        "key-new",
        KeyNewPage {
            shell: s.shell(Section::ApiKeys),
            form: KeyForm::default(),
            errors: Errors::default(),
            stores: s.stores(),
            rights: vec![
                Choice::new("write", t.right_write),
                Choice::new("read", t.right_read),
            ],
        },
    );
    pages.add("key-made", KeyMadePage { shell: s.shell(Section::ApiKeys), name: "西湖店收银机".to_owned(), secret: "fpk_7K3M9QXWV2T8R5P1_sample_sample_sample".to_owned(), curl: "curl -H 'Authorization: Bearer fpk_7K3M9QXWV2T8R5P1_sample_sample_sample' https://fapiao.example.com/api/v1/ping".to_owned() });
}
