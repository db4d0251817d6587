//! The port of staff, sessions and keys.

use crate::{
    Store,
    audit::{Line, id_text},
    entity::{api_key, session, staff},
    error::stale,
    read,
    sql::{self, Cells, Sql, select},
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{ApiKeyId, Id, PushId, StaffId};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ids::fresh,
    ports::{Access, StaffSaved},
    records::{ApiKey, Role, Session, Staff},
};

/// Failed sign-ins count for so long.
const FAILURES_MILLIS: i64 = 15 * 60 * 1000;
/// Uses are written at most so often.
const TOUCH_MILLIS: i64 = 60 * 1000;

fn staff_record(model: staff::Model) -> Result<Staff, StoreError> {
    Ok(Staff {
        id: read::id(&model.id)?,
        login: model.login,
        name: model.name,
        email: model.email,
        password_hash: model.password_hash,
        role: read::word(Role::parse, &model.role, "role")?,
        store: read::id_opt(model.store_id.as_deref())?,
        language: model.language,
        disabled: model.disabled,
        last_sign_in_at: read::time_opt(model.last_sign_in_at)?,
        version: model.version,
    })
}

fn key_record(model: api_key::Model) -> Result<ApiKey, StoreError> {
    Ok(ApiKey {
        id: read::id(&model.id)?,
        name: model.name,
        prefix: model.prefix,
        hash: model.hash,
        store: read::id_opt(model.store_id.as_deref())?,
        may_write: model.may_write,
        created_at: read::time(model.created_at)?,
        last_used_at: read::time_opt(model.last_used_at)?,
        revoked_at: read::time_opt(model.revoked_at)?,
    })
}

/// Whether somebody else may do everything. The rows are held: of two owners who lock each other out at the same moment
/// the second finds out.
async fn another_owner(tx: &Tx, person: &str) -> Result<bool, StoreError> {
    let sql = Sql::new("SELECT id FROM staff WHERE role = ")
        .bind(Role::Owner.as_str())
        .add(" AND NOT disabled ORDER BY id")
        .add(sql::for_update(tx.backend));
    for row in tx.rows(sql).await? {
        if row.cell::<String>(0)? != person {
            return Ok(true);
        }
    }
    Ok(false)
}

fn save_staff<'t>(tx: &'t Tx, (staff, actor): &'t (Staff, Actor)) -> Run<'t, StaffSaved> {
    Box::pin(async move {
        // Before the person's own row, so that two savings hold the rows in the same order.
        let kept = another_owner(tx, staff.id.as_str()).await?;
        let sql = select::<staff::Entity>("WHERE id = ")
            .bind(staff.id.as_str())
            .add(sql::for_update(tx.backend));
        let before: Option<staff::Model> = tx.one(sql).await?;
        if let Some(before) = &before {
            if before.version != staff.version {
                return Err(stale(format!("{} ({})", before.name, before.login)));
            }
            let is_owner = staff.role == Role::Owner && !staff.disabled;
            let was_owner = before.role == Role::Owner.as_str() && !before.disabled;
            if was_owner && !is_owner && !kept {
                return Ok(StaffSaved::LastOwner);
            }
        }
        let model = staff::Model {
            id: staff.id.to_string(),
            login: staff.login.to_lowercase(),
            name: staff.name.clone(),
            password_hash: staff.password_hash.clone(),
            role: staff.role.as_str().to_owned(),
            store_id: id_text(staff.store.as_ref()),
            language: staff.language.clone(),
            disabled: staff.disabled,
            last_sign_in_at: staff.last_sign_in_at.map(|at| at.timestamp_millis()),
            email: staff.email.clone(),
            version: 1,
        };
        tx.insert::<staff::Entity>(
            std::slice::from_ref(&model),
            "ON CONFLICT (id) DO UPDATE SET login = excluded.login, name = excluded.name, \
             password_hash = excluded.password_hash, role = excluded.role, store_id = excluded.store_id, \
             disabled = excluded.disabled, email = excluded.email, version = staff.version + 1",
        )
        .await?;
        let must_sign_in_again = before.as_ref().is_some_and(|before| {
            before.password_hash != model.password_hash
                || before.role != model.role
                || before.store_id != model.store_id
                || before.disabled != model.disabled
        });
        if must_sign_in_again {
            let sql = Sql::new("DELETE FROM sessions WHERE staff_id = ").bind(model.id.as_str());
            tx.exec(sql).await?;
        }
        tx.audit(
            Line::new(actor, "staff.saved", &model.id)
                .with("login", model.login)
                .with("role", model.role)
                .with("disabled", model.disabled)
                .with("new", before.is_none()),
        );
        Ok(StaffSaved::Done)
    })
}

