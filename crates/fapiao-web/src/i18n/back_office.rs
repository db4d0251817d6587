//! Words of the daily work.

use super::texts;

texts! {
    /// Words that many pages share.
    Common {
        product: "发票台", "Fapiao";
        product_is: "自建电子发票平台", "Self-hosted e-invoices";
        sandbox: "沙箱环境", "Sandbox";
        sandbox_means: "此处的发票均为样票，不具法律效力", "Every invoice here is a sample without legal effect";
        menu: "导航", "Navigation";
        skip: "跳到正文", "Skip to content";
        search: "搜索", "Search";
        search_hint: "订单号、发票号码、购买方、金额", "Order no., invoice no., buyer, amount";
        sign_out: "退出登录", "Sign out";
        own_password: "修改密码", "Change password";
        theme_system: "跟随系统", "As the system";
        theme_light: "浅色", "Light";
        theme_dark: "深色", "Dark";
        cancel: "取消", "Cancel";
        go_back: "返回", "Go back";
        yes_do_it: "确定", "Go ahead";
        more: "更多操作", "More actions";
        colon: "：", ": ";
        count: "共 {0} 条", "{0} in all";
        find: "查找", "Find";
        state: "状态", "State";
        from: "起", "From";
        to: "止", "To";
        apply: "筛选", "Filter";
        as_file: "下载 CSV", "Download CSV";
        csv_digits: "用 Excel 直接打开 CSV 会丢失 20 位发票号码的末几位：请用「数据 → 从文本/CSV」导入并将号码列设为文本，或改用报表中的 XLSX。", "Excel drops the last digits of 20-digit invoice numbers when it opens a CSV: import it with Data → From Text/CSV and make the numbers text, or take the XLSX under Reports.";
        file_too_long: "结果超过 {0} 行，没有生成文件：请缩小日期范围，或在“报表”中下载。", "More than {0} rows, so there is no file: narrow the dates, or take it from the reports.";
        clear_filters: "清除筛选", "Clear filters";
        remove_filter: "去掉筛选", "Remove filter";
        none_found_why: "没有记录同时符合这些筛选条件。", "Nothing fits all of these filters.";
        all: "全部", "All";
        pages: "翻页", "Pages";
        previous: "上一页", "Previous";
        next: "下一页", "Next";
        rows_shown: "本页 {0} 条", "{0} on this page";
        timeline: "经过", "History";
        nothing_yet: "还没有记录。", "Nothing yet.";
        raw: "原始报文", "Raw data";
        copy: "复制", "Copy";
        copied: "已复制", "Copied";
        id: "编号", "Id";
    }
}

texts! {
    /// The navigation.
    Nav {
        work: "日常", "Work";
        money: "资源", "Resources";
        set_up: "设置", "Set-up";
        build: "对接", "Build";
        keep: "留痕", "Keep";
        home: "首页", "Home";
        orders: "订单", "Orders";
        invoices: "发票", "Invoices";
        jobs: "待处理", "Needs a person";
        import: "导入订单", "Import orders";
        stock: "号码与额度", "Numbers and quota";
        onboarding: "开通清单", "Check-list";
        sellers: "开票主体", "Sellers";
        stores: "门店", "Stores";
        products: "商品", "Products";
        cards: "卡券模板", "Card templates";
        credentials: "令牌与额度", "Tokens and quota";
        accounts: "微信账号", "WeChat accounts";
        api_keys: "接口密钥", "API keys";
        inbox: "微信推送", "WeChat pushes";
        staff: "人员", "Staff";
        audit: "操作日志", "Audit log";
        ledger: "账目核对", "Ledger check";
        reports: "财务报表", "Reports";
        papers: "票面核验", "Check a paper";
        all_stores: "全部门店", "All stores";
    }
}

texts! {
    /// Forms.
    Form {
        optional: "选填", "optional";
        create: "创建", "Create";
        save: "保存修改", "Save changes";
        wrong: "还有内容需要修改", "Something still needs a change";
        listed: "{0}：{1}", "{0}: {1}";
        line: "第 {0} 行{1}", "Line {0}, {1}";
        ctrl_enter: "Ctrl + Enter 提交", "Ctrl + Enter submits";
        secret_set: "已设置", "is set";
        secret_missing: "未设置", "not set";
        secret_keep: "留空则保持不变", "Leave empty to keep it";
        required: "请填写此项", "Please fill this in";
        not_chosen: "请从列表中选择", "Please choose from the list";
        taken: "“{0}”已被使用，请换一个", "“{0}” is taken; please choose another";
    }
}

