//! What the books are compared with and written to.

table! {
    quota_check = "quota_checks" {
        #[sea_orm(primary_key, auto_increment = false)]
        seller_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        month: String,
        asked_at: i64,
        limit_there: Option<i64>,
        granted_there: Option<i64>,
        spent_there: Option<i64>,
        granted_here: i64,
        spent_here: i64,
        open_here: i64,
    }
}

table! {
    payment_file = "payment_files" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        seller_id: String,
        channel: String,
        name: String,
        sha256: String,
        from_at: i64,
        until_at: i64,
        payments: i64,
        refunds: i64,
        taken_by: String,
        taken_at: i64,
    }
}

table! {
    payment_line = "payment_lines" {
        #[sea_orm(primary_key, auto_increment = false)]
        seller_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        channel: String,
        #[sea_orm(primary_key, auto_increment = false)]
        number: String,
        #[sea_orm(primary_key, auto_increment = false)]
        refund_no: String,
        trade_no: String,
        at: i64,
        amount: i64,
        fee: i64,
        fee_due: Option<i64>,
        file_id: String,
    }
}

table! {
    book_mapping = "book_mappings" {
        #[sea_orm(primary_key, auto_increment = false)]
        seller_id: String,
        content: String,
        changed_by: String,
        changed_at: i64,
        version: i64,
    }
}

table! {
    book_closing = "book_closings" {
        #[sea_orm(primary_key, auto_increment = false)]
        seller_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        month: String,
        snapshot: String,
        invoices: i64,
        amount: i64,
        tax: i64,
        total: i64,
        closed_by: String,
        closed_at: i64,
    }
}

table! {
    book_piece = "book_pieces" {
        #[sea_orm(primary_key, auto_increment = false)]
        seller_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        month: String,
        #[sea_orm(primary_key, auto_increment = false)]
        name: String,
        #[sea_orm(primary_key, auto_increment = false)]
        no: i64,
        sha256: String,
        size: i64,
    }
}
