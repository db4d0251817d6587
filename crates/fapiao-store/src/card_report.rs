//! What WeChat reports about a card: merged, whatever order the reports come in, also for cards whose code was lost.

use crate::{
    audit::Line,
    card::{card_edge, hold, order_of, state},
    entity::card,
    error::stale,
    read,
    sql::{self, Sql, for_update, select},
    tx::Tx,
    writer::Run,
};
use chrono::{DateTime, Utc};
use fapiao_domain::{
    card::{CardState, Report},
    ids::{DeliveryId, Id},
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ports::{CardReport, Followed},
};
use sea_orm::ConnectionTrait;
use serde_json::Value;

/// An insert that was asked for within this time may still be answered.
const ANSWER_AWAITED_MILLIS: i64 = 10 * 60 * 1000;

/// What a report means, and for which row.
pub(crate) struct Decision {
    followed: Followed,
    card: Option<card::Model>,
}

impl Decision {
    pub(crate) fn told(self) -> Followed {
        self.followed
    }
}

/// Decides; `lock` holds the rows in a transaction.
pub(crate) async fn decide(
    db: &impl ConnectionTrait,
    report: &CardReport,
    now: DateTime<Utc>,
    lock: &str,
) -> Result<Decision, StoreError> {
    let none = |followed| Decision {
        followed,
        card: None,
    };
    if report.code.is_empty() {
        return Ok(none(Followed::Unknown));
    }
    let sql = select::<card::Entity>("WHERE code <> '' AND template = ")
        .bind(report.template.as_str())
        .add(" AND code = ")
        .bind(report.code.as_str())
        .add(lock);
    if let Some(card) = sql::one::<card::Model>(db, sql).await? {
        let delivery: DeliveryId = read::id(&card.delivery_id)?;
        let from = state(&card.state)?;
        let followed = match from.merge(card.status_at, report.to, report.at) {
            Report::Change(to) => Followed::Changed { delivery, from, to },
            Report::Same => Followed::Same(delivery),
            Report::Outdated => Followed::Outdated(delivery, from),
            Report::Early => Followed::Early,
        };
        return Ok(Decision {
            followed,
            card: Some(card),
        });
    }
    let sql = select::<card::Entity>(
        "WHERE code = '' AND asked_at IS NOT NULL AND state IN ('inserting', 'code_unknown') AND template = ",
    )
    .bind(report.template.as_str())
    .add(" ORDER BY delivery_id")
    .add(lock);
    let open: Vec<card::Model> = sql::all(db, sql).await?;
    let awaited = now.timestamp_millis() - ANSWER_AWAITED_MILLIS;
    if open.iter().any(|card| {
        card.state == CardState::Inserting.as_str() && card.asked_at.is_some_and(|at| at > awaited)
    }) {
        return Ok(none(Followed::Early));
    }
    let mut lost: Vec<card::Model> = open
        .into_iter()
        .filter(|card| card.state == CardState::CodeUnknown.as_str())
        .collect();
    match (lost.len(), lost.pop()) {
        (1, Some(card)) => Ok(Decision {
            followed: Followed::Adopted(read::id(&card.delivery_id)?, report.to),
            card: Some(card),
        }),
        (_, Some(last)) => {
            lost.push(last);
            let deliveries = lost
                .iter()
                .map(|card| read::id(&card.delivery_id))
                .collect::<Result<_, _>>()?;
            Ok(none(Followed::Ambiguous(deliveries)))
        }
        (_, None) => Ok(none(Followed::Unknown)),
    }
}

/// Follows a report.
pub(crate) fn follow<'t>(tx: &'t Tx, (report, note): &'t (CardReport, Value)) -> Run<'t, Followed> {
    Box::pin(async move {
        let decision = decide(&tx.db, report, tx.now, for_update(tx.backend)).await?;
        let Some(card) = decision.card else {
            return Ok(decision.followed);
        };
        match &decision.followed {
            Followed::Changed { from, to, .. } => {
                let sql = Sql::new("UPDATE cards SET version = version + 1, state = ")
                    .bind(to.as_str())
                    .add(", status_at = ")
                    .bind(report.at)
                    .add(" WHERE delivery_id = ")
                    .bind(card.delivery_id.as_str());
                tx.exec(sql).await?;
                let order = order_of(tx, &card.delivery_id).await?;
                tx.audit(card_edge(
                    Line::new(&Actor::WeChat, "card.changed", &card.delivery_id)
                        .order(&order)
                        .with("at", report.at)
                        .note(note),
                    *from,
                    *to,
                ));
                tx.changed_id(&card.delivery_id);
            }
            Followed::Same(_) if card.status_at.is_none_or(|known| known < report.at) => {
                // An older report that is still on its way must not win.
                let sql = Sql::new("UPDATE cards SET status_at = ")
                    .bind(report.at)
                    .add(" WHERE delivery_id = ")
                    .bind(card.delivery_id.as_str());
                tx.exec(sql).await?;
            }
            Followed::Adopted(delivery, to) => {
                let with = Adopted {
                    code: &report.code,
                    openid: &report.openid,
                    to: *to,
                    at: Some(report.at),
                };
                adopt(tx, delivery, &with, &Actor::WeChat, note).await?;
            }
            _ => {}
        }
        Ok(decision.followed)
    })
}

struct Adopted<'a> {
    code: &'a str,
    openid: &'a str,
    to: CardState,
    at: Option<i64>,
}

async fn adopt(
    tx: &Tx,
    delivery: &DeliveryId,
    with: &Adopted<'_>,
    actor: &Actor,
    note: &Value,
) -> Result<(), StoreError> {
    let (card, order) = hold(tx, delivery).await?;
    let from = state(&card.state)?;
    if from != CardState::CodeUnknown || from.change(with.to).is_err() {
        return Err(stale(format!("the card of delivery {delivery}")));
    }
    let openid = if with.openid.is_empty() {
        card.openid.as_str()
    } else {
        with.openid
    };
    let sql = Sql::new("UPDATE cards SET version = version + 1, state = ")
        .bind(with.to.as_str())
        .add(", code = ")
        .bind(with.code)
        .add(", openid = ")
        .bind(openid)
        .add(", status_at = ")
        .bind(with.at)
        .add(" WHERE delivery_id = ")
        .bind(delivery.as_str());
    tx.exec(sql).await?;
    tx.audit(card_edge(
        Line::new(actor, "card.code_found", delivery.as_str())
            .order(&order)
            .note(note),
        from,
        with.to,
    ));
    tx.changed(delivery);
    Ok(())
}

/// Takes a code that a person read.
pub(crate) fn adopt_by_hand<'t>(
    tx: &'t Tx,
    (delivery, code, actor): &'t (DeliveryId, String, Actor),
) -> Run<'t, ()> {
    Box::pin(async move {
        let with = Adopted {
            code,
            openid: "",
            to: CardState::Inserted,
            at: None,
        };
        adopt(tx, delivery, &with, actor, &Value::Null).await
    })
}
