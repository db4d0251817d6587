//! The port of the platform gateway.

use super::{
    asking::{self, Drafted, OutsideCard},
    notices, partners, requests,
};
use crate::{
    Store, cursor,
    entity::{
        partner, partner_key, partner_request, platform_notice, platform_request, seller_gateway,
    },
    read,
    sql::{self, Sql, select},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{DeliveryId, Id, NoticeId, PartnerId, RequestId, SellerId};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ids::fresh,
    jobs::QueuedJob,
    ports::{
        AcceptedRequest, GatewayStore, NewInvoice, NewNotice, NewPartnerRequest, Page, Received,
        Recorded, RequestSent,
    },
    records::{Gateway, Partner, PartnerKey, PartnerRequest, PlatformNotice, PlatformRequest},
};
use serde_json::Value;

/// A use is written at most once a minute.
const SEEN_EVERY_MILLIS: i64 = 60_000;
/// Longest body of a refused callback that is kept.
const REFUSED_CHARS: usize = 4000;

#[async_trait]
impl GatewayStore for Store {
    async fn gateway(&self, seller: &SellerId) -> Result<Option<Gateway>, StoreError> {
        let sql = select::<seller_gateway::Entity>("WHERE seller_id = ").bind(seller.as_str());
        sql::one::<seller_gateway::Model>(self.reader(), sql)
            .await?
            .map(asking::gateway_record)
            .transpose()
    }

    async fn save_gateway_then(
        &self,
        gateway: &Gateway,
        then: Vec<QueuedJob>,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let input = (gateway.clone(), then, actor.clone());
        let done = self.write(input, asking::save_gateway).await;
        self.caches().accounts.clear();
        done
    }

    async fn note_registration(
        &self,
        seller: &SellerId,
        platform_id: &str,
        platform_name: &str,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let it = (
            seller.clone(),
            platform_id.to_owned(),
            platform_name.to_owned(),
            at,
        );
        let done = self.write(it, asking::note_registration).await;
        self.caches().accounts.clear();
        done
    }

    async fn draft_request(
        &self,
        new: NewInvoice,
        body: String,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let actor = actor.clone();
        self.write(Drafted { new, body, actor }, asking::draft)
            .await
    }

    async fn platform_request(
        &self,
        delivery: &DeliveryId,
    ) -> Result<Option<PlatformRequest>, StoreError> {
        let sql =
            select::<platform_request::Entity>("WHERE delivery_id = ").bind(delivery.as_str());
        sql::one::<platform_request::Model>(self.reader(), sql)
            .await?
            .map(asking::request_record)
            .transpose()
    }

    async fn record_request(
        &self,
        delivery: &DeliveryId,
        sent: RequestSent,
        then: Vec<QueuedJob>,
    ) -> Result<(), StoreError> {
        self.write((delivery.clone(), sent, then), asking::record)
            .await
    }

    async fn note_answer(
        &self,
        delivery: &DeliveryId,
        state: &str,
        reason: &str,
        version: i64,
    ) -> Result<(), StoreError> {
        let it = (
            delivery.clone(),
            state.to_owned(),
            reason.to_owned(),
            version,
        );
        self.write(it, asking::note_answer).await
    }

    async fn record_received(&self, received: Received, note: Value) -> Result<(), StoreError> {
        self.write((received, note), asking::receive).await
    }

    async fn record_request_refused(
        &self,
        delivery: &DeliveryId,
        reason: &str,
        then: Vec<QueuedJob>,
    ) -> Result<(), StoreError> {
        let it = (delivery.clone(), reason.to_owned(), then);
        self.write(it, asking::refuse).await
    }

    async fn record_outside_card(
        &self,
        delivery: &DeliveryId,
        template: &str,
        code: Option<&str>,
        openid: &str,
        note: Value,
    ) -> Result<(), StoreError> {
        let it = OutsideCard {
            delivery: delivery.clone(),
            template: template.to_owned(),
            code: code.map(str::to_owned),
            openid: openid.to_owned(),
            note,
        };
        self.write(it, asking::card).await
    }

