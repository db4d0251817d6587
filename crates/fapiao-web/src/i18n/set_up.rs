//! Words of setting up, building against and keeping.

use super::texts;

texts! {
    /// Sellers.
    Seller {
        title: "开票主体", "Sellers";
        new: "新增开票主体", "New seller";
        none: "还没有开票主体", "No sellers yet";
        none_why: "开票主体是对外开具发票的企业或个体工商户，先填写营业执照上的信息。", "A seller is the legal entity that issues. Start with what its licence says.";
        name: "名称", "Name";
        name_help: "与营业执照一致，会印在发票上。", "As on the licence; printed on invoices.";
        tax_number: "统一社会信用代码", "Tax number";
        tax_number_help: "18 位统一社会信用代码，或 15、20 位纳税人识别号。", "The 18-character credit code, or a tax number of 15 or 20.";
        province: "省级代码", "Province";
        province_help: "两位数字，如浙江 33。改动后，尚未使用的号段停用，并重新领取。", "Two digits, such as 33. After a change the numbers that are left are no longer used, and others are fetched.";
        address: "地址", "Address";
        phone: "电话", "Phone";
        bank: "开户银行", "Bank";
        bank_account: "银行账号", "Account number";
        clerks: "开票人员", "Clerks";
        drawer: "开票人", "Issued by";
        drawer_help: "印在票面上，必填。", "Printed on invoices; required.";
        payee: "收款人", "Payee";
        reviewer: "复核人", "Reviewer";
        issuing: "开具", "Issuing";
        mode: "开票方式", "Issuing mode";
        mode_help: "由谁计算、开具并把发票放入买家卡包。", "Who computes, issues and inserts the card.";
        self_built: "自建平台", "Self-built platform";
        external_platform: "第三方开票平台", "External platform";
        wechat_unified: "微信统一接口（旧）", "WeChat unified calls (legacy)";
        short_name: "卡券简称", "Name on cards";
        short_name_help: "显示在卡券上，最多 9 个字。", "Shown on the card; at most 9 characters.";
        account: "开票平台账号", "Platform account";
        account_help: "用它的凭据把发票放入卡包。", "Its credentials insert the cards.";
        channel_account: "授权页账号", "Page account";
        channel_account_help: "买家在这个账号的授权页填写抬头；可与上面相同。", "Buyers fill in titles on this account's page; may be the same.";
        no_account: "（未选择）", "(none)";
        app_account: "App 账号", "App account";
        app_account_help: "买家从哪个 App 开票。公司只有一个开放平台应用时不用选。", "The app its buyers come from. Not needed where the company has only one.";
        mini_program_account: "小程序账号", "Mini program account";
        mini_program_account_help: "买家从哪个小程序开票。公司只有一个小程序时不用选。", "The mini program its buyers come from. Not needed where the company has only one.";
        only_account: "（公司唯一的账号）", "(the company's only one)";
        numbers_low: "号码低于此数时申领", "Fetch numbers below";
        numbers_fetch: "每次申领号码数", "Numbers per fetch";
        quota_low: "额度低于此数时申领（元）", "Fetch quota below (yuan)";
        quota_fetch: "每次申领额度（元）", "Quota per fetch (yuan)";
        stock_help: "额度为不含税金额；一次最多申领 5,000 个号码。", "Quota is net of tax; at most 5,000 numbers per fetch.";
        stores: "门店", "Stores";
    }
}

texts! {
    /// Stores.
    Store {
        title: "门店", "Stores";
        new: "新增门店", "New store";
        none: "还没有门店", "No stores yet";
        none_why: "门店决定订单属于哪个开票主体，也用来限定人员和接口密钥的范围。", "A store tells which seller an order belongs to, and limits what staff and keys may see.";
        name: "门店名称", "Store name";
        name_help: "买家在开票页看到的名称。", "What buyers read on the invoice page.";
        code: "门店编码", "Store code";
        code_help: "接口和导入文件用它指明门店。", "Names the store in the API and in imports.";
    }
}

