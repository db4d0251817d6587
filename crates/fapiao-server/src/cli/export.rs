//! `fapiao export`

use super::{Failure, terminal::say};
use crate::{adapters::clock::SystemClock, config::Config, wiring};
use bytes::Bytes;
use clap::{Args, Subcommand};
use fapiao_archive::{
    ArchiveError,
    reports::{self, Report},
    tables::Format,
    vouchers,
};
use fapiao_domain::ids::{Id, SellerId};
use fapiao_usecases::ports::{Period, Ports, Scope};
use std::{path::PathBuf, process::ExitCode, sync::Arc};
use tokio::{io::AsyncWriteExt, sync::mpsc};

#[derive(Subcommand)]
pub(super) enum ExportCommand {
    /// Every invoice of a month and their lines, with the columns of the tax bureau's own export.
    Ledger(ReportArgs),
    /// The VAT of a month, as the return wants it.
    Vat(ReportArgs),
    /// Orders of a month beside their invoices.
    Reconciliation(ReportArgs),
    /// Vouchers of a month, with the columns that Kingdee and UFIDA take in; an .xlsx has the sales invoices beside them.
    Vouchers(ReportArgs),
    /// Sales invoices of a month line by line, with the columns that Kingdee and UFIDA take in.
    Sales(ReportArgs),
    /// Everything about an invoice or a month in one ZIP that proves itself offline.
    Evidence(EvidenceArgs),
}

#[derive(Args)]
#[command(
    after_help = "Example: fapiao export evidence --month 2026-11 --out evidence.zip\nOpen verify.html of the pack in a browser, without a network, and give it the ZIP."
)]
pub(super) struct EvidenceArgs {
    /// Number of one invoice (code and number for the older form).
    #[arg(long, conflicts_with = "month", required_unless_present = "month")]
    invoice: Option<String>,
    /// All invoices of a month in Shanghai, yyyy-mm.
    #[arg(long)]
    month: Option<String>,
    /// Where to.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Args)]
#[command(
    after_help = "Example: fapiao export ledger --month 2026-11 --out ledger.xlsx\nA file is only there when it is whole."
)]
pub(super) struct ReportArgs {
    /// Month in Shanghai, yyyy-mm.
    #[arg(long)]
    month: String,
    /// Only this seller, by id. Vouchers are one seller's: needed where there are several.
    #[arg(long)]
    seller: Option<String>,
    /// Where to; the ending, .csv or .xlsx, says in which form.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) async fn run(config: &Config, command: ExportCommand) -> Result<ExitCode, Failure> {
    let store = wiring::open_store(config).await?;
    let ports = wiring::wire(config, store, Arc::new(SystemClock))?;
    match command {
        ExportCommand::Ledger(args) => report(ports, Report::Ledger, args).await,
        ExportCommand::Vat(args) => report(ports, Report::Vat, args).await,
        ExportCommand::Evidence(args) => evidence(ports, args).await,
        ExportCommand::Reconciliation(args) => report(ports, Report::Reconciliation, args).await,
        ExportCommand::Vouchers(args) => report(ports, Report::Vouchers, args).await,
        ExportCommand::Sales(args) => report(ports, Report::Sales, args).await,
    }
}

async fn report(ports: Ports, report: Report, args: ReportArgs) -> Result<ExitCode, Failure> {
    let ending = args.out.extension().and_then(|it| it.to_str());
    let format = ending
        .and_then(Format::parse)
        .ok_or("--out must end in .csv or .xlsx")?;
    let (from, until) = reports::month(&args.month)
        .ok_or_else(|| format!("--month {}: a month is like 2026-11", args.month))?;
    let seller = args.seller.as_deref().map(SellerId::parse).transpose()?;
    let period = Period {
        seller,
        from,
        until,
    };
    if report.is_of_books() && vouchers::mixes_sellers(&ports, &Scope::All, &period).await? {
        return Err(
            "--seller: there are several sellers, and each keeps books of its own; say whose"
                .into(),
        );
    }
    let (out, pieces) = mpsc::channel(8);
    let made = tokio::spawn(async move {
        reports::write(
            &ports,
            &Scope::All,
            &period,
            (report, format),
            "命令行",
            &out,
        )
        .await
    });
    save(&args.out, pieces).await?;
    made.await??;
    tell(&args.out)
}

async fn evidence(ports: Ports, args: EvidenceArgs) -> Result<ExitCode, Failure> {
    let (out, pieces) = mpsc::channel(8);
    let made = if let Some(number) = &args.invoice {
        // A digital number has 20 digits; the older form's code and number have 12 and 8, too.
        let store = &ports.store;
        let whole = number.trim().to_owned();
        let mut found = store.invoice_by_number(&Scope::All, "", &whole).await?;
        if found.is_none() && whole.len() == 20 {
            let (code, number) = whole.split_at(12);
            found = store.invoice_by_number(&Scope::All, code, number).await?;
        }
        let id = found
            .ok_or_else(|| format!("there is no invoice {whole}"))?
            .id;
        tokio::spawn(async move {
            fapiao_archive::evidence::of_invoice(&ports, &Scope::All, &id, &out).await
        })
    } else {
        let month = args.month.as_deref().unwrap_or_default();
        let (from, until) = reports::month(month)
            .ok_or_else(|| format!("--month {month}: a month is like 2026-11"))?;
        let period = Period {
            seller: None,
            from,
            until,
        };
        tokio::spawn(async move {
            fapiao_archive::evidence::of_period(&ports, &Scope::All, &period, &out).await
        })
    };
    save(&args.out, pieces).await?;
    made.await??;
    tell(&args.out)
}

/// Writes pieces beside the wanted name and renames at the end, so that a broken file never carries it.
pub(super) async fn save(
    to: &std::path::Path,
    mut pieces: mpsc::Receiver<Result<Bytes, ArchiveError>>,
) -> Result<(), Failure> {
    let mut name = to.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    let mut file = tokio::fs::File::create(&part)
        .await
        .map_err(|error| format!("{}: {error}", part.display()))?;
    while let Some(piece) = pieces.recv().await {
        file.write_all(&piece?).await?;
    }
    file.sync_all().await?;
    tokio::fs::rename(&part, to).await?;
    Ok(())
}

pub(super) fn tell(file: &std::path::Path) -> Result<ExitCode, Failure> {
    let size = std::fs::metadata(file)?.len();
    say!("{}: {size} bytes", file.display());
    Ok(ExitCode::SUCCESS)
}
