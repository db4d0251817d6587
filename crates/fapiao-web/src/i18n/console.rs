//! Words of what is set on WeChat's side: the buyer's page, cards, credentials.

use super::texts;

texts! {
    /// What WeChat's page asks buyers for.
    BuyerForm {
        title: "授权页字段", "Authorisation fields";
        means: "买家在微信授权页看到的输入项。保存后由后台任务推送到微信，再读回核对。", "What buyers are asked on WeChat's page. Saved here, set at WeChat by a job, then read back.";
        person: "个人抬头", "Persons";
        organisation: "单位抬头", "Organisations";
        name: "抬头名称", "Name";
        name_always: "抬头名称始终必填。", "The name is always asked for.";
        tax_number: "税号", "Tax number";
        address: "单位地址", "Address";
        phone: "电话", "Telephone";
        mobile: "手机号码", "Mobile number";
        bank: "开户银行", "Bank";
        bank_account: "银行账号", "Account number";
        email: "电子邮箱", "E-mail";
        hidden: "不显示", "Not shown";
        optional: "选填", "Optional";
        required: "必填", "Required";
        own: "自定义字段", "Own fields";
        own_means: "名称最多 5 个字。买家填写的内容显示在投递页和接口里；单位抬头页没有邮箱项，需要时在此添加。", "Names have at most 5 characters. What buyers write is shown on the delivery and in the API. The organisation page has no mail field of its own: add one here.";
        own_name: "字段名", "Name";
        own_hint: "提示", "Hint";
        own_required: "必填", "Required";
        preview: "授权页预览", "Preview of the page";
        preview_means: "随输入更新；未启用脚本时，点“预览”。", "Follows what you type; without script, press Preview.";
        preview_button: "预览", "Preview";
        apply: "确认开票", "Confirm";
        amount: "开票金额", "Amount";
        save: "保存并推送到微信", "Save and set at WeChat";
        never: "尚未设置", "Never set";
        never_means: "微信按它自己的默认项询问买家。", "WeChat asks for its own usual fields.";
        pushing: "已保存，等待微信确认", "Saved; waiting for WeChat";
        pushing_means: "后台任务正在推送并读回。", "A job sets it and reads it back.";
        shown: "微信已显示这些字段", "WeChat shows these fields";
        differs: "微信显示的字段与此不同", "WeChat shows other fields";
        differs_means: "请再次保存；若仍不一致，请到微信后台查看。", "Save again; if it stays different, look into WeChat's console.";
        read_at: "读回于 {0}", "read back {0}";
        saved: "授权页字段已保存，正在推送到微信", "The fields are saved and are being set at WeChat";
        open: "设计授权页字段", "Design the fields";
    }
}

texts! {
    /// Card templates.
    CardLook {
        title: "卡券模板", "Card templates";
        none: "还没有开票主体", "No sellers yet";
        none_why: "卡券模板属于一个开票主体；先新增开票主体。", "A template belongs to a seller; add one first.";
        look: "卡券外观", "Look of the card";
        card_title: "卡券标题", "Title";
        card_title_help: "卡包列表里显示的收款方简称，最多 9 个汉字；留空用开票主体的简称。", "The payee's short name in the list of cards, at most 9 Chinese characters; empty takes the seller's.";
        payee: "收款方全称", "Payee";
        payee_help: "取自开票主体名称。改名后自动创建新模板，旧卡券仍用旧模板。", "The seller's name. A changed name makes a new template; old cards keep the old one.";
        kind: "发票种类", "Kind of invoice";
        logo: "商家 Logo", "Logo";
        logo_help: "PNG 或 JPG，正方形，边长 120 至 2000 像素（建议 300 × 300），不超过 1 MB。发送给微信前先在此检查。", "PNG or JPEG, square, 120 to 2000 pixels a side (300 × 300 is best), at most 1 MB. Checked here before WeChat gets it.";
        without_logo: "恢复默认图案", "Back to the plain picture";
        first: "第一个入口", "First entry";
        second: "第二个入口", "Second entry";
        entries_help: "显示在卡券详情页；微信会在链接后附加卡券参数，链接不要带 #。", "Shown on the card's page; WeChat adds parameters that tell the card, so the link carries no #.";
        entry_name: "名称", "Name";
        entry_name_help: "最多 5 个汉字", "at most 5 Chinese characters";
        entry_url: "链接", "Link";
        entry_hint: "提示语", "Hint";
        entry_hint_help: "最多 6 个汉字", "at most 6 Chinese characters";
        fixed: "微信只允许设置以上各项：卡券颜色和字体由微信决定，模板创建后不能修改。", "WeChat lets nothing else be set: colours and typefaces are its own, and a template cannot be changed once made.";
        preview: "卡券预览", "Preview of the card";
        preview_button: "预览", "Preview";
        wallet: "微信卡包", "WeChat wallet";
        sample_amount: "¥113.00", "¥113.00";
        save: "保存并创建模板", "Save and make the template";
        saved: "卡券外观已保存，正在创建模板", "The look is saved; the template is being made";
        saved_only: "卡券外观已保存；选定开票平台账号后创建模板", "The look is saved; the template is made once the seller has a platform account";
        templates: "已创建的模板", "Templates made";
        card_id: "模板 ID", "Card id";
        made: "创建于", "Made";
        in_use: "使用中", "In use";
        older: "旧卡券使用", "For old cards";
        no_templates: "还没有模板。", "None yet.";
        ready: "模板就绪", "The template is ready";
        ready_means: "新发票使用模板 {0}。", "New invoices use template {0}.";
        making: "正在创建模板", "The template is being made";
        making_means: "在后台进行；创建只会请求一次。", "In the background; it is asked for once only.";
        renewing: "正在按新的外观创建模板", "A template of the new look is being made";
        renewing_means: "创建完成前，新发票仍使用旧模板 {0}。", "Until then new invoices use the old one, {0}.";
        no_account: "没有开票平台账号", "No platform account";
        no_account_means: "在开票主体设置里选定开票平台账号后自动创建。", "Choose one in the seller's settings; the template is then made by itself.";
        unknown: "不知道模板是否已创建", "It is not known whether the template was made";
        unknown_means: "{0} 请求微信创建模板后没有收到应答。重复请求会多出一个模板，因此系统不会自动再试。请到微信公众平台的电子发票插件里查看，再选择：", "WeChat was asked at {0} and no answer came. Asking again would make a second template, so nothing is repeated by itself. Look in the invoicing plug-in of WeChat's console, then choose:";
        found_it: "已创建：填入模板 ID", "It is there: enter its card id";
        found_id_help: "在微信后台复制，例如 pDEMOcardid…", "Copied from WeChat's console, such as pDEMOcardid…";
        adopt: "使用这个模板", "Use this template";
        not_there: "没有创建", "It is not there";
        ask_again: "再请求一次", "Ask once more";
        ask_again_sure: "确定微信后台没有这个模板吗？再请求一次会创建新的模板。", "Are you sure that WeChat's console does not show it? Asking once more makes a new template.";
        settled: "已记录，继续处理", "Noted; going on";
        tries: "创建记录", "Tries";
        try_asked: "已请求", "Asked";
        try_unknown: "结果未知", "Unknown";
        try_made: "已创建", "Made";
        try_refused: "微信拒绝", "Refused";
        try_given_up: "经核实未创建", "Found not made";
    }
}