fn add_failure<'t>(tx: &'t Tx, (key, at): &'t (String, i64)) -> Run<'t, u32> {
    Box::pin(async move {
        let old = Sql::new("DELETE FROM sign_in_failures WHERE subject = ")
            .bind(key.as_str())
            .add(" AND at <= ")
            .bind(at - FAILURES_MILLIS);
        tx.exec(old).await?;
        let id: PushId = fresh(tx.now);
        let sql = Sql::new("INSERT INTO sign_in_failures (id, subject, at) VALUES (")
            .bind(id.as_str())
            .add(", ")
            .bind(key.as_str())
            .add(", ")
            .bind(*at)
            .add(")");
        tx.exec(sql).await?;
        Ok(read::count(sql::number(&tx.db, failures(key, *at)).await?))
    })
}

fn failures(key: &str, at: i64) -> Sql {
    Sql::new("SELECT count(*) FROM sign_in_failures WHERE subject = ")
        .bind(key)
        .add(" AND at > ")
        .bind(at - FAILURES_MILLIS)
}

fn close_idle<'t>(tx: &'t Tx, (since,): &'t (i64,)) -> Run<'t, u32> {
    Box::pin(async move {
        let old = Sql::new("DELETE FROM sign_in_failures WHERE at <= ")
            .bind(tx.now_millis() - 24 * 60 * 60 * 1000);
        tx.exec(old).await?;
        let sql = Sql::new("DELETE FROM sessions WHERE seen_at < ").bind(*since);
        Ok(u32::try_from(tx.exec(sql).await?).unwrap_or(u32::MAX))
    })
}

fn add_key<'t>(tx: &'t Tx, (key, actor): &'t (ApiKey, Actor)) -> Run<'t, ()> {
    Box::pin(async move {
        let model = api_key::Model {
            id: key.id.to_string(),
            name: key.name.clone(),
            prefix: key.prefix.clone(),
            hash: key.hash.clone(),
            store_id: id_text(key.store.as_ref()),
            may_write: key.may_write,
            created_at: key.created_at.timestamp_millis(),
            last_used_at: key.last_used_at.map(|at| at.timestamp_millis()),
            revoked_at: key.revoked_at.map(|at| at.timestamp_millis()),
        };
        tx.audit(
            Line::new(actor, "key.added", &model.id)
                .with("name", model.name.as_str())
                .with("prefix", model.prefix.as_str())
                .with("may_write", model.may_write),
        );
        tx.insert::<api_key::Entity>(&[model], "").await?;
        Ok(())
    })
}

fn revoke_key<'t>(tx: &'t Tx, (id, at, actor): &'t (ApiKeyId, i64, Actor)) -> Run<'t, bool> {
    Box::pin(async move {
        let sql = Sql::new("UPDATE api_keys SET revoked_at = ")
            .bind(*at)
            .add(" WHERE revoked_at IS NULL AND id = ")
            .bind(id.as_str());
        if tx.exec(sql).await? == 0 {
            return Ok(false);
        }
        tx.audit(Line::new(actor, "key.revoked", id.as_str()));
        Ok(true)
    })
}

/// Runs one statement that needs neither answer nor audit line.
fn run<'t>(tx: &'t Tx, (sql,): &'t (Sql,)) -> Run<'t, ()> {
    Box::pin(async move {
        tx.exec(sql.clone()).await?;
        Ok(())
    })
}

#[async_trait]
impl Access for Store {
    async fn staff(&self) -> Result<Vec<Staff>, StoreError> {
        sql::all::<staff::Model>(self.reader(), select::<staff::Entity>("ORDER BY login"))
            .await?
            .into_iter()
            .map(staff_record)
            .collect()
    }

    async fn staff_by_id(&self, id: &StaffId) -> Result<Option<Staff>, StoreError> {
        let sql = select::<staff::Entity>("WHERE id = ").bind(id.as_str());
        let found = sql::one::<staff::Model>(self.reader(), sql).await?;
        found.map(staff_record).transpose()
    }

    async fn staff_by_login(&self, login: &str) -> Result<Option<Staff>, StoreError> {
        let sql = select::<staff::Entity>("WHERE login = ").bind(login.to_lowercase());
        let found = sql::one::<staff::Model>(self.reader(), sql).await?;
        found.map(staff_record).transpose()
    }

    async fn save_staff(&self, staff: &Staff, actor: &Actor) -> Result<StaffSaved, StoreError> {
        self.write((staff.clone(), actor.clone()), save_staff).await
    }

    async fn set_language(&self, id: &StaffId, language: &str) -> Result<(), StoreError> {
        let sql = Sql::new("UPDATE staff SET language = ")
            .bind(language)
            .add(" WHERE id = ")
            .bind(id.as_str());
        self.write((sql,), run).await
    }

