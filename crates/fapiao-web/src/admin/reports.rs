//! Reports for finance: looked at by the month, taken away as files.

use super::{
    Answer, closings,
    desk::BookReader,
    failure::Failure,
    findings,
    frame::{Frame, go},
    pieces::seller_choices,
};
use crate::{
    api::reports::no_seller,
    i18n::{Lang, Texts, fill},
    pages::{
        lines::grouped,
        parts::{Badge, Pager, Tone, local_minute},
        reports::{
            AgreementLine, Body, BucketLine, EntryLine, LedgerBody, LedgerLine, MatchBody,
            MatchLine, PaymentFaultLine, PaymentLine, ReportPage, SegmentLine, UnconfirmedLine,
            VatBody, VatLine, VoucherBody,
        },
        shell::{Section, Shell, encode},
    },
    problem::{Kind, Problem, Said},
    streams,
};
use actix_web::{HttpRequest, web};
use chrono::{DateTime, Utc};
use fapiao_archive::{
    agreement,
    mapping::Mapping,
    reports::{self, Report},
    tables::Format,
    vat, vouchers,
};
use fapiao_domain::{
    ids::{Id, SellerId},
    invoice::InvoiceState,
    money::Fen,
};
use fapiao_usecases::{
    calendar,
    errors::StoreError,
    ports::{After, Finding, Issued, Match, PaymentFault, Period, Scope, VatRow},
};

use std::collections::BTreeMap;

const ROWS: u32 = 50;

/// What an address asks for.
pub(super) struct Asked {
    pub(super) month: String,
    pub(super) period: Period,
    only: Option<Match>,
    find: Option<Finding>,
    pub(super) after: Option<After>,
}

impl Asked {
    /// Reads an address; without a month it is this one.
    pub(super) fn of(frame: &Frame, request: &HttpRequest) -> Result<Asked, Failure> {
        let (mut month, mut seller, mut only, mut find, mut after) =
            (calendar::month(frame.now()), None, None, None, None);
        for (name, value) in url::form_urlencoded::parse(request.query_string().as_bytes()) {
            match &*name {
                "month" if !value.is_empty() => month = value.into_owned(),
                "seller" => seller = SellerId::parse(&value).ok(),
                "only" => only = Match::parse(&value),
                "find" => find = Finding::parse(&value),
                "after" if !value.is_empty() => {
                    let place = |(at, id): (&str, &str)| Some((at.parse().ok()?, id.to_owned()));
                    let read = value.split_once('.').and_then(place);
                    after = Some(read.ok_or(StoreError::Cursor)?);
                }
                _ => {}
            }
        }
        let (from, until) = reports::month(&month).ok_or_else(|| no_month(&month, frame.now()))?;
        Ok(Asked {
            month,
            period: Period {
                seller,
                from,
                until,
            },
            only,
            find,
            after,
        })
    }

    fn seller(&self) -> &str {
        self.period.seller.as_ref().map_or("", Id::as_str)
    }

    /// `?month=…&seller=…`
    pub(super) fn query(&self) -> String {
        let mut query = format!("?month={}", encode(&self.month));
        if !self.seller().is_empty() {
            query.push_str("&seller=");
            query.push_str(&encode(self.seller()));
        }
        query
    }

    fn pager(&self, report: Report, next: Option<After>, shown: usize) -> Pager {
        let mut first = format!("/admin/reports/{}{}", report.as_str(), self.query());
        if let Some(only) = self.only {
            first.push_str("&only=");
            first.push_str(only.as_str());
        }
        Pager {
            next: next.map(|(at, id)| format!("{first}&after={at}.{id}")),
            // A ledger is read from its beginning: the way back is the first page.
            previous: self.after.as_ref().map(|_| first),
            shown,
        }
    }
}

/// What stands in the address is no month.
fn no_month(typed: &str, now: DateTime<Utc>) -> Failure {
    let typed: String = typed.chars().take(20).collect();
    let this = calendar::month(now);
    let said = Said::new(
        format!("“{typed}” is no month: a month is written as {this}"),
        format!("“{typed}”不是月份，月份写成 {this} 的形式"),
    );
    Problem::new(Kind::BadRequest, said).into()
}

