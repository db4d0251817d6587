//! The unified invoicing calls, 730xx and 731xx.

use super::Who::{Bookkeeper, Code, Operations, WeChat};
use super::*;

const SAME_SERIAL: Text = t(
    "用相同的 fpqqlsh 重试，切勿更换流水号。",
    "Repeat with the same fpqqlsh; never with another one.",
);
const FILL_IN: Text = t(
    "补齐该字段后重新提交。",
    "Fill the member in and submit again.",
);

const fn empty(number: i64, cause: Text) -> CodeInfo {
    code(number, NEVER, Code, cause, FILL_IN)
}

#[rustfmt::skip] // One code a paragraph reads as the table it is.
pub(super) static CODES: &[CodeInfo] = &[
    code(73000, LATER, WeChat,
        t("开票平台逻辑错误，开票失败。", "The platform failed to issue."), SAME_SERIAL),
    code(73001, NEVER, Code,
        t("wxopenid 有误，可能属于别的 AppID。", "The wxopenid is wrong, perhaps another app id's."), REPORT_BUG),
    empty(73002, t("订单号 ddh 为空。", "The order id ddh is empty.")),
    empty(73003, t("fpqqlsh 或 wxopenid 为空（资料不一致）。", "fpqqlsh or wxopenid is empty (sources disagree).")),
    empty(73004, t("fpqqlsh 或 kplx 为空（资料不一致）。", "fpqqlsh or kplx is empty (sources disagree).")),
    code(73005, PERSON, Operations,
        t("账号未开通统一开票。", "The account is not enabled for unified invoicing."),
        t("在公众平台开通，或改用自建平台模式。", "Enable it in the console, or issue through your own platform.")),
    empty(73006, t("开票类型 kplx 为空。", "The invoice kind kplx is empty.")),
    empty(73007, t("销方名称 nsrmc 为空。", "The seller's name nsrmc is empty.")),
    empty(73008, t("销方地址 nsrdz 为空。", "The seller's address nsrdz is empty.")),
    empty(73009, t("销方电话 nsrdh 为空。", "The seller's telephone nsrdh is empty.")),
    empty(73010, t("购方名称 ghfmc 为空。", "The buyer's name ghfmc is empty.")),
    empty(73011, t("开票人 kpr 为空。", "The issuer kpr is empty.")),
    empty(73012, t("价税合计 jshj 为空。", "The total with tax jshj is empty.")),
    empty(73013, t("合计金额 hjje 为空。", "The total without tax hjje is empty.")),
    empty(73014, t("合计税额 hjse 为空。", "The total tax hjse is empty.")),
    empty(73015, t("行业类型 hylx 为空。", "The trade hylx is empty.")),
    empty(73016, t("销方税号 nsrsbh 为空。", "The seller's tax number nsrsbh is empty.")),
    code(73100, LATER, WeChat,
        t("开票平台错误。", "The issuing platform failed."), SAME_SERIAL),
    code(73101, PERSON, Operations,
        t("税号与登记的不一致。", "The tax number differs from the registered one."),
        t("核对销方税号与公众平台登记信息。", "Compare the seller's tax number with the console.")),
    code(73102, SOON, WeChat,
        t("微信系统错误。", "An error on WeChat's side."), SAME_SERIAL),
    code(73105, LATER, WeChat,
        t("开票平台仍在开票中（超时）。", "The platform is still issuing (timed out)."), SAME_SERIAL),
    code(73106, NEVER, Code,
        t("该流水号已用于其他订单。", "The serial was used for another order."), REPORT_BUG),
    code(73107, LATER, WeChat,
        t("该流水号正在处理。", "The serial is being processed."),
        t("查询结果，不要重新提交。", "Query the result; do not submit again.")),
    code(73108, PERSON, Bookkeeper,
        t("该订单已用另一个流水号处理过。", "The order was processed under another serial."),
        t("用原流水号查询开票结果。", "Query the result with the old serial.")),
    code(73109, NEVER, Code,
        t("开票平台没有该流水号。", "The platform does not know the serial."), REPORT_BUG),
    code(73110, PERSON, Operations,
        t("流水号前六位与商户标识不符。", "The first six characters of the serial are not the merchant's."),
        t("在设置中核对流水号前缀。", "Check the prefix of serials in the settings.")),
];
