//! The mail that brings an invoice.

use super::buyer::red_reason;
use crate::i18n::{Lang, Texts, fill, fill1};
use askama::Template;
use fapiao_domain::{money::Fen, red::RedReason};

/// What the mail tells; both forms print the same.
#[derive(Clone, Debug)]
pub struct InvoiceMail {
    /// The reader's language.
    pub lang: Lang,
    /// Its words.
    pub t: &'static Texts,
    /// The legal name on the invoice.
    pub seller: String,
    /// The shop's name as the buyer knows it.
    pub store: String,
    /// The printed buyer's name.
    pub buyer: String,
    /// The number.
    pub number: String,
    /// The printed kind.
    pub kind: &'static str,
    /// Day of issue, `2026-03-05`.
    pub date: String,
    /// Gross amount.
    pub total: Fen,
    /// The shop's number.
    pub order_no: String,
    /// Our page with the download.
    pub page_url: String,
    /// The shop's telephone, may be empty.
    pub phone: String,
    /// Whether it is a sample without legal effect.
    pub sample: bool,
    /// What it takes back, when it is a red invoice.
    pub red: Option<RedMail>,
}

/// What the mail with a red invoice tells beside.
#[derive(Clone, Debug)]
pub struct RedMail {
    /// The blue invoice's number.
    pub blue: String,
    /// Why.
    pub reason: RedReason,
    /// What still counts of the blue invoice, gross.
    pub left: Fen,
    /// Whether the buyer is asked anew.
    pub again: bool,
}

impl InvoiceMail {
    /// The subject: "杭州…有限公司 的电子发票，¥113.00", or what was taken back.
    pub fn subject(&self) -> String {
        let words = match self.red {
            None => self.t.mail.subject,
            Some(_) => self.t.red_buyer.subject,
        };
        fill(words, &[&self.seller, &self.total.display_yuan()])
    }

    /// What happened.
    fn opening(&self) -> String {
        let t = &self.t.red_buyer;
        match &self.red {
            None => fill1(self.t.mail.attached, &self.store),
            Some(red) if red.left == Fen::ZERO => fill(t.mail_whole, &[&self.store, &red.blue]),
            Some(red) => {
                let left = red.left.display_yuan();
                fill(t.mail_part, &[&self.store, &red.blue, &left])
            }
        }
    }

    /// What follows, for an order that is invoiced anew.
    fn again(&self) -> Option<&'static str> {
        let red = self.red.as_ref()?;
        red.again.then_some(self.t.red_buyer.mail_again)
    }

    /// Words of the link.
    fn link(&self) -> &'static str {
        match self.red {
            None => self.t.mail.download,
            Some(_) => self.t.red_buyer.mail_page,
        }
    }

    fn rows(&self) -> Vec<(&'static str, String)> {
        let t = &self.t.mail;
        let mut rows = vec![
            (t.seller, self.seller.clone()),
            (t.buyer, self.buyer.clone()),
            (t.kind, self.kind.to_owned()),
        ];
        match &self.red {
            None => rows.push((t.number, self.number.clone())),
            Some(red) => {
                let words = &self.t.red_buyer;
                rows.push((words.number, self.number.clone()));
                rows.push((words.mail_blue, red.blue.clone()));
                rows.push((words.reason, red_reason(self.t, red.reason).to_owned()));
            }
        }
        let total = match self.red {
            None => t.total,
            Some(_) => self.t.red_buyer.total,
        };
        rows.push((t.date, self.date.clone()));
        rows.push((total, self.total.display_yuan()));
        rows.push((t.order_no, self.order_no.clone()));
        rows
    }
}

/// The plain part.
#[derive(Clone, Debug, Template)]
#[template(path = "mail/invoice.txt")]
pub struct InvoiceMailText<'a> {
    /// What it tells.
    pub mail: &'a InvoiceMail,
}

/// The HTML part. Mail readers know no style sheets: it carries plain attributes only.
#[derive(Clone, Debug, Template)]
#[template(path = "mail/invoice.html")]
pub struct InvoiceMailHtml<'a> {
    /// What it tells.
    pub mail: &'a InvoiceMail,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(lang: Lang, red: Option<RedMail>) -> InvoiceMail {
        let total = if red.is_some() { "-113.00" } else { "113.00" };
        InvoiceMail {
            lang,
            t: Texts::of(lang),
            seller: "杭州湖畔茶业有限公司".to_owned(),
            store: "湖畔茶舍".to_owned(),
            buyer: "李雷".to_owned(),
            number: "26992000000000000131".to_owned(),
            kind: "电子发票（普通发票）",
            date: "2026-11-20".to_owned(),
            total: yuan(total),
            order_no: "20261120-0381".to_owned(),
            page_url: "https://fapiao.example.com/o/7K3M9QXW".to_owned(),
            phone: String::new(),
            sample: false,
            red,
        }
    }

    fn yuan(text: &str) -> Fen {
        Fen::parse_yuan(text).unwrap()
    }

    fn red(left: &str, again: bool) -> RedMail {
        RedMail {
            blue: "26992000000000000127".to_owned(),
            reason: RedReason::Returned,
            left: yuan(left),
            again,
        }
    }

    fn text(mail: &InvoiceMail) -> String {
        let html = InvoiceMailHtml { mail }.render().unwrap();
        let text = InvoiceMailText { mail }.render().unwrap();
        assert_eq!(html.contains("作废"), text.contains("作废"));
        text
    }

    #[test]
    fn a_red_letter_has_a_mail_of_its_own() {
        let whole = mail(Lang::Zh, Some(red("0.00", true)));
        assert_eq!(
            whole.subject(),
            "发票红冲通知：杭州湖畔茶业有限公司，−¥113.00"
        );
        let words = text(&whole);
        for part in [
            "26992000000000000127 已全额红冲",
            "请勿再用于报销",
            "重新授权后即可收到新发票",
            "对应蓝字发票：26992000000000000127",
            "红字发票号码：26992000000000000131",
            "原因：销货退回",
            "红冲金额：−¥113.00",
        ] {
            assert!(words.contains(part), "{part} in {words}");
        }
        let part = text(&mail(Lang::Zh, Some(red("56.50", false))));
        assert!(part.contains("已部分红冲") && part.contains("剩余有效金额 ¥56.50"));
        assert!(
            !part.contains("重新授权") && !part.contains("作废"),
            "{part}"
        );
        let plain = text(&mail(Lang::Zh, None));
        assert!(
            plain.contains("电子发票已开具") && !plain.contains("红冲"),
            "{plain}"
        );
        let english = text(&mail(Lang::En, Some(red("0.00", false))));
        assert!(english.contains("was taken back in full"), "{english}");
    }
}
