//! Why a request isn't done: RFC 9457 documents with stable codes and texts in both languages.
//!
//! A handler returns a [`Problem`]; [`crate::edge`] prints it with what only the request knows: its id, its path and
//! the reader's language.

mod bill_causes;
mod causes;
mod field_texts;
mod kind;

pub(crate) use kind::Kind;

use crate::i18n::Lang;
use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use fapiao_usecases::fields::FieldError;
use serde::Serialize;
use std::{borrow::Cow, error::Error, fmt};

/// What the code of a wrong or odd field means, in Chinese.
pub(crate) fn in_chinese(code: &str) -> Option<&'static str> {
    field_texts::chinese(code)
}

/// The page of the documentation that explains every code; `type` is an anchor in it.
pub(crate) const ERRORS_PAGE: &str = "/api/docs/errors";

/// More wrong fields than this aren't listed: nobody reads them.
const FIELDS_MAX: usize = 100;

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) en: Cow<'static, str>,
    pub(crate) zh: Cow<'static, str>,
}

impl Said {
    pub(crate) fn new(en: impl Into<Cow<'static, str>>, zh: impl Into<Cow<'static, str>>) -> Said {
        Said {
            en: en.into(),
            zh: zh.into(),
        }
    }

    pub(crate) fn of(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }
}

/// Where a wrong value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A JSON Pointer into the body.
    Pointer(String),
    /// A parameter of the query.
    Parameter(String),
}

/// One wrong value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) place: Place,
    pub(crate) code: String,
    pub(crate) said: Said,
}

impl Wrong {
    /// A wrong parameter of the query.
    pub(crate) fn parameter(name: &str, code: &str, said: Said) -> Wrong {
        Wrong {
            place: Place::Parameter(name.to_owned()),
            code: code.to_owned(),
            said,
        }
    }
}

impl From<FieldError> for Wrong {
    fn from(error: FieldError) -> Wrong {
        let zh = error.chinese.as_deref().map_or_else(
            || {
                field_texts::chinese(&error.code)
                    .map_or_else(|| error.message.clone(), str::to_owned)
            },
            str::to_owned,
        );
        Wrong {
            place: Place::Pointer(error.pointer),
            said: match error.meant.as_deref() {
                None => Said::new(error.message, zh),
                Some((meant, slips)) if slips.is_empty() => Said::new(
                    format!("{}; perhaps {meant} is meant", error.message),
                    format!("{zh}；可能是 {meant}"),
                ),
                Some((meant, slips)) => Said::new(
                    format!(
                        "{}; perhaps {meant} is meant (character {slips})",
                        error.message
                    ),
                    format!("{zh}；可能是 {meant}（第 {slips} 位）"),
                ),
            },
            code: error.code,
        }
    }
}

/// What a neighbour said, where the trouble came from there.
#[derive(Clone, Debug)]
pub(crate) struct FarSide {
    pub(crate) system: &'static str,
    pub(crate) code: String,
    pub(crate) message: String,
}

/// Why a request isn't done.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) kind: Kind,
    told: Box<Told>,
}

#[derive(Debug)]
struct Told {
    detail: Said,
    wrong: Vec<Wrong>,
    far_side: Option<FarSide>,
    retry_after_secs: Option<u64>,
    allow: Option<&'static str>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Problem {
    /// A problem of a kind; `detail` is about this very request.
    pub(crate) fn new(kind: Kind, detail: Said) -> Problem {
        let told = Told {
            detail,
            wrong: Vec::new(),
            far_side: None,
            retry_after_secs: None,
            allow: None,
            cause: None,
        };
        Problem {
            kind,
            told: Box::new(told),
        }
    }

    /// Wrong members of the body.
    pub(crate) fn fields(errors: Vec<FieldError>) -> Problem {
        Problem::wrong(
            Kind::InvalidFields,
            errors.into_iter().map(Wrong::from).collect(),
        )
    }