    async fn record_sign_in(&self, id: &StaffId, at: DateTime<Utc>) -> Result<(), StoreError> {
        let sql = Sql::new("UPDATE staff SET last_sign_in_at = ")
            .bind(at.timestamp_millis())
            .add(" WHERE id = ")
            .bind(id.as_str());
        self.write((sql,), run).await
    }

    async fn open_session(&self, session: &Session) -> Result<(), StoreError> {
        let sql =
            Sql::new("INSERT INTO sessions (id_hash, staff_id, csrf, created_at, seen_at) VALUES ")
                .list([
                    sea_orm::Value::from(session.id_hash.as_str()),
                    session.staff.as_str().into(),
                    session.csrf.as_str().into(),
                    session.created_at.timestamp_millis().into(),
                    session.seen_at.timestamp_millis().into(),
                ]);
        self.write((sql,), run).await
    }

    async fn session(&self, id_hash: &str) -> Result<Option<Session>, StoreError> {
        let sql = select::<session::Entity>("WHERE id_hash = ").bind(id_hash);
        let Some(model) = sql::one::<session::Model>(self.reader(), sql).await? else {
            return Ok(None);
        };
        Ok(Some(Session {
            staff: read::id(&model.staff_id)?,
            csrf: model.csrf,
            created_at: read::time(model.created_at)?,
            seen_at: read::time(model.seen_at)?,
            id_hash: model.id_hash,
        }))
    }

    async fn touch_session(&self, id_hash: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
        let at = at.timestamp_millis();
        if !self.touched().is_due(id_hash, at, TOUCH_MILLIS) {
            return Ok(());
        }
        let sql = Sql::new("UPDATE sessions SET seen_at = ")
            .bind(at)
            .add(" WHERE id_hash = ")
            .bind(id_hash)
            .add(" AND seen_at <= ")
            .bind(at - TOUCH_MILLIS);
        self.write((sql,), run).await
    }

    async fn close_session(&self, id_hash: &str) -> Result<(), StoreError> {
        let sql = Sql::new("DELETE FROM sessions WHERE id_hash = ").bind(id_hash);
        self.write((sql,), run).await
    }

    async fn close_idle_sessions(&self, idle_since: DateTime<Utc>) -> Result<u32, StoreError> {
        self.write((idle_since.timestamp_millis(),), close_idle)
            .await
    }

    async fn record_sign_in_failure(
        &self,
        key: &str,
        at: DateTime<Utc>,
    ) -> Result<u32, StoreError> {
        self.write((key.to_owned(), at.timestamp_millis()), add_failure)
            .await
    }

    async fn sign_in_failures(&self, key: &str, at: DateTime<Utc>) -> Result<u32, StoreError> {
        let sql = failures(key, at.timestamp_millis());
        Ok(read::count(sql::number(self.reader(), sql).await?))
    }

    async fn api_keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        let sql = select::<api_key::Entity>("ORDER BY created_at, id");
        sql::all::<api_key::Model>(self.reader(), sql)
            .await?
            .into_iter()
            .map(key_record)
            .collect()
    }

    async fn api_key_by_hash(&self, hash: &str) -> Result<Option<ApiKey>, StoreError> {
        let fresh = async {
            let sql = select::<api_key::Entity>("WHERE hash = ").bind(hash);
            let found = sql::one::<api_key::Model>(self.reader(), sql).await?;
            found.map(key_record).transpose()
        };
        self.caches().keys.get(hash, fresh).await
    }

    async fn add_api_key(&self, key: &ApiKey, actor: &Actor) -> Result<(), StoreError> {
        let done = self.write((key.clone(), actor.clone()), add_key).await;
        self.caches().keys.clear();
        done
    }

    async fn revoke_api_key(
        &self,
        id: &ApiKeyId,
        at: DateTime<Utc>,
        actor: &Actor,
    ) -> Result<bool, StoreError> {
        let input = (id.clone(), at.timestamp_millis(), actor.clone());
        let done = self.write(input, revoke_key).await;
        self.caches().keys.clear();
        done
    }

    async fn touch_api_key(&self, id: &ApiKeyId, at: DateTime<Utc>) -> Result<(), StoreError> {
        let at = at.timestamp_millis();
        if !self.touched().is_due(id.as_str(), at, TOUCH_MILLIS) {
            return Ok(());
        }
        let sql = Sql::new("UPDATE api_keys SET last_used_at = ")
            .bind(at)
            .add(" WHERE id = ")
            .bind(id.as_str())
            .add(" AND (last_used_at IS NULL OR last_used_at <= ")
            .bind(at - TOUCH_MILLIS)
            .add(")");
        self.write((sql,), run).await
    }
}
