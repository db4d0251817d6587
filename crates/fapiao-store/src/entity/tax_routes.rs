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