texts! {
    /// Relative times; the browser's own words continue them.
    Time {
        now: "刚刚", "just now";
        in_a_minute: "1分钟内", "within a minute";
        minutes_ago: "{0}分钟前", "{0} min. ago";
        hours_ago: "{0}小时前", "{0} hr. ago";
        days_ago: "{0}天前", "{0} days ago";
        one_day_ago: "1天前", "1 day ago";
        in_minutes: "{0}分钟后", "in {0} min.";
        in_hours: "{0}小时后", "in {0} hr.";
        in_days: "{0}天后", "in {0} days";
        in_one_day: "1天后", "in 1 day";
    }
}

texts! {
    /// The first page.
    Home {
        title: "概况", "Overview";
        attention: "需要处理", "Needs a person";
        all_well: "没有需要处理的事项", "Nothing needs a person";
        all_well_why: "开票、上传和投递都在自动进行。出现需要人工判断的情况时，会列在这里。", "Issuing, uploading and delivering run by themselves. Whatever needs a decision will be listed here.";
        oldest: "最早", "oldest";
        today: "今日", "Today";
        orders: "新订单", "New orders";
        issued: "已开发票", "Invoices issued";
        of_these_red: "其中红字 {0} 张", "{0} of them red";
        month: "本月开票金额", "Invoiced this month";
        month_means: "价税合计，已减红字", "Including tax, less red letters";
        month_count: "{0} 张", "{0} invoices";
        list_mark: "，", ", ";
        awaiting: "等待买家授权", "Waiting for the buyer";
        in_progress: "{0} 张正在开具", "{0} being issued";
        open: "查看", "Open";
        days: "近 30 天开票数量", "Invoices, last 30 days";
        days_most: "单日最多 {0} 张", "at most {0} a day";
        stock: "号码与额度", "Numbers and quota";
        recent: "最近", "Latest";
        set_up: "开通清单还有 {0} 项未完成", "Check-list: {0} still to do";
        set_up_why: "余下各项完成后才能正式开票。", "Real invoices can be issued once the rest is done.";
        set_up_go: "继续开通", "Continue";
    }
}

texts! {
    /// Orders.
    Order {
        title: "订单", "Orders";
        one: "订单", "Order";
        new: "新建订单", "New order";
        create: "创建订单", "Create order";
        none: "还没有订单", "No orders yet";
        none_why: "收银系统通过接口提交的订单会出现在这里；也可以手工新建，或导入收银日报。", "Orders sent by your till through the API appear here. You can also make one by hand or import a day's file.";
        none_found: "没有找到订单", "No orders found";
        find_hint: "订单号、发票号码、购买方", "Order no., invoice no., buyer";
        order_no: "订单号", "Order no.";
        order_no_help: "贵店系统中的订单号，同一销售方内不可重复。", "The number in your own system; unique within a seller.";
        store: "门店", "Store";
        seller: "销售方", "Seller";
        page_help: "抬头已知或先开票时，保存订单后在下一页填写抬头。", "With a known title, or issued first, the title is typed on the next page.";
        refunded: "已退", "Given back";
        rest: "余额", "Left";
        created: "创建时间", "Created";
        sold: "销售时间", "Sold";
        source: "来源", "Source";
        source_api: "接口", "API";
        source_csv: "导入", "Import";
        source_admin: "手工录入", "By hand";
        remark_help: "印在发票备注栏。", "Printed in the remarks of the invoice.";
        usual_rate: "常用", "usual";
        lines: "明细", "Lines";
        lines_note: "按开票口径计算，逐行价税分离", "Computed as an invoice states it, tax split line by line";
        add_line: "加一行", "Add a line";
        blank_lines: "空行会被忽略。", "Empty lines are ignored.";
        deliver: "创建后立即生成开票链接", "Make an invoice link at once";
        deliver_help: "买家扫码或打开链接，在微信填写抬头后自动开票。", "The buyer opens it, fills the title in WeChat, and the invoice follows by itself.";
        no_delivery: "还没有开票链接", "No invoice link yet";
        no_delivery_why: "生成后把二维码或链接交给买家，买家在微信填写抬头即可开票。", "Make one and hand its QR code or link to the buyer, who fills the title in WeChat.";
    }
}