texts! {
    /// Credentials and counters.
    Credential {
        title: "令牌与额度", "Tokens and quota";
        means: "每个 AppID 只有一份令牌，所有节点共用；由先取得租约的节点刷新。", "One token per app id, shared by all nodes; the node that holds the lease renews it.";
        none: "还没有微信账号", "No WeChat accounts yet";
        none_why: "添加微信账号后，这里显示它的令牌。", "Add an account to see its token here.";
        access_token: "访问令牌", "Access token";
        ticket: "卡券票据", "Card ticket";
        valid: "有效", "Valid";
        expired: "已过期", "Expired";
        absent: "尚未获取", "None yet";
        until: "有效至", "Valid until";
        generation: "第几次", "Renewal no.";
        by: "节点", "Node";
        at: "时间", "When";
        what: "结果", "Result";
        renewed: "已刷新", "Renewed";
        failed: "失败", "Failed";
        cause_first: "首次获取", "there was none";
        cause_ending: "即将到期", "the old one was about to end";
        cause_refused: "微信不再接受旧令牌（40001 等）", "WeChat refused the old one (40001 and the like)";
        cause_forced: "微信仍发放被拒的令牌，已强制换新", "WeChat still gave out the refused one; a new one was forced";
        history: "刷新记录", "Who renewed when";
        no_history: "还没有刷新过。", "Nothing was renewed yet.";
        last_trouble: "最近的错误", "Last trouble";
        no_trouble: "最近没有错误", "No trouble of late";
        test: "测试凭据", "Test the credential";
        test_means: "以普通模式请求稳定版令牌：微信返回正在使用的同一个令牌，不会使它失效，也不写入共享记录。", "Asks for the stable token in normal mode: WeChat gives the running one back, which stays valid; nothing shared is changed.";
        test_good: "凭据有效：微信接受 {0} 的 AppID 和 AppSecret", "WeChat takes the app id and secret of {0}";
        quota: "今日接口额度", "Calls left today";
        quota_means: "数字来自微信，可能有约 1% 的误差。", "By WeChat's own count, which may be off by a percent.";
        ask_quota: "查询额度", "Ask for the quota";
        call: "接口", "Interface";
        limit: "每日上限", "A day";
        used: "已用", "Used";
        left: "剩余", "Left";
        reset_one: "清零", "Reset";
        reset_all: "全部清零…", "Reset all…";
        reset_means: "每个账号每月共 10 次清零机会，用完即止。请输入 {0} 确认。", "An account has ten resets a month in all. Type {0} to confirm.";
        reset_word: "AppID", "App id";
        reset_wrong: "输入的 AppID 不符，未清零。", "The app id does not match; nothing was reset.";
        reset_done: "微信已清零：{0}", "WeChat reset: {0}";
        everything: "全部接口", "every interface";
        refused: "微信：{0}", "WeChat: {0}";
    }
}
