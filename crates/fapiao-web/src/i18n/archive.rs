//! Words of reports, proof and evidence.

use super::texts;

texts! {
    /// Reports for finance.
    Report {
        title: "财务报表", "Reports";
        ledger: "发票台账", "Invoice ledger";
        vat: "增值税汇总", "VAT summary";
        reconciliation: "对账", "Reconciliation";
        vouchers: "记账凭证", "Vouchers";
        sales: "销售发票明细", "Sales invoices";
        about: "摘要", "About";
        account: "科目", "Account";
        debit: "借方金额", "Debit";
        credit: "贷方金额", "Credit";
        vouchers_mean: "每张发票一张凭证，科目按支付渠道和税率给出；下载的文件可导入金蝶、用友，另含支付平台手续费凭证（上传账单后）；销售发票明细的 CSV 是单独的文件，XLSX 中是第二张表。红字发票在原方向以负数登记。", "One voucher for each invoice; accounts follow the payment and the rate. The files can be imported into Kingdee and UFIDA; they also hold fees of payment services (once their statements are uploaded). The sales invoices line by line are a CSV file of their own, and the second sheet of the XLSX. A red invoice is negative on the same side.";
        vouchers_seller: "每个开票主体一套账：请先选择开票主体，再下载凭证。", "Each seller keeps books of its own: choose a seller to download its vouchers.";
        month: "月份", "Month";
        all_sellers: "全部开票主体", "All sellers";
        show: "查看", "Show";
        download: "下载", "Download";
        download_xlsx: "下载 XLSX", "Download XLSX";
        download_csv: "下载 CSV", "Download CSV";
        download_sales: "下载销售发票 CSV", "Sales invoices CSV";
        evidence: "本月证据包", "Evidence of the month";
        header: "单位名称：{0}　税号：{1}　期间：{2}　编制人：{3}　复核人：＿＿＿＿　打印时间：{4}（北京时间）", "Company: {0} · Tax number: {1} · Period: {2} · Made by: {3} · Reviewed by: ____ · Printed: {4} (Beijing time)";
        none: "本月没有发票", "No invoices this month";
        none_why: "按开票日期统计，月份以北京时间为界。", "Counted by issue date; months begin at midnight in Shanghai.";
        no_orders: "没有符合条件的订单", "No such orders";
        no_orders_why: "按销售时间统计；未开票的订单也列在这里。", "Counted by time of sale; orders without an invoice are listed too.";
        page_sum: "本页小计", "This page";
        sum: "合计", "Total";
        rate: "税率", "Rate";
        subject: "货物或服务", "Goods or services";
        goods: "货物", "Goods";
        services: "服务", "Services";
        how: "开票方式", "How invoiced";
        special: "开具增值税专用发票", "Special invoices";
        ordinary: "开具其他发票", "Other invoices";
        without: "未开具发票", "Without an invoice";
        blue: "蓝字", "Blue";
        red: "红字", "Red";
        count: "份数", "Count";
        net: "金额", "Net";
        tax: "税额", "Tax";
        gross: "价税合计", "Gross";
        result: "结果", "Result";
        orders: "订单数", "Orders";
        sold: "订单金额", "Sold";
        invoiced: "已开票金额", "Invoiced";
        apart: "差额", "Difference";
        sold_at: "销售时间", "Sold at";
        equal: "一致", "Equal";
        rounding: "尾差", "Rounding";
        under: "少开", "Under-invoiced";
        over: "多开", "Over-invoiced";
        missing: "未开票", "Not invoiced";
        card_outlives: "已全额红冲，卡仍有效", "taken back, but the card is alive";
        segments: "号段核对", "Segments of numbers";
        held: "发票持有", "Held by invoices";
        held_open: "其中未开具", "Of these not issued";
        taken: "已取用", "Taken";
        rest: "剩余", "Left";
        store: "门店", "Store";
        agreement: "与汇总确认核对", "Beside the month totals";
        agreement_of: "项目", "Item";
        agreement_means: "从本表合计到汇总确认数逐项加减，分毫不差；汇总确认尚未比对时，按现有发票计算。", "From this table's sum to the month totals, item by item, to the fen. Before a comparison the totals are those of the invoices there are.";
        vat_means: "按开票月份统计，红字发票计入其自身的月份。未开具发票一行为期末尚未开票的销售减去期初尚未开票的销售：蓝字为增加，红字为补开或退款后的减少。", "By month of issue, red invoices in their own month. Without an invoice: sales that had none at the period's end, less those that had none at its beginning; what came to be invoiced or given back stands under red.";
    }
}

