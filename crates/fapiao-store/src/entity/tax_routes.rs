//! Ways to the tax side, and what a gateway told.

table! {
    tax_connection = "tax_connections" {
        #[sea_orm(primary_key, auto_increment = false)]
        seller_id: String,
        route: String,
        profile: String,
        base_url: String,
        key_id: String,
        secret: String,
        verdict: String,
        checked_at: Option<i64>,
        version: i64,
    }
}

table! {
    gateway_answer = "gateway_answers" {
        #[sea_orm(primary_key, auto_increment = false)]
        invoice_id: String,
        cipher: String,
        documents: String,
        papers: String,
        answered_at: i64,
    }
}

table! {
    stock_told = "stock_told" {
        #[sea_orm(primary_key, auto_increment = false)]
        seller_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        no: i64,
        at: i64,
        numbers_left: Option<i64>,
        quota_left: Option<i64>,
        month: String,
        volumes: String,
    }
}

table! {
    month_check = "month_checks" {
        #[sea_orm(primary_key, auto_increment = false)]
        seller_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        month: String,
        state: String,
        ours: String,
        theirs: String,
        differences: String,
        trouble: String,
        checked_at: Option<i64>,
        confirmed_at: Option<i64>,
        confirmed_by: String,
        version: i64,
        more: i64,
        more_of: String,
    }
}

table! {
    watch_mark = "watch_marks" {
        #[sea_orm(primary_key, auto_increment = false)]
        kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        subject: String,
        #[sea_orm(primary_key, auto_increment = false)]
        stage: String,
        seller_id: String,
        batch: String,
        at: i64,
        mailed_at: Option<i64>,
    }
}
