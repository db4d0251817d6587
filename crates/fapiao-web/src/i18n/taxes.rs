//! Words of the tax side: a seller's way to it, months, received files, windows.

use super::texts;

texts! {
    /// A seller's way to the tax side, and its acts.
    TaxSide {
        title: "税务接入", "Way to the tax side";
        link: "税务接入方式与票样", "Way to the tax side and form of invoice";
        means: "每个开票主体各自选择：乐企直连由本系统从号段取号并上传；税务网关由服务商或税控服务器赋码，本系统按公开的接口契约请求。", "Chosen per seller: over the direct connection this system takes numbers from segments and uploads; behind a tax gateway a vendor or a tax-control server gives the number, asked over a published contract.";
        route: "接入方式", "Way";
        direct: "乐企直连", "Direct connection";
        gateway: "税务网关（服务商或税控服务器）", "Tax gateway (vendor or tax-control server)";
        gateway_unused: "已填写网关资料：请改选税务网关，或清空这些内容", "A gateway is filled in: choose the tax gateway, or empty those fields";
        profile: "开具的票样", "Form of invoice";
        digital: "数电票（20 位号码）", "Digital (number of 20 digits)";
        classic: "税控电子普通发票（代码 + 号码 + 校验码）", "Older form (code, number and check code)";
        profile_help: "税控电子普通发票只能由税控设备赋码，因此需要税务网关。", "The older form is numbered by a tax device, so it needs a gateway.";
        base_url: "网关地址", "Gateway address";
        base_url_help: "由服务商提供，/v1/… 之前的部分，例如 https://tax.example.com/gateway。", "Given by the vendor: what precedes /v1/…, such as https://tax.example.com/gateway.";
        key_id: "密钥编号", "Key id";
        secret: "密钥", "Secret";
        secret_help: "由服务商提供，加密保存，不会再显示；更换地址或编号时需重新填写。", "Given by the vendor; kept sealed and never shown again. Needed again when address or key id change.";
        contract: "接口契约", "Contract";
        contract_means: "签名、幂等、查询与文件下载的完整说明随系统提供：deploy/contracts/tax-gateway.openapi.json。税局沙箱同样实现了它，可以先试。", "Signing, repeating, asking and fetching files are described in deploy/contracts/tax-gateway.openapi.json, which comes with the system. The tax sandbox speaks it, too: try there first.";
        saved: "“{0}”的税务接入已保存，正在同步税率与库存", "The way of “{0}” to the tax side is saved; rates and stock are being fetched";
        test: "测试连接", "Test the connection";
        tested: "连接正常：税务侧以本税号应答", "The connection works: it answers for this tax number";
        test_failed: "连接不通：{0}", "The connection does not work: {0}";
        test_said: "{0}（{1}）", "{0} ({1})";
        last_test: "上次测试", "Last test";
        never_tested: "尚未测试", "Not tested yet";
        answers: "应答正常", "Answers";
        no_answer: "不通", "Does not work";
        act_saved: "保存税务接入", "Way to the tax side saved";
        act_tested: "测试税务接入", "Way to the tax side tested";
        act_asked: "向税务网关请求开票", "Asked the tax gateway for the invoice";
        act_attached_instead: "手工上传官方文件（{0}），代替本系统生成的文件", "An official file was attached by hand ({0}), in the place of the one made here";
        act_attached: "手工上传官方文件（{0}）", "An official file was attached by hand ({0})";
        act_month_confirmed: "确认 {0} 月度汇总", "Totals of {0} confirmed";
        act_month_withdrawn: "撤销 {0} 汇总确认", "Confirmation of {0} taken back";
        act_window: "时限提醒：{0} 张", "A window closes: {0} invoice(s)";
        told: "网关报告的余量", "What the gateway has left";
        told_means: "赋码与额度由网关管理；数字变化时记一行。", "Numbers and quota are kept by the gateway; a line whenever a figure changed.";
        told_at: "报告时间", "Told at";
        numbers: "号码", "Numbers";
        quota: "额度", "Quota";
        volumes: "发票卷", "Volumes";
        one_by_one: "逐张赋码", "One by one";
        unlimited: "不限", "Not limited";
        by_gateway: "由税务网关管理", "Kept by the tax gateway";

        next_differs: "核对双方记录后重试；不要重新开具。", "Compare both records, then retry; never issue it anew.";
        check_month: "核对月度汇总", "Compare a month's totals";
        check_quota: "核对额度", "Compare the month's quota";
        mail_window: "发送时限提醒邮件", "Mail about a closing window";
    }
}

