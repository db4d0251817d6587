//! Under which platform WeChat was asked for the page of a delivery; what refers to an account; and which merchant numbers
//! lead to another platform by now.

use crate::{
    Store,
    entity::asked_platform,
    read,
    sql::{self, Cells, Sql, select},
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use fapiao_domain::ids::{AccountId, DeliveryId, Id, SellerId};
use fapiao_usecases::{
    errors::StoreError,
    jobs::{Job, QueuedJob},
    ports::{AccountUse, AskedPlatform, AskedPlatforms},
    records::IssuingMode,
};

fn record(model: asked_platform::Model) -> Result<AskedPlatform, StoreError> {
    Ok(AskedPlatform {
        mode: read::word(IssuingMode::parse, &model.mode, "issuing mode")?,
        account: read::id_opt(model.account_id.as_deref())?,
        platform_id: model.platform_id,
        given: model.given,
    })
}

fn keep<'t>(tx: &'t Tx, (id, asked): &'t (DeliveryId, AskedPlatform)) -> Run<'t, ()> {
    Box::pin(async move {
        let model = asked_platform::Model {
            delivery_id: id.to_string(),
            mode: asked.mode.as_str().to_owned(),
            account_id: asked.account.as_ref().map(ToString::to_string),
            platform_id: asked.platform_id.clone(),
            given: asked.given,
        };
        tx.insert::<asked_platform::Entity>(
            &[model],
            "ON CONFLICT (delivery_id) DO UPDATE SET mode = excluded.mode, account_id = excluded.account_id, \
             platform_id = excluded.platform_id, given = excluded.given WHERE NOT asked_platforms.given",
        )
        .await?;
        Ok(())
    })
}

/// Keeps the platform of a delivery that began on a payment receipt: WeChat named it, and the seller goes with it.
pub(crate) async fn keep_of_receipt(
    tx: &Tx,
    delivery: &str,
    platform_id: &str,
) -> Result<(), StoreError> {
    let sql = Sql::new(
        "INSERT INTO asked_platforms (delivery_id, mode, account_id, platform_id, given) \
         SELECT d.id, s.mode, s.platform_account, CAST(",
    )
    .bind(platform_id)
    .add(" AS TEXT), TRUE FROM deliveries d JOIN sellers s ON s.id = d.seller_id WHERE d.id = ")
    .bind(delivery);
    tx.exec(sql).await?;
    Ok(())
}

/// The merchant numbers whose receipts lead to this seller's platform are linked anew: that platform is another now, or
/// has another id.
pub(crate) async fn link_payments_anew(tx: &Tx, seller: &str) -> Result<(), StoreError> {
    let sql = Sql::new(
        "UPDATE accounts SET pay_linked_at = NULL, version = version + 1 WHERE pay_linked_at IS NOT NULL AND (pay_seller_id = ",
    )
    .bind(seller)
    .add(
        " OR (pay_seller_id IS NULL AND EXISTS (SELECT 1 FROM sellers s WHERE accounts.id IN \
         (s.platform_account, s.channel_account, s.app_account, s.mini_program_account) AND s.id = ",
    )
    .bind(seller)
    .add("))) RETURNING id");
    for row in tx.rows(sql).await? {
        let id: String = row.cell(0)?;
        let job = Job::PrepareAccount(read::id(&id)?);
        tx.enqueue(QueuedJob::now(job, None));
    }
    Ok(())
}

/// As [`link_payments_anew`], for every seller of a platform account.
pub(crate) async fn link_payments_of(tx: &Tx, platform_account: &str) -> Result<(), StoreError> {
    let sql = Sql::new("SELECT id FROM sellers WHERE platform_account = ").bind(platform_account);
    for row in tx.rows(sql).await? {
        let seller: String = row.cell(0)?;
        link_payments_anew(tx, &seller).await?;
    }
    Ok(())
}

#[async_trait]
impl AskedPlatforms for Store {
    async fn asked_platform(&self, id: &DeliveryId) -> Result<Option<AskedPlatform>, StoreError> {
        let sql = select::<asked_platform::Entity>("WHERE delivery_id = ").bind(id.as_str());
        let found = sql::one::<asked_platform::Model>(self.reader(), sql).await?;
        found.map(record).transpose()
    }

    async fn keep_platform(
        &self,
        id: &DeliveryId,
        asked: &AskedPlatform,
    ) -> Result<(), StoreError> {
        self.write((id.clone(), asked.clone()), keep).await
    }

    async fn open_at_other_platform(
        &self,
        seller: &SellerId,
        platform_id: &str,
    ) -> Result<i64, StoreError> {
        let sql = Sql::new(
            "SELECT CAST(count(*) AS BIGINT) FROM asked_platforms p JOIN deliveries d ON d.id = p.delivery_id \
             WHERE p.mode = 'external_platform' AND p.given \
             AND d.state IN ('authorised', 'issuing') AND d.seller_id = ",
        )
        .bind(seller.as_str())
        .add(" AND p.platform_id <> ")
        .bind(platform_id);
        sql::number(self.reader(), sql).await
    }

    async fn use_of_account(&self, id: &AccountId) -> Result<AccountUse, StoreError> {
        let count = |conditions: &[&str]| {
            let mut sql = Sql::new("SELECT CAST(0");
            for condition in conditions {
                sql = sql
                    .add(&format!(" + (SELECT count(*) FROM {condition} "))
                    .bind(id.as_str())
                    .add(")");
            }
            sql::number(self.reader(), sql.add(" AS BIGINT)"))
        };
        let templates = [
            "templates WHERE account_id =",
            "template_tries WHERE state IN ('asked', 'unknown') AND account_id =",
            "fiscal_units WHERE template_card_id <> '' AND bureau_account =",
        ];
        let deliveries = [
            "deliveries WHERE account_id =",
            "asked_platforms p JOIN deliveries d ON d.id = p.delivery_id AND d.account_id <> p.account_id \
             WHERE p.account_id =",
            "fiscal_bill_deliveries b JOIN accounts a ON a.app_id = b.app_id WHERE a.id =",
        ];
        Ok(AccountUse {
            templates: count(&templates).await?,
            deliveries: count(&deliveries).await?,
        })
    }
}
