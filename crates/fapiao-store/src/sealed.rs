//! Everything that is sealed with the master key.

use crate::{
    Store,
    audit::Line,
    documents, read,
    sql::{Cells, Sql},
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use fapiao_domain::ids::SellerId;
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    gateway::key_purpose,
    ports::{SealedPlace, SealedSecret, SealedSecrets, signing_purpose},
    records::{SealedText, document_purpose, gateway_purpose},
};

/// Where a text lies: table, the column that names whose it is, the column with what its purpose is made from, its own,
/// and whether the row has a version.
struct Place {
    table: &'static str,
    owner: &'static str,
    named: &'static str,
    column: &'static str,
    is_versioned: bool,
}

/// `None` where a text lies inside another one.
fn place(place: SealedPlace) -> Option<Place> {
    let account = |column| Place {
        table: "accounts",
        owner: "id",
        named: "app_id",
        column,
        is_versioned: true,
    };
    Some(match place {
        SealedPlace::BuyerDocument => return None,
        SealedPlace::AccountSecret => account("secret"),
        SealedPlace::PushToken => account("push_token"),
        SealedPlace::PushKey => account("push_key"),
        SealedPlace::PreviousPushKey => account("previous_push_key"),
        SealedPlace::PlatformKey => Place {
            table: "seller_gateways",
            owner: "seller_id",
            named: "key_id",
            column: "secret",
            is_versioned: true,
        },
        SealedPlace::PartnerKey => Place {
            table: "partner_keys",
            owner: "id",
            named: "id",
            column: "secret",
            is_versioned: false,
        },
        SealedPlace::TaxGateway => Place {
            table: "tax_connections",
            owner: "seller_id",
            named: "key_id",
            column: "secret",
            is_versioned: true,
        },
        SealedPlace::SigningKey => Place {
            table: "signing_keys",
            owner: "seller_id",
            named: "seller_id",
            column: "sealed",
            is_versioned: false,
        },
    })
}

/// What a text was sealed for, as whoever sealed it said.
fn purpose(place: SealedPlace, owner: &str, named: &str) -> Result<String, StoreError> {
    let seller = || read::id::<SellerId>(owner);
    Ok(match place {
        SealedPlace::AccountSecret => format!("account.secret:{named}"),
        SealedPlace::PushToken => format!("account.push_token:{named}"),
        SealedPlace::PushKey | SealedPlace::PreviousPushKey => format!("account.push_key:{named}"),
        SealedPlace::PlatformKey | SealedPlace::PartnerKey => key_purpose(named),
        SealedPlace::TaxGateway => gateway_purpose(&seller()?, named),
        SealedPlace::SigningKey => signing_purpose(&seller()?),
        SealedPlace::BuyerDocument => document_purpose(&seller()?),
    })
}

#[async_trait]
impl SealedSecrets for Store {
    async fn sealed_secrets(&self) -> Result<Vec<SealedSecret>, StoreError> {
        let mut found = Vec::new();
        for kind in SealedPlace::ALL {
            let Some(Place {
                table,
                owner,
                named,
                column,
                ..
            }) = place(kind)
            else {
                found.extend(documents::sealed(self).await?);
                continue;
            };
            let sql = Sql::new(format!(
                "SELECT {owner}, {named}, {column} FROM {table} WHERE {column} IS NOT NULL AND {column} <> '' \
                 ORDER BY {owner}"
            ));
            for row in crate::sql::rows(self.reader(), sql).await? {
                let (of, named): (String, String) = (row.cell(0)?, row.cell(1)?);
                found.push(SealedSecret {
                    place: kind,
                    purpose: purpose(kind, &of, &named)?,
                    of,
                    sealed: SealedText(row.cell(2)?),
                });
            }
        }
        Ok(found)
    }

    async fn replace_sealed(
        &self,
        changes: Vec<(SealedSecret, SealedText)>,
        actor: &Actor,
    ) -> Result<u32, StoreError> {
        let done = self.write((changes, actor.clone()), replace).await;
        self.caches().accounts.clear();
        done
    }
}

type Changes = (Vec<(SealedSecret, SealedText)>, Actor);

/// Each only while its text is the one that was opened. A form that was opened before is told that the row changed, so
/// that it does not put the old text back.
fn replace<'t>(tx: &'t Tx, (changes, actor): &'t Changes) -> Run<'t, u32> {
    Box::pin(async move {
        let mut done = 0_u32;
        for (secret, sealed) in changes {
            let Some(at) = place(secret.place) else {
                done += documents::replace(tx, secret, sealed).await?;
                continue;
            };
            let version = if at.is_versioned {
                "version = version + 1, "
            } else {
                ""
            };
            let sql = Sql::new(format!("UPDATE {} SET {version}{} = ", at.table, at.column))
                .bind(sealed.0.as_str())
                .add(&format!(" WHERE {} = ", at.owner))
                .bind(secret.of.as_str())
                .add(&format!(" AND {} = ", at.column))
                .bind(secret.sealed.0.as_str());
            done += u32::try_from(tx.exec(sql).await?).unwrap_or(u32::MAX);
        }
        if done > 0 {
            tx.audit(Line::new(actor, "secrets.resealed", "master_key").with("count", done));
        }
        Ok(done)
    })
}