    async fn use_nonce(
        &self,
        key_id: &str,
        nonce: &str,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let it = (key_id.to_owned(), nonce.to_owned(), until);
        self.write(it, asking::use_nonce).await
    }

    async fn record_notice(&self, notice: NewNotice) -> Result<Recorded, StoreError> {
        self.write(notice, notices::record).await
    }

    async fn refuse_notice(
        &self,
        seller: &SellerId,
        verdict: &str,
        body: &str,
    ) -> Result<(), StoreError> {
        // What a stranger sends must not fill the disk.
        if self.throttle().allows(seller.as_str(), verdict).is_none() {
            return Ok(());
        }
        let id: NoticeId = fresh(self.now());
        let body: String = body.chars().take(REFUSED_CHARS).collect();
        let model = platform_notice::Model {
            id: id.to_string(),
            seller_id: seller.to_string(),
            dedup_key: None,
            // PostgreSQL has no NUL in texts.
            body: body.replace('\0', "\u{FFFD}"),
            received_at: 0,
            verdict: verdict.to_owned(),
            state: "refused".to_owned(),
            outcome: String::new(),
            seen: 1,
        };
        self.write(model, notices::refuse).await
    }

    async fn notice(&self, id: &NoticeId) -> Result<Option<PlatformNotice>, StoreError> {
        let sql = select::<platform_notice::Entity>("WHERE id = ").bind(id.as_str());
        sql::one::<platform_notice::Model>(self.reader(), sql)
            .await?
            .map(notices::notice_record)
            .transpose()
    }

    async fn record_notice_outcome(
        &self,
        id: &NoticeId,
        state: &str,
        outcome: &str,
    ) -> Result<(), StoreError> {
        let it = (id.clone(), state.to_owned(), outcome.to_owned());
        self.write(it, notices::note_outcome).await
    }

    async fn notices(
        &self,
        seller: &SellerId,
        limit: u32,
    ) -> Result<Vec<PlatformNotice>, StoreError> {
        let sql = select::<platform_notice::Entity>("WHERE seller_id = ")
            .bind(seller.as_str())
            .add(" ORDER BY received_at DESC, id DESC LIMIT ")
            .bind(i64::from(limit));
        sql::all::<platform_notice::Model>(self.reader(), sql)
            .await?
            .into_iter()
            .map(notices::notice_record)
            .collect()
    }

    async fn partners(&self) -> Result<Vec<Partner>, StoreError> {
        let sql = select::<partner::Entity>("ORDER BY created_at, id");
        sql::all::<partner::Model>(self.reader(), sql)
            .await?
            .into_iter()
            .map(partners::partner_record)
            .collect()
    }

    async fn partner(&self, id: &PartnerId) -> Result<Option<Partner>, StoreError> {
        let sql = select::<partner::Entity>("WHERE id = ").bind(id.as_str());
        sql::one::<partner::Model>(self.reader(), sql)
            .await?
            .map(partners::partner_record)
            .transpose()
    }

    async fn save_partner(&self, partner: &Partner, actor: &Actor) -> Result<(), StoreError> {
        self.write((partner.clone(), actor.clone()), partners::save)
            .await
    }

    async fn partner_keys(&self, partner: &PartnerId) -> Result<Vec<PartnerKey>, StoreError> {
        let sql = select::<partner_key::Entity>("WHERE partner_id = ")
            .bind(partner.as_str())
            .add(" ORDER BY created_at DESC, id");
        sql::all::<partner_key::Model>(self.reader(), sql)
            .await?
            .into_iter()
            .map(partners::key_record)
            .collect()
    }