/// `GET /admin/reports`: this month's ledger.
pub(super) async fn index(_: BookReader) -> Answer {
    Ok(go("/admin/reports/ledger"))
}

/// `GET /admin/reports/{report}`.
pub(super) async fn show(
    desk: BookReader,
    request: HttpRequest,
    name: web::Path<String>,
) -> Answer {
    let report = Report::parse(&name).ok_or(Failure::NotFound)?;
    let asked = Asked::of(&desk, &request)?;
    // Its lines stand beside the vouchers, not on a page.
    if report == Report::Sales {
        return Ok(go(&format!("/admin/reports/vouchers{}", asked.query())));
    }
    let (t, shell) = (desk.t(), desk.shell(Section::Reports).await?);
    let sellers = desk.ports().store.sellers().await?;
    let of = asked
        .period
        .seller
        .as_ref()
        .and_then(|id| sellers.iter().find(|it| it.id == *id))
        .or(match sellers.as_slice() {
            [only] => Some(only),
            _ => None,
        });
    let (mapping_href, closing) = match of {
        Some(seller) => (
            Some(format!("/admin/sellers/{}/books", seller.id))
                .filter(|_| desk.scope() == Scope::All),
            closings::part(&desk, seller, &asked.month, &asked.period).await?,
        ),
        None => (None, None),
    };
    let (name, tax_number) = of.map_or((t.report.all_sellers, "—"), |it| {
        (it.party.name.as_str(), it.party.tax_number.as_str())
    });
    let header = fill(
        t.report.header,
        &[
            &name,
            &tax_number,
            &asked.month,
            &desk.staff.name,
            &local_minute(desk.now()),
        ],
    );
    let body = match report {
        Report::Ledger => Body::Ledger(ledger(&desk, &shell, &asked).await?),
        Report::Vat => Body::Vat(Box::new(vat_body(&desk, &shell, &asked).await?)),
        Report::Reconciliation => match asked.find {
            Some(finding) => Body::Findings(findings::list(&desk, &shell, &asked, finding).await?),
            None => {
                let mut body = matches(&desk, &shell, &asked).await?;
                if asked.only.is_none() && asked.after.is_none() {
                    body.findings = Some(findings::part(&desk, &shell, &asked, &sellers).await?);
                }
                Body::Matches(Box::new(body))
            }
        },
        Report::Vouchers | Report::Sales => Body::Vouchers(vouchers(&desk, &shell, &asked).await?),
    };
    let wants_seller = wants_seller(&desk, report, &asked).await?;
    let page = ReportPage {
        report: report.as_str(),
        tabs: Report::ALL
            .into_iter()
            .filter(|it| *it != Report::Sales)
            .map(|it| {
                let href = format!("/admin/reports/{}{}", it.as_str(), asked.query());
                (href, label(t, it), it == report)
            })
            .collect(),
        sellers: seller_choices(&sellers, Some(t.report.all_sellers)),
        seller: asked.seller().to_owned(),
        query: asked.query(),
        month: asked.month,
        header,
        mapping_href: mapping_href.filter(|_| report == Report::Vouchers),
        closing,
        choose_seller: of.is_none()
            && desk.view() == Scope::All
            && asked.period.until <= desk.now(),
        may_take_evidence: report == Report::Ledger,
        wants_seller,
        body,
        shell,
    };
    Ok(desk.page(&page))
}

/// A report's name.
pub(super) const fn label(t: &Texts, report: Report) -> &'static str {
    match report {
        Report::Ledger => t.report.ledger,
        Report::Vat => t.report.vat,
        Report::Reconciliation => t.report.reconciliation,
        Report::Vouchers => t.report.vouchers,
        Report::Sales => t.report.sales,
    }
}