texts! {
    /// Payments and the tax authority beside the books.
    Matching {
        payments: "支付核对", "Payments beside orders";
        payments_means: "按店铺提供的支付渠道与交易单号核对；金额、退款与手续费在上传支付账单后列入差异总览。", "By the channel and payment number the shop told us. Amounts, refunds and fees appear among the findings once a statement is uploaded.";
        channel: "支付渠道", "Channel";
        channel_unknown: "未说明", "Not told";
        wechat: "微信支付", "WeChat Pay";
        alipay: "支付宝", "Alipay";
        unionpay: "银联", "UnionPay";
        cash: "现金", "Cash";
        card: "银行卡", "Bank card";
        transfer: "转账", "Bank transfer";
        number: "交易单号", "Payment number";
        no_number: "缺少交易单号", "No payment number";
        repeated: "交易单号重复", "Number used twice";
        red_issued: "红字发票已开具", "Red invoice issued";
        tax_side: "税局核对", "Beside the tax authority";
        tax_side_means: "已取用的号码按税局答复分列；未确认的逐张列出。", "Numbers taken, by what the tax authority answered; those it has not confirmed are listed one by one.";
        invoices: "发票份数", "Invoices";
        unconfirmed: "税局未确认", "Not confirmed by the tax authority";
        answer: "税局答复", "Its answer";
    }
}

