//! How WeChat says no: HTTP 200 with an `errcode`, an English phrase and sometimes a hint.

/// A business refusal. `hint` says what exactly is wrong, naming the member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: i64,
    pub(crate) hint: Option<String>,
}

impl Refusal {
    pub(crate) fn new(code: i64) -> Self {
        Self { code, hint: None }
    }

    pub(crate) fn hint(code: i64, hint: impl Into<String>) -> Self {
        Self {
            code,
            hint: Some(hint.into()),
        }
    }

    /// 72031 with the member that is wrong.
    pub(crate) fn param(hint: impl Into<String>) -> Self {
        Self::hint(72031, hint)
    }

    /// The `errmsg`: not a contract, and written so that nobody takes it for one.
    pub(crate) fn errmsg(&self, rid: &str) -> String {
        let text = phrase(self.code);
        match &self.hint {
            Some(hint) => format!("{text} hint: [{hint}] rid: {rid}"),
            None => format!("{text} rid: {rid}"),
        }
    }
}

/// The phrase that goes with a code.
pub(crate) fn phrase(code: i64) -> &'static str {
    match code {
        -1 => "system error",
        0 => "ok",
        40001 => "invalid credential, access_token is invalid or not latest",
        40002 => "invalid grant_type",
        40005 => "invalid file type",
        40009 => "invalid image size",
        40013 => "invalid appid",
        40014 => "invalid access_token",
        40033 => "invalid charset: send raw UTF-8, not \\u escapes",
        40035 => "invalid parameter",
        40056 => "invalid card code",
        40073 => "invalid card id",
        40075 => "invalid encrypt code",
        40078 => "invalid card status",
        40080 => "invalid card_ext",
        40101 => "missing parameter",
        40125 => "invalid appsecret",
        40141 => "invalid image url",
        40164 => "invalid ip, not in whitelist",
        41001 => "access_token missing",
        41002 => "appid missing",
        41004 => "appsecret missing",
        41005 => "media data missing",
        42001 => "access_token expired",
        40097 => "invalid argument",
        40004 => "invalid media type",
        43001 => "require GET method",
        43002 => "require POST method",
        44002 => "empty post data",
        45001 => "media size out of limit",
        45009 => "reach max api daily quota limit",
        45011 => "api minute-quota reach limit",
        45021 => "field length out of limit",
        47001 => "data format error",
        48001 => "api unauthorized",
        48006 => "clear quota limit reached this month",
        72013 => "unauthorized order_id or authorization is expired",
        72015 => "unauthorized create invoice",
        72017 => "invalid invoice title",
        72022 => "user unexpected, please add user to white list",
        72023 => "invoice has been lock by others",
        72024 => "invoice status error",
        72027 => "invoice action error",
        72028 => "invoice never set pay mch info",
        72029 => "invoice never set auth field",
        72030 => "invalid mchid",
        72031 => "invalid params",
        72035 => "biz reject insert",
        72036 => "invoice is busy",
        72037 => "invoice owner error",
        72038 => "invoice order never auth",
        72039 => "invoice must be lock first",
        72040 => "invoice pdf error",
        72041 => "billing_code and billing_no invalid",
        72042 => "billing_code and billing_no repeated",
        72043 => "billing_code or billing_no size error",
        72044 => "scan text out of time",
        72045 => "check_code is empty",
        72046 => "pdf_url is invalid",
        72047 => "pdf billing_code or pdf billing_no is error",
        72050 => "auth expired, need auth again",
        72052 => "get too many invoice",
        72054 => "invoices is inserting, wait a moment",
        72056 => "order_id repeated",
        72060 => "this invoice has been cancelled",
        72061 => "this invoice has been closed",
        72063 => "biz contact is empty",
        73000 => "the platform failed to issue",
        73001 => "wxopenid error",
        73002 => "ddh orderid empty",
        73005 => "not a commercial",
        73106 => "Fpqqlsh exist with different ddh",
        73107 => "Fpqqlsh is processing",
        73108 => "This ddh with other fpqqlsh already exist",
        73109 => "This Fpqqlsh not exist in kpplat",
        76001 => "rid not found",
        76021 => "cgi_path not found, please check",
        _ => "refused",
    }
}