texts! {
    /// Month totals.
    Month {
        title: "月度汇总确认", "Month totals";
        means: "每月 13 日零点前，把上月开具的汇总与税局核对并确认；过期后税局自行汇总，届时未上传的发票须重新开具。", "Before the 13th begins, last month's totals are compared with the tax side's and confirmed. Later the tax side sums by itself, and what was not uploaded has to be issued anew.";
        link: "月度汇总确认", "Month totals";
        figure: "项目", "Figure";
        here: "本系统", "This ledger";
        there: "税务侧", "Tax side";
        difference: "差额", "Difference";
        same: "一致", "agrees";
        blue: "蓝字发票", "Blue invoices";
        red: "红字发票", "Red invoices";
        count: "份数", "Count";
        amount: "金额", "Net";
        tax: "税额", "Tax";
        compare: "现在核对", "Compare now";
        more: "另有 {0} 项差异未列出，处理以上各项后再次核对。", "{0} more differences are not listed; settle those above and compare again.";
        confirm: "确认汇总", "Confirm the totals";
        withdraw: "撤销确认", "Take the confirmation back";
        matches: "一致，待确认", "Equal, to be confirmed";
        differs: "不一致", "Differs";
        confirmed: "已确认", "Confirmed";
        closed: "税局已汇总", "Summed by the tax side";
        unasked: "未能核对", "Not compared";
        not_yet: "尚未核对", "Not compared yet";
        running: "本月进行中", "Running month";
        closes: "{0} 零点截止", "Closes on {0} at midnight";
        checked: "核对于", "Compared";
        by: "确认人", "Confirmed by";
        why: "差异逐张说明", "Each difference";
        why_means: "先处理这些发票，再重新核对；全部一致后才能确认。", "Settle these invoices, then compare again; only equal totals can be confirmed.";
        missing_there: "本系统已开具，税务侧没有", "Issued here, not there";
        missing_there_do: "在发票页查看上传结果；必要时联系税局或网关。", "Look at the upload on the invoice's page; ask the tax bureau or the gateway.";
        unsettled_here: "税务侧已开具，本系统未收到结果", "Issued there, its answer never arrived here";
        unsettled_here_do: "重试该发票的查询，或在发票页上传官方文件。", "Retry its job, or attach the official file on its page.";
        open_here: "号码已占用，双方均未开具", "Its number is taken, neither side has it as issued";
        open_here_do: "13 日前重试上传；过期须重新开具。", "Upload it again before the 13th; later it has to be issued anew.";
        missing_here: "税务侧有，本系统没有", "On the tax side, not in this ledger";
        missing_here_do: "由其他系统或电子税务局开具；请财务核对来源。", "Issued by another system or on the bureau's own page; finance has to find out where.";
        amount_differs: "两边金额不同", "Different amounts";
        amount_differs_do: "比对版式文件后联系税局。", "Compare the paper, then ask the tax bureau.";
        state_differs: "两边状态不同", "Different states";
        state_differs_do: "在别处红冲的，在本系统登记红字发票；否则联系税局。", "One taken back elsewhere gets its red invoice here; otherwise ask the tax bureau.";
        remainder: "逐张核对后仍有差额（{0} 份）", "Left after every invoice was looked at ({0})";
        remainder_do: "该税号在本系统之外开具过发票；请在电子税务局核对清单。", "Invoices of this tax number were issued outside this system: compare with the bureau's own list.";
        none: "没有需要说明的差异", "No difference to explain";
        asked: "{0} 已核对", "{0} was compared";
        done: "{0} 已确认", "{0} is confirmed";
        withdrawn: "{0} 的确认已撤销", "The confirmation of {0} is taken back";
        not_now: "{0} 现在不能确认：月份未结束，或已过 13 日", "{0} cannot be confirmed now: it is not over, or the 13th has passed";
        still_differs: "两边仍不一致，不能确认；差异已列在下方", "Both sides still differ: it cannot be confirmed. Each difference is listed below";
        refused: "税务侧未接受：{0}", "The tax side did not accept it: {0}";
        raw: "税务侧原文", "As the tax side said it";
        refused_raw: "税务侧未接受：{0}。税务侧原文：{1}", "The tax side did not accept it: {0}. As it said it: {1}";
        why_silent: "税务侧没有应答，稍后会再试", "the tax side did not answer; it is asked again later";
        why_http: "税务侧接口返回了错误，稍后会再试", "the tax side's interface answered with an error; it is asked again later";
        why_not_set_up: "本节点还没有接入税务直连：请在设置文件填写 [tax] 后重启，或改用税务网关", "no direct connection is set up on this node: fill in [tax] of the settings and restart, or use a tax gateway";
        why_unreadable: "税务侧的应答无法读取，请联系接口运营方", "its answer cannot be read; ask whoever runs the interface";
        why_access: "接口拒绝了连接：请核对税务连接的接入方、密钥和本机时间", "the interface refused the connection: check the party, its keys and this machine's clock";
        why_unknown: "税务侧没有这个纳税人或这个月份的数据", "it does not know this taxpayer or month";
        why_content: "税务侧认为所报内容不符合要求", "what was sent does not meet its rules";
        why_gate: "该纳税人目前不能开票（风险或状态受限），解除后再试", "the taxpayer may not issue at present; try again once that is lifted";
        why_window: "已过办理时限", "its time is over";
        why_state: "该月份在税务侧的状态不允许此操作，请重新核对", "the month's state there does not allow it; compare again";
        why_totals: "汇总数与税务侧的不一致，请重新核对", "the totals are not the tax side's; compare again";
        why_moving: "开票仍在进行，稍后再核对", "invoices are being issued meanwhile; compare again in a moment";
        why_not_summed: "税局尚无该月的汇总数据，稍后自动再核对", "the tax authority has no sums of this month yet; they are compared again by themselves";
        why_other: "税务侧给出了未列明的原因", "for a reason that is not in our list";
        attention: "上月汇总尚未确认", "Last month's totals are not confirmed";
        attention_why: "13 日零点前核对并确认，逾期由税局自行汇总", "Compare and confirm before the 13th; later the tax side sums by itself";
        nothing: "还没有开具过发票的月份", "No month with an invoice yet";
        nothing_why: "开具第一张发票后，这里按月列出双方的汇总。", "Once the first invoice is issued, both sides' totals are listed here month by month.";
        invoice: "发票", "Invoice";
        do_next: "处理办法", "What to do";
    }
}