texts! {
    /// A paper that is checked.
    Paper {
        title: "票面核验", "Check a paper";
        unreadable: "无法读取", "Cannot be read";
        file: "或发票文件、照片", "Or a file, or a photograph";
        file_help: "PDF、OFD 或 XML，最大 5 MB；纸质发票或其二维码的照片（PNG、JPEG），最大 10 MB。文件只用于比对，不会保存。", "PDF, OFD or XML, at most 5 MB; a photograph of a printed invoice or of its code (PNG, JPEG), at most 10 MB. It is compared and not kept.";
        qr: "二维码内容", "Text of its QR code";
        qr_help: "光标在此时直接用扫码枪扫描，扫完自动核验；或粘贴手机扫出的文字，形如 01,32,,…", "With the cursor here, scan it with a hand scanner: it is checked at once. Or paste what a phone read; it begins with 01,32,,…";
        check: "核验", "Check";
        open: "打开发票", "Open the invoice";
        field: "项目", "Field";
        in_ledger: "账上", "In the ledger";
        on_paper: "票面", "On the paper";
        not_found: "票面上没有找到", "not found on the paper";
        same: "一致", "Same";
        other: "不一致", "Differs";
        identical: "与存档文件完全相同", "Byte for byte the archived file";
        identical_means: "文件的 SHA-256 与账上记录的一致，未被改动。", "Its SHA-256 is the one on record: it has not been changed.";
        agrees: "内容与账上一致", "Says what the ledger says";
        code_agrees: "二维码与账上一致", "Its QR code says what the ledger says";
        code_agrees_means: "二维码只含号码、日期和金额，谁都可以复制到别的票面上：它证明有这张发票，不证明这张票面是真的。其余各项请对照票面，或核验原文件。", "A code holds number, date and amount only, and anybody can copy it onto another paper: it proves that there is such an invoice, not that this paper is true. Compare the rest with the paper by eye, or check the original file.";
        not_in_code: "二维码中没有", "not in the code";
        by_eye: "请对照票面", "Compare by eye";
        agrees_means: "不是存档的那个文件，但比对的每一项都一致。", "Not the archived file itself, but every compared field agrees.";
        differs: "与账上不一致", "Differs from the ledger";
        differs_means: "号码属于本系统开具的发票，但下列项目不同：票面可能被改动。", "The number is one of our invoices, but the fields below differ: the paper may have been altered.";
        unknown: "账上没有这张发票", "No such invoice in the ledger";
        unknown_means: "本系统没有开具过该号码的发票，或您无权查看其门店。", "We issued no invoice of this number, or it belongs to a store you may not see.";
        fully_red: "但这张发票已全额红冲，不再有效。", "But this invoice was taken back in full: it is not valid any more.";
        partly_red: "但这张发票已部分红冲，有效金额少于票面金额。", "But a part of this invoice was taken back: it is valid for less than it says.";
        not_issued: "但税务机关尚未确认这张发票。", "But the tax authority has not confirmed this invoice.";
        too_large: "文件过大：发票文件不超过 5 MB，照片不超过 10 MB。", "The file is too large: 5 MB for an invoice file, 10 MB for a photograph.";
        format: "文件不是 PDF、OFD、XML，也不是 PNG 或 JPEG 图片。HEIC 照片请先存为 JPEG，压缩包请先解压。", "The file is neither PDF, OFD nor XML, nor a PNG or JPEG picture. Save a HEIC photograph as JPEG first; unpack an archive first.";
        damaged: "文件已损坏或过于复杂：请重新下载原文件再试。", "The file is damaged or too complex: download the original again and retry.";
        several: "文件中有多张发票：请一次只交一张。", "There are several invoices in the file: hand in one at a time.";
        too_many_dots: "图片超过 2500 万像素：请降低拍摄分辨率，或只拍二维码。", "The picture has more than 25 million dots: take it with a lower resolution, or photograph the code alone.";
        no_code: "图片中没有读出发票二维码：请正对票面、靠近、对焦清晰地重拍，或用扫码枪扫描。", "No invoice's QR code could be read in the picture: photograph it from straight above, near and sharp, or use a hand scanner.";
        too_many_pages: "页数过多：最多读取 20 页。", "Too many pages: at most 20 are read.";
        nothing_given: "没有收到内容：请选择一个非空的文件，或填写二维码内容。", "Nothing came: choose a file that is not empty, or enter the text of the QR code.";
        too_slow: "读取用时过长，已停止。", "Reading took too long and was stopped.";
        not_a_qr: "这不是发票二维码的内容：应为以 01 开头、以逗号分隔的八项。", "This is not the text of an invoice's QR code: eight fields that begin with 01.";
        no_number: "文件中没有找到发票号码。", "No invoice number was found in the file.";
        number: "发票号码", "Number";
        date: "开票日期", "Date";
        seller_name: "销售方名称", "Seller";
        seller_tax_number: "销售方识别号", "Seller's tax number";
        buyer_name: "购买方名称", "Buyer";
        buyer_tax_number: "购买方识别号", "Buyer's tax number";
        amount: "金额", "Net";
        tax: "税额", "Tax";
        total: "价税合计", "Gross";
        lines: "货物或服务", "Goods or services";
        checksum: "二维码校验", "QR checksum";
        odd_checksum: "与二维码的内容不符；真票也有这种情况，仅作提示", "Does not fit the code's content; true papers have such, too: a note only";
        note: "提示", "Note";
        code: "二维码中的号码、日期与金额", "Number, date and amount in the QR code";
        check_code: "校验码", "Check code";
    }
}

texts! {
    /// Lasting proof.
    Proof {
        waiting: "核对已排队，由后台进行", "The check is queued and runs in the background";
        running: "正在核对", "Checking now";
        broken: "账目核对发现不符", "The ledger does not hold";
        broken_why: "有账目规则不成立，请尽快查看并查明原因。", "A rule of the books is broken: look at it and find out why.";
        nightly: "每晚自动核对一次；结果保留在这里。", "Runs every night by itself; results are kept here.";
        earlier: "以往的核对", "Earlier runs";
        cause: "起因", "Cause";
        by_night: "每晚", "Nightly";
        by_hand: "手动", "By hand";
        ended: "完成时间", "Ended";
        took: "用时", "Took";
        holds: "成立", "Holds";
        evidence: "下载证据包", "Evidence pack";
        anchors: "审计链锚点", "Anchors of the audit chain";
        anchors_means: "每小时记录审计链的末端，并写入库外的文件、邮件或对象存储；核对时与链比对。", "The end of the chain, noted every hour and kept outside the database in a file, mails or object storage; every check compares them.";
        line: "至第几条", "Up to line";
        at: "时间", "When";
        digest: "摘要", "Digest";
    }
}
