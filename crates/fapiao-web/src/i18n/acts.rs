//! Words for what happened, where things stand, and what was just done.

use super::texts;

texts! {
    /// Lines of the timeline and of the audit log.
    Act {
        order_accepted: "订单已接收，价税合计 {0}", "Order accepted, {0} in all";
        delivery_created: "生成开票链接（{0}）", "Invoice link made ({0})";
        delivery_overdue: "已过承诺的开票时限", "The promised time is over";
        claim_received: "买家在支付凭证上申请开票", "The buyer asked on the payment receipt";
        claim_matched: "支付已对应到订单", "The payment was matched to its order";
        claim_parked: "支付未能对应到订单", "No order was found for the payment";
        claim_rejected_at_wechat: "已通知微信：此支付开票申请不予开具", "WeChat was told that the request from the payment gets no invoice";
        claim_dismissed: "支付开票申请已关闭", "The request from the payment was closed";
        account_payments_linked: "已在微信关联商户号", "WeChat linked the merchant number";
        delivery_page_opened: "买家打开开票页", "The buyer opened the page";
        delivery_authorised: "买家已授权，微信确认", "The buyer agreed; WeChat confirms it";
        delivery_issuing: "开始开票", "Issuing began";
        delivery_carded: "发票已放入买家微信卡包", "The invoice is in the buyer's WeChat wallet";
        delivery_refused: "开票被拒绝", "Refused";
        delivery_expired: "开票链接过期", "The link expired";
        delivery_failed: "投递失败", "The delivery failed";
        delivery_title_corrected: "更正抬头", "Title corrected";
        delivery_title_accepted: "按原样接受抬头", "Title taken as it is";
        delivery_rejected_at_wechat: "已通知微信拒绝开票", "WeChat was told of the refusal";
        reject_known: "微信此前已记下拒绝（72035）", "WeChat had the refusal on record before (72035)";
        reject_unknown: "微信没有这次授权（72038），无需拒绝", "WeChat knows of no such agreement (72038): there is nothing to refuse";
        reject_used: "微信没有接受拒绝：称这次授权已用于放入卡券（{0}），请核对卡包", "WeChat did not take the refusal: it says that a card was inserted for this agreement ({0}); look into the wallet";
        invoice_drafted: "发票已拟好，价税合计 {0}", "Invoice drawn up, {0} in all";
        invoice_reserved: "取得发票号码 {0}", "Took invoice number {0}";
        invoice_blocked: "缺少号码或额度，暂停", "Held: no number or quota left";
        invoice_unblocked: "号码和额度已补足，继续", "Numbers and quota are back; going on";
        invoice_uploaded: "已上传税局", "Uploaded to the tax authority";
        invoice_issued: "税局确认开具 {0}", "The tax authority accepted {0}";
        invoice_refused: "税局拒绝", "The tax authority refused it";
        invoice_outcome_unknown: "税局应答丢失，将以原号码重查", "The answer was lost; asking again under the same number";
        invoice_documents: "已生成 PDF 与 XML", "PDF and XML are made";
        card_uploading: "上传 PDF 到微信", "Uploading the PDF to WeChat";
        card_insert_refused: "没有放入卡包", "The card was not inserted";
        card_insert_asked: "请求微信插入卡券", "Asked WeChat to insert the card";
        card_inserted: "卡券已插入", "The card is inserted";
        card_code_unknown: "卡券已插入，卡号随应答丢失", "The card is inserted; its code was lost with the answer";
        delivery_status_unknown: "微信返回了未知的授权状态“{0}”，将继续查询", "WeChat reports the unknown status “{0}”; it is asked again";
        card_cancel_asked: "请求微信作废卡券", "Asked WeChat to cancel the card";
        card_cancel_refused: "微信没有作废卡券", "WeChat did not cancel the card";
        card_changed: "卡券状态变为“{0}”", "The card became “{0}”";
        reconciliation_begun: "开始与微信核对", "A comparison with WeChat began";
        reconciliation_done: "与微信核对完成，{0} 处不一致", "Compared with WeChat, {0} differences";
        reconciliation_fixed: "处理了一处核对差异", "A difference was taken care of";
        card_code_found: "找回了卡券编号", "The card's code was found";
        push_handled_again: "重新处理推送", "A push was handled again";
        mail_sent: "已把发票发到 {0}", "Mailed to {0}";
        job_parked: "“{0}”停下，需要人工", "“{0}” stopped and needs a person";
        job_retried: "重试“{0}”", "“{0}” was retried";
        secrets_resealed: "{0} 项机密改用新的主密钥加密", "{0} secrets were sealed again with the new master key";
        job_abandoned: "放弃“{0}”", "“{0}” was given up";
        seller_saved: "保存开票主体 {0}", "Seller {0} saved";
        store_saved: "保存门店 {0}", "Store {0} saved";
        account_saved: "保存微信账号 {0}", "WeChat account {0} saved";
        account_prepared: "微信账号准备就绪", "WeChat account prepared";
        template_made: "创建卡券模板", "Card template made";
        template_asked: "请求微信创建卡券模板", "Asked WeChat for a card template";
        template_try_ended: "卡券模板的创建结果", "How a try to make a card template ended";
        design_buyer_form: "保存授权页字段", "Authorisation fields saved";
        design_buyer_form_read: "读回微信的授权页字段", "Authorisation fields read back from WeChat";
        design_card: "保存卡券外观", "Look of a card saved";
        design_other: "保存设置", "Settings saved";
        product_saved: "保存商品 {0}", "Product {0} saved";
        report_exported: "导出报表：{0}", "Report exported: {0}";
        list_exported: "导出列表：{0}", "List exported: {0}";
        evidence_exported: "下载证据包", "Evidence downloaded";
        staff_saved: "保存人员 {0}", "Person {0} saved";
        key_added: "新建接口密钥 {0}", "API key {0} made";
        key_revoked: "吊销接口密钥", "API key revoked";
        stock_segment_closed: "省份已变，号段停用，{0} 个号码不再使用", "The province changed: a segment is closed, {0} of its numbers stay unused";
        stock_segment: "申领号段，{0} 个号码", "Fetched a segment of {0} numbers";
        stock_quota: "申领额度 {0}", "Fetched a quota of {0}";
        stock_quota_ended: "{0} 未用完的额度 {1} 过期", "The rest of the quota of {0}, {1}, lapsed";
        push_received: "收到推送 {0}", "Push {0} received";
        push_refused: "拒绝推送", "Push refused";
        push_unproved: "推送没有签名，也没有得到微信证实：{0}", "Nobody signed a push about {0}, and WeChat does not confirm it";
        push_unproved_many: "又有 {0} 条推送没有签名，也没有得到微信证实", "{0} more pushes that nobody signed and WeChat does not confirm";
        proof_holds: "账目核对：全部规则成立", "Ledger checked: every rule holds";
        proof_broken: "账目核对：有规则不成立", "Ledger checked: a rule does not hold";
        anchors_again: "{0} 个缺失的锚点将重新留存", "{0} missing anchors are brought outside once more";
        job_mail_anchor: "发送审计链锚点邮件", "Mail an anchor of the audit chain";
        job_mail_alarm: "发送核对告警邮件", "Mail that the ledger does not hold";
        session_opened: "登录", "Signed in";
        session_closed: "退出登录", "Signed out";
        sign_in_locked: "连续登录失败，{0} 暂停登录", "Sign-in of {0} is locked after failures";
        by_buyer: "买家", "Buyer";
        by_wechat: "微信", "WeChat";
        by_tax: "税局", "Tax authority";
        by_system: "系统", "System";
        by_cli: "命令行", "Command line";
        by_key: "密钥 {0}", "Key {0}";
        facts: "详情", "Details";
    }
}

