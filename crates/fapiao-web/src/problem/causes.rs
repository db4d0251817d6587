//! What the use-cases say, as problems. No `_` arm: a new variant must choose its kind here.

use super::{FarSide, Kind, Problem, Said};
use crate::{admin::red_words, i18n::Lang};
use fapiao_usecases::{
    errors::{Advice, OutsideError, StoreError},
    merchant::{orders::OrderError, refunds::RefundProblem, refusal::RefusalError},
};

/// What things are called in the errors of the ledger; the longer name before one it begins with.
const NAMES: [(&str, &str); 25] = [
    ("the card of delivery ", "投递的卡券 "),
    ("card of delivery ", "投递的卡券 "),
    ("the invoice of delivery ", "投递的发票 "),
    ("the request of delivery ", "投递的开票请求 "),
    ("the offset of confirmation ", "确认单的红冲申请 "),
    ("the tax connection of seller ", "开票主体的税务连接 "),
    ("the platform of seller ", "开票主体的开票平台 "),
    ("the unified calls of seller ", "开票主体的统一开票 "),
    ("the unified call of ", "统一开票 "),
    ("an invoice of order ", "订单的发票 "),
    ("red confirmation ", "红字确认单 "),
    ("payment claim ", "支付后开票申请 "),
    ("claim ", "支付后开票申请 "),
    ("collecting unit ", "执收单位 "),
    ("fiscal unit ", "执收单位 "),
    ("bill ", "票据 "),
    ("invoice ", "发票 "),
    ("delivery ", "投递 "),
    ("order ", "订单 "),
    ("refund ", "退款 "),
    ("seller ", "开票主体 "),
    ("account ", "微信账号 "),
    ("merchant ", "商户 "),
    ("push ", "推送 "),
    ("run ", "核对 "),
];

/// A thing of the ledger for a Chinese reader: its name and its number, or, of what has no name here, no more than that.
fn thing_in_chinese(what: &str) -> String {
    let named = NAMES
        .iter()
        .find_map(|(en, zh)| Some((zh, what.strip_prefix(en)?.split([' ', ',']).next()?)));
    match named {
        Some((zh, which)) => format!("{zh}{which} "),
        None => "该内容".to_owned(),
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        match &error {
            StoreError::Unavailable(_) => Problem::new(
                Kind::TryAgain,
                Said::new("the database did not answer in time", "数据库未能及时应答"),
            )
            .retry_after(1)
            .because(error),
            StoreError::Stale { what } => Problem::new(
                Kind::ChangedMeanwhile,
                Said::new(
                    error.to_string(),
                    format!("{}已被其他操作更改，请重新读取", thing_in_chinese(what)),
                ),
            ),
            StoreError::NotFound { what } => {
                let zh = format!("没有{}", thing_in_chinese(what).trim_end());
                Problem::new(Kind::NotFound, Said::new(error.to_string(), zh))
            }
            StoreError::Exists { what } => {
                let zh = format!("{}已经存在", thing_in_chinese(what));
                Problem::new(Kind::ExistsAlready, Said::new(error.to_string(), zh))
            }
            StoreError::Corrupt(_) => Problem::internal(error),
            StoreError::Cursor => Problem::new(
                Kind::BadRequest,
                Said::new(
                    "the place where the list should go on cannot be read; begin at its first page",
                    "无法识别列表的续读位置，请从第一页开始",
                ),
            ),
        }
    }
}

impl From<OrderError> for Problem {
    fn from(error: OrderError) -> Problem {
        let en = error.to_string();
        match error {
            OrderError::Invalid(errors) => Problem::fields(errors),
            OrderError::KeyReused => Problem::key_reused(),
            OrderError::OrderNoTaken { order_no, existing } => {
                let zh = format!("订单号 {order_no} 已用于内容不同的订单（{existing}）");
                Problem::new(Kind::OrderNoTaken, Said::new(en, zh))
            }
            OrderError::UnknownOrder(id) => Problem::no_order(&id),
            OrderError::DeliveryUnderWay(order_no) => {
                let zh = format!("订单 {order_no} 已有投递在进行或已开票，请查看现有投递");
                Problem::new(Kind::DeliveryUnderWay, Said::new(en, zh))
            }
            OrderError::NothingLeft(order_no) => {
                let zh =
                    format!("订单 {order_no} 已全部退款，没有可开票的金额；重新销售请新建订单");
                Problem::new(Kind::DeliveryNotOpen, Said::new(en, zh))
            }
            OrderError::Indivisible(order_no, _) => {
                let zh = format!("订单 {order_no} 无法按销方的单张限额拆分开票");
                Problem::new(Kind::DeliveryUnderWay, Said::new(en, zh))
            }
            OrderError::Store(error) => error.into(),
        }
    }
}

