//! Rows of proof and archive.

table! {
    proof_run = "proof_runs" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        cause: String,
        state: String,
        worker: String,
        leased_until: Option<i64>,
        asked_at: i64,
        ended_at: Option<i64>,
        took_millis: i64,
        holds: bool,
        results: String,
        told_at: Option<i64>,
    }
}

table! {
    anchor = "audit_anchors" {
        #[sea_orm(primary_key, auto_increment = false)]
        seq: i64,
        first_seq: i64,
        hash: String,
        digest: String,
        key_id: String,
        at: i64,
        seal: String,
        file_at: Option<i64>,
        mail_at: Option<i64>,
        storage_at: Option<i64>,
    }
}

table! {
    exchange = "exchanges" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        at: i64,
        system: String,
        operation: String,
        request: String,
        answer: String,
        outcome: String,
        took_millis: i64,
    }
}

table! {
    exchange_subject = "exchange_subjects" {
        #[sea_orm(primary_key, auto_increment = false)]
        subject: String,
        #[sea_orm(primary_key, auto_increment = false)]
        exchange_id: String,
    }
}
