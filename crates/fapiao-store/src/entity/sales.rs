//! Rows of orders and deliveries.

table! {
    order = "orders" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        seller_id: String,
        store_id: String,
        order_no: String,
        sold_at: i64,
        created_at: i64,
        source: String,
        state: String,
        amount: i64,
        tax: i64,
        total: i64,
        refunded: i64,
        fingerprint: String,
        remark: String,
        delivery_id: Option<String>,
        delivery_state: Option<String>,
        invoice_number: String,
        buyer: String,
        buyer_tax_number: String,
        pay_channel: String,
        pay_transaction_no: String,
        pay_trade_no: String,
        difference: String,
        deduction: i64,
        invoice_kind: String,
    }
}

table! {
    order_line = "order_lines" {
        #[sea_orm(primary_key, auto_increment = false)]
        order_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        no: i64,
        name: String,
        tax_code: String,
        spec: String,
        unit: String,
        quantity: String,
        unit_price: String,
        tax_included: bool,
        rate: String,
        discount: i64,
        preference: String,
    }
}

table! {
    order_sum = "order_sums" {
        #[sea_orm(primary_key, auto_increment = false)]
        order_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        rate: String,
        #[sea_orm(primary_key, auto_increment = false)]
        service: i64,
        net: i64,
        tax: i64,
    }
}

table! {
    delivery = "deliveries" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        order_id: String,
        seller_id: String,
        store_id: String,
        account_id: String,
        channel: String,
        page: String,
        short_code: String,
        state: String,
        reason: String,
        return_url: String,
        expires_at: i64,
        authorised_at: Option<i64>,
        raw_title: Option<String>,
        invoice_id: Option<String>,
        created_at: i64,
        version: i64,
        wechat_order_id: Option<String>,
        due_at: Option<i64>,
        overdue_at: Option<i64>,
        refusal_url: String,
        part_no: i64,
        part_total: i64,
        part: String,
        has_document: i64,
    }
}

table! {
    asked_platform = "asked_platforms" {
        #[sea_orm(primary_key, auto_increment = false)]
        delivery_id: String,
        mode: String,
        account_id: Option<String>,
        platform_id: String,
        given: bool,
    }
}

table! {
    payment_claim = "payment_claims" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        account_id: String,
        platform_id: String,
        wechat_order_id: String,
        raw_title: Option<String>,
        authorised_at: i64,
        state: String,
        note: String,
        order_id: Option<String>,
        delivery_id: Option<String>,
        created_at: i64,
        version: i64,
    }
}

table! {
    idempotency = "idempotency" {
        #[sea_orm(primary_key, auto_increment = false)]
        scope: String,
        #[sea_orm(primary_key, auto_increment = false)]
        key: String,
        fingerprint: String,
        status: i64,
        body: String,
        created_at: i64,
    }
}