texts! {
    /// What a job does, as an act with its object.
    JobKind {
        handle_push: "处理微信推送", "Handle a push";
        confirm_authorisation: "向微信确认授权", "Confirm with WeChat";
        draft_invoice: "核对抬头并拟票", "Check the title and draw up";
        issue_invoice: "取号并上传税局", "Number and upload";
        poll_receipt: "查询税局结果", "Ask for the tax result";
        render_invoice: "生成版式文件", "Make the documents";
        deliver_card: "把发票放入微信卡包", "Bring the card into the wallet";
        mail_invoice: "发送发票邮件", "Mail the invoice";
        reject_authorisation: "通知微信拒绝开票", "Tell WeChat of the refusal";
        refill_stock: "申领号码与额度", "Fetch numbers and quota";
        sync_tax_data: "同步税率与编码", "Fetch rates and class codes";
        prepare_account: "准备微信账号", "Prepare the WeChat account";
        reconcile: "与微信核对", "Compare with WeChat";
        cancel_card: "作废卡包中的发票", "Strike the card out";
        next_code: "请在授权页面补录卡券编号，然后重试。", "Enter the card's code on the delivery's page, then retry.";
        next_reimbursed: "请通知买家财务，然后放弃此任务。", "Tell the buyer's bookkeeper, then give this job up.";
        ensure_template: "创建卡券模板", "Make the card template";
        match_payment: "匹配支付开票申请", "Match requests from payment receipts";
        ask_payment: "查询支付凭证上的开票申请", "Ask for a request on the payment receipt";
        reject_claim: "通知微信不为此支付开票", "Tell WeChat that a payment gets no invoice";
        find_red_forms: "查找购方发起的红字确认单", "Look for red confirmations that buyers began";
        follow_red_form: "办理红字确认单", "Carry a red confirmation on";
        reissue_order: "红冲后重新开票", "Issue anew after a red letter";
        push_buyer_form: "设置授权页字段", "Set the authorisation fields";
        next_template: "到微信后台查看模板是否已创建，再到卡券模板页作出选择。", "Look in WeChat's console whether the template is there, then choose on the page of the cards.";
        fix_template: "打开卡券模板", "Open the cards";
        fix_form: "打开授权页字段", "Open the fields";
        other: "其他任务", "Another job";
        next_title: "在投递页更正抬头，或按原样接受；也可以拒绝开票。", "Correct the title on the delivery's page, take it as it is, or refuse.";
        next_settings: "先改好设置，再重试。", "Mend the settings, then retry.";
        next_wechat: "按微信的说明处理后重试；发票本身有效，买家可先下载。", "Do what WeChat's answer asks for, then retry. The invoice is valid and can be downloaded meanwhile.";
        declined: "买家在微信页面上取消了开票", "The buyer cancelled on WeChat's page";
        next_reissue: "在订单页拒绝尚未结束的开票链接，或红冲在此期间开出的发票，然后重试。", "On the order's page refuse the link that is still open, or take back the invoice that was made meanwhile; then try again.";
        next_refuse: "在投递页拒绝此次开票。", "Refuse the request on the delivery's page.";
        next_tax: "在税局侧处理后重试；重试使用原来的号码。", "Settle it with the tax authority, then retry; the number stays the same.";
        next_lines: "订单内容不能照此开票，请核对商品编码和税率。", "The order cannot be invoiced as it is; check class codes and rates.";
        next_remark: "照上述办法改好后重试，或拒绝此次开票。", "Mend it as told above and retry, or refuse the request.";
        next_retry: "查明原因后重试；重试不会重复开票。", "Find the cause, then retry; nothing is issued twice.";
        fix_title: "更正抬头", "Correct the title";
        fix_seller: "打开开票主体", "Open the seller";
        fix_account: "打开微信账号", "Open the account";
    }
}

