//! Rows of staff, sessions and keys.

table! {
    staff = "staff" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        login: String,
        name: String,
        password_hash: String,
        role: String,
        store_id: Option<String>,
        language: String,
        disabled: bool,
        last_sign_in_at: Option<i64>,
        email: String,
        version: i64,
    }
}

table! {
    session = "sessions" {
        #[sea_orm(primary_key, auto_increment = false)]
        id_hash: String,
        staff_id: String,
        csrf: String,
        created_at: i64,
        seen_at: i64,
    }
}

table! {
    api_key = "api_keys" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        name: String,
        prefix: String,
        hash: String,
        store_id: Option<String>,
        may_write: bool,
        created_at: i64,
        last_used_at: Option<i64>,
        revoked_at: Option<i64>,
    }
}