texts! {
    /// WeChat accounts.
    Account {
        title: "微信账号", "WeChat accounts";
        new: "新增微信账号", "New WeChat account";
        none: "还没有微信账号", "No WeChat accounts yet";
        none_why: "填写服务号的 AppID 和密钥后，才能请买家授权并把发票放入卡包。", "Enter a service account's app id and secret to ask buyers for consent and to insert cards.";
        name: "名称", "Name";
        kind: "类型", "Kind";
        service_account: "服务号", "Service account";
        open_app: "开放平台应用", "Open-platform app";
        mini_program: "小程序", "Mini program";
        kind_help: "授权推送总是发到服务号的推送地址。", "Pushes about consent always go to the service account.";
        app_id: "AppID", "App id";
        secret: "AppSecret", "App secret";
        secret_help: "加密保存，保存后不再显示。", "Encrypted at rest and never shown again.";
        original_id: "原始 ID", "Original id";
        push: "消息推送", "Pushes";
        push_token: "令牌（Token）", "Token";
        aes_key: "消息加解密密钥", "AES key";
        aes_key_help: "EncodingAESKey，43 个字符。", "EncodingAESKey, 43 characters.";
        push_mode: "加密方式", "Encryption";
        push_mode_help: "请在微信后台选择同样的方式，建议安全模式。", "Choose the same in WeChat's console; safe mode is advised.";
        mode_safe: "安全模式", "Safe";
        mode_compatible: "兼容模式", "Compatible";
        mode_plain: "明文模式", "Plain";
        push_url: "推送地址", "Push address";
        push_url_help: "把它填入微信后台的服务器地址（URL）。", "Enter it as the server URL in WeChat's console.";
        invoicing: "电子发票", "Invoicing";
        platform_id: "开票平台识别码", "Platform id";
        platform_id_help: "留空则自动获取；微信报告的识别码变化时，清空此项重新获取。", "Leave it empty to have it fetched; empty it when WeChat reports another one.";
        contact_phone: "联系电话", "Contact phone";
        contact_timeout: "开票超时（秒）", "Time-out (seconds)";
        contact_help: "未设置联系方式时，微信拒绝授权页（72063）。", "WeChat refuses the page (72063) while these are missing.";
        checks: "检查结果", "Checks";
        test: "测试凭据", "Test credentials";
        test_means: "向微信申请一次令牌，并从外部访问推送地址。", "Asks WeChat for a token and reaches for the push address from outside.";
        last_push: "最近推送", "Last push";
        no_push: "尚未收到", "none yet";
    }
}

texts! {
    /// The check-list.
    Onboarding {
        title: "开通清单", "Check-list";
        progress: "已完成 {0} / {1}", "{0} of {1} done";
        check_all: "全部重新检查", "Check all again";
        checked: "检查于", "checked";
        word_ok: "已完成", "done";
        word_wait: "等待中", "waiting";
        word_bad: "有问题", "wrong";
        word_off: "未启用（可选）", "off (optional)";
        word_by_hand: "人工确认", "to be seen to by hand";
    }
}

texts! {
    /// The catalogue.
    Product {
        title: "商品", "Products";
        new: "新增商品", "New product";
        none: "还没有商品", "No products yet";
        none_why: "录入商品的税收分类编码和税率后，开单时可以直接选用。", "With class codes and rates on file, orders are quickly made.";
        none_found: "没有找到商品", "No products found";
        find_hint: "名称、编码、税收分类编码", "Name, code, tax class code";
        code: "商品编码", "Code";
        short_name: "分类简称", "Short name";
        price: "单价", "Price";
        name_help: "不要写分类简称，开票时自动加在前面。", "Without the short name of its class; that is added on the invoice.";
        tax_code_help: "19 位数字，决定分类简称和可用税率。", "19 digits; it decides the short name and the rates.";
        tax_included: "单价含税", "The price includes the tax";
    }
}

texts! {
    /// People.
    Staff {
        title: "人员", "Staff";
        new: "新增人员", "New person";
        name: "姓名", "Name";
        login: "登录名", "Sign-in name";
        email: "通知邮箱", "Mail address for notices";
        email_help: "48 小时上传期限、月度汇总等时限将至时，写信给有权处理的人。", "Whoever may act is mailed when a window closes: the 48 hours of an upload, the month's totals.";
        login_help: "字母、数字、点和短横，登录时不区分大小写。", "Letters, digits, dots and dashes; case does not matter.";
        role: "角色", "Role";
        roles: "角色可以做什么", "What the roles may do";
        role_owner: "负责人", "Owner";
        role_owner_may: "一切操作，包括人员管理。", "Everything, including people.";
        role_admin: "管理员", "Administrator";
        role_admin_may: "设置、微信账号、接口密钥和日常开票；不能管理人员。", "Settings, WeChat accounts, keys and the daily work; not people.";
        role_finance: "财务", "Finance";
        role_finance_may: "订单与发票，拒绝开票、更正抬头、重试任务。", "Orders and invoices; refuses, corrects titles, retries jobs.";
        role_clerk: "店员", "Clerk";
        role_clerk_may: "本门店的订单和开票链接。", "Orders and invoice links of one store.";
        role_auditor: "审计", "Auditor";
        role_auditor_may: "查看全部，不能更改。", "Reads everything, changes nothing.";
        store: "门店", "Store";
        store_help: "店员必须选择一家门店；负责人和管理员面向全公司。", "A clerk needs a store; owners and administrators work for the whole company.";
        password_old: "原密码", "Password so far";
        password_again: "再次输入新密码", "New password again";
        password_change: "保存新密码", "Save the new password";
        password_means: "保存后，你在其他设备上的登录即失效。", "Your sessions on other devices end.";
        password_changed: "密码已修改，其他设备上的登录已失效", "The password was changed, and your other sessions have ended";
        password: "新密码", "New password";
        password_help: "至少 12 个字符；留空则保持不变。", "At least 12 characters; leave it empty to keep the old one.";
        password_first: "至少 12 个字符。", "At least 12 characters.";
        active: "允许登录", "May sign in";
        active_help: "停用后立即退出所有会话；留下的记录不受影响。", "Turning this off ends all sessions at once; records stay.";
        seen: "最近活动", "Last seen";
        never: "从未登录", "never";
    }
}