texts! {
    /// One sentence on where an order, a delivery or an invoice stands.
    Stand {
        no_delivery: "还没有开票链接", "No invoice link yet";
        no_delivery_more: "生成后把二维码或链接交给买家。", "Make one and hand it to the buyer.";
        awaits_fresh: "等待买家填写抬头，尚余 {0}", "Waiting for the buyer; {0} left";
        awaits: "等待买家填写抬头，已过 {0}，尚余 {1}", "Waiting for the buyer for {0}; {1} left";
        awaits_opened: "买家已打开开票页，等待填写抬头，尚余 {0}", "The buyer opened the page; waiting for the title, {0} left";
        awaits_confirm: "等待买家在微信确认开票，尚余 {0}", "Waiting for the buyer to confirm; {0} left";
        awaits_collect: "等待买家领取发票，尚余 {0}", "Waiting for the buyer to collect the invoice; {0} left";
        awaits_more: "请买家扫描二维码或打开链接。", "Ask the buyer to scan the code or open the link.";
        drafting: "买家已授权，正在开票", "The buyer agreed; the invoice is being drawn up";
        blocked: "暂停：号码或额度不足", "Held: numbers or quota are short";
        blocked_more: "系统正在申领，补足后自动继续。", "More are being fetched; it goes on by itself.";
        at_tax: "已提交税局，等待结果", "With the tax authority, waiting for the result";
        unknown: "税局应答丢失，正以原号码重查", "The tax authority's answer was lost; asking again under the same number";
        to_wallet: "已开具 {0}，正在放入微信卡包", "Issued as {0}; on its way to the wallet";
        stuck: "“{0}”停下，需要人工处理", "“{0}” stopped and needs a person";
        in_wallet: "发票 {0} 已在买家微信卡包", "Invoice {0} is in the buyer's WeChat wallet";
        taken_back: "发票 {0} 已全额红冲", "Invoice {0} was taken back in full";
        taken_back_more: "红字发票和退款见“退款与红冲”。", "Red letters and refunds: see the refund page.";
        red_letter: "红字发票 {0} 已开具", "Red letter {0} is issued";
        issued_only: "发票 {0} 已开具，但未能放入微信卡包", "Invoice {0} is issued, but not in a wallet";
        issued_only_more: "发票有效，买家可从开票链接下载 PDF。", "It is valid; the buyer can download the PDF from the link.";
        refused_by_tax: "税局拒绝开具", "The tax authority refused it";
        refused: "开票已被拒绝", "Refused";
        refused_more: "此次投递作废；需要时可重新生成链接。", "This delivery is void; a new link can be made.";
        expired: "开票链接已于 {0} 过期", "The link expired at {0}";
        expired_more: "买家未在期限内授权，可重新生成链接。", "The buyer did not agree in time; make a new link.";
        failed: "开票失败", "Issuing failed";
        cancelled: "订单已取消", "The order was cancelled";
        make: "生成开票链接", "Make an invoice link";
        make_again: "重新生成链接", "Make a new link";
        correct_title: "更正抬头", "Correct the title";
        retry: "重试", "Retry";
        open_invoice: "查看发票", "Open the invoice";
        open_pdf: "打开 PDF", "Open the PDF";
        refuse: "拒绝开票…", "Refuse…";
        to_order: "查看订单", "Open the order";
        minutes: "{0} 分钟", "{0} min.";
        hours: "{0} 小时", "{0} hr.";
        days: "{0} 天", "{0} days";
    }
}

