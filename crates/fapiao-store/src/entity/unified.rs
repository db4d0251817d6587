//! Rows of WeChat's unified calls.

table! {
    unified_settings = "unified_settings" {
        #[sea_orm(primary_key, auto_increment = false)]
        seller_id: String,
        merchant_id: String,
        trade: String,
        version: i64,
        platform_id: String,
    }
}

table! {
    unified_request = "unified_requests" {
        #[sea_orm(primary_key, auto_increment = false)]
        subject: String,
        kind: String,
        serial: String,
        seller_id: String,
        delivery_id: String,
        invoice_id: String,
        openid: String,
        state: String,
        reason: String,
        pdf_url: String,
        attempt: i64,
        asked_at: Option<i64>,
        created_at: i64,
        changed_at: i64,
    }
}

table! {
    unified_buyer = "unified_buyers" {
        #[sea_orm(primary_key, auto_increment = false)]
        delivery_id: String,
        openid: String,
        noted_at: i64,
    }
}
