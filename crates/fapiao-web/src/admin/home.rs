//! `/admin`: what needs a person, then how the day goes.

use super::{
    Answer,
    desk::Signed,
    frame::{Frame, go},
    job_words,
    outlook::words,
    pieces::number_stock,
    red_forms,
    timeline::{Names, event},
};
use crate::pages::{
    home::{Attention, DayChart, HomePage, SellerStock, Today},
    parts::{Event, Tone},
    shell::Section,
};
use chrono::{DateTime, TimeDelta, Utc};
use fapiao_domain::{confirmation::FormWaits, ids::Id};
use fapiao_usecases::{
    backoffice::{
        months::{closes_at, is_open, month_before},
        onboarding::{Depth, check_everything, progress},
        outlook::{UPLOAD_WARN_HOURS, outlook},
    },
    calendar,
    errors::StoreError,
    ports::RedFormFilter,
    records::{IssuingMode, JobRow},
};
use std::collections::BTreeMap;

/// Stopped jobs that are looked at.
const PARKED: u32 = 200;
/// Lines of the audit chain that are shown.
const RECENT: u32 = 8;

/// `GET /admin`.
pub(super) async fn show(desk: Signed) -> Answer {
    let dashboard = desk
        .ports()
        .store
        .dashboard(&desk.view(), desk.now())
        .await?;
    let oversees = desk.may_oversee();
    let stock = if oversees {
        stock(&desk).await?
    } else {
        Vec::new()
    };
    let attention = if oversees {
        Some(attention(&desk, &stock).await?)
    } else {
        None
    };
    let set_up = if desk.may_configure() {
        let groups = check_everything(desk.ports(), Depth::Known).await?;
        Some(progress(&groups)).filter(|(done, all)| done < all)
    } else {
        None
    };
    let page = HomePage {
        shell: desk.shell(Section::Home).await?,
        attention,
        today: Today {
            orders: dashboard.orders_today,
            issued: dashboard.issued_today,
            month: dashboard.issued_month,
            awaiting: dashboard.awaiting_buyer,
            in_progress: dashboard.in_progress,
        },
        stock,
        recent: if oversees {
            recent(&desk).await?
        } else {
            Vec::new()
        },
        days: DayChart {
            days: dashboard.by_day,
            red_words: desk.t().home.of_these_red,
        },
        set_up,
        can_create: desk.may_work(),
    };
    Ok(desk.page(&page))
}

/// `GET /admin/`: typed by hand.
pub(super) async fn slash() -> Answer {
    Ok(go("/admin"))
}

async fn stock(frame: &Frame) -> Result<Vec<SellerStock>, StoreError> {
    let store = &frame.ports().store;
    let year = calendar::year2(frame.now());
    let mut stock = Vec::new();
    for seller in store.sellers().await? {
        // Numbers and quota are the platform's where another one issues.
        if seller.mode != IssuingMode::SelfBuilt {
            continue;
        }
        let segments = store.segments(&seller.id).await?;
        let (_, numbers_whole) = number_stock(&segments, year);
        let outlook = outlook(frame.ports(), &seller).await?;
        // A gateway that gives numbers one by one has no stock to run out of.
        if !outlook.counted {
            continue;
        }
        stock.push(SellerStock {
            until: [
                words(frame, outlook.numbers, |t| t.year),
                words(frame, outlook.quota, |t| t.month),
            ],
            href: format!("/admin/stock?seller={}", seller.id.as_str()),
            numbers_left: outlook.numbers_left,
            numbers_whole: numbers_whole.max(outlook.numbers_left),
            quota_left: outlook.quota_left,
            quota_fetch: seller.quota_fetch,
            seller: seller.short_name,
        });
    }
    Ok(stock)
}

