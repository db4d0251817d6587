//! Settings: saved by who read the newest, seen at once, secrets nowhere else.

use crate::harness::{account, on_both, seller};
use fapiao_domain::{invoice::InvoiceKind, rate::Rate};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ids::fresh,
    jobs::{Job, QueuedJob},
    ports::{
        CardTemplate, Designs, JobQueue, Ledger, NewDesign, Setup, TemplateTry, TokenTrouble,
        Tokens, TryState,
    },
    records::{Product, TaxCode, UsableRate},
};

fn code(code: &str, name: &str) -> TaxCode {
    TaxCode {
        policies: String::new(),
        tax_rates: String::new(),
        levy_rates: String::new(),
        difference: None,
        code: code.to_owned(),
        name: name.to_owned(),
        short_name: "茶".to_owned(),
        usual_rate: "0.13".to_owned(),
        summary: false,
        from: String::new(),
        until: String::new(),
    }
}

fn rate(rate: &str, levy: bool) -> UsableRate {
    UsableRate {
        rate: Rate::parse(rate).unwrap(),
        levy,
        from: "2019-04-01".to_owned(),
        until: String::new(),
    }
}

on_both! {
    async fn an_old_version_of_a_seller_is_not_saved(bench: &Bench) {
        let first = bench.store.seller(&bench.seller).await.unwrap().unwrap();
        let mut mine = first.clone();
        mine.drawer = "新开票员".to_owned();
        bench.store.save_seller(&mine, &Actor::CommandLine).await.unwrap();
        let stored = bench.store.seller(&bench.seller).await.unwrap().unwrap();
        assert_eq!((stored.drawer.as_str(), stored.version), ("新开票员", first.version + 1));
        let theirs = bench.store.save_seller(&first, &Actor::CommandLine).await;
        assert!(matches!(theirs, Err(StoreError::Stale { .. })), "{theirs:?}");
        assert_eq!(bench.store.sellers().await.unwrap(), [stored]);
        let other = seller(&fresh(bench.now()), &bench.account);
        bench.store.save_seller(&other, &Actor::CommandLine).await.unwrap();
        assert_eq!(bench.store.sellers().await.unwrap().len(), 2);
    }

    async fn what_a_setting_needs_is_queued_with_it_or_not_at_all(bench: &Bench) {
        let by = Actor::CommandLine;
        let kinds = async || {
            let rows = bench.store.jobs(None, None, 50).await.unwrap().rows;
            let mut kinds: Vec<_> = rows.into_iter().map(|it| it.kind).collect();
            kinds.sort();
            kinds
        };
        let before = kinds().await;
        let mut paid = bench.store.account(&bench.account).await.unwrap().unwrap();
        paid.pay_merchant = "1900000001".to_owned();
        bench.store.save_account(&paid, &by).await.unwrap();
        bench.store.record_payments_linked(&bench.account, "1900000001", bench.now()).await.unwrap();
        let first = bench.store.seller(&bench.seller).await.unwrap().unwrap();
        let then = || vec![QueuedJob::now(Job::SyncTaxData(bench.seller.clone()), None)];
        let mut renamed = first.clone();
        renamed.short_name = "新".to_owned();
        bench.store.save_seller_then(&renamed, then(), &by).await.unwrap();
        let mut queued = kinds().await;
        assert_eq!(queued.len(), before.len() + 1, "{queued:?}");
        // Refused, so that nothing follows.
        let stale = bench.store.save_seller_then(&first, then(), &by).await;
        assert!(matches!(stale, Err(StoreError::Stale { .. })), "{stale:?}");
        assert_eq!(kinds().await, queued);
        let linked = bench.store.account(&bench.account).await.unwrap().unwrap();
        assert!(linked.pay_linked_at.is_some(), "a name leads the receipts nowhere else");
        // Another platform: the receipts of the merchant number lead there from now on.
        let mut moved = bench.store.seller(&bench.seller).await.unwrap().unwrap();
        moved.platform_account = None;
        bench.store.save_seller(&moved, &by).await.unwrap();
        let account = bench.store.account(&bench.account).await.unwrap().unwrap();
        assert_eq!(account.pay_linked_at, None);
        queued.push("prepare_account".to_owned());
        queued.sort();
        assert_eq!(kinds().await, queued);
    }

    async fn accounts_keep_their_secrets_to_themselves(bench: &Bench) {
        let mut known = bench.store.account_by_app_id("wx0000000000000001").await.unwrap().unwrap();
        assert_eq!(known, account(&bench.account, "wx0000000000000001"));
        bench.store.record_account_prepared(&bench.account, Some("plat-1"), bench.now()).await.unwrap();
        bench.store.record_account_prepared(&bench.account, None, bench.now()).await.unwrap();
        let prepared = bench.store.account(&bench.account).await.unwrap().unwrap();
        assert_eq!((prepared.platform_id.as_deref(), prepared.contact_set_at), (Some("plat-1"), Some(bench.now())));
        known.name = "旧".to_owned();
        let stale = bench.store.save_account(&known, &Actor::CommandLine).await;
        assert!(matches!(stale, Err(StoreError::Stale { .. })));
        let taken = bench.store.save_account(&account(&fresh(bench.now()), "wx0000000000000001"), &Actor::System).await;
        let Err(error @ StoreError::Exists { .. }) = taken else { panic!("{taken:?}") };
        assert!(!format!("{error:?}").contains("sealed"));
        let chain = bench.store.audit(None, 200).await.unwrap();
        assert!(chain.rows.iter().all(|line| !line.data.to_string().contains("sealed")));
        assert_eq!(bench.store.accounts().await.unwrap().len(), 1);
    }

    async fn stores_and_products_have_unique_numbers(bench: &Bench) {
        let shop = bench.store.store_by_code("S001").await.unwrap().unwrap();
        assert_eq!(bench.store.store(&shop.id).await.unwrap(), Some(shop.clone()));
        let mut twin = shop.clone();
        twin.id = fresh(bench.now());
        assert!(matches!(bench.store.save_store(&twin, &Actor::System).await, Err(StoreError::Exists { .. })));
        let mut renamed = shop;
        renamed.name = "新店名".to_owned();
        bench.store.save_store(&renamed, &Actor::System).await.unwrap();
        // Who read it before is told.
        assert!(bench.store.save_store(&renamed, &Actor::System).await.is_err());
        renamed.version += 1;
        assert_eq!(bench.store.store_by_code("S001").await.unwrap(), Some(renamed));
        assert_eq!(bench.store.stores().await.unwrap().len(), 1);
        let tea = Product {
preference: None,
            id: fresh(bench.now()), sku: "T-1".to_owned(), name: "茶叶".to_owned(), tax_code: "1".repeat(19),
            spec: "250g".to_owned(), unit: "盒".to_owned(), unit_price: "56.12345678".parse().unwrap(),
            tax_included: true, rate: Rate::parse("0.13").unwrap(),
        };
        bench.store.save_product(&tea, &Actor::System).await.unwrap();
        bench.store.save_product(&tea, &Actor::System).await.unwrap();
        assert_eq!(bench.store.products().await.unwrap(), [tea]);
    }

    async fn tax_data_is_replaced_by_what_was_fetched(bench: &Bench) {
        let save = |codes: Vec<TaxCode>, rates: Vec<UsableRate>| async move {
            bench.store.save_tax_data(&bench.seller, &codes, &rates, bench.now()).await.unwrap();
        };
        assert_eq!(bench.store.tax_data_at(&bench.seller).await.unwrap(), None);
        save(vec![code("101", "茶"), code("101", "茶叶"), code("102", "米")], vec![rate("0.13", false), rate("0.03", true)]).await;
        assert_eq!(bench.store.tax_codes().await.unwrap().all().len(), 2);
        assert_eq!(bench.store.usable_rates(&bench.seller).await.unwrap().len(), 2);
        save(vec![code("101", "绿茶")], vec![rate("0.13", false), rate("exempt", false)]).await;
        let codes = bench.store.tax_codes().await.unwrap();
        // The old name ended yesterday and stays; 102 is not in the newer table and stands.
        let today = fapiao_usecases::calendar::day(bench.now());
        let names: Vec<_> = codes.versions("101").iter().map(|it| (it.name.as_str(), it.runs_on(&today))).collect();
        assert_eq!(names, [("茶叶", false), ("绿茶", true)]);
        assert_eq!(codes.all().len(), 3);
        let rates = bench.store.usable_rates(&bench.seller).await.unwrap();
        let running: Vec<_> = rates.iter().filter(|it| it.runs_on(&today)).cloned().collect();
        assert_eq!(running, [rate("0.13", false), rate("exempt", false)]);
        assert_eq!(rates.len(), 3, "a rate that is not listed any more got a last day");
        assert_eq!(bench.store.tax_data_at(&bench.seller).await.unwrap(), Some(bench.now()));
        // Saving the seller leaves the date alone.
        let mut known = bench.store.seller(&bench.seller).await.unwrap().unwrap();
        known.drawer = "x".to_owned();
        bench.store.save_seller(&known, &Actor::System).await.unwrap();
        assert_eq!(bench.store.tax_data_at(&bench.seller).await.unwrap(), Some(bench.now()));
    }

    async fn one_node_makes_a_template(bench: &Bench) {
        let kind = InvoiceKind::DigitalOrdinary;
        let lease = |secs| bench.store.lease_template(&bench.account, &bench.seller, kind, secs);
        assert!(lease(1).await.unwrap());
        assert!(!lease(60).await.unwrap());
        tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
        assert!(lease(60).await.unwrap());
        let made = CardTemplate {
            card_id: "p_1".to_owned(), account: bench.account.clone(), seller: bench.seller.clone(), kind,
            payee: "上海测试商贸有限公司".to_owned(), design_version: 0, created_at: bench.now(),
        };
        let try_ = |id: &str| TemplateTry {
            id: id.to_owned(), account: bench.account.clone(), seller: bench.seller.clone(), kind,
            payee: made.payee.clone(), design_version: 0, state: TryState::Asked, reason: String::new(), card_id: None,
            asked_at: bench.now(),
        };
        assert!(bench.store.begin_try(&try_("t1")).await.unwrap());
        assert!(!bench.store.begin_try(&try_("t2")).await.unwrap());
        // An unknown outcome blocks the next try until a person says how it ended.
        let by = Actor::System;
        assert!(bench.store.end_try("t1", TryState::Unknown, "lost", &by).await.unwrap());
        assert!(!bench.store.begin_try(&try_("t2")).await.unwrap());
        assert!(bench.store.end_try("t1", TryState::GivenUp, "not there", &by).await.unwrap());
        assert!(!bench.store.end_try("t1", TryState::GivenUp, "again", &by).await.unwrap());
        assert!(bench.store.begin_try(&try_("t2")).await.unwrap());
        bench.store.finish_try("t2", &made, &by).await.unwrap();
        assert!(bench.store.finish_try("t2", &made, &by).await.is_err());
        assert_eq!(bench.store.open_try(&bench.account, &bench.seller, kind).await.unwrap(), None);
        let tries = bench.store.tries_of(&bench.seller, 10).await.unwrap();
        let states: Vec<_> = tries.iter().map(|it| (it.id.as_str(), it.state)).collect();
        assert_eq!(states, [("t2", TryState::Made), ("t1", TryState::GivenUp)]);
        assert_eq!(bench.store.templates_of(&bench.seller).await.unwrap(), std::slice::from_ref(&made));
        let find = |payee: &'static str| bench.store.template(&bench.account, &bench.seller, kind, payee);
        assert_eq!(find("上海测试商贸有限公司").await.unwrap(), Some(made));
        assert_eq!(find("改名后").await.unwrap(), None);
        // Made: the next payee need not wait for the lease to end.
        assert!(lease(60).await.unwrap());
    }

    async fn one_node_refreshes_a_token(bench: &Bench) {
        let other = bench.another().await;
        let (app, kind) = ("wx1", "access_token");
        assert_eq!(bench.store.token(app, kind).await.unwrap(), None);
        assert!(bench.store.lease_token(app, kind, "a", 60).await.unwrap());
        assert!(!other.lease_token(app, kind, "b", 60).await.unwrap());
        assert_eq!(bench.store.token(app, kind).await.unwrap(), None);
        assert!(bench.store.swap_token(app, kind, 0, "secret-1", 7200, ("node", "first")).await.unwrap());
        assert!(!other.swap_token(app, kind, 0, "secret-2", 7200, ("node", "first")).await.unwrap());
        let row = other.token(app, kind).await.unwrap().unwrap();
        assert_eq!((row.value.as_str(), row.expires_at, row.generation), ("secret-1", 7200, 1));
        assert!(!format!("{row:?}").contains("secret"));
        assert!(other.lease_token(app, kind, "b", 60).await.unwrap());
        bench.store.release_token(app, kind, "a").await.unwrap();
        assert!(!bench.store.lease_token(app, kind, "a", 60).await.unwrap());
        other.release_token(app, kind, "b").await.unwrap();
        assert!(bench.store.lease_token(app, kind, "a", 60).await.unwrap());
        assert!(bench.store.swap_token(app, kind, 1, "secret-3", 9000, ("node", "ending")).await.unwrap());
        assert!(bench.store.swap_token("wx2", kind, 0, "secret-4", 9000, ("node", "first")).await.unwrap());
        assert!(!bench.store.swap_token("wx3", kind, 5, "secret-5", 9000, ("node", "first")).await.unwrap());
        let trouble = TokenTrouble {
            app_id: app.to_owned(), kind: kind.to_owned(), node: "b".to_owned(), code: "40164".to_owned(),
            trouble: "not on the list".to_owned(),
        };
        for _ in 0..70 {
            bench.store.note_token_trouble(&trouble).await.unwrap();
        }
        let notes = bench.store.token_notes(app, 100).await.unwrap();
        assert_eq!((notes.len(), notes[0].code.as_str()), (60, "40164"));
        let other = bench.store.token_notes("wx2", 100).await.unwrap();
        assert_eq!((other.len(), other[0].generation, other[0].node.as_str()), (1, 1, "node"));
        assert_eq!((other[0].cause.as_str(), notes[0].cause.as_str()), ("first", ""));
    }

    async fn a_drawing_is_saved_over_the_one_that_was_read(bench: &Bench) {
        let save = |expected: Option<i64>, value: i64| NewDesign {
            kind: "buyer_form", subject: "acc_1".to_owned(), expected_version: expected, value: value.into(),
            then: Vec::new(),
        };
        let by = Actor::System;
        assert_eq!(bench.store.save_design(save(Some(0), 1), &by).await.unwrap(), 1);
        assert!(bench.store.save_design(save(Some(0), 2), &by).await.is_err());
        assert_eq!(bench.store.save_design(save(Some(1), 3), &by).await.unwrap(), 2);
        assert_eq!(bench.store.save_design(save(None, 4), &by).await.unwrap(), 3);
        let stored = bench.store.design("buyer_form", "acc_1").await.unwrap().unwrap();
        assert_eq!((stored.value, stored.version), (4.into(), 3));
        assert_eq!(bench.store.design("buyer_form", "acc_2").await.unwrap(), None);
    }
}
