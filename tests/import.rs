//! A till's day as a file.

use crate::harness::{TestApp, spawn_app};
use fapiao_usecases::{
    actor::Actor,
    merchant::{
        import::{ImportMode, import_orders},
        orders::Caller,
    },
    ports::{OrderFilter, Scope},
};
use std::collections::HashMap;

const UTF8: &[u8] = include_bytes!("fixtures/orders/till-day.csv");
const GB18030: &[u8] = include_bytes!("fixtures/orders/till-day.gb18030.csv");
const EXPECTED: &str = include_str!("fixtures/orders/expected.csv");

fn cli() -> Caller {
    Caller {
        actor: Actor::CommandLine,
        scope: Scope::All,
        source: "csv",
    }
}

/// What the independent computation says of each order: amount, tax, total.
fn expected() -> HashMap<String, [String; 3]> {
    let mut reader = csv::Reader::from_reader(EXPECTED.as_bytes());
    reader
        .records()
        .map(Result::unwrap)
        .filter(|record| &record[2] == "order")
        .map(|record| {
            (
                record[0].to_owned(),
                [
                    record[3].to_owned(),
                    record[4].to_owned(),
                    record[5].to_owned(),
                ],
            )
        })
        .collect()
}

/// And of each line: amount and tax of item and discount rows, in order.
fn expected_lines() -> HashMap<String, Vec<(String, String)>> {
    let mut lines: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for record in csv::Reader::from_reader(EXPECTED.as_bytes())
        .records()
        .map(Result::unwrap)
    {
        if &record[2] != "order" {
            lines
                .entry(record[0].to_owned())
                .or_default()
                .push((record[3].to_owned(), record[4].to_owned()));
        }
    }
    lines
}

async fn assert_all_totals(app: &TestApp) {
    let expected = expected();
    let expected_lines = expected_lines();
    let codes = app.ports().store.tax_codes().await.unwrap();
    let short_name = |code: &str| {
        let known = codes.versions(code).last();
        known.map(|it| it.short_name.clone())
    };
    let mut seen = 0;
    let mut filter = OrderFilter {
        limit: 200,
        ..OrderFilter::default()
    };
    loop {
        let page = app
            .ports()
            .store
            .orders(&Scope::All, &filter)
            .await
            .unwrap();
        for row in page.rows {
            let totals = [
                row.totals.amount.to_string(),
                row.totals.tax.to_string(),
                row.totals.total.to_string(),
            ];
            assert_eq!(
                Some(&totals),
                expected.get(&row.order_no),
                "{}",
                row.order_no
            );
            let order = app
                .ports()
                .store
                .order(&Scope::All, &row.id)
                .await
                .unwrap()
                .unwrap();
            let computed = fapiao_domain::totals::compute(&order.lines, &short_name).unwrap();
            let lines: Vec<_> = computed
                .lines
                .iter()
                .map(|line| (line.amount.to_string(), line.tax.to_string()))
                .collect();
            assert_eq!(
                Some(&lines),
                expected_lines.get(&row.order_no),
                "{}",
                row.order_no
            );
            seen += 1;
        }
        match page.next {
            Some(next) => filter.after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, expected.len());
    assert_eq!(seen, 500);
}

#[tokio::test]
async fn every_total_of_a_tills_day_is_right_to_the_fen_in_every_encoding() {
    let with_bom = [b"\xef\xbb\xbf", UTF8].concat();
    for file in [UTF8, &with_bom, GB18030] {
        let app = spawn_app().await;
        let report = import_orders(app.ports(), &cli(), file, ImportMode::DryRun)
            .await
            .unwrap();
        assert!(report.errors.is_empty(), "{:?}", report.errors);
        assert_eq!((report.orders, report.good, report.created), (500, 500, 0));
        let report = import_orders(app.ports(), &cli(), file, ImportMode::AllOrNothing)
            .await
            .unwrap();
        assert_eq!((report.created, report.known), (500, 0));
        assert_all_totals(&app).await;
        let again = import_orders(app.ports(), &cli(), file, ImportMode::AllOrNothing)
            .await
            .unwrap();
        assert_eq!(
            (again.created, again.known),
            (0, 500),
            "importing again is harmless"
        );
        app.stop().await;
    }
}

#[tokio::test]
async fn a_dry_run_names_each_bad_row_and_column() {
    let app = spawn_app().await;
    let heading = "order_no,store,sold_at,line,name,tax_code,spec,unit,quantity,unit_price,tax_included,rate,discount\n";
    let file = format!(
        "{heading}B-1,S001,,1,苹果,1010115010100000000,,千克,0,12.80,yes,0.09,\n\
         B-2,S009,,1,苹果,1010115010100000000,,千克,1,12.80,yes,0.09,\n\
         B-3,S001,,1,苹果,1010115010100000001,,千克,1,12.80,yes,0.09,\n\
         B-4,S001,,1,苹果,1010115010100000000,,千克,1,12.80,yes,0.17,\n\
         B-5,S001,,1,苹果,1010115010100000000,,千克,1,12.80,yes,0.09,13.00\n\
         B-6,S001,,1,苹果,1010115010100000000,,千克,1,12.80,yes,0.09,\n"
    );
    let report = import_orders(
        app.ports(),
        &cli(),
        file.as_bytes(),
        ImportMode::AllOrNothing,
    )
    .await
    .unwrap();
    let places: Vec<_> = report
        .errors
        .iter()
        .map(|error| (error.row, error.column.as_str()))
        .collect();
    assert_eq!(
        places,
        [
            (2, "quantity"),
            (3, "store"),
            (4, "tax_code"),
            (5, "rate"),
            (6, "discount")
        ],
        "{:?}",
        report.errors
    );
    assert_eq!(
        (report.orders, report.good, report.created),
        (6, 1, 0),
        "all or nothing"
    );
    let report = import_orders(app.ports(), &cli(), file.as_bytes(), ImportMode::GoodOnes)
        .await
        .unwrap();
    assert_eq!(report.created, 1);
    app.stop().await;
}
