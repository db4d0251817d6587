//! Rows of the settings.

table! {
    account = "accounts" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        name: String,
        kind: String,
        app_id: String,
        original_id: String,
        secret: String,
        push_token: String,
        push_key: String,
        previous_push_key: Option<String>,
        push_mode: String,
        platform_id: Option<String>,
        contact_phone: String,
        contact_timeout_secs: i64,
        contact_set_at: Option<i64>,
        last_push_at: Option<i64>,
        version: i64,
        pay_merchant: String,
        pay_linked_at: Option<i64>,
        pay_seller_id: Option<String>,
    }
}

table! {
    seller = "sellers" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        name: String,
        tax_number: String,
        address: String,
        phone: String,
        bank: String,
        bank_account: String,
        short_name: String,
        province: String,
        drawer: String,
        payee: String,
        reviewer: String,
        mode: String,
        platform_account: Option<String>,
        channel_account: Option<String>,
        app_account: Option<String>,
        mini_program_account: Option<String>,
        numbers_low: i64,
        numbers_fetch: i64,
        quota_low: i64,
        quota_fetch: i64,
        invoice_limit: Option<i64>,
        invoice_lines: i64,
        shows_banks: bool,
        tax_data_at: Option<i64>,
        version: i64,
    }
}

table! {
    store = "stores" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        seller_id: String,
        code: String,
        name: String,
        version: i64,
    }
}

table! {
    product = "products" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        sku: String,
        name: String,
        tax_code: String,
        spec: String,
        unit: String,
        unit_price: String,
        tax_included: bool,
        rate: String,
        preference: String,
    }
}

table! {
    tax_code = "tax_code_versions" {
        #[sea_orm(primary_key, auto_increment = false)]
        code: String,
        #[sea_orm(primary_key, auto_increment = false)]
        valid_from: String,
        valid_until: String,
        name: String,
        short_name: String,
        usual_rate: String,
        summary: bool,
        policies: String,
        tax_rates: String,
        levy_rates: String,
        difference_tax: String,
    }
}

table! {
    usable_rate = "usable_rates" {
        #[sea_orm(primary_key, auto_increment = false)]
        seller_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        rate: String,
        #[sea_orm(primary_key, auto_increment = false)]
        levy: bool,
        #[sea_orm(primary_key, auto_increment = false)]
        valid_from: String,
        valid_until: String,
    }
}

table! {
    template = "templates" {
        #[sea_orm(primary_key, auto_increment = false)]
        card_id: String,
        account_id: String,
        seller_id: String,
        kind: String,
        payee: String,
        design_version: i64,
        created_at: i64,
    }
}
