//! The port of rights that WeChat refuses.

use crate::{
    Store,
    entity::refused_right,
    read,
    sql::{self, Sql, select},
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use fapiao_usecases::{
    errors::StoreError,
    ports::{RefusedRight, Rights},
};

/// A call, and the code it was refused with; none where it went through.
struct Answered {
    app_id: String,
    call: String,
    code: Option<String>,
}

fn note<'t>(tx: &'t Tx, it: &'t Answered) -> Run<'t, ()> {
    Box::pin(async move {
        let Some(code) = &it.code else {
            let sql = Sql::new("DELETE FROM refused_rights WHERE app_id = ")
                .bind(it.app_id.as_str())
                .add(" AND interface = ")
                .bind(it.call.as_str());
            tx.exec(sql).await?;
            return Ok(());
        };
        let now = tx.now_millis();
        let model = refused_right::Model {
            app_id: it.app_id.clone(),
            interface: it.call.clone(),
            code: code.clone(),
            since: now,
            at: now,
        };
        // Another code for the same call is the same lack of a right.
        let tail =
            "ON CONFLICT (app_id, interface) DO UPDATE SET code = excluded.code, at = excluded.at";
        tx.insert::<refused_right::Entity>(&[model], tail).await?;
        Ok(())
    })
}

#[async_trait]
impl Rights for Store {
    async fn refused_rights(&self) -> Result<Vec<RefusedRight>, StoreError> {
        let sql = select::<refused_right::Entity>("ORDER BY app_id, interface");
        sql::all::<refused_right::Model>(self.reader(), sql)
            .await?
            .into_iter()
            .map(|model| {
                Ok(RefusedRight {
                    since: read::time(model.since)?,
                    at: read::time(model.at)?,
                    app_id: model.app_id,
                    call: model.interface,
                    code: model.code,
                })
            })
            .collect()
    }

    async fn note_refused_right(
        &self,
        app_id: &str,
        call: &str,
        code: &str,
    ) -> Result<(), StoreError> {
        let it = Answered {
            app_id: app_id.to_owned(),
            call: call.to_owned(),
            code: Some(code.to_owned()),
        };
        self.write(it, note).await
    }

    async fn note_right(&self, app_id: &str, call: &str) -> Result<(), StoreError> {
        let it = Answered {
            app_id: app_id.to_owned(),
            call: call.to_owned(),
            code: None,
        };
        self.write(it, note).await
    }
}
