//! Jobs in words: what they do, why they stopped, what helps.

use crate::{
    i18n::{Lang, Texts},
    pages::parts::Link,
};
use fapiao_usecases::records::JobRow;

pub(super) use crate::reasons::in_language;

/// What a kind of job does.
pub(super) fn kind(t: &'static Texts, kind: &str) -> &'static str {
    let k = &t.job_kind;
    match kind {
        "handle_push" => k.handle_push,
        "confirm_authorisation" => k.confirm_authorisation,
        "draft_invoice" => k.draft_invoice,
        "issue_invoice" => k.issue_invoice,
        "poll_receipt" => k.poll_receipt,
        "render_invoice" => k.render_invoice,
        "deliver_card" => k.deliver_card,
        "mail_invoice" => k.mail_invoice,
        "reject_authorisation" => k.reject_authorisation,
        "refill_stock" => k.refill_stock,
        "sync_tax_data" => k.sync_tax_data,
        "return_quota" => t.quota.job_return,
        "extend_quota" => t.quota.job_extend,
        "prepare_account" => k.prepare_account,
        "ensure_template" => k.ensure_template,
        "cancel_card" => k.cancel_card,
        "reconcile" => k.reconcile,
        "send_request" => t.gateway.send_request,
        "follow_request" => t.gateway.follow_request,
        "handle_notice" => t.gateway.handle_notice,
        "report_result" => t.gateway.report_result,
        "report_offset" => t.gateway.report_offset,
        "make_out" => t.unified.make_out,
        "match_payment" => k.match_payment,
        "ask_payment" => k.ask_payment,
        "reject_claim" => k.reject_claim,
        "find_red_forms" => k.find_red_forms,
        "follow_red_form" => k.follow_red_form,
        "reissue_order" => k.reissue_order,
        "push_buyer_form" => k.push_buyer_form,
        "check_month" => t.tax_side.check_month,
        "check_quota" => t.tax_side.check_quota,
        "mail_window" => t.tax_side.mail_window,
        "mail_anchor" => t.act.job_mail_anchor,
        "mail_alarm" => t.act.job_mail_alarm,
        "ensure_bill_template" => t.fiscal_acts.job_template,
        "confirm_bill" => t.fiscal_acts.job_confirm,
        "insert_bill" => t.fiscal_acts.job_insert,
        "reject_bill" => t.fiscal_acts.job_reject,
        "cancel_bill" => t.fiscal_acts.job_cancel,
        _ => k.other,
    }
}

/// Why it stopped: the reason's half of this language where it has two. Of a reason in English only Chinese readers get
/// what the code says.
pub(crate) fn why(lang: Lang, code: &str, reason: &str) -> String {
    // What a neighbour said is told with its number below.
    if has_both_halves(reason) && !is_said_outside(code) {
        return in_language(lang, reason);
    }
    let chinese = match (lang, code) {
        (Lang::En, _) => None,
        (Lang::Zh, "upload_window") => Some("开具后迟迟未能上传税局，48 小时期限将至或已过"),
        (Lang::Zh, "tax_differs") => Some("税务侧的结果与本系统不一致，请与网关运营方核对"),
        (Lang::Zh, "tax_not_set_up") => Some(
            "尚未设置税务直连：请填写设置文件的 [tax] 并重启，或为开票主体选择税务网关，然后重试",
        ),
        (Lang::Zh, "title_missing") => Some("微信没有给出抬头"),
        (Lang::Zh, "title_invalid") => Some("买家填写的抬头未通过校验"),
        (Lang::Zh, "no_platform_account") => Some("开票主体没有选定开票平台账号"),
        (Lang::Zh, "account_missing") => Some("所用的微信账号已不存在"),
        (Lang::Zh, "account_not_ready") => Some("微信账号尚未准备好"),
        (Lang::Zh, "template_unknown") => Some("请求创建卡券模板后未收到应答，不知道是否已创建"),
        (Lang::Zh, "buyer_form_differs") => Some("微信显示的授权页字段与设置的不同"),
        (Lang::Zh, "contact_missing") => Some("微信账号没有填写联系电话"),
        (Lang::Zh, "platform_id_changed") => Some("微信报告的开票平台识别码与此前不同"),
        (Lang::Zh, "title_special") => {
            Some("专用发票只开给有税号的单位：请改为单位抬头和税号，或说明原因后拒绝开票")
        }
        (Lang::Zh, "special_mode") => {
            Some("该开票主体现在不能开具专用发票：须为自建平台且开具数电票")
        }
        (Lang::Zh, "special_lines") => Some("专用发票的明细不能有免税、零税率或不征税项目"),
        (Lang::Zh, "platform_difference") => {
            Some("第三方平台和微信统一开票接口都不支持差额征税，请改由自建平台开具")
        }
        (Lang::Zh, "platform_rounding") => {
            Some("退款后剩余的金额无法用单价和数量原样表达给第三方平台")
        }
        (Lang::Zh, "openid_missing") => {
            Some("未收到带有买家 openid 的微信推送，统一开票接口无法请求")
        }
        (Lang::Zh, "unified_silent") => Some("微信统一开票接口迟迟没有结果"),
        (Lang::Zh, "unified_number") => Some("微信统一开票接口返回的发票代码或号码不对"),
        (Lang::Zh, "unified_paper") => Some("微信统一开票接口给出的 PDF 与发票不符"),
        (Lang::Zh, "issuing_mode") => Some("该开票主体的开票方式目前不能由本系统开票"),
        (Lang::Zh, "lines_invalid") => Some("订单明细不能照此开票"),
        (Lang::Zh, "nothing_left") => {
            Some("订单没有可开票的余额：已全部退款，或其他发票已开具；请拒绝此次开票")
        }
        (Lang::Zh, "books_differ") => Some("订单与其发票、退款对不上，请做账目核对"),
        (Lang::Zh, "invoice_limits") => {
            Some("超出开票主体的单张限额或行数：请拒绝此次开票，再在订单页重新生成链接")
        }
        (Lang::Zh, "reissue_in_the_way") => Some("订单已有其他发票或投递，剩余部分无法重新开票"),
        (Lang::Zh, "payment_link") => Some(
            "没有开票主体使用该账号，或各主体的开票平台不同：请在“支付后开票”选择商户号所属的开票主体",
        ),
        (Lang::Zh, "mail_template") => Some("邮件内容无法生成，详见日志"),
        (Lang::Zh, "signing_key_expired") => Some("PDF 电子签名的证书已过期，请在开票主体更换密钥"),
        (Lang::Zh, "signing_key_sealed") => {
            Some("PDF 电子签名的密钥无法解封：服务器的主密钥与保存时不同")
        }
        (Lang::Zh, "totals_differ") => Some("重新计算的合计与接单时不一致"),
        (Lang::Zh, "not_printable") => Some("票面含有无法印出的字符"),
        (Lang::Zh, "seal_missing") => Some("缺少该省税务机关的发票监制章图片"),
        (Lang::Zh, "remark_too_long") => Some("备注过长，印不下"),
        (Lang::Zh, "document_sealed") => {
            Some("买家证件号码无法用本机主密钥解开：请恢复主密钥后重试")
        }
        (Lang::Zh, "document_missing") => Some("文件存储中缺少该发票的文件，请从备份恢复"),
        (Lang::Zh, "render_crashed") => Some("生成版式文件时意外中断，详见日志"),
        (Lang::Zh, "invoice_not_issued") => Some("发票尚未开具，不能放入卡包"),
        (Lang::Zh, "order_id_used") => Some("微信称该授权单号已被使用，但不是本系统所为，请核对"),
        (Lang::Zh, "card_code_unknown") => {
            Some("卡券在买家卡包中，但卡券编号随微信的应答丢失；在授权页面补录编号后重试")
        }
        (Lang::Zh, "card_insert_undecided") => {
            Some("不知道卡券是否已放入买家卡包，不能作废：请先重试“放入卡包”，再重试这一项")
        }
        (Lang::Zh, "card_reimbursed") => {
            Some("卡券已报销并离开卡包，微信不再接受作废；请通知买家财务已红冲")
        }
        (Lang::Zh, "invoice_not_offset") => Some("发票尚未全额红冲，不能作废卡券"),
        (Lang::Zh, "quota_used_up") => Some("税局不再给予本月额度，请申请调整"),
        (Lang::Zh, "segment_malformed") => Some("税局返回的号段无法识别"),
        (Lang::Zh, "attempts_used_up") => Some("多次自动重试均未成功"),
        (Lang::Zh, "wechat_status_unknown") => Some("微信返回了未知的状态"),
        (Lang::Zh, "illegal_state") => Some("状态不允许此操作"),
        (Lang::Zh, "no_gateway") => Some("开票主体没有设置第三方开票平台"),
        (Lang::Zh, "no_partner_key") => Some("合作商户没有可用的密钥，结果无法签名发出"),
        (Lang::Zh, "platform_differs") => Some("第三方平台返回的内容与请求不一致，请与平台核对"),
        (Lang::Zh, "platform_lost_request") => Some("第三方平台查不到已受理的请求，请与平台核对"),
        (Lang::Zh, "platform_silent") => Some("第三方平台长时间没有给出结果，请与平台联系"),
        (Lang::Zh, "store") => Some("数据库中的内容不符合预期"),
        (Lang::Zh, _) => None,
    };
    if let Some(words) = chinese {
        return words.to_owned();
    }
    let reason = in_language(lang, reason);
    match (lang, code.split_once('_')) {
        (Lang::Zh, Some(("foreseen", number))) => format!("微信会以 {number} 拒绝：{reason}"),
        (Lang::Zh, Some(("wechat", number))) => format!("微信返回 {number}：{reason}"),
        (Lang::Zh, Some(("platform", number))) => format!("第三方平台返回 {number}：{reason}"),
        (Lang::Zh, Some(("tax", number))) => format!("税局返回 {number}：{reason}"),
        _ => reason,
    }
}

/// [`why`] of a job. The reasons of fiscal bills come in both languages and say more than the codes they share with
/// invoices.
pub(super) fn why_of(lang: Lang, job: &JobRow) -> String {
    told(lang, &job.kind, &job.code, &job.reason)
}

/// [`why_of`] from its parts.
pub(super) fn told(lang: Lang, kind: &str, code: &str, reason: &str) -> String {
    if is_of_bills(kind) && reason.contains(" / ") {
        in_language(lang, reason)
    } else {
        why(lang, code, reason)
    }
}

/// Whether in_language finds a half for each language.
fn has_both_halves(reason: &str) -> bool {
    in_language(Lang::Zh, reason) != reason
}

/// Codes that carry the number of WeChat, of a platform or of the tax side.
fn is_said_outside(code: &str) -> bool {
    let number = code
        .split_once('_')
        .filter(|(system, _)| matches!(*system, "foreseen" | "wechat" | "platform" | "tax"));
    number.is_some_and(|(_, number)| number.bytes().all(|it| it.is_ascii_digit() || it == b'-'))
}

fn is_of_bills(kind: &str) -> bool {
    kind.ends_with("_bill") || kind == "ensure_bill_template"
}

/// What to do about a job.
pub(super) fn next_of(t: &'static Texts, job: &JobRow) -> &'static str {
    if is_of_bills(&job.kind) {
        next_of_bill(t, job)
    } else {
        next(t, &job.code)
    }
}

fn next_of_bill(t: &'static Texts, job: &JobRow) -> &'static str {
    let f = &t.fiscal_acts;
    match job.code.as_str() {
        "" => "",
        _ if job.kind == "ensure_bill_template" => f.next_unit,
        "account_missing" | "account_not_ready" => f.next_unit,
        "card_code_unknown" => f.next_code,
        "card_reimbursed" => f.next_reimbursed,
        _ => f.next_retry,
    }
}

/// What to do about it.
fn next(t: &'static Texts, code: &str) -> &'static str {
    let k = &t.job_kind;
    match code {
        "" => "",
        "title_missing" | "title_invalid" | "title_special" => k.next_title,
        "no_platform_account"
        | "account_missing"
        | "account_not_ready"
        | "contact_missing"
        | "platform_id_changed"
        | "issuing_mode"
        | "special_mode"
        | "no_gateway"
        | "no_partner_key"
        | "payment_link"
        | "signing_key_expired"
        | "signing_key_sealed" => k.next_settings,
        "tax_differs" => t.tax_side.next_differs,
        "platform_differs" | "platform_lost_request" | "platform_silent" => t.gateway.next_platform,
        "template_unknown" => k.next_template,
        "nothing_left" | "invoice_limits" => k.next_refuse,
        "reissue_in_the_way" => k.next_reissue,
        "rate_not_usable" | "rate_not_permitted" | "class_code_ended" => t.code_rates.next,
        "lines_invalid" | "special_lines" | "totals_differ" | "not_printable" => k.next_lines,
        "remark_too_long" => k.next_remark,
        "upload_window" | "quota_used_up" | "segment_malformed" => k.next_tax,
        "card_code_unknown" => k.next_code,
        "card_reimbursed" => k.next_reimbursed,
        other if other.starts_with("foreseen") => k.next_wechat,
        other if other.starts_with("wechat") => k.next_wechat,
        other if other.starts_with("platform_") => t.gateway.next_platform,
        other if other.starts_with("tax") => k.next_tax,
        _ => k.next_retry,
    }
}

/// Whether the same again may end otherwise. What was given back whole stays so: only refusing the buyer's request ends it.
pub(super) fn retry_may_help(code: &str) -> bool {
    code != "nothing_left"
}

/// The thing a job is about, by what it is.
pub(super) fn named(t: &Texts, subject: &str) -> String {
    let word = match subject.split_once('_').map_or("", |it| it.0) {
        "ord" => t.order.one,
        "dlv" => t.delivery.one,
        "inv" => t.invoice.one,
        "rdf" => t.red_correct.form,
        "rfd" => t.red.link,
        "bdl" => t.fiscal.one,
        "fun" => t.fiscal_unit.one,
        _ => return subject.to_owned(),
    };
    format!("{word} {subject}")
}

/// Where to do it.
pub(super) fn mend(t: &'static Texts, job: &JobRow) -> Option<Link> {
    let k = &t.job_kind;
    let subject = job.subject.as_str();
    let is_mended_there = job.code.starts_with("title_") || job.code == "remark_too_long";
    if is_mended_there && subject.starts_with("dlv_") {
        return Some(Link::new(
            k.fix_title,
            format!("/admin/deliveries/{subject}#title"),
        ));
    }
    if matches!(job.code.as_str(), "nothing_left" | "invoice_limits") && subject.starts_with("dlv_")
    {
        return Some(Link::new(
            t.delivery.refuse,
            format!("/admin/deliveries/{subject}#refusal"),
        ));
    }
    if job.kind == "ensure_template" {
        let (seller, kind) = subject.split_once(':')?;
        let href = format!("/admin/cards?seller={seller}&kind={kind}");
        return Some(Link::new(k.fix_template, href));
    }
    if job.kind == "reject_claim" {
        let href = "/admin/payments?state=dismissed";
        return Some(Link::new(t.payment.title, href));
    }
    if job.kind == "push_buyer_form" {
        return Some(Link::new(
            k.fix_form,
            format!("/admin/accounts/{subject}/fields"),
        ));
    }
    let (words, list) = match subject.split_once('_')?.0 {
        "sel" => (k.fix_seller, "sellers"),
        "acc" => (k.fix_account, "accounts"),
        "fun" => (t.fiscal_stand.to_unit, "fiscal-units"),
        _ => return None,
    };
    Some(Link::new(words, format!("/admin/{list}/{subject}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use fapiao_usecases::jobs::Job;

    #[test]
    fn every_kind_of_job_has_words() {
        for lang in Lang::ALL {
            let t = Texts::of(lang);
            for name in Job::KINDS {
                assert_ne!(kind(t, name), t.job_kind.other, "{name}");
            }
        }
    }

    #[test]
    fn what_stopped_about_a_bill_is_told_in_its_own_words() {
        let both = "卡券已报销并离开卡包 / the card was reimbursed and left the wallet";
        let of = |kind, reason| told(Lang::Zh, kind, "card_reimbursed", reason);
        assert_eq!(of("cancel_bill", both), "卡券已报销并离开卡包");
        assert!(of("cancel_card", "the card was reimbursed").contains("已红冲"));
        let foreign = told(Lang::Zh, "insert_bill", "wechat_72040", "pdf");
        assert_eq!(foreign, "微信返回 72040：pdf");
        for kind in Job::KINDS {
            let named_so = kind.contains("_bill");
            assert_eq!(is_of_bills(kind), named_so, "{kind}");
        }
    }

    /// Reads the steps' sources: a new reason needs Chinese words, its own or its code's.
    #[test]
    fn every_reason_a_step_stops_with_has_chinese_words() {
        let sources =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fapiao-usecases/src");
        let mut folders = vec![sources];
        let mut seen = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                if path.extension().is_none_or(|it| it != "rs") {
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                for call in text.split("StepError::parked(").skip(1) {
                    let Some(rest) = call.trim_start().strip_prefix('"') else {
                        continue;
                    };
                    let (code, rest) = rest.split_once('"').unwrap();
                    let reason = rest.split(");").next().unwrap_or_default();
                    let own = reason.contains(" / ")
                        && reason
                            .chars()
                            .any(|it| ('\u{4e00}'..='\u{9fff}').contains(&it));
                    let words = why(Lang::Zh, code, "in English");
                    assert!(own || words != "in English", "{code} in {}", path.display());
                    seen += 1;
                }
            }
        }
        assert!(seen > 40, "{seen}");
    }

    #[test]
    fn what_a_retry_cannot_change_is_refused_instead() {
        assert!(!retry_may_help("nothing_left"));
        assert!(retry_may_help("wechat_45009") && retry_may_help(""));
        let t = Texts::of(Lang::Zh);
        assert!(!next(t, "remark_too_long").contains("税率"));
        assert_eq!(named(t, "dlv_1"), "投递 dlv_1");
        assert_eq!(named(t, "ord_1"), "订单 ord_1");
        assert_eq!(named(t, "acc_1"), "acc_1");
    }

    #[test]
    fn chinese_readers_get_chinese_reasons() {
        assert_eq!(
            why(Lang::Zh, "title_invalid", "x"),
            "买家填写的抬头未通过校验"
        );
        assert_eq!(why(Lang::Zh, "wechat_72040", "pdf"), "微信返回 72040：pdf");
        assert_eq!(why(Lang::En, "title_invalid", "x"), "x");
        let details = "文件存储中缺少该发票的文件：ab12 / the file store has no file ab12";
        assert_eq!(
            why(Lang::Zh, "document_missing", details),
            "文件存储中缺少该发票的文件：ab12"
        );
        assert_eq!(
            why(Lang::En, "document_missing", details),
            "the file store has no file ab12"
        );
        let theirs = "微信认为 PDF 无效 / WeChat does not accept the PDF";
        assert_eq!(
            why(Lang::Zh, "wechat_72040", theirs),
            "微信返回 72040：微信认为 PDF 无效"
        );
        assert_eq!(why(Lang::Zh, "", "later"), "later");
    }
}
