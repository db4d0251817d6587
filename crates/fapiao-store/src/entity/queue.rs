//! Rows of the inbox and the queue.

table! {
    push = "pushes" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        account_id: Option<String>,
        dedup_key: Option<String>,
        event: String,
        plain: String,
        received_at: i64,
        verdict: String,
        state: String,
        outcome: String,
        seen: i64,
        raw_query: String,
        raw_body: String,
    }
}

table! {
    reconciliation = "reconciliations" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        cause: String,
        state: String,
        started_at: i64,
        ended_at: Option<i64>,
        place: String,
        asked: i64,
        unanswered: i64,
        trouble: String,
    }
}

table! {
    difference = "reconciliation_differences" {
        #[sea_orm(primary_key, auto_increment = false)]
        run_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        subject: String,
        #[sea_orm(primary_key, auto_increment = false)]
        kind: String,
        order_id: Option<String>,
        store_id: Option<String>,
        here: String,
        there: String,
        fix: String,
        fixed_at: Option<i64>,
        fixed_by: String,
    }
}

table! {
    job = "jobs" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        kind: String,
        subject: String,
        seller_key: String,
        payload: String,
        unique_key: String,
        wait_key: Option<String>,
        state: String,
        run_at: i64,
        due_at: Option<i64>,
        queued_at: i64,
        changed_at: i64,
        attempts: i64,
        fence: i64,
        worker: String,
        code: String,
        reason: String,
    }
}
