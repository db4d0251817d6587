//! What is set on WeChat's side: the wizard, the buyer's page, cards, credentials.

use super::{Pages, Sample};
use fapiao_web::pages::{
    buyer_form::{AskRow, BuyerFormPage, FormHalf, FormStandingLine, OwnRow},
    cards::{CardBlock, CardForm, CardsPage, TemplateRow, TryRow},
    credentials::{AppBlock, CredentialRow, CredentialsPage, NoteRow, QuotaRow},
    field::Errors,
    onboarding::{AccessBlock, AccessForm, TaskRow},
    parts::{Badge, Choice, Link, Tone},
    shell::Section,
};

pub(super) fn add(s: &Sample, pages: &mut Pages) {
    buyer_form(s, pages);
    cards(s, pages);
    credentials(s, pages);
}

pub(super) fn access(s: &Sample) -> AccessBlock {
    let a = &s.t().access;
    let task = |number, tone, title, place, how, found: &str| TaskRow {
        number,
        tone,
        title,
        place,
        how,
        found: found.to_owned(),
        link: Some(Link::new(s.t().steps.open_account, "/admin/accounts/acc_1")),
    };
    let tasks = vec![
        task(
            1,
            Tone::Ok,
            a.t_seller,
            a.console_here,
            a.h_seller,
            "湖畔茶舍",
        ),
        task(
            2,
            Tone::Ok,
            a.t_service,
            a.console_mp,
            a.h_service,
            "wx0123456789abcdef",
        ),
        task(
            3,
            Tone::Bad,
            a.t_merchant,
            a.console_mp,
            a.h_merchant,
            "48001",
        ),
        task(4, Tone::Wait, a.t_pushed, a.console_here, a.h_pushed, ""),
        task(
            5,
            Tone::Plain,
            a.t_fiscal,
            a.console_mp,
            a.h_fiscal,
            a.by_hand,
        ),
    ];
    AccessBlock {
        sellers: Vec::new(),
        here: "/admin/onboarding".to_owned(),
        seller: "sel_1".to_owned(),
        form: AccessForm {
            issues: "yes".to_owned(),
            own_platform: "yes".to_owned(),
            ways: vec!["receipt".to_owned()],
            fiscal: true,
        },
        ways: vec![
            Choice::new("official_account", a.way_official),
            Choice::new("receipt", a.way_receipt),
        ],
        mode: Some((a.mode_self, a.mode_self_means)),
        done: 2,
        tasks,
        can_edit: true,
    }
}

fn buyer_form(s: &Sample, pages: &mut Pages) {
    let f = &s.t().buyer_form;
    let ask = |field: &str, label, value: &str| AskRow {
        field: field.to_owned(),
        label,
        value: value.to_owned(),
    };
    let own = |page: &str| {
        (1..=4)
            .map(|place| OwnRow {
                field: format!("{page}_own_{place}"),
                name: if place == 1 { "部门" } else { "" }.to_owned(),
                required: place == 1,
                hint: String::new(),
            })
            .collect()
    };
    let mut errors = Errors::default();
    errors.add("person_own_2_name", "1–5");
    pages.add(
        "buyer-form",
        BuyerFormPage {
            shell: s.shell(Section::Accounts),
            account: "湖畔茶舍服务号".to_owned(),
            account_href: "/admin/accounts/acc_1".to_owned(),
            action: "/admin/accounts/acc_1/fields".to_owned(),
            version: 3,
            standing: FormStandingLine {
                tone: Tone::Ok,
                text: f.shown.to_owned(),
                more: "2026-11-20 14:02".to_owned(),
            },
            halves: vec![
                FormHalf {
                    title: f.person,
                    asks: vec![
                        ask("person_phone", f.mobile, "hidden"),
                        ask("person_email", f.email, "optional"),
                    ],
                    own: own("person"),
                },
                FormHalf {
                    title: f.organisation,
                    asks: vec![
                        ask("organisation_tax_number", f.tax_number, "required"),
                        ask("organisation_bank", f.bank, "optional"),
                    ],
                    own: own("organisation"),
                },
            ],
            ways: vec![
                Choice::new("hidden", f.hidden),
                Choice::new("optional", f.optional),
                Choice::new("required", f.required),
            ],
            errors,
        },
    );
}

