//! Words about arithmetic, class codes, stock and months.

use super::texts;

texts! {
    /// Where each fen of a total went.
    Rounding {
        title: "尾差说明", "Where each fen went";
        link: "每一分钱的来历", "Where each fen went";
        means: "每行只在乘出金额和算出税额时各四舍五入一次（五进，负数远离零）；合计是各行之和，不再取整。", "Each line is rounded once when its amount is multiplied out and once when its tax is computed, half away from zero. Totals are sums of lines and are not rounded again.";
        sum_means: "各行金额之和", "The sum of the lines";
        gap_means: "取整合计 {0} 元", "Rounding made {0} yuan of it";
        total_means: "金额加税额，一分不差", "Net and tax, to the fen";
        by_line: "逐行", "Line by line";
        by_rate: "按税率", "Rate by rate";
        driving: "依据金额", "Driving amount";
        product: "数量乘单价", "Quantity times unit price";
        exact_tax: "取整前税额", "Tax before rounding";
        rounded: "取整", "Rounding";
        by_gross: "含税价决定金额", "driven by the price with tax";
        by_net: "不含税价决定金额", "driven by the price without tax";
        by_remainder: "承接余额", "carries what was left over";
        tail_means: "逐行取整与合并取整之差即尾差，在税局容差之内", "The tail is what rounding line by line makes instead of once; it is within the tax authority's tolerance";
        lines: "行数", "Lines";
        at_once: "合并取整税额", "Tax rounded once";
        tail: "尾差", "Tail";
        order_discount: "整单折扣", "Discount on the order";
        order_discount_help: "单位元，按各行金额分摊到分。", "In yuan; shared out over the lines to the fen.";
    }
}
