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
        share: "整单折扣 {0} 的分摊：{1} = {2}，取 {3}", "Its share of the order's discount of {0}: {1} = {2}, taken as {3}";
        left_over: "各行截尾余下的分归余数最大者，本行多得一分", "Cutting leaves fen over; they go to the largest remainders, and this line got one";
        own_discount: "另有本行折扣 {0}", "Beside its own discount of {0}";
        carried: "按公式为 {0}；同一行各部分的税额合计须与整行一致，其余部分留下的 {1} 由本行承接", "The formula gives {0}; the parts of a line add up to its tax, and this one carries the {1} that the others left over";
        whole_line: "原单第 {0} 行全部", "All of line {0} of the order";
        part_of_line: "原单第 {0} 行的一部分，整行价税合计 {1}，税额 {2}", "Part of line {0} of the order, which has {1} with {2} of tax";
        order_discount: "整单折扣", "Discount on the order";
        order_discount_help: "单位元，按各行金额分摊到分。", "In yuan; shared out over the lines to the fen.";
    }
}

texts! {
    /// Class codes and rates.
    TaxCodes {
        title: "税收编码与税率", "Class codes and rates";
        codes: "税收分类编码", "Class codes";
        find: "查找", "Find";
        find_hint: "编码、名称、简称或拼音首字母", "Code, name, short name or initials of the pinyin";
        day: "适用日期", "On";
        known: "{1} 适用 {0} 条", "{0} apply on {1}";
        cut: "仅列出前面的，请缩小范围。", "Only the first are shown; narrow the search.";
        usual: "常用税率", "Usual rate";
        valid: "有效期", "Valid";
        rates: "可用税率", "Usable rates";
        kind: "类别", "Kind";
        levy: "征收率", "levy";
        rate: "税率", "rate";
        runs: "可用", "usable";
        rests: "不在有效期", "not today";
        synced: "同步于", "fetched";
        sync: "立即同步", "Fetch now";
        sync_asked: "已安排同步，稍后刷新查看。", "They are being fetched; look again in a moment.";
        none: "还没有编码", "No codes yet";
        none_why: "从税局同步后编码会出现在这里。", "They appear once they were fetched from the tax authority.";
        none_found: "没有找到编码", "No codes found";
        none_found_why: "换个名称，或试试拼音首字母。", "Try another name, or the initials of its pinyin.";
        search: "按名称或拼音首字母查编码", "Find a code by name or initials";
        use_it: "选用", "Take it";
    }
}

texts! {
    /// What is said about titles beside their fields.
    TitleNotes {
        accept_help: "核对无误时填写理由后再保存；理由记入订单的时间线。", "If it is right all the same, give the reason and save again; it is kept on the order's timeline.";
    }
}

texts! {
    /// What the timeline says about dated data.
    TaxNotes {
        renamed: "分类简称按开票日更新", "Short names set to those of the issue date";
        changed: "税局更新了 {0} 条编码", "The tax authority changed {0} class codes";
    }
}

texts! {
    /// How long stock lasts.
    Outlook {
        forecast: "预计用到", "Lasts until";
        pace: "按近四周各时段的用量推算", "From the use of each hour in the last four weeks";
        unknown: "还没有用量，无法推算", "Nothing used yet, so no forecast";
        until: "按近期用量可用到 {0}", "lasts until {0} at this pace";
        year: "按近期用量本年够用", "lasts the year at this pace";
        month: "按近期用量本月够用", "lasts the month at this pace";
        late: "已开具而未上传税局", "Issued and not yet at the tax authority";
        late_why: "开具后 48 小时内必须上传；请检查与税局的连接。", "They must be there within 48 hours of issue; check the connection to the tax authority.";
        stranded: "开票失败，尚未重新开具", "Failed, and not begun anew";
        stranded_why: "买家没有拿到发票：查看失败原因，改正后在订单页重新发起开票。", "The buyers have no invoice: see why, mend it, and begin anew on the order's page.";
    }
}