texts! {
    /// Lines and sums.
    Line {
        name: "项目名称", "Item";
        tax_code: "税收分类编码", "Tax class code";
        spec: "规格型号", "Spec";
        quantity: "数量", "Quantity";
        unit: "单位", "Unit";
        price: "单价", "Unit price";
        unit_price: "单价（不含税）", "Unit price (net)";
        amount: "金额", "Net";
        rate: "税率", "Rate";
        exempt: "免税", "exempt";
        not_taxed: "不征税", "not taxed";
        tax: "税额", "Tax";
        gross: "价税合计", "Total";
        discount: "折扣", "Discount";
        basis: "价格口径", "Prices are";
        with_tax: "含税", "with tax";
        without_tax: "不含税", "without tax";
        basis_help: "单价和折扣是否包含税额。", "Whether unit prices and discounts include the tax.";
        sum_amount: "合计金额", "Net";
        sum_tax: "合计税额", "Tax";
        sum_total: "价税合计", "Total";
        capitals: "大写", "In capitals";
        remark: "备注", "Remark";
    }
}

texts! {
    /// Who the buyer is on paper.
    Title {
        buyer: "购买方", "Buyer";
        kind: "类型", "Kind";
        person: "个人", "person";
        organisation: "单位", "organisation";
        no_number: "单位（无税号）", "organisation without number";
        tax_number: "税号", "Tax number";
        name: "名称", "Name";
        address: "地址", "Address";
        phone: "电话", "Phone";
        bank_name: "开户银行", "Bank";
        bank_account: "银行账号", "Account number";
        contact: "地址、电话", "Address, phone";
        bank: "开户银行", "Bank and account";
        email: "邮箱", "E-mail";
    }
}

texts! {
    /// Deliveries.
    Delivery {
        title: "投递", "Deliveries";
        one: "投递", "Delivery";
        channel: "渠道", "Channel";
        web: "微信网页", "Web page in WeChat";
        app: "手机应用", "Mobile app";
        mini_program: "小程序", "Mini program";
        wap: "手机浏览器", "Mobile browser";
        expires: "截止", "Expires";
        page_for_buyer: "给买家的开票链接", "The buyer's link";
        open_page: "打开", "Open";
        correct_title: "更正抬头", "Correct the title";
        save_title: "保存抬头并开票", "Save the title and issue";
        override_reason: "按原样开具的理由", "Reason to take it as it is";
        override_help: "填写后不再校验税号，由你负责；理由记入操作日志。", "With a reason the number is not checked and you answer for it; the reason is kept in the audit log.";
        scan: "买家扫码开票", "For the buyer to scan";
        reason: "原因", "Reason";
        refuse: "拒绝开票", "Refuse";
        refuse_ask: "拒绝后买家会在微信看到原因，此次投递作废且不能恢复。要开票须重新生成链接。", "The buyer will read the reason in WeChat. This delivery is then void for good; a new link is needed to invoice.";
        refuse_reason: "拒绝原因", "Reason";
        refuse_reason_help: "买家会在微信里看到这句话。", "The buyer reads this sentence in WeChat.";
        refuse_means: "拒绝后此次投递作废，不能恢复。", "This voids the delivery for good.";
        new_link: "新的开票链接", "A new link";
        make_link: "生成开票链接", "Make the link";
        other_ways: "抬头已知或先开票…", "Title known, or issue first…";
        page: "方式", "Way";
        page_help: "抬头已知时，买家只需确认；先开票的发票立即开具，买家稍后领取。", "With a known title the buyer only confirms; issued first, the invoice is made at once and collected later.";
        page_title: "买家在微信填写抬头", "The buyer fills the title in at WeChat";
        page_confirm: "抬头已知，买家确认后开票", "Title known: issued once the buyer confirms";
        page_collect: "先开票，买家稍后领取", "Issue now; the buyer collects it later";
        known_title: "购买方抬头", "Buyer's title";
        known_title_help: "买家自己填写抬头时留空。", "Leave it empty where the buyer fills it in.";
        known_title_unused: "选择“买家在微信填写抬头”时请留空，或改选其他方式", "leave it empty where the buyer fills the title in, or choose another way";
    }
}

