//! Arithmetic, titles and dated data, end to end.

mod code_rates;
mod difference;
pub(crate) mod documents;
mod parts;
mod policies;
mod rounding;
mod special;
mod tax_data;
mod titles;

use crate::harness::TestApp;
use fapiao_usecases::{
    actor::Actor,
    merchant::{
        import::{ImportMode, ImportReport, import_orders},
        orders::Caller,
    },
    ports::Scope,
};

/// Imports the good orders of a file.
async fn imported(app: &TestApp, file: &str) -> ImportReport {
    let caller = Caller {
        actor: Actor::CommandLine,
        scope: Scope::All,
        source: "csv",
    };
    import_orders(app.ports(), &caller, file.as_bytes(), ImportMode::GoodOnes)
        .await
        .unwrap()
}

/// Row and column of each mistake.
fn mistakes(report: &ImportReport) -> Vec<(u64, &str)> {
    let all = report.errors.iter();
    all.map(|it| (it.row, it.column.as_str())).collect()
}