/// `GET /admin/reports/{report}.{format}`.
pub(super) async fn file(
    desk: BookReader,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Answer {
    let (report, format) = path.into_inner();
    let (Some(report), Some(format)) = (Report::parse(&report), Format::parse(&format)) else {
        return Err(Failure::NotFound);
    };
    let asked = Asked::of(&desk, &request)?;
    if wants_seller(&desk, report, &asked).await? {
        return Err(no_seller().into());
    }
    let subject = format!("{} {}", report.as_str(), asked.month);
    record(
        &desk,
        "report.exported",
        &format!("{subject} {}", format.ending()),
    )
    .await?;
    let name = format!("{}_{}.{}", report.as_str(), asked.month, format.ending());
    let (ports, scope) = (desk.ports().clone(), desk.view());
    let by = desk.staff.name.clone();
    Ok(streams::file(
        &name,
        format.media_type(),
        move |out| async move {
            reports::write(&ports, &scope, &asked.period, (report, format), &by, &out).await
        },
    ))
}

/// Whether the report is one seller's, and it is not said whose.
async fn wants_seller(frame: &Frame, report: Report, asked: &Asked) -> Result<bool, Failure> {
    if !report.is_of_books() {
        return Ok(false);
    }
    let mixes = vouchers::mixes_sellers(frame.ports(), &frame.view(), &asked.period).await?;
    Ok(mixes)
}

/// Notes who took what away.
pub(super) async fn record(frame: &Frame, action: &str, subject: &str) -> Result<(), Failure> {
    let store = &frame.ports().store;
    let data = serde_json::json!({});
    store
        .append_audit(&frame.actor(), action, subject, data)
        .await?;
    Ok(())
}

/// What could not be made, as a page.
pub(super) fn failed(error: fapiao_archive::ArchiveError) -> Failure {
    Problem::internal(error).into()
}

fn sums<'a>(rows: impl Iterator<Item = &'a [Fen; 3]>) -> [Fen; 3] {
    rows.fold([Fen::ZERO; 3], |sum, row| {
        [sum[0] + row[0], sum[1] + row[1], sum[2] + row[2]]
    })
}

async fn ledger(frame: &Frame, shell: &Shell, asked: &Asked) -> Result<LedgerBody, Failure> {
    let (store, scope) = (&frame.ports().store, frame.view());
    let (count, whole) = store.ledger_sums(&scope, &asked.period).await?;
    let (rows, next) = store
        .ledger_rows(&scope, &asked.period, asked.after.as_ref(), ROWS)
        .await?;
    let own: Vec<[Fen; 3]> = rows
        .iter()
        .map(|it| [it.amount, it.tax, it.total])
        .collect();
    Ok(LedgerBody {
        count,
        sums: whole.map(Fen::of_sum),
        page_sums: sums(own.iter()),
        pager: asked.pager(Report::Ledger, next, rows.len()),
        rows: rows
            .into_iter()
            .map(|it| LedgerLine {
                href: format!("/admin/invoices/{}", it.id),
                number: grouped(&it.number),
                buyer: it.buyer_name,
                order_no: it.order_no,
                at: shell.when(it.issued_at),
                amount: it.amount,
                tax: it.tax,
                total: it.total,
                state: ledger_state(shell, it.state),
            })
            .collect(),
    })
}