    async fn partner_key(&self, id: &str) -> Result<Option<PartnerKey>, StoreError> {
        let sql = select::<partner_key::Entity>("WHERE id = ").bind(id);
        sql::one::<partner_key::Model>(self.reader(), sql)
            .await?
            .map(partners::key_record)
            .transpose()
    }

    async fn add_partner_key(&self, key: &PartnerKey, actor: &Actor) -> Result<(), StoreError> {
        self.write((key.clone(), actor.clone()), partners::add_key)
            .await
    }

    async fn revoke_partner_key(
        &self,
        id: &str,
        at: DateTime<Utc>,
        actor: &Actor,
    ) -> Result<bool, StoreError> {
        let it = (id.to_owned(), at, actor.clone());
        self.write(it, partners::revoke_key).await
    }

    async fn touch_partner_key(&self, id: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
        let name = format!("partner_key:{id}");
        if !self
            .touched()
            .is_due(&name, at.timestamp_millis(), SEEN_EVERY_MILLIS)
        {
            return Ok(());
        }
        self.write((id.to_owned(), at), partners::touch_key).await
    }

    async fn accept_partner_request(
        &self,
        new: NewPartnerRequest,
    ) -> Result<AcceptedRequest, StoreError> {
        self.write(new, requests::take).await
    }

    async fn partner_request(&self, id: &RequestId) -> Result<Option<PartnerRequest>, StoreError> {
        let sql = select::<partner_request::Entity>("WHERE id = ").bind(id.as_str());
        self.partner_request_by(sql).await
    }

    async fn partner_request_by_order(
        &self,
        partner: &PartnerId,
        outside_order: &str,
    ) -> Result<Option<PartnerRequest>, StoreError> {
        self.partner_request_by(requests::by_order(partner.as_str(), outside_order))
            .await
    }

    async fn partner_request_of(
        &self,
        delivery: &DeliveryId,
    ) -> Result<Option<PartnerRequest>, StoreError> {
        let sql = select::<partner_request::Entity>("WHERE delivery_id = ").bind(delivery.as_str());
        self.partner_request_by(sql).await
    }

    async fn partner_requests(
        &self,
        partner: Option<&PartnerId>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<PartnerRequest>, StoreError> {
        let limit = cursor::limit(limit);
        let of = match partner {
            Some(partner) => Sql::new(" AND partner_id = ").bind(partner.as_str()),
            None => Sql::default(),
        };
        let mut sql = select::<partner_request::Entity>("WHERE 1 = 1").join(of.clone());
        if let Some((at, id)) = cursor::read(after)? {
            sql = sql
                .add(" AND (created_at, id) < (")
                .bind(at)
                .add(", ")
                .bind(id)
                .add(")");
        }
        sql = sql
            .add(" ORDER BY created_at DESC, id DESC LIMIT ")
            .bind(limit as i64 + 1);
        let found = sql::all::<partner_request::Model>(self.reader(), sql).await?;
        let (found, next) = cursor::cut(found, limit, |model| (model.created_at, model.id.clone()));
        let counted = Sql::new("SELECT count(*) FROM (SELECT 1 FROM partner_requests WHERE 1 = 1")
            .join(of)
            .add(" LIMIT ")
            .bind(cursor::COUNTED)
            .add(") AS counted");
        Ok(Page {
            rows: found
                .into_iter()
                .map(requests::record)
                .collect::<Result<_, _>>()?,
            next,
            count: read::count(sql::number(self.reader(), counted).await?),
            sum: None,
        })
    }

    async fn record_report(
        &self,
        id: &RequestId,
        reported: &str,
        trouble: &str,
    ) -> Result<(), StoreError> {
        let it = (id.clone(), reported.to_owned(), trouble.to_owned());
        self.write(it, requests::note_report).await
    }
}

impl Store {
    async fn partner_request_by(&self, sql: Sql) -> Result<Option<PartnerRequest>, StoreError> {
        sql::one::<partner_request::Model>(self.reader(), sql)
            .await?
            .map(requests::record)
            .transpose()
    }
}