fn cards(s: &Sample, pages: &mut Pages) {
    let c = &s.t().card_look;
    let card = CardBlock {
        seller: "sel_1".to_owned(),
        kind: "digital_ordinary".to_owned(),
        payee: "杭州湖畔茶舍餐饮管理有限公司".to_owned(),
        kind_printed: "电子发票（普通发票）",
        usual_title: "湖畔茶舍".to_owned(),
        form: CardForm {
            first_name: "查看订单".to_owned(),
            first_url: "https://shop.example.com/orders".to_owned(),
            first_hint: "退换货".to_owned(),
            version: "2".to_owned(),
            ..CardForm::default()
        },
        logo: "/admin/cards/logo/plain".to_owned(),
        has_logo: true,
        standing: (
            Tone::Bad,
            c.unknown,
            c.unknown_means.replace("{0}", "2026-11-20 14:02"),
        ),
        unknown: Some("job_1".to_owned()),
        templates: vec![TemplateRow {
            card_id: "pDEMOcardid0000000000000001".to_owned(),
            payee: "杭州湖畔茶舍餐饮管理有限公司".to_owned(),
            made: s.ago(900),
            state: Badge::new(Tone::Ok, c.in_use),
        }],
        tries: vec![TryRow {
            at: s.ago(5),
            payee: "杭州湖畔茶舍餐饮管理有限公司".to_owned(),
            state: Badge::new(Tone::Bad, c.try_unknown),
            reason: "createcard: no answer within 30 s".to_owned(),
        }],
    };
    let page = |card| CardsPage {
        shell: s.shell(Section::Cards),
        sellers: Vec::new(),
        here_seller: String::new(),
        kinds: vec![Choice::new(
            "/admin/cards?seller=sel_1",
            "电子发票（普通发票）",
        )],
        here: "/admin/cards?seller=sel_1".to_owned(),
        card,
        can_edit: true,
        errors: Errors::default(),
    };
    pages.add("cards", page(Some(card)));
    pages.add("cards-none", page(None));
}

fn credentials(s: &Sample, pages: &mut Pages) {
    let c = &s.t().credential;
    let note = |minutes, generation: i64| NoteRow {
        at: s.ago(minutes),
        kind: c.access_token,
        node: "till-1:0.0.0.0:8080".to_owned(),
        state: if generation > 0 {
            Badge::new(Tone::Ok, c.renewed)
        } else {
            Badge::new(Tone::Bad, c.failed)
        },
        generation,
        code: if generation > 0 { "" } else { "40164" }.to_owned(),
        cause: if generation > 0 { c.cause_ending } else { "" },
        trouble: if generation > 0 { "" } else { "invalid ip" }.to_owned(),
    };
    let quota = QuotaRow {
        path: "/card/invoice/insert",
        counts: ["100000", "12", "99988"].map(str::to_owned),
        trouble: String::new(),
        can_reset: true,
    };
    let app = AppBlock {
        id: "acc_1".to_owned(),
        name: "湖畔茶舍服务号".to_owned(),
        app_id: "wx0123456789abcdef".to_owned(),
        credentials: vec![CredentialRow {
            kind: c.access_token,
            state: Badge::new(Tone::Ok, c.valid),
            until: Some(s.ago(-90)),
            generation: 812,
        }],
        history: vec![note(2, 0), note(30, 812), note(140, 811)],
        trouble: Some(note(2, 0)),
        quota: Some(vec![quota]),
    };
    let page = |apps| CredentialsPage {
        shell: s.shell(Section::Credentials),
        apps,
        can_act: true,
    };
    pages.add("tokens", page(vec![app]));
    pages.add("tokens-none", page(Vec::new()));
}
