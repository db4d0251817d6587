//! Rows of the platform gateway, both ends.

table! {
    seller_gateway = "seller_gateways" {
        #[sea_orm(primary_key, auto_increment = false)]
        seller_id: String,
        base_url: String,
        key_id: String,
        secret: String,
        platform_id: String,
        platform_name: String,
        checked_at: Option<i64>,
        version: i64,
    }
}

table! {
    platform_request = "platform_requests" {
        #[sea_orm(primary_key, auto_increment = false)]
        delivery_id: String,
        seller_id: String,
        invoice_id: String,
        body: String,
        remote_id: String,
        state: String,
        reason: String,
        answer_version: i64,
        asked_at: Option<i64>,
        created_at: i64,
        changed_at: i64,
    }
}

table! {
    platform_notice = "platform_notices" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        seller_id: String,
        dedup_key: Option<String>,
        body: String,
        received_at: i64,
        verdict: String,
        state: String,
        outcome: String,
        seen: i64,
    }
}

table! {
    partner = "partners" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        name: String,
        seller_id: String,
        store_id: String,
        app_ids: String,
        callback_url: String,
        state: String,
        created_at: i64,
        version: i64,
    }
}

table! {
    partner_key = "partner_keys" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        partner_id: String,
        secret: String,
        created_at: i64,
        last_used_at: Option<i64>,
        revoked_at: Option<i64>,
    }
}

table! {
    partner_request = "partner_requests" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        partner_id: String,
        outside_order: String,
        app_id: String,
        fingerprint: String,
        body: String,
        order_id: String,
        delivery_id: String,
        reported: String,
        reported_at: Option<i64>,
        trouble: String,
        created_at: i64,
    }
}

table! {
    platform_offset = "platform_offsets" {
        #[sea_orm(primary_key, auto_increment = false)]
        form_id: String,
        offset_no: String,
        attempt: i64,
        seller_id: String,
        delivery_id: String,
        body: String,
        remote_id: String,
        state: String,
        reason: String,
        card: String,
        answer_version: i64,
        asked_at: Option<i64>,
        created_at: i64,
        changed_at: i64,
    }
}

table! {
    partner_offset = "partner_offsets" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        partner_id: String,
        request_id: String,
        offset_no: String,
        fingerprint: String,
        order_id: String,
        refund_id: String,
        form_id: String,
        reported: String,
        reported_at: Option<i64>,
        trouble: String,
        created_at: i64,
    }
}