async fn attention(frame: &Frame, stock: &[SellerStock]) -> Result<Vec<Attention>, StoreError> {
    let t = frame.t();
    let parked = frame
        .ports()
        .store
        .jobs(Some("parked"), None, PARKED)
        .await?;
    let mut heaps: BTreeMap<&str, Vec<&JobRow>> = BTreeMap::new();
    for job in &parked.rows {
        heaps.entry(job.kind.as_str()).or_default().push(job);
    }
    let mut out: Vec<Attention> = heaps
        .into_iter()
        .map(|(kind, jobs)| {
            let reason = jobs
                .first()
                .map_or_else(String::new, |it| job_words::why_of(frame.lang(), it));
            let oldest = jobs.iter().map(|it| it.queued_at).min();
            Attention {
                tone: Tone::Bad,
                count: jobs.len() as u64,
                what: job_words::kind(t, kind).to_owned(),
                why: if reason.is_empty() {
                    t.told.parked_why.to_owned()
                } else {
                    reason
                },
                href: "/admin/jobs".to_owned(),
                since: oldest.map(|at| frame.when(at)),
            }
        })
        .collect();
    out.sort_by_key(|it| std::cmp::Reverse(it.count));
    let newest = frame.ports().store.proof_runs(5).await?;
    if let Some(run) = newest.iter().find(|it| it.state == "done")
        && !run.holds
    {
        let broken = run.results.iter().filter(|it| !it.found.is_empty());
        out.insert(
            0,
            Attention {
                tone: Tone::Bad,
                count: broken.count() as u64,
                what: t.proof.broken.to_owned(),
                why: t.proof.broken_why.to_owned(),
                href: "/admin/ledger".to_owned(),
                since: run.ended_at.map(|at| frame.when(at)),
            },
        );
    }
    out.extend(red_letters(frame).await?);
    let before = frame.now() - TimeDelta::hours(UPLOAD_WARN_HOURS);
    let store = &frame.ports().store;
    out.extend(heap(
        frame,
        store.stranded_deliveries().await?,
        [t.outlook.stranded, t.outlook.stranded_why],
        "/admin/deliveries?state=failed",
    ));
    out.extend(heap(
        frame,
        store.late_uploads(before).await?,
        [t.outlook.late, t.outlook.late_why],
        "/admin/invoices?state=outcome_unknown",
    ));
    let month = month_before(frame.now());
    let mut open = 0_u64;
    // Until the 13th it can be confirmed; later the tax side has summed by itself.
    if closes_at(&month).is_some_and(|at| frame.now() < at) {
        for seller in frame.ports().store.sellers().await? {
            open += u64::from(is_open(frame.ports(), &seller, &month).await?);
        }
    }
    if open > 0 {
        out.push(Attention {
            tone: Tone::Warn,
            count: open,
            what: t.month.attention.to_owned(),
            why: t.month.attention_why.to_owned(),
            href: "/admin/months".to_owned(),
            since: None,
        });
    }
    let low = stock
        .iter()
        .filter(|it| it.numbers_left == 0 || it.quota_left.get() <= 0);
    let low = low.count();
    if low > 0 {
        out.push(Attention {
            tone: Tone::Warn,
            count: low as u64,
            what: t.told.stock_low.to_owned(),
            why: t.told.stock_low_why.to_owned(),
            href: "/admin/stock".to_owned(),
            since: None,
        });
    }
    Ok(out)
}

/// How many wait and since when, where any do: what they are, and why.
fn heap(
    frame: &Frame,
    (count, oldest): (i64, Option<DateTime<Utc>>),
    [what, why]: [&str; 2],
    href: &str,
) -> Option<Attention> {
    let count = u64::try_from(count).ok().filter(|it| *it > 0)?;
    Some(Attention {
        tone: Tone::Bad,
        count,
        what: what.to_owned(),
        why: why.to_owned(),
        href: href.to_owned(),
        since: oldest.map(|at| frame.when(at)),
    })
}

/// Red confirmations that go no further without staff: no job stops for them.
async fn red_letters(frame: &Frame) -> Result<Option<Attention>, StoreError> {
    let t = frame.t();
    let filter = RedFormFilter {
        limit: PARKED,
        ..red_forms::waiting_for(FormWaits::Staff)
    };
    let found = frame
        .ports()
        .store
        .red_forms(&frame.view(), &filter)
        .await?;
    let Some(newest) = found.rows.first() else {
        return Ok(None);
    };
    let oldest = found.rows.iter().filter_map(|it| it.form.asked_at).min();
    Ok(heap(
        frame,
        (found.rows.len() as i64, oldest),
        [t.red_form.attention, red_forms::badge(t, &newest.form).word],
        "/admin/red-letters?state=staff",
    ))
}

async fn recent(frame: &Frame) -> Result<Vec<Event>, StoreError> {
    let names = Names::load(frame).await?;
    let page = frame.ports().store.audit(None, RECENT).await?;
    let mut events = Vec::with_capacity(page.rows.len());
    for entry in &page.rows {
        let mut it = event(frame, &names, entry, true);
        it.raw.clear();
        // Of several orders each is told by its number.
        if let (Some(link), Some(order)) = (&mut it.link, &entry.order)
            && let Some(order) = frame.ports().store.order(&frame.scope(), order).await?
        {
            link.label = order.order_no;
        }
        events.push(it);
    }
    Ok(events)
}
