//! What the use-cases of fiscal bills say, as problems. No `_` arm: a new variant must choose its kind here.

use super::{Kind, Problem, Said};
use fapiao_usecases::{
    fiscal::{BillError, BillPageError},
    ports::PaperTrouble,
};

impl From<BillError> for Problem {
    fn from(error: BillError) -> Problem {
        match error {
            BillError::Invalid(errors) => Problem::fields(errors),
            BillError::Unknown(id) => Problem::no_bill(&id),
            BillError::Taken(existing) => {
                let said = Said::new(
                    format!("bill {existing} has this code and number, and other facts"),
                    format!("票据 {existing} 的代码和号码与此相同，但内容不同"),
                );
                Problem::new(Kind::BillTaken, said)
            }
            BillError::NotNow { chinese, english } => {
                Problem::new(Kind::BillNotNow, Said::new(english, chinese))
            }
            BillError::Unreadable(trouble) => {
                Problem::new(Kind::BillFileRefused, wrong_file(&trouble))
            }
            BillError::Files(error) => error.into(),
            BillError::Store(error) => error.into(),
        }
    }
}

impl Problem {
    /// No fiscal bill of this id.
    pub(crate) fn no_bill(id: &str) -> Problem {
        let said = Said::new(format!("there is no bill {id}"), format!("没有票据 {id}"));
        Problem::new(Kind::BillNotFound, said)
    }

    /// The payer of this bill is asked by the collecting unit's own system.
    pub(crate) fn asked_elsewhere(id: &str) -> Problem {
        not_now(
            format!("the payer of bill {id} is asked by the collecting unit itself, not here"),
            format!("票据 {id} 的交款人由执收单位自行请求授权，不经过本系统"),
        )
    }

    /// WeChat's page for a bill cannot be had.
    pub(crate) fn no_bill_page(id: &str, error: BillPageError) -> Problem {
        match error {
            BillPageError::Unknown => Problem::no_bill(id),
            BillPageError::NotAwaiting(state) => not_now(
                format!("the payer of bill {id} is not awaited: its delivery is {state}"),
                format!("票据 {id} 的投递状态是 {state}，无需再打开授权页"),
            ),
            BillPageError::Expired => not_now(
                format!(
                    "the delivery of bill {id} has expired; ask anew with POST /api/v1/bills/{id}/deliveries"
                ),
                format!("票据 {id} 的投递已过期，请用 POST /api/v1/bills/{id}/deliveries 重新发起"),
            ),
            BillPageError::Void => not_now(
                format!("bill {id} was declared void"),
                format!("票据 {id} 已作废"),
            ),
            BillPageError::NotReady(what) => {
                let (zh, en) = what.split_once(" / ").unwrap_or((&what, &what));
                let said = Said::new(
                    format!("the collecting unit is not set up completely: {en}"),
                    format!("执收单位的设置尚未完成：{zh}"),
                );
                Problem::new(Kind::NotSetUp, said)
            }
            BillPageError::WeChat(error) => error.into(),
            BillPageError::Store(error) => error.into(),
        }
    }
}

/// What is wrong with a bill's file, in both languages.
fn wrong_file(trouble: &PaperTrouble) -> Said {
    let zh = match trouble.code {
        "too_large" => "文件过大",
        "format" => "不是 PDF 文件",
        "encrypted" => "文件已加密，无法读取；请提交未加密的文件",
        "too_slow" => "文件过于复杂，未能及时读完",
        "no_number" => "文件的文字中没有该票据的号码，请核对是否拿错文件",
        "no_amount" => "文件的文字中没有该票据的金额，请核对是否拿错文件",
        _ => "文件已损坏或过于复杂，无法读取",
    };
    Said::new(trouble.message.clone(), zh)
}

fn not_now(en: String, zh: String) -> Problem {
    Problem::new(Kind::BillNotNow, Said::new(en, zh))
}
