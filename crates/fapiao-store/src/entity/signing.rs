//! Signing keys.

table! {
    signing_key = "signing_keys" {
        #[sea_orm(primary_key, auto_increment = false)]
        seller_id: String,
        sealed: String,
        subject: String,
        algorithm: String,
        not_before: i64,
        not_after: i64,
        added_at: i64,
    }
}