texts! {
    /// API keys.
    Key {
        title: "接口密钥", "API keys";
        new: "新建密钥", "New key";
        create: "生成密钥", "Make the key";
        docs: "接口文档", "API reference";
        none: "还没有接口密钥", "No API keys yet";
        none_why: "收银系统或网店用密钥调用接口提交订单。", "A till or shop calls the API with a key.";
        name: "名称", "Name";
        name_help: "写明用途，如“西湖店收银机”。", "Say what uses it, such as “Lake store till”.";
        prefix: "开头", "Starts with";
        store_help: "限定门店后，密钥看不到其他门店的数据。", "Bound to a store, it sees nothing of the others.";
        right: "权限", "May";
        right_write: "提交订单、申请和拒绝开票、查询", "Send orders, ask for and refuse invoices, read";
        right_read: "只查询和下载", "Read and download only";
        created: "创建", "Created";
        used: "最近使用", "Last used";
        never: "从未使用", "never";
        revoke: "吊销", "Revoke";
        revoke_word: "输入“{0}”以确认", "Type “{0}” to confirm";
        revoke_means: "立即失效，不能恢复。", "It stops at once and for good.";
        made: "密钥已生成", "Key made";
        made_name: "密钥“{0}”已生成", "Key “{0}” is made";
        once: "请现在复制保存，离开本页后不再显示。", "Copy it now; it is never shown again.";
        try_it: "试一试", "Try it";
        kept: "我已保存", "I have kept it";
    }
}

texts! {
    /// Numbers and quota.
    Stock {
        title: "号码与额度", "Numbers and quota";
        numbers_left: "剩余号码", "Numbers left";
        quota_left: "剩余额度", "Quota left";
        of: "共 {0}", "of {0}";
        refill: "立即申领号码", "Fetch numbers now";
        refill_below: "申领线", "Refill line";
        refill_means: "低于此数自动申领", "Fetched by itself below this";
        month: "所属月份", "Month";
        month_means: "额度按自然月核定，不含税", "Granted per calendar month, net of tax";
        segments: "号段", "Segments";
        no_segments: "还没有号段", "No segments yet";
        no_segments_why: "申领成功后号段会出现在这里；没有号码就不能开票。", "Fetched segments appear here. Without numbers nothing can be issued.";
        range: "起止号码", "First and last number";
        year: "年度", "Year";
        used: "已用", "Used";
        received: "申领时间", "Fetched";
        quota_rule: "低于 {0} 自动申领，每次 {1}", "Fetched below {0}, {1} at a time";
        ledger: "额度流水", "Quota ledger";
        ledger_means: "金额为不含税", "Amounts are net of tax";
        when: "时间", "When";
        what: "摘要", "What";
        change: "变动", "Change";
        balance: "余额", "Balance";
        granted: "税局核定", "granted";
        reserved: "开票占用", "reserved";
        given_back: "退回", "given back";
        ended: "月底过期", "lapsed";
    }
}

texts! {
    /// The ledger check.
    Ledger {
        title: "账目核对", "Ledger check";
        check: "立即核对", "Check now";
        means: "逐条核对账目规则：号码只用一次、合计等于明细、每张发票都有留痕。数据多时可能需要几分钟。", "Checks every rule of the books: numbers used once, totals equal to their lines, each invoice with its record. With much data this may take minutes.";
        all_hold: "全部规则成立", "Every rule holds";
        next: "下一步：", "Next: ";
        broken: "发现 {0} 处不符", "{0} contradictions found";
        run: "核对了 {0} 条记录，用时 {1}", "{0} records checked in {1}";
        rule: "规则", "Rule";
        result: "结果", "Result";
        checked: "核对数", "Checked";
        found: "不符", "Found";
        query: "查询语句", "Query";
    }
}

texts! {
    /// Pushes.
    Inbox {
        title: "微信推送", "WeChat pushes";
        means: "收到的全部推送，被拒绝的也在内", "Everything received, also what was refused";
        none: "还没有收到推送", "No pushes yet";
        none_why: "在微信后台填写推送地址并启用后，推送会出现在这里。", "Enter the push address in WeChat's console and switch it on.";
        seen: "共收到 {0} 次", "came {0} times";
        at: "时间", "When";
        event: "事件", "Event";
        account: "账号", "Account";
        verdict: "结论", "Verdict";
        unreadable: "无法读取", "unreadable";
        decrypted: "解密后", "Decrypted";
    }
}

texts! {
    /// The audit log.
    Audit {
        title: "操作日志", "Audit log";
        means: "每条记录都与前一条相连，改动一处即可查出。", "Each entry is chained to the one before; a change anywhere shows.";
        none: "还没有记录", "No entries yet";
        none_why: "每一次操作都会记在这里。", "Every act is written here.";
        find_hint: "订单号，或对象编号、操作名的开头", "Order number, or how an id or act begins";
        at: "时间", "When";
        who: "操作者", "Who";
        what: "操作", "What";
        hash: "链上摘要", "Hash";
        facts: "内容", "Facts";
    }
}