impl From<RefundProblem> for Problem {
    fn from(error: RefundProblem) -> Problem {
        let en = error.to_string();
        match error {
            RefundProblem::UnknownOrder(id) => Problem::no_order(&id),
            RefundProblem::UnknownInvoice(id) => Problem::no_invoice(&id),
            RefundProblem::InFlight { invoice, .. } => {
                let zh = format!("发票 {invoice} 正在开具，税局尚未答复，请稍后再退款");
                Problem::new(Kind::InvoiceInFlight, Said::new(en, zh))
            }
            RefundProblem::NotIssued { invoice, state } => {
                let zh = format!("发票 {invoice} 状态为 {state}，不能红冲");
                Problem::new(Kind::RefundNotPossible, Said::new(en, zh))
            }
            RefundProblem::CardHeld { number, .. } => {
                let zh = format!("发票 {number} 的卡券正被报销方锁定或已报销");
                Problem::new(Kind::CardHeld, Said::new(en, zh))
            }
            RefundProblem::DifferenceWhole(order_no) => {
                let zh = format!("订单 {order_no} 为差额征税，只能全额红冲");
                Problem::new(Kind::RefundNotPossible, Said::new(en, zh))
            }
            problem @ (RefundProblem::Unsettled { .. }
            | RefundProblem::Rule(_)
            | RefundProblem::Lines(_)) => {
                let zh = red_words::problem(Lang::Zh, &problem);
                Problem::new(Kind::RefundNotPossible, Said::new(en, zh))
            }
            RefundProblem::Invalid(errors) => Problem::fields(errors),
            RefundProblem::PlanChanged => {
                let zh = "试算之后订单有变化，请重新试算";
                Problem::new(Kind::ChangedMeanwhile, Said::new(en, zh))
            }
            RefundProblem::RefundNoTaken(number) => {
                let zh = format!("退款号 {number} 已用于该订单的另一笔退款");
                Problem::new(Kind::ExistsAlready, Said::new(en, zh))
            }
            RefundProblem::KeyReused => Problem::key_reused(),
            RefundProblem::Store(error) => error.into(),
        }
    }
}

impl From<RefusalError> for Problem {
    fn from(error: RefusalError) -> Problem {
        let en = error.to_string();
        match error {
            RefusalError::Invalid(errors) => Problem::fields(errors),
            RefusalError::Unknown(id) => Problem::no_delivery(&id),
            RefusalError::TooLate(_) => {
                let zh = "该投递已不能拒绝：发票已开具，或投递已结束；请查询投递的当前状态";
                Problem::new(Kind::DeliveryNotRefusable, Said::new(en, zh))
            }
            RefusalError::KeyReused => Problem::key_reused(),
            RefusalError::Store(error) => error.into(),
        }
    }
}

impl From<OutsideError> for Problem {
    fn from(error: OutsideError) -> Problem {
        let kind = match error.advice {
            Advice::Retry { .. } | Advice::OutcomeUnknown => Kind::FarSideUnavailable,
            Advice::NeedsPerson | Advice::Never | Advice::AlreadyDone => Kind::FarSideRefused,
        };
        let retry_after = match error.advice {
            Advice::Retry { after } => Some(after.map_or(5, |after| after.as_secs().max(1))),
            Advice::OutcomeUnknown => Some(5),
            Advice::NeedsPerson | Advice::Never | Advice::AlreadyDone => None,
        };
        let (en, zh) = match error.system {
            "wechat" => ("WeChat", "微信"),
            "tax" => ("the tax authority", "税务机关"),
            "mail" => ("the mail server", "邮件服务器"),
            _ => ("the file store", "文件存储"),
        };
        let said = Said::new(
            format!("{en} did not do its part"),
            format!("{zh}未能完成其环节"),
        );
        let far_side = FarSide {
            system: error.system,
            code: error.code.clone(),
            message: error.message.clone(),
        };
        let problem = Problem::new(kind, said)
            .with_far_side(far_side)
            .because(error);
        match retry_after {
            Some(secs) => problem.retry_after(secs),
            None => problem,
        }
    }
}