    /// Wrong values, listed.
    pub(crate) fn wrong(kind: Kind, mut wrong: Vec<Wrong>) -> Problem {
        let count = wrong.len();
        let said = if count > FIELDS_MAX {
            wrong.truncate(FIELDS_MAX);
            Said::new(
                format!(
                    "{count} values are wrong; the first {FIELDS_MAX} are listed in `errors`. Nothing was done."
                ),
                format!(
                    "有 {count} 处填写有误，`errors` 列出前 {FIELDS_MAX} 处；本次请求未做任何处理。"
                ),
            )
        } else {
            let plural = if count == 1 { "value is" } else { "values are" };
            Said::new(
                format!("{count} {plural} wrong; `errors` says which and why. Nothing was done."),
                format!("有 {count} 处填写有误，详见 `errors`；本次请求未做任何处理。"),
            )
        };
        let mut problem = Problem::new(kind, said);
        problem.told.wrong = wrong;
        problem
    }

    /// With what a neighbour said.
    pub(crate) fn with_far_side(mut self, far_side: FarSide) -> Problem {
        self.told.far_side = Some(far_side);
        self
    }

    /// With the moment when trying again makes sense.
    pub(crate) fn retry_after(mut self, secs: u64) -> Problem {
        self.told.retry_after_secs = Some(secs);
        self
    }

    /// With the methods that the address knows.
    pub(crate) fn allowing(mut self, methods: &'static str) -> Problem {
        self.told.allow = Some(methods);
        self
    }

    /// With the cause, for the log.
    pub(crate) fn because(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Problem {
        self.told.cause = Some(cause.into());
        self
    }

    /// What it says about this very request.
    pub(crate) fn detail(&self) -> &Said {
        &self.told.detail
    }

    /// The causes in one line, for the log.
    pub(crate) fn chain(&self) -> String {
        let mut chain = self.told.detail.en.to_string();
        let mut cause: Option<&dyn Error> = self.told.cause.as_deref().map(|it| it as &dyn Error);
        while let Some(error) = cause {
            chain.push_str(": ");
            chain.push_str(&error.to_string());
            cause = error.source();
        }
        chain
    }

    /// The answer. What belongs to no request leaves `instance` and `request_id` empty.
    pub(crate) fn answer(&self, lang: Lang, instance: &str, request_id: &str) -> HttpResponse {
        let mut answer = HttpResponse::build(self.kind.status());
        answer.content_type("application/problem+json");
        answer.insert_header((header::CACHE_CONTROL, "no-store"));
        answer.insert_header((header::CONTENT_LANGUAGE, language_tag(lang)));
        if let Some(secs) = self.told.retry_after_secs {
            answer.insert_header((header::RETRY_AFTER, secs.to_string()));
        }
        if let Some(methods) = self.told.allow {
            answer.insert_header((header::ALLOW, methods));
        }
        if self.kind.status() == StatusCode::UNAUTHORIZED {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"fapiao\""));
        }
        answer.body(self.document(lang, instance, request_id))
    }

    /// The document itself.
    pub(crate) fn document(&self, lang: Lang, instance: &str, request_id: &str) -> String {
        let code = self.kind.code();
        let (title, next) = (self.kind.title(), self.kind.next());
        let errors: Vec<WrongOut<'_>> = self.told.wrong.iter().map(|it| it.out(lang)).collect();
        let wechat = self
            .told
            .far_side
            .as_ref()
            .filter(|it| it.system == "wechat");
        let document = Document {
            kind: format!("{ERRORS_PAGE}#{code}"),
            title: title.of(lang),
            status: self.kind.status().as_u16(),
            detail: self.told.detail.of(lang),
            instance,
            code,
            request_id,
            errors: (!errors.is_empty()).then_some(errors),
            wechat: wechat.map(|it| FarSideOut {
                code: &it.code,
                message: &it.message,
                hint: next.of(lang),
            }),
        };
        // Texts and numbers only: nothing in it can fail to be written.
        serde_json::to_string(&document).unwrap_or_default()
    }
}