texts! {
    /// A received official file.
    Attach {
        title: "上传官方文件", "Attach an official file";
        means: "把税局、服务商或第三方平台给的 PDF、OFD 或 XML 附到这张发票上。号码、日期和金额从文件中读取，必须与账本一致；文件按内容只存一份。", "Attaches the PDF, OFD or XML that the tax bureau, the vendor or the platform gave. Number, day and amount are read from the file and must be the ledger's; the same file is stored once.";
        settles: "这张发票的结果尚不明确：文件相符即作为已开具的凭据。", "What became of this invoice is not known: a file that fits is the proof that it was issued.";
        claim: "文件上的号码与日期", "Number and day on the file";
        claim_help: "这张发票还没有号码：照文件填写，系统与文件内容比对。", "This invoice has no number yet: type what the file shows; it is compared with what the file holds.";
        code: "发票代码", "Code";
        number: "发票号码", "Number";
        check_code: "校验码", "Check code";
        machine: "机器编号", "Machine";
        date: "开票日期", "Day of issue";
        file: "文件", "File";
        file_help: "PDF、OFD 或 XML，或电子税务局下载的 ZIP（内含这张发票的 PDF、OFD、XML），最大 5 MB。", "PDF, OFD or XML, or the ZIP of an electronic tax bureau with the PDF, OFD and XML of this one invoice; 5 MB at most.";
        send: "核对并附上", "Compare and attach";
        attached: "文件已附上", "The file is attached";
        refused: "文件与这张发票不符，没有保存", "The file does not fit this invoice; nothing was stored";
        total: "价税合计", "Total";
        no_file: "请选择文件", "Choose a file";
        encrypted: "文件已加密，无法读取；请取得未加密的文件", "The file is encrypted and cannot be read; get one that is not";
        several: "文件中有多张发票，或同一格式有多份：请只交这张发票的文件", "There are several invoices in the file, or several files of one format: hand in this invoice's only";
        picture: "文件是图片或扫描件，不是开具时的原文件：请从电子税务局或邮件下载原文件", "The file is a picture or a scan, not the file that was issued: download the original from the tax bureau or the mail";
        taken: "这张发票已有另一份同格式的文件，或号码属于另一张发票", "The invoice has another file of this format, or the number is another invoice's";
        not_now: "这张发票的状态不接受官方文件", "In its present state the invoice takes no official file";
    }
}

