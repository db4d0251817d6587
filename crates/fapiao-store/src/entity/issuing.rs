//! Rows of invoices, stock and cards.

table! {
    invoice = "invoices" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        order_id: String,
        delivery_id: String,
        seller_id: String,
        store_id: String,
        order_no: String,
        kind: String,
        code: String,
        number: Option<String>,
        check_code: String,
        machine: String,
        segment_id: Option<String>,
        state: String,
        reason: String,
        seller_party: String,
        province: String,
        drawer: String,
        payee: String,
        reviewer: String,
        title: String,
        buyer: String,
        buyer_tax_number: String,
        amount: i64,
        tax: i64,
        total: i64,
        remark: String,
        issued_at: Option<i64>,
        receipt: String,
        uploaded_at: Option<i64>,
        mailed_at: Option<i64>,
        created_at: i64,
        version: i64,
        blue_id: Option<String>,
        red_form_id: Option<String>,
        line_sources: String,
        difference: String,
        deduction: i64,
        payments: String,
    }
}

table! {
    invoice_line = "invoice_lines" {
        #[sea_orm(primary_key, auto_increment = false)]
        invoice_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        no: i64,
        kind: String,
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

table! {
    document = "documents" {
        #[sea_orm(primary_key, auto_increment = false)]
        invoice_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        format: String,
        sha256: String,
        sm3: String,
        size: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        origin: String,
        created_at: i64,
    }
}

table! {
    card = "cards" {
        #[sea_orm(primary_key, auto_increment = false)]
        delivery_id: String,
        invoice_id: String,
        state: String,
        template: String,
        media: Option<String>,
        media_at: Option<i64>,
        asked_at: Option<i64>,
        code: String,
        openid: String,
        status_at: Option<i64>,
        version: i64,
    }
}

table! {
    segment = "segments" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        seller_id: String,
        issue_year: i64,
        first_number: String,
        last_number: String,
        size: i64,
        taken: i64,
        request: String,
        fetched_at: i64,
        province: String,
        closed_at: Option<i64>,
    }
}

table! {
    quota_line = "quota_ledger" {
        seller_id: String,
        month: String,
        #[sea_orm(primary_key, auto_increment = false)]
        kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        reference: String,
        amount: i64,
        at: i64,
    }
}

table! {
    stock_request = "stock_requests" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        seller_id: String,
        kind: String,
        period: String,
        amount: i64,
        created_at: i64,
        closed_at: Option<i64>,
    }
}
