//! Rows of fiscal bills, their units, and the attempts to bring them into wallets.

table! {
    fiscal_unit = "fiscal_units" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        code: String,
        name: String,
        role: String,
        web_account: Option<String>,
        app_account: Option<String>,
        bureau_account: Option<String>,
        bureau_platform_id: String,
        logo_sha256: Option<String>,
        logo_png: bool,
        template_stand: String,
        template_card_id: String,
        template_reason: String,
        template_payee: String,
        template_at: Option<i64>,
        closed: bool,
        version: i64,
    }
}

table! {
    fiscal_bill = "fiscal_bills" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        unit_id: String,
        code: String,
        number: String,
        check_code: String,
        payer: String,
        amount: i64,
        items: String,
        remark: String,
        issued_at: i64,
        file_sha256: Option<String>,
        file_size: Option<i64>,
        void_at: Option<i64>,
        void_reason: String,
        delivery_id: Option<String>,
        delivery_state: Option<String>,
        created_at: i64,
        version: i64,
    }
}

table! {
    fiscal_bill_delivery = "fiscal_bill_deliveries" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        bill_id: String,
        source: String,
        wechat_order_id: String,
        app_id: String,
        short_code: String,
        return_url: String,
        state: String,
        reason: String,
        authorised_at: Option<i64>,
        expires_at: i64,
        card_template: Option<String>,
        card_account: Option<String>,
        card_state: String,
        card_media: String,
        card_media_at: Option<i64>,
        card_asked_at: Option<i64>,
        card_code: String,
        card_reported_at: Option<i64>,
        created_at: i64,
        version: i64,
    }
}