texts! {
    /// Mails about windows that close.
    Window {
        subject_upload_late: "【{0}】{1} 张发票 12 小时仍未送达税务侧", "{0}: {1} invoice(s) not at the tax side after 12 hours";
        subject_upload_stopped: "【{0}】{1} 张发票 36 小时仍未送达，已停下等人处理", "{0}: {1} invoice(s) not at the tax side after 36 hours, stopped for a person";
        subject_upload_over: "【{0}】{1} 张发票已超过 48 小时上传期限", "{0}: the 48 hours of {1} invoice(s) are over";
        subject_result_over: "【{0}】{1} 张发票上传 12 小时仍无结果", "{0}: {1} invoice(s) without a result 12 hours after the upload";
        subject_month_due: "【{0}】请在 13 日前确认 {2} 月度汇总", "{0}: confirm the totals of {2} before the 13th";
        subject_month_last: "【{0}】今天是确认 {2} 月度汇总的最后一天", "{0}: today is the last day to confirm the totals of {2}";
        upload_late: "开具后须在 48 小时内送达税务侧。请检查连接；系统仍在自动重试。", "An invoice has to reach the tax side within 48 hours of its issue. Look at the connection; the system keeps trying.";
        upload_stopped: "距 48 小时期限不足 12 小时，自动重试已停止。请立即修复连接并在“待处理”中重试。", "Less than 12 hours are left of the 48, and automatic tries have stopped. Mend the connection now and retry among the jobs.";
        upload_over: "期限已过，税务侧将拒收。请联系税务机关确认号码如何处理，必要时重新开具。", "The window is over and the tax side will refuse. Ask the tax bureau what becomes of the number; issue anew where needed.";
        result_over: "上传结果只能在 12 小时内查询。系统会用同一号码再次上传，税务侧会识别重复；若反复出现，请联系税务机关或网关。", "Results can be asked for within 12 hours only. The system uploads again under the same number, which the tax side recognises; if it happens again, ask the tax bureau or the gateway.";
        month_due: "两边的汇总请在 13 日零点前核对并确认。", "Compare both sides' totals and confirm them before the 13th begins.";
        month_last: "今晚零点后税局自行汇总，未上传的发票须重新开具。", "After midnight the tax side sums by itself, and what was not uploaded has to be issued anew.";
        invoices: "涉及的发票", "Invoices";
        more: "以及另外 {0} 张", "and {0} more";
        open: "打开处理页面", "Open the page";
        why_you: "您收到此邮件，因为您在后台填写了通知邮箱，且有权处理。", "You get this mail because your address is in the back-office and you may act on it.";
    }
}
