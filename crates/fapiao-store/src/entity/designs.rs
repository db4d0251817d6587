//! Rows of what staff draw, of tries to make a template, and of who renewed a token.

table! {
    design = "designs" {
        #[sea_orm(primary_key, auto_increment = false)]
        kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        subject: String,
        value: String,
        version: i64,
        saved_at: i64,
    }
}

table! {
    template_try = "template_tries" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        account_id: String,
        seller_id: String,
        kind: String,
        payee: String,
        design_version: i64,
        state: String,
        reason: String,
        card_id: Option<String>,
        asked_at: i64,
        ended_at: Option<i64>,
    }
}

table! {
    /// A call that WeChat refuses an account for want of a right.
    refused_right = "refused_rights" {
        #[sea_orm(primary_key, auto_increment = false)]
        app_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        interface: String,
        code: String,
        since: i64,
        at: i64,
    }
}

table! {
    token_note = "token_notes" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        app_id: String,
        kind: String,
        node: String,
        at: i64,
        generation: i64,
        expires_at: Option<i64>,
        code: String,
        trouble: String,
        cause: String,
    }
}