texts! {
    /// Invoices.
    Invoice {
        title: "发票", "Invoices";
        one: "发票", "Invoice";
        none: "还没有发票", "No invoices yet";
        none_why: "买家授权后系统自动开票，发票会出现在这里。", "Invoices are issued by themselves once the buyer agrees, and appear here.";
        none_found: "没有找到发票", "No invoices found";
        sum_means: "不含税局拒绝的", "without what was refused";
        find_hint: "发票号码、购买方、税号、订单号", "Invoice no., buyer, tax no., order no.";
        number: "发票号码", "Invoice no.";
        no_number_yet: "尚未取号", "No number yet";
        code: "发票代码", "Invoice code";
        check_code: "校验码", "Check code";
        kind: "票种", "Kind";
        issued: "开票时间", "Issued";
        drawer: "开票人", "Issued by";
        serial: "开票流水号", "Serial";
        paper: "票面", "On paper";
        open_pdf: "在新窗口打开 PDF", "Open the PDF in a new window";
        no_viewer: "此浏览器不能直接显示 PDF。", "This browser cannot show a PDF in place.";
        documents: "版式文件", "Documents";
        no_documents: "开具成功后生成版式文件。", "Documents are made once the invoice is issued.";
        file: "文件", "File";
        origin: "来源", "Origin";
        rendered: "本系统生成", "rendered here";
        received: "税局下发", "received";
        size: "大小", "Size";
        stored: "存入时间", "Stored";
        card: "微信卡包", "WeChat wallet";
        no_card: "发票尚未放入买家卡包。", "The invoice is not in a wallet yet.";
        no_card_red: "红字发票不放入卡包，买家在开票页下载。", "A red invoice goes into no wallet; the buyer downloads it from the invoice page.";
        account: "微信账号", "Account";
        wallet: "买家", "Buyer";
        code_unknown: "未知：微信的应答丢失", "unknown: WeChat's answer was lost";
    }
}

texts! {
    /// Jobs that need a person.
    Job {
        title: "待处理", "Needs a person";
        needs_person: "需要人工", "Needs a person";
        waiting: "等待重试", "Waiting to retry";
        running: "正在进行", "Running";
        none: "没有待处理的任务", "Nothing here";
        none_why: "系统会自动重试暂时的故障；只有需要人判断的才会停在这里。", "Passing trouble is retried by itself; only what needs a decision stops here.";
        what: "任务", "Job";
        why: "原因与处理办法", "Why, and what to do";
        next: "处理办法", "What to do";
        since: "停留", "Since";
        attempts: "已试 {0} 次", "Tries: {0}";
        next_try: "下次重试", "next try";
        retry: "重试", "Retry";
        give_up: "放弃此任务", "Give up";
        give_up_reason: "放弃的原因", "Why it is given up";
        give_up_means: "任务不再重试，原因记入操作日志。", "It is not tried again; the reason is kept in the audit log.";
        retry_all: "全部重试", "Retry all";
        retry_all_ask: "重试本列表中的全部任务？每个任务都会使用原来的流水号，不会重复开票。", "Retry every job of this list? Each keeps its serial, so nothing is issued twice.";
    }
}

texts! {
    /// Import of orders.
    Import {
        title: "导入订单", "Import orders";
        file: "收银日报（CSV）", "The day's file (CSV)";
        file_help: "支持 UTF-8 与 GB18030 编码，单个文件不超过 10 MB、100,000 行。此步只做检查，不会写入。", "UTF-8 or GB18030, up to 10 MB and 100,000 rows. This step only checks; nothing is written.";
        store_help: "文件没有 store 列时选择；选定后其他门店的行会被拒绝。", "Choose it for files without a store column; rows of other stores are then refused.";
        by_file: "按文件中的 store 列", "As the file's store column says";
        look: "检查文件", "Check the file";
        columns: "文件的列", "Columns of the file";
        found: "可导入 {0} 个订单，价税合计 {1}。", "{0} orders can be imported, {1} in all.";
        found_bad: "{0} 行有误，不会导入。", "{0} rows have errors and will be left out.";
        rows: "共 {0} 行", "{0} rows";
        take: "导入 {0} 个订单", "Import {0} orders";
        links: "导入后生成开票链接", "Make a link for each buyer";
        links_means: "每个新订单生成一个开票链接；已导入过的订单不受影响。", "Each new order gets a link; orders that were here before stay as they are.";
        drop: "放弃", "Drop";
        bad_rows: "有误的行", "Rows with errors";
        bad_means: "最多显示前 100 行", "The first 100 at most";
        bad_download: "下载有误的行", "Download them";
        line: "行号", "Line";
    }
}