texts! {
    /// Said once after something was done.
    Told {
        order_made: "订单 {0} 已创建", "Order {0} is made";
        order_known: "订单 {0} 已存在，内容相同", "Order {0} was there already with the same content";
        link_made: "已生成开票链接，请交给买家", "The link is made; hand it to the buyer";
        refused: "已拒绝开票，买家会看到：{0}", "Refused; the buyer reads: {0}";
        title_saved: "抬头已保存，正在开票", "The title is saved; the invoice is being issued";
        job_retried: "任务已重新排队", "The job runs again";
        jobs_retried: "{0} 个任务已重新排队", "{0} jobs run again";
        job_gone: "任务已不在此状态，请看最新列表", "The job has moved on; this is the list as it is now";
        job_given_up: "任务已放弃，原因已记入日志", "The job was given up; the reason is in the log";
        seller_saved: "开票主体“{0}”已保存，正在同步税务数据", "Seller “{0}” is saved; tax data is being fetched";
        store_saved: "门店“{0}”已保存", "Store “{0}” is saved";
        account_saved: "微信账号“{0}”已保存，正在向微信准备", "Account “{0}” is saved and being prepared at WeChat";
        product_saved: "商品“{0}”已保存", "Product “{0}” is saved";
        staff_saved: "“{0}”已保存", "“{0}” is saved";
        key_revoked: "密钥“{0}”已吊销", "Key “{0}” is revoked";
        stock_asked: "已提交申领，稍后到账", "Asked for; it arrives shortly";
        imported: "已导入 {0} 个订单", "{0} orders were imported";
        imported_known: "，{0} 个已存在、保持不变", "; {0} were known already and stay as they are";
        imported_bad: "，{0} 行有误、未导入", "; {0} rows had errors and were left out";
        changed_meanwhile: "内容已被他人更改，请核对最新内容后再保存", "Somebody else changed it meanwhile; look at it as it is now and save again";
        delivery_under_way: "该订单已有开票链接或发票", "The order has a link or an invoice already";
        too_late: "已不能拒绝：{0}", "It cannot be refused any more: {0}";
        too_late_issuing: "发票正在开具，完成后再处理", "the invoice is being issued; decide once it is";
        too_late_issued: "发票已开具，只等买家领取；要撤回请办理红冲", "the invoice is issued and only waits for its buyer; take it back by a red letter";
        title_not_now: "投递已进入下一步，抬头不能再更改", "The delivery has moved on; its title cannot be changed";
        busy: "此刻登录的人太多，请几秒后再试。", "Too many people are signing in right now; please try again in a few seconds.";
        file_missing: "请选择一个文件", "Please choose a file";
        file_too_large: "文件超过 {0} MB", "The file is larger than {0} MB";
        file_encoding: "文件既不是 UTF-8 也不是 GB18030 编码", "The file is neither UTF-8 nor GB18030 text";
        file_heading: "表头不符：{0}", "The headings do not fit: {0}";
        file_too_long: "文件超过 100,000 行，请拆分", "The file has more than 100,000 rows; please split it";
        order_no_taken: "订单号已用于内容不同的订单", "This number was used for a different order";
        parked_why: "在问题解决前，相关发票停在原处。", "Their invoices stay where they are until this is settled.";
        stock_low: "号码或额度即将用完", "Numbers or quota are running out";
        stock_low_why: "系统会自动申领；如持续偏低，请联系主管税务机关。", "More is fetched by itself; if it stays low, ask the tax authority.";
    }
}