async fn vouchers(frame: &Frame, shell: &Shell, asked: &Asked) -> Result<VoucherBody, Failure> {
    let (store, scope) = (&frame.ports().store, frame.view());
    let (invoices, next) = store
        .ledger_rows(&scope, &asked.period, asked.after.as_ref(), ROWS)
        .await?;
    let ids: Vec<_> = invoices.iter().map(|it| it.id.clone()).collect();
    let lines = store.ledger_lines(&ids).await?;
    let mut mappings: BTreeMap<String, Mapping> = BTreeMap::new();
    for seller in store.sellers().await? {
        let mapping = vouchers::mapping_of(frame.ports(), &seller.id).await?;
        mappings.insert(seller.party.tax_number, mapping);
    }
    let usual = Mapping::default();
    let mut rest = lines.as_slice();
    let (mut rows, mut sums) = (Vec::new(), [Fen::ZERO; 2]);
    for row in &invoices {
        let own = rest.iter().take_while(|it| it.invoice == row.id).count();
        let (lines, others) = rest.split_at(own);
        rest = others;
        let mapping = mappings.get(&row.seller_tax_number).unwrap_or(&usual);
        for entry in vouchers::entries(row, lines, mapping.prepaid_before_invoice) {
            let account = mapping.accounts.of(entry.account);
            sums[0] += entry.debit.unwrap_or(Fen::ZERO);
            sums[1] += entry.credit.unwrap_or(Fen::ZERO);
            rows.push(EntryLine {
                href: format!("/admin/invoices/{}", row.id),
                at: shell.when(row.issued_at),
                summary: vouchers::summary(row),
                account: (account.code.clone(), account.name.clone()),
                debit: entry.debit,
                credit: entry.credit,
            });
        }
    }
    Ok(VoucherBody {
        pager: asked.pager(Report::Vouchers, next, invoices.len()),
        rows,
        sums,
    })
}

fn ledger_state(shell: &Shell, state: InvoiceState) -> Badge {
    shell.invoice(state)
}

async fn vat_body(desk: &BookReader, shell: &Shell, asked: &Asked) -> Result<VatBody, Failure> {
    let (ports, scope) = (desk.ports(), desk.view());
    let rows = vat::of_period(ports, &scope, &asked.period)
        .await
        .map_err(failed)?;
    let lines = agreement::of_month(ports, &scope, &asked.period, &rows)
        .await
        .map_err(failed)?;
    let at = usize::from(desk.lang() == Lang::En);
    let line = |it: agreement::Line| AgreementLine {
        words: it.step.words()[at],
        class: match it.step {
            step if step.is_sum() => "sum",
            step if step.is_part() => "part",
            _ => "",
        },
        count: it.count.map_or_else(String::new, |it| shell.number(it)),
        net: it.net,
        tax: it.tax,
        gross: it.gross(),
    };
    let months_href = desk.may_oversee().then(|| match &asked.period.seller {
        Some(seller) => format!("/admin/months?seller={seller}"),
        None => "/admin/months".to_owned(),
    });
    Ok(VatBody {
        sum: vat_sum(&rows),
        rows: rows.iter().map(|it| vat_line(desk.t(), it)).collect(),
        agreement: lines.into_iter().flatten().map(line).collect(),
        months_href,
    })
}

fn vat_line(t: &Texts, row: &VatRow) -> VatLine {
    VatLine {
        rate: vat::rate_words(&row.rate),
        subject: if row.service {
            t.report.services
        } else {
            t.report.goods
        },
        how: match row.issued {
            Issued::Special => t.report.special,
            Issued::Ordinary => t.report.ordinary,
            Issued::None => t.report.without,
        },
        blue: (row.blue_count.to_string(), row.blue_net, row.blue_tax),
        red: (row.red_count.to_string(), row.red_net, row.red_tax),
    }
}

fn vat_sum(rows: &[VatRow]) -> VatLine {
    let sum = |of: fn(&VatRow) -> Fen| rows.iter().map(of).sum::<Fen>();
    VatLine {
        rate: String::new(),
        subject: "",
        how: "",
        blue: (String::new(), sum(|it| it.blue_net), sum(|it| it.blue_tax)),
        red: (String::new(), sum(|it| it.red_net), sum(|it| it.red_tax)),
    }
}

fn result_badge(t: &Texts, result: Match) -> Badge {
    match result {
        Match::Equal => Badge::new(Tone::Ok, t.report.equal),
        Match::Rounding => Badge::new(Tone::Warn, t.report.rounding),
        Match::Under => Badge::new(Tone::Bad, t.report.under),
        Match::Over => Badge::new(Tone::Bad, t.report.over),
        Match::Missing => Badge::new(Tone::Wait, t.report.missing),
    }
}