impl Problem {
    /// A fault of ours; `cause` goes to the log and nowhere else.
    pub(crate) fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Problem {
        let said = Said::new(
            "an unexpected fault; it was logged under this request's id",
            "发生意外故障，已按本请求编号记入日志",
        );
        Problem::new(Kind::Internal, said).because(cause)
    }

    /// No order of this id for this caller.
    pub(crate) fn no_order(id: &str) -> Problem {
        let said = Said::new(format!("there is no order {id}"), format!("没有订单 {id}"));
        Problem::new(Kind::OrderNotFound, said)
    }

    /// No delivery of this id for this caller.
    pub(crate) fn no_delivery(id: &str) -> Problem {
        let said = Said::new(
            format!("there is no delivery {id}"),
            format!("没有投递 {id}"),
        );
        Problem::new(Kind::DeliveryNotFound, said)
    }

    /// No invoice of this id for this caller.
    pub(crate) fn no_invoice(id: &str) -> Problem {
        let said = Said::new(
            format!("there is no invoice {id}"),
            format!("没有发票 {id}"),
        );
        Problem::new(Kind::InvoiceNotFound, said)
    }

    fn key_reused() -> Problem {
        let said = Said::new(
            "this Idempotency-Key came with another body before; use a new key for a new act",
            "该 Idempotency-Key 此前用于内容不同的请求，新操作请使用新键",
        );
        Problem::new(Kind::KeyReused, said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    #[test]
    fn a_cause_is_logged_and_never_told() {
        let error = StoreError::Unavailable("password=hunter2".into());
        let problem = Problem::from(error);
        assert!(problem.chain().contains("hunter2"));
        assert!(!problem.document(Lang::En, "", "").contains("hunter2"));
        assert_eq!(problem.kind, Kind::TryAgain);
    }

    #[test]
    fn a_chinese_reader_is_told_what_changed_in_chinese() {
        let said = |error: StoreError| {
            let document = Problem::from(error).document(Lang::Zh, "", "");
            let document: serde_json::Value = serde_json::from_str(&document).unwrap();
            document["detail"].as_str().unwrap().to_owned()
        };
        let what = |text: &str| text.to_owned();
        let stale = said(StoreError::Stale {
            what: what("red confirmation rfm_01"),
        });
        assert_eq!(stale, "红字确认单 rfm_01 已被其他操作更改，请重新读取");
        let stale = said(StoreError::Stale {
            what: what("the card of delivery dlv_01"),
        });
        assert_eq!(stale, "投递的卡券 dlv_01 已被其他操作更改，请重新读取");
        let exists = said(StoreError::Exists {
            what: what("delivery dlv_01 of order A-1, which is under way,"),
        });
        assert_eq!(exists, "投递 dlv_01 已经存在");
        let unnamed = said(StoreError::Stale {
            what: what("row 7 of stores"),
        });
        assert_eq!(unnamed, "该内容已被其他操作更改，请重新读取");
        assert_eq!(
            said(StoreError::NotFound {
                what: what("refund rfd_01")
            }),
            "没有退款 rfd_01"
        );
    }

    #[test]
    fn wechats_own_words_stand_apart_from_ours() {
        let error = OutsideError::new("wechat", "72038", "not authorised", Advice::NeedsPerson);
        let document = Problem::from(error).document(Lang::En, "", "");
        let document: serde_json::Value = serde_json::from_str(&document).unwrap();
        assert_eq!(document["wechat"]["code"], "72038");
        assert_eq!(document["wechat"]["message"], "not authorised");
        assert_eq!(document["status"], 502);
        assert!(document.get("files").is_none());
    }
}
