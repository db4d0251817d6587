//! The shop's words in both languages.

use crate::basket::Scene;

/// The language of a page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Language {
    Chinese,
    English,
}

impl Language {
    /// As chosen on the page, else as the browser prefers, else Chinese.
    pub(crate) fn choose(chosen: Option<&str>, accepted: Option<&str>) -> Language {
        let first = accepted
            .unwrap_or_default()
            .split([',', ';'])
            .next()
            .unwrap_or_default();
        if chosen
            .unwrap_or(first)
            .trim()
            .to_ascii_lowercase()
            .starts_with("en")
        {
            Language::English
        } else {
            Language::Chinese
        }
    }

    /// For the `lang` of a page and of its links.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        }
    }

    pub(crate) fn words(self) -> &'static Words {
        match self {
            Language::Chinese => &CHINESE,
            Language::English => &ENGLISH,
        }
    }
}

/// Every text of the shop.
pub(crate) struct Words {
    pub(crate) shop: &'static str,
    pub(crate) sample: &'static str,
    pub(crate) pay: &'static str,
    pub(crate) quantity_of: &'static str,
    pub(crate) off: &'static str,
    pub(crate) other_language: (&'static str, &'static str),
    pub(crate) order: &'static str,
    pub(crate) paid: &'static str,
    pub(crate) of_which_tax: &'static str,
    pub(crate) net: &'static str,
    pub(crate) invoice: &'static str,
    pub(crate) ask_invoice: &'static str,
    pub(crate) download: &'static str,
    pub(crate) number: &'static str,
    pub(crate) again: &'static str,
    pub(crate) back: &'static str,
    pub(crate) reference: &'static str,
    pub(crate) waiting: &'static str,
    pub(crate) issuing: &'static str,
    pub(crate) carded: &'static str,
    pub(crate) refused: &'static str,
    pub(crate) expired: &'static str,
    pub(crate) failed: &'static str,
    pub(crate) unknown_state: &'static str,
    pub(crate) went_wrong: &'static str,
    pub(crate) basket_empty: &'static str,
    pub(crate) basket_quantity: &'static str,
    pub(crate) basket_foreign: &'static str,
    pub(crate) unreachable: &'static str,
    pub(crate) no_such_order: &'static str,
    pub(crate) no_invoice_yet: &'static str,
    pub(crate) no_such_page: &'static str,
    pub(crate) scene: &'static str,
    pub(crate) scene_account: &'static str,
    pub(crate) scene_receipt: &'static str,
    pub(crate) scene_app: &'static str,
    pub(crate) scene_mini_program: &'static str,
    pub(crate) scene_payment: &'static str,
    pub(crate) print58: &'static str,
    pub(crate) print80: &'static str,
    pub(crate) scan: &'static str,
    pub(crate) receipt_ask: &'static str,
    pub(crate) open_app: &'static str,
    pub(crate) open_mini: &'static str,
    pub(crate) may_not_return: &'static str,
    pub(crate) to_pay: &'static str,
    pub(crate) pay_then_ask: &'static str,
    pub(crate) thanks: &'static str,
    pub(crate) cashier: &'static str,
}

impl Words {
    /// Where the customer is.
    pub(crate) fn scene(&self, scene: &Scene) -> &'static str {
        match scene {
            Scene::Account => self.scene_account,
            Scene::Receipt => self.scene_receipt,
            Scene::App => self.scene_app,
            Scene::MiniProgram => self.scene_mini_program,
            Scene::Payment => self.scene_payment,
        }
    }
}