/// How an order was paid; a channel of the shop's own naming as the shop names it.
pub(super) fn channel_words(t: &Texts, channel: &str) -> String {
    match channel {
        "" => t.matching.channel_unknown,
        "wechat" => t.matching.wechat,
        "alipay" => t.matching.alipay,
        "unionpay" => t.matching.unionpay,
        "cash" => t.matching.cash,
        "card" => t.matching.card,
        "transfer" => t.matching.transfer,
        own => own,
    }
    .to_owned()
}

async fn matches(frame: &Frame, shell: &Shell, asked: &Asked) -> Result<MatchBody, Failure> {
    let (store, scope, t) = (&frame.ports().store, frame.view(), frame.t());
    let buckets = store.match_buckets(&scope, &asked.period).await?;
    let (rows, next) = store
        .match_rows(
            &scope,
            &asked.period,
            asked.only,
            asked.after.as_ref(),
            ROWS,
        )
        .await?;
    let segments = if scope == Scope::All {
        store.segment_matches(&asked.period).await?
    } else {
        Vec::new()
    };
    let payments = store.payment_buckets(&scope, &asked.period).await?;
    let payment_faults = store.payment_faults(&scope, &asked.period, ROWS).await?;
    let tax_side = store.tax_buckets(&scope, &asked.period).await?;
    let unconfirmed = store.unconfirmed(&scope, &asked.period, ROWS).await?;
    let list = format!("/admin/reports/reconciliation{}", asked.query());
    Ok(MatchBody {
        buckets: buckets
            .into_iter()
            .map(|(result, it)| BucketLine {
                result: result_badge(t, result),
                href: format!("{list}&only={}", result.as_str()),
                current: asked.only == Some(result),
                count: it.count,
                sold: Fen::of_sum(it.sold),
                invoiced: Fen::of_sum(it.invoiced),
                apart: Fen::of_sum(it.invoiced - it.sold),
            })
            .collect(),
        pager: asked.pager(Report::Reconciliation, next, rows.len()),
        rows: rows
            .into_iter()
            .map(|it| MatchLine {
                href: format!("/admin/orders/{}", it.order),
                at: shell.when(it.sold_at),
                apart: Fen::of_sum(it.invoiced.get() - it.sold.get()),
                order_no: it.order_no,
                sold: it.sold,
                invoiced: it.invoiced,
                numbers: it.numbers,
                result: result_badge(t, it.result),
                card_outlives: it.card_outlives,
            })
            .collect(),
        segments: segments
            .into_iter()
            .map(|it| SegmentLine {
                range: (it.first, it.last),
                taken: it.taken,
                held: it.held,
                open: it.open,
                rest: it.size - it.taken,
            })
            .collect(),
        payments: payments
            .into_iter()
            .map(|it| PaymentLine {
                channel: channel_words(t, &it.channel),
                orders: it.orders,
                sold: Fen::of_sum(it.sold),
                without_number: it.without_number,
                repeated: it.repeated,
            })
            .collect(),
        payment_faults: payment_faults
            .into_iter()
            .map(|it| PaymentFaultLine {
                href: format!("/admin/orders/{}", it.order),
                at: shell.when(it.sold_at),
                channel: channel_words(t, &it.channel),
                fault: match it.fault {
                    PaymentFault::NoNumber => Badge::new(Tone::Warn, t.matching.no_number),
                    PaymentFault::Repeated => Badge::new(Tone::Bad, t.matching.repeated),
                },
                order_no: it.order_no,
                sold: it.sold,
                number: it.transaction_no,
            })
            .collect(),
        tax_side: tax_side
            .into_iter()
            .map(|it| {
                let badge = match it.state {
                    InvoiceState::Issued if it.red => Badge::new(Tone::Ok, t.matching.red_issued),
                    state => shell.invoice(state),
                };
                (badge, it.count, Fen::of_sum(it.total))
            })
            .collect(),
        unconfirmed: unconfirmed
            .into_iter()
            .map(|it| UnconfirmedLine {
                href: format!("/admin/invoices/{}", it.invoice),
                number: grouped(&it.number),
                order_no: it.order_no,
                total: it.total,
                state: shell.invoice(it.state),
                reason: it.reason,
            })
            .collect(),
        findings: None,
    })
}
