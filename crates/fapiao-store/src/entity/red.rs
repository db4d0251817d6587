//! Rows of refunds and red confirmations.

table! {
    refund = "refunds" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        order_id: String,
        seller_id: String,
        store_id: String,
        kind: String,
        reason: String,
        refund_no: String,
        note: String,
        amount: i64,
        tax: i64,
        total: i64,
        reissue: bool,
        delivery_id: Option<String>,
        decided_by: String,
        created_at: i64,
    }
}

table! {
    refund_line = "refund_lines" {
        #[sea_orm(primary_key, auto_increment = false)]
        refund_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        no: i64,
        blue_no: i64,
        name: String,
        tax_code: String,
        short_name: String,
        spec: String,
        unit: String,
        quantity: Option<String>,
        unit_price: Option<String>,
        amount: i64,
        rate: String,
        tax: i64,
        gross: i64,
        form_id: Option<String>,
        preference: String,
    }
}

table! {
    red_form = "red_forms" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        refund_id: String,
        order_id: String,
        seller_id: String,
        store_id: String,
        blue_id: String,
        blue_number: String,
        order_no: String,
        buyer: String,
        reason: String,
        completes: bool,
        amount: i64,
        tax: i64,
        total: i64,
        state: String,
        number: String,
        form_key: String,
        message: String,
        asked_at: Option<i64>,
        entered_at: Option<i64>,
        carried_out_at: Option<i64>,
        created_at: i64,
        version: i64,
        by_buyer: bool,
    }
}

table! {
    red_form_line = "red_form_lines" {
        #[sea_orm(primary_key, auto_increment = false)]
        form_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        no: i64,
        blue_no: i64,
        name: String,
        tax_code: String,
        short_name: String,
        spec: String,
        unit: String,
        quantity: Option<String>,
        unit_price: Option<String>,
        amount: i64,
        rate: String,
        tax: i64,
        gross: i64,
        preference: String,
    }
}
