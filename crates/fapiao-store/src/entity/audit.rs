//! Rows of the chain.

table! {
    audit_entry = "audit_entries" {
        #[sea_orm(primary_key, auto_increment = false)]
        seq: i64,
        at: i64,
        actor: String,
        action: String,
        subject: String,
        order_id: Option<String>,
        data: String,
        hash: String,
    }
}