const CHINESE: Words = Words {
    shop: "示例小店",
    sample: "示例商店，不会真的收款",
    pay: "付款",
    quantity_of: "数量：",
    off: "立减",
    other_language: ("en", "English"),
    order: "订单",
    paid: "实付",
    of_which_tax: "其中税额",
    net: "不含税金额",
    invoice: "电子发票",
    ask_invoice: "开具发票",
    download: "下载发票 PDF",
    number: "发票号码",
    again: "再逛一逛",
    back: "返回",
    reference: "编号",
    waiting: "填写抬头后即可开具，发票将放入您的微信卡包。",
    issuing: "正在开具，通常几秒钟，本页会自动更新。",
    carded: "发票已放入您的微信卡包。",
    refused: "开票申请未通过，请联系小店。",
    expired: "开票链接已过期，请联系小店重新申请。",
    failed: "开票遇到问题，小店正在处理，请稍后再看。",
    unknown_state: "开票状态暂时无法识别，请稍后再看。",
    went_wrong: "没有完成",
    basket_empty: "还没有选择商品，请返回选择数量。",
    basket_quantity: "数量须为 0 到 99 的整数，请返回修改。",
    basket_foreign: "页面已过期，请返回首页重新选购。",
    unreachable: "开票系统暂时没有回应。重新提交是安全的，不会重复下单。",
    no_such_order: "没有这笔订单，可能小店已重新开业。",
    no_invoice_yet: "发票还没有开具，请稍后再下载。",
    no_such_page: "没有这个页面。",
    scene: "我在",
    scene_account: "公众号商城",
    scene_receipt: "门店收银台（打印小票）",
    scene_app: "商家 App",
    scene_mini_program: "小程序",
    scene_payment: "微信支付（支付后开票）",
    print58: "打印小票 58 mm",
    print80: "打印小票 80 mm",
    scan: "用示例手机扫描小票",
    receipt_ask: "扫码开票，或在开票页输入短码",
    open_app: "打开微信开票",
    open_mini: "前往微信开票小程序",
    may_not_return: "离开后不返回也可以：开票由微信通知小店，回到本页即可看到结果。",
    to_pay: "去微信支付",
    pay_then_ask: "支付后，在微信支付凭证上点“开发票”。",
    thanks: "谢谢惠顾",
    cashier: "收银小票",
};

const ENGLISH: Words = Words {
    shop: "The Sample Shop",
    sample: "A sample: no money is taken",
    pay: "Pay",
    quantity_of: "Quantity: ",
    off: "less",
    other_language: ("zh-CN", "中文"),
    order: "Order",
    paid: "Paid",
    of_which_tax: "of which tax",
    net: "without tax",
    invoice: "Invoice",
    ask_invoice: "Get the invoice",
    download: "Download the PDF",
    number: "Invoice number",
    again: "Shop again",
    back: "Back",
    reference: "Reference",
    waiting: "Fill in who it is for, and it goes into your WeChat wallet.",
    issuing: "It is being issued. That takes seconds; this page follows by itself.",
    carded: "The invoice is in your WeChat wallet.",
    refused: "The request was turned down. Please ask the shop.",
    expired: "The link has expired. Please ask the shop for a new one.",
    failed: "Something went wrong, and the shop is looking into it. Please come back later.",
    unknown_state: "Where the invoice stands can't be told at the moment. Please come back later.",
    went_wrong: "That did not work",
    basket_empty: "Nothing was chosen. Go back and say how many of what.",
    basket_quantity: "A quantity is a whole number from 0 to 99. Go back and correct it.",
    basket_foreign: "The page was too old. Start again from the front page.",
    unreachable: "The invoicing system did not answer. Sending again is safe: it buys once.",
    no_such_order: "There is no such order. Perhaps the shop has opened anew.",
    no_invoice_yet: "The invoice is not issued yet. Try again in a moment.",
    no_such_page: "There is no such page.",
    scene: "I am",
    scene_account: "in the shop in WeChat",
    scene_receipt: "at the till (printed receipt)",
    scene_app: "in the shop's app",
    scene_mini_program: "in its mini program",
    scene_payment: "paying with WeChat (invoice afterwards)",
    print58: "Print the receipt, 58 mm",
    print80: "Print the receipt, 80 mm",
    scan: "Scan it with the pretend phone",
    receipt_ask: "Scan for the invoice, or type the short code",
    open_app: "Open WeChat for the invoice",
    open_mini: "Go to WeChat's invoice mini program",
    may_not_return: "You need not come back: WeChat tells the shop, and this page shows the result.",
    to_pay: "Pay in WeChat",
    pay_then_ask: "After paying, tap the invoice entry on WeChat's payment receipt.",
    thanks: "Thank you",
    cashier: "Receipt",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_chosen_one_before_the_browsers() {
        use Language::{Chinese, English};
        assert_eq!(Language::choose(None, None), Chinese);
        assert_eq!(
            Language::choose(None, Some("en-GB,en;q=0.9,zh;q=0.1")),
            English
        );
        assert_eq!(
            Language::choose(None, Some("zh-CN,zh;q=0.9,en;q=0.8")),
            Chinese
        );
        assert_eq!(Language::choose(Some("zh-CN"), Some("en")), Chinese);
        assert_eq!(Language::choose(Some("en"), Some("zh")), English);
    }
}