texts! {
    /// The steps of the check-list.
    Steps {
        company: "公司", "Company";
        seller_complete: "主体资料完整", "The seller's details are complete";
        seller_complete_mend: "补全资料：{0}", "Fill in: {0}";
        seller_has_store: "至少有一家门店", "It has a store";
        seller_has_store_mend: "新增一家属于该主体的门店。", "Add a store of this seller.";
        stores_found: "{0} 家门店", "Stores: {0}";
        tax_answers: "税局接口有应答", "The tax authority answers";
        foreign_platform: "第三方开票平台有应答", "The external platform answers";
        foreign_platform_mend: "核对平台的网关地址、密钥编号和密钥。", "Check the platform's gateway address, key id and secret.";
        open_platform: "设置第三方开票平台", "Set up the external platform";
        tax_answers_mend: "核对税务接口的地址、企业标识和密钥（[tax] 配置）。", "Check address, party id and keys of the tax interface (settings [tax]).";
        tax_data: "税率与编码已同步", "Rates and class codes are fetched";
        tax_data_mend: "保存开票主体后自动同步；长时间未完成请看“待处理”。", "Fetched once the seller is saved; if it takes long, look under jobs.";
        stock: "号码与额度充足", "Numbers and quota are in stock";
        stock_found: "剩余 {0} 个号码，额度 {1}", "{0} numbers left, quota {1}";
        stock_mend: "系统自动申领；也可在“号码与额度”立即申领。", "Fetched by itself, or at once under numbers and quota.";
        template: "卡券模板已创建", "The card template is made";
        template_mend: "选定开票平台账号后自动创建。", "Made by itself once a platform account is chosen.";
        credentials: "微信账号凭据有效", "The account's credentials work";
        credentials_found: "微信已发放令牌", "WeChat gave a token";
        credentials_mend: "核对 AppID、AppSecret，并把本机出口 IP 加入微信后台白名单。", "Check app id and secret, and add this server's address to the allow list in WeChat's console.";
        push_address: "推送地址可以访问", "The push address is reached";
        push_address_mend: "核对 public_base_url 与反向代理；地址应可从公网访问。", "Check public_base_url and the proxy; the address must be reachable from outside.";
        push_status: "地址应答 {0}，应为 403", "It answers {0} instead of 403";
        push_seen: "已收到微信推送", "A push has arrived";
        push_seen_mend: "在微信后台填写推送地址、令牌和密钥并启用；首次推送后自动打勾。", "Enter address, token and key in WeChat's console and switch it on; the first push ticks this.";
        contact: "联系方式已设置", "The contact is set at WeChat";
        contact_mend: "在微信账号中填写联系电话，保存后自动设置。", "Enter a contact phone in the account; it is set once saved.";
        platform_id: "已取得开票平台识别码", "The platform id is known";
        platform_id_mend: "保存账号后自动获取；需已开通微信电子发票权限。", "Fetched once the account is saved; the account needs WeChat's invoicing permission.";
        mail: "邮件可以发出", "Mail can be sent";
        mail_off: "未启用邮件：发票只进卡包，不发邮件", "Mail is switched off: invoices go to wallets only";
        mail_mend: "核对 [mail] 配置中的服务器地址和账号。", "Check server and account in the settings [mail].";
        files: "文件存储可写", "Documents can be stored";
        files_mend: "核对 [storage] 配置和磁盘空间。", "Check the settings [storage] and the disk.";
        first_invoice: "第一张发票已开具", "The first invoice is issued";
        first_invoice_mend: "新建一笔小额订单，用自己的微信走一遍。", "Make a small order and go through it with your own WeChat.";
        answers: "有应答", "answers";
        open_seller: "打开开票主体", "Open the seller";
        open_account: "打开微信账号", "Open the account";
        open_stock: "号码与额度", "Numbers and quota";
        open_stores: "门店", "Stores";
        open_jobs: "待处理", "Jobs";
        new_order: "新建订单", "New order";
        member_name: "名称", "name";
        member_tax_number: "税号", "tax number";
        member_province: "省级代码", "province";
        member_short_name: "卡券简称", "name on cards";
        member_drawer: "开票人", "issuing clerk";
        member_platform_account: "开票平台账号", "platform account";
        member_channel_account: "授权页账号", "page account";
    }
}

texts! {
    /// The columns of an import file.
    Column {
        order_no: "订单号；同一订单的各行须连续", "Order number; the rows of an order follow each other";
        store: "门店编码，可省略", "Store code; may be left out";
        sold_at: "销售时间，可省略", "When it was sold; may be left out";
        line: "行号，可省略，仅供核对", "Line number; may be left out, for your eyes only";
        name: "项目名称，不含分类简称", "Item, without the short name of its class";
        tax_code: "19 位税收分类编码", "Tax class code, 19 digits";
        spec: "规格型号，可省略", "Specification; may be left out";
        unit: "单位", "Unit";
        quantity: "数量，最多 13 位小数", "Quantity, at most 13 decimals";
        unit_price: "单价（元），最多 13 位小数", "Unit price in yuan, at most 13 decimals";
        tax_included: "价格是否含税：是 / 否", "Whether prices include tax: yes / no";
        rate: "税率，0.13；免税 exempt；不征税 not_taxed", "Rate: 0.13, exempt, not_taxed";
        discount: "折扣（元），可省略", "Discount in yuan; may be left out";
        order_discount: "整单折扣（元），同一订单各行相同，可省略", "Discount on the whole order in yuan, the same in all its rows; may be left out";
    }
}