/// The members of a document, in the order people read them.
#[derive(Debug, Serialize)]
struct Document<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    instance: &'a str,
    code: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<Vec<WrongOut<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wechat: Option<FarSideOut<'a>>,
}

#[derive(Debug, Serialize)]
struct WrongOut<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'a str>,
    code: &'a str,
    message: &'a str,
}

#[derive(Debug, Serialize)]
struct FarSideOut<'a> {
    code: &'a str,
    message: &'a str,
    hint: &'a str,
}

impl Wrong {
    fn out(&self, lang: Lang) -> WrongOut<'_> {
        let (pointer, parameter) = match &self.place {
            Place::Pointer(pointer) => (Some(pointer.as_str()), None),
            Place::Parameter(name) => (None, Some(name.as_str())),
        };
        WrongOut {
            pointer,
            parameter,
            code: &self.code,
            message: self.said.of(lang),
        }
    }
}

const fn language_tag(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "en",
        Lang::Zh => "zh-CN",
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.code(), self.told.detail.en)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind.status()
    }

    /// Replaced on the way out by an answer that knows its request.
    fn error_response(&self) -> HttpResponse {
        self.answer(Lang::En, "", "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn read(document: &str) -> Value {
        serde_json::from_str(document).unwrap()
    }

    #[test]
    fn a_document_names_every_wrong_member_in_the_readers_language() {
        let errors = vec![
            FieldError::new(
                "/lines/0/quantity",
                "E_QUANTITY",
                "the number must be above 0",
            ),
            FieldError::new("/lines/1/rate", "E_NEW", "a text without translation"),
        ];
        let problem = Problem::fields(errors);
        let english = read(&problem.document(Lang::En, "/api/v1/orders", "req_1"));
        assert_eq!(english["type"], "/api/docs/errors#invalid_fields");
        assert_eq!(english["status"], 422);
        assert_eq!(english["code"], "invalid_fields");
        assert_eq!(english["errors"][0]["pointer"], "/lines/0/quantity");
        assert_eq!(
            english["errors"][0]["message"],
            "the number must be above 0"
        );
        let chinese = read(&problem.document(Lang::Zh, "/api/v1/orders", "req_1"));
        assert_eq!(chinese["errors"][0]["code"], "E_QUANTITY");
        assert!(
            chinese["errors"][0]["message"]
                .as_str()
                .unwrap()
                .contains("数量")
        );
        assert_eq!(
            chinese["errors"][1]["message"],
            "a text without translation"
        );
    }

    #[test]
    fn a_flood_of_wrong_values_is_cut() {
        let errors = (0..250)
            .map(|line| FieldError::new(format!("/lines/{line}/rate"), "E_RATE", "no rate"))
            .collect();
        let document = read(&Problem::fields(errors).document(Lang::En, "", ""));
        assert_eq!(document["errors"].as_array().unwrap().len(), FIELDS_MAX);
        assert!(document["detail"].as_str().unwrap().contains("250"));
    }

    #[test]
    fn an_answer_carries_what_its_status_demands() {
        let said = || Said::new("x", "x");
        let answer = Problem::new(Kind::Unauthorized, said()).answer(Lang::Zh, "/api/v1/ping", "r");
        assert_eq!(answer.status(), 401);
        assert!(answer.headers().contains_key(header::WWW_AUTHENTICATE));
        assert_eq!(
            answer.headers().get(header::CONTENT_TYPE).unwrap(),
            "application/problem+json"
        );
        let answer = Problem::new(Kind::RateLimited, said())
            .retry_after(2)
            .answer(Lang::En, "", "");
        assert_eq!(answer.headers().get(header::RETRY_AFTER).unwrap(), "2");
        let answer = Problem::new(Kind::MethodNotAllowed, said())
            .allowing("GET")
            .answer(Lang::En, "", "");
        assert_eq!(answer.headers().get(header::ALLOW).unwrap(), "GET");
    }
}
