//! The Chinese words for the codes of wrong fields. The English ones come with the errors themselves.

/// What a code means, in Chinese.
pub(super) fn chinese(code: &str) -> Option<&'static str> {
    TEXTS
        .binary_search_by(|(known, _)| (*known).cmp(code))
        .ok()
        .map(|at| TEXTS[at].1)
}

/// By code, sorted.
const TEXTS: &[(&str, &str)] = &[
    (
        "E_ACCOUNT_IN_USE",
        "已有卡券模板或投递属于这个微信账号，AppID 和类型不能再改：请另建账号",
    ),
    (
        "E_ACCOUNT_OPEN",
        "公司有多个同类微信账号：请在开票主体设置中选定这个主体用哪一个",
    ),
    ("E_ADDRESS", "地址过长或含有不可打印的字符"),
    ("E_AMOUNT", "金额写作 50000 或 50000.00，不能为负"),
    (
        "E_APP_ID",
        "AppID 由字母和数字组成，例如 wx0123456789abcdef",
    ),
    (
        "E_APP_IDS",
        "1 至 50 个 AppID，每行一个，例如 wx1234567890abcdef",
    ),
    ("E_APP_ID_TAKEN", "已有账号使用这个 AppID"),
    ("E_BANK", "开户行过长或含有不可打印的字符"),
    ("E_BANK_ACCOUNT", "银行账号过长或含有不可打印的字符"),
    (
        "E_BILLS_OPEN",
        "还有投递是以现在的财政局发起的：等它们进入卡包或拒绝后再更换",
    ),
    ("E_CARD_ID", "模板 ID 照微信后台所示填写：字母、数字、短横"),
    ("E_CARD_ID_TAKEN", "这个模板 ID 已属于另一个模板"),
    (
        "E_CARD_TEXT",
        "文字过长：标题最多 9 个汉字，入口名称 5 个，提示语 6 个；英文按半个计",
    ),
    (
        "E_CARD_URL",
        "链接以 https:// 开头，不带 #，最多 300 个字符",
    ),
    ("E_CHANNEL", "渠道只能是 web、wap、app 或 mini_program"),
    ("E_CHOICE", "请从列表中选择一项"),
    ("E_CLERK_STORE", "店员须指定一家门店"),
    ("E_CODE", "代码须为 1 至 20 个字母、数字、短横或下划线"),
    ("E_CONTACT_PHONE", "联系电话须为 5 至 20 位数字或短横"),
    ("E_DATE", "日期须写成 2026-11-21 的形式，且不能在未来"),
    (
        "E_DECIMAL_STRING",
        "金额、数量、单价和税率须写成字符串形式的小数，例如 \"12.50\"；JSON 数字在传输中可能丢失精度，故不接受",
    ),
    (
        "E_DIFFERENCE",
        "差额征税：只能有一行含税价明细，没有折扣，税率大于零且不是 1.5%；扣除额大于 0.00 且不超过该行含税金额；方式为 whole（全额）或 reduced（差额）",
    ),
    (
        "E_DIFFERENCE_CLASS",
        "该税收分类编码不适用差额征税，请改用其他编码，或不选差额征税",
    ),
    (
        "E_DIFFERENCE_LIMIT",
        "金额超出该销售方的单张限额，而差额征税的订单不能拆成多张发票",
    ),
    (
        "E_DIFFERENCE_MODE",
        "只有自建平台的开票主体可以开具差额征税发票",
    ),
    (
        "E_DISCOUNT",
        "折扣额须为不大于该行金额的正数，单位元，最多两位小数",
    ),
    ("E_DISC_FIELDS", "折扣行不能带数量、单价、规格或单位"),
    ("E_DISC_LARGE", "折扣额大于被折扣行的金额"),
    ("E_DISC_MATCH", "折扣行与被折扣行的名称、编码或税率不一致"),
    ("E_DISC_MISSING", "被折扣行之后缺少折扣行"),
    ("E_DISC_ORDER", "折扣行须紧跟在被折扣行之后"),
    ("E_DISC_SIGN", "折扣行的金额须为负数"),
    (
        "E_DOCUMENT_MODE",
        "只有自建平台开具的数电票可以带个人证件，请不要填写",
    ),
    (
        "E_DOCUMENT_NATIONALITY",
        "国籍（地区）代码为三位数字，且须与证件类型相符：201、227 为 156，213、238 为 158，210 的 H 开头为 344、M 开头为 446",
    ),
    (
        "E_DOCUMENT_NUMBER",
        "证件号码与证件类型不符：身份证号码须为 18 位且日期和校验位正确，210 以 H 或 M 开头，237 以 810000 或 820000 开头，最多 30 位字母和数字",
    ),
    ("E_DOCUMENT_PERSON", "证件只能与个人抬头一起填写"),
    (
        "E_DOCUMENT_TYPE",
        "证件类型只能是 201、208、210、213、227、233、237 或 238",
    ),
    ("E_DUPLICATE", "同一字段出现了两次"),
    ("E_EMAIL", "邮箱地址格式不正确"),
    (
        "E_FISCAL_AUTHORISATION",
        "由本系统担任财政部门的执收单位须提供交款人授权时的 order_id 和 app_id（1 至 64 个字母、数字、短横、点或下划线）；其他执收单位请勿填写",
    ),
    ("E_FISCAL_ITEMS", "最多 100 个收费项目"),
    (
        "E_FISCAL_NUMBER",
        "票据代码为 8 位数字，票据号码为 10 位数字，校验码为 6 位字母或数字",
    ),
    (
        "E_FISCAL_SOURCE",
        "交款人入口只能是 web 或 app，且执收单位已有相应的微信账号",
    ),
    ("E_FISCAL_SUM", "各项目金额之和与票据金额不符"),
    ("E_FISCAL_TEXT", "文字为空、过长或含有换行等控制字符"),
    (
        "E_FISCAL_TIME",
        "开票时间写作 2026-03-05 14:07（北京时间）或 2026-03-05T14:07:00+08:00，且不能在未来",
    ),
    ("E_FISCAL_UNIT", "没有该编码的执收单位，或该执收单位已停用"),
    (
        "E_GATEWAY_URL",
        "地址写作 https://platform.example.com/platform，不带参数",
    ),
    (
        "E_INVISIBLE",
        "含有看不见的字符（文字方向控制符、零宽字符等），请删去",
    ),
    (
        "E_INVOICE_KIND",
        "票种只能是 ordinary（普通发票）或 special（增值税专用发票）",
    ),
    ("E_INVOICE_LIMIT", "单张限额须不小于 100.00 或留空"),
    (
        "E_INVOICE_NUMBER",
        "发票号码、代码、校验码或机器编号的位数不对",
    ),
    ("E_JSON", "请求内容不是约定的 JSON 文档"),
    ("E_KEY_NAME_TAKEN", "已有密钥使用这个名称"),
    ("E_LAST_OWNER", "这是最后一位可登录的负责人，请先指定另一位"),
    ("E_LENGTH", "文字过长，或含有控制字符"),
    ("E_LINE", "订单中没有这一行；行号从 1 起"),
    ("E_LINES", "明细行数超出上限"),
    (
        "E_LINE_AMOUNT",
        "行金额须大于 0、最多两位小数；数量、单价、金额只填其中两项，另一项由系统算出（最多 13 位小数，须能精确得出该金额）",
    ),
    ("E_LINE_TAX", "该行税额与金额、税率不符"),
    (
        "E_LOGIN",
        "登录名须为 2 至 64 个小写字母、数字、点、短横、下划线或 @",
    ),
    ("E_LOGIN_TAKEN", "该登录名已被使用"),
    ("E_LOGO_KIND", "请上传 PNG 或 JPG 图片"),
    (
        "E_LOGO_SIDES",
        "Logo 须为正方形，边长 120 至 2000 像素，建议 300 × 300",
    ),
    ("E_LOGO_SIZE", "Logo 不能超过 1 MB"),
    ("E_MODE", "`plan` 只试算，`confirm` 执行"),
    ("E_NAME", "名称为空、过长或含有不可打印的字符"),
    (
        "E_NAME_LONG",
        "名称连同税收分类简称（*简称*名称）最多 300 字，请缩短名称",
    ),
    (
        "E_NONPOSITIVE",
        "金额须大于零：数量乘以单价不足半分，或折扣扣完了全部金额",
    ),
    ("E_NOTHING_LEFT", "这张发票没有可红冲的余额"),
    ("E_NOT_ISSUED", "该请求没有已开具的发票可供红冲"),
    (
        "E_NOT_PRINTABLE",
        "含有无法印在发票上的字符，请改用其他文字或删去",
    ),
    (
        "E_NOT_TAXED_MIXED",
        "不征税项目不能与应税项目开在同一张发票上",
    ),
    ("E_NO_ACCOUNT", "该渠道所需的微信账号尚未在后台设置"),
    ("E_NO_LINES", "订单至少要有一行明细"),
    (
        "E_NUMBER_UNEXPECTED",
        "选择了无税号的单位，却填写了税号：请改选“单位”，或清空税号",
    ),
    ("E_OFFSET_NO", "红冲单号须为 1 至 64 个可见的 ASCII 字符"),
    (
        "E_ORDER_DISCOUNT",
        "整单折扣须为不大于各行合计的正数，单位元，最多两位小数",
    ),
    (
        "E_ORDER_DISCOUNT_MIXED",
        "明细中既有含税价又有不含税价，无法分摊整单折扣，请逐行填写折扣",
    ),
    ("E_ORDER_ID", "微信授权单号须为 1 至 32 个可见的 ASCII 字符"),
    ("E_ORDER_NO", "订单号须为 1 至 64 个可打印字符"),
    ("E_OVERRIDE_REASON", "理由须为一行，最长 200 个字符"),
    (
        "E_OWN_FIELD_NAME",
        "字段名为 1 至 5 个字，微信不接受更长的名称",
    ),
    ("E_OWN_FIELD_TWICE", "同一页已有这个字段名"),
    ("E_PAGE", "页面只能是 title、confirm 或 collect"),
    (
        "E_PAGE_MODE",
        "外部开票平台和微信统一开票都在买家授权之后才开票，请使用 title 或 confirm 页",
    ),
    ("E_PASSWORD", "密码须为 12 至 200 个字符"),
    ("E_PASSWORD_BUSY", "登录人数过多，请稍后再试"),
    ("E_PASSWORD_IS_LOGIN", "密码不能与登录名相同"),
    ("E_PASSWORD_OLD", "原密码不对"),
    ("E_PASSWORD_REPEAT", "两次输入的新密码须一致"),
    ("E_PASSWORD_TRIES", "错误次数过多，请在 15 分钟后再试"),
    (
        "E_PAYMENT_CHANNEL",
        "支付渠道由小写字母、数字和下划线组成，例如 wechat、alipay、cash",
    ),
    (
        "E_PAYMENT_NO",
        "支付平台的单号最长 40 个字符，商户自己的单号最长 64 个，不含空格",
    ),
    ("E_PAY_MERCHANT", "微信支付商户号为 8 至 10 位数字"),
    ("E_PAY_SELLER", "请选择使用该账号的开票主体"),
    ("E_PERSON_WITH_NUMBER", "个人抬头带有税号，请确认抬头类型"),
    (
        "E_PHONE",
        "电话为 5 至 60 位数字，可以带空格、+ ( ) - # 以及“转”或 ext.",
    ),
    (
        "E_PLATFORM_OPEN",
        "还有以原来的平台识别码打开的开票申请，暂不能更换平台",
    ),
    ("E_PREFERENCE", "优惠政策代码为 01 至 18，且须与税率相符"),
    ("E_PREFERENCE_CLASS", "该税收分类编码不允许使用这项优惠政策"),
    (
        "E_PREFERENCE_LEVY",
        "一般纳税人适用征收率的明细只能选简易征收类政策",
    ),
    ("E_PROVINCE", "省级代码为两位数字，例如 33"),
    ("E_PUSH_KEY", "消息加解密密钥为 43 个字母和数字"),
    (
        "E_PUSH_PLAIN",
        "明文推送可被伪造，正式环境不予接受，请选择安全模式",
    ),
    ("E_QTY", "数量乘以单价与金额不符"),
    ("E_QTY_PAIR", "数量与单价须同时填写或同时留空"),
    ("E_QUANTITY", "数量须为大于 0、最多 13 位小数的十进制数"),
    ("E_QUOTA_AMOUNT", "金额须大于 ¥0.00，且不超过可退回的额度"),
    (
        "E_QUOTA_ELSEWHERE",
        "额度由为该主体开票的网关或平台管理，不在这里退回",
    ),
    ("E_QUOTA_UNDER_WAY", "已有额度正在退回，请等税局应答"),
    (
        "E_RATE",
        "税率须写成小数，例如 \"0.13\"，或 \"exempt\"（免税）、\"not_taxed\"（不征税）、\"0\"（零税率）",
    ),
    (
        "E_RATES_UNKNOWN",
        "从未取得该销方的可用税率：请平台管理员为该销方设好税务直连或税务网关（刚设好时请等一分钟再试）",
    ),
    ("E_RATE_CLASS", "该税率与税收分类编码不相符"),
    (
        "E_RATE_NOT_USABLE",
        "该税率今天不在税务机关为该销方核定的税率之内",
    ),
    ("E_REASON", "拒绝原因会展示给买家：须为一行 1 至 60 个字"),
    ("E_RED", "不能这样红冲"),
    ("E_RED_KIND", "红字发票不能含有折扣行"),
    ("E_RED_RULE", "红冲的行、数量、金额或原因不符合规则"),
    ("E_RED_SIGN", "红字发票的金额与数量须为负数"),
    (
        "E_REISSUE",
        "只有原因 01（开票有误）可请买家重新授权；退款后重开剩余部分请用 replace",
    ),
    ("E_REMARK", "备注最多 200 字，不能含有控制字符"),
    (
        "E_REMARK_DEVICE",
        "该销方开具旧版电子发票，备注最多 230 字节（一个汉字占两个字节），请缩短",
    ),
    (
        "E_REMARK_LONG",
        "加上银行、收款人、复核人和支付信息，票面备注超过 450 字，请缩短",
    ),
    ("E_REQUIRED", "必填字段缺失"),
    (
        "E_RETURN_URL",
        "返回地址须为完整的 https 网址，最长 512 个字符",
    ),
    ("E_ROLE_STORE", "负责人和管理员面向全公司，不能限定门店"),
    ("E_ROW_CELLS", "该行的列数与表头不一致"),
    ("E_ROW_DIFFERS", "与该订单首行填写的内容不一致"),
    ("E_ROW_ORDER_SPLIT", "同一订单的各行须连续排列"),
    ("E_ROW_ORDER_TAKEN", "订单号已用于内容不同的订单"),
    ("E_ROW_UNREADABLE", "该行不是合法的 CSV"),
    ("E_ROW_YES_NO", "应填写 是 或 否"),
    ("E_SELLER_TAKEN", "已有销方使用这个税号"),
    ("E_SEQ", "明细行号须从 1 起连续"),
    ("E_SERIAL_PREFIX", "流水号前缀为 6 位字母或数字"),
    ("E_SETTING_TEXT", "内容过长或含有换行等控制字符"),
    (
        "E_SIGNING_KEY",
        "签名密钥或证书不可用：请粘贴未加密的私钥（RSA 2048 至 4096 位、ECDSA P-256 或国密 SM2）和与之对应、在有效期内的证书",
    ),
    ("E_SIZE", "数值的位数超出税务接口的上限"),
    ("E_SKU_TAKEN", "已有商品使用这个编号"),
    (
        "E_SOLD_AT",
        "销售时间须写成 2026-03-05T14:07:00+08:00 的形式，且不能晚于当前时间",
    ),
    ("E_SPEC", "规格型号过长或含有不可打印的字符"),
    (
        "E_SPECIAL_MODE",
        "只有自建平台且开具数电票的开票主体可以开专用发票；请改开普通发票，或换一个开票主体",
    ),
    (
        "E_SPECIAL_RATE",
        "专用发票的明细不能有免税、零税率或不征税项目，请改开普通发票",
    ),
    (
        "E_SPECIAL_TITLE",
        "专用发票只开给有税号的单位，不能开给个人；请填写单位名称和税号",
    ),
    ("E_SPLIT", "按销方的单张限额无法拆分开票，请调整限额或明细"),
    (
        "E_STORE",
        "没有该编码的门店，或您无权为该门店开单；请填写门店编码，例如 S001",
    ),
    (
        "E_STORE_CODE",
        "门店编码须为 1 至 32 个字母、数字、点、短横或下划线",
    ),
    ("E_STORE_CODE_TAKEN", "已有门店使用这个编码"),
    (
        "E_STORE_SELLER",
        "该门店已有订单，不能更换开票主体；请另建门店",
    ),
    ("E_SUM_AMOUNT", "合计金额与各行金额之和不符"),
    ("E_TAKEN", "已有执收单位使用这个代码"),
    ("E_TAX_CODE", "税收分类编码须为 19 位数字"),
    (
        "E_TAX_CODE_UNKNOWN",
        "税务机关的编码表中没有该税收分类编码，或该编码为汇总项、不能用于明细",
    ),
    ("E_TAX_NUMBER_CHARACTERS", "税号只能含有数字和大写字母"),
    ("E_TAX_NUMBER_CHECK", "税号校验码不正确，请核对"),
    ("E_TAX_NUMBER_EMPTY", "单位抬头须填写税号"),
    (
        "E_TAX_NUMBER_LENGTH",
        "税号为 18 位统一社会信用代码，旧税号为 15、17 或 20 位，请核对位数",
    ),
    (
        "E_TAX_NUMBER_LETTER",
        "税号中不会出现 I、O、S、V、Z 这些字母，请核对",
    ),
    (
        "E_TAX_PROFILE",
        "税控电子普通发票由税控设备赋码，请选择税务网关",
    ),
    (
        "E_TAX_ROUTE_OPEN",
        "还有发票已向当前网关请求开具而未得到结果，请先处理完再更换",
    ),
    (
        "E_TEMPLATE_OPEN",
        "卡券模板正在创建，或不知道是否已创建：等它完成，或先在上方确认，再修改",
    ),
    ("E_TEXT", "文字过长，或含有换行等控制字符"),
    (
        "E_TITLE",
        "title 页由买家填写抬头，请勿附带；confirm 页须附带抬头；collect 页须附带抬头，或订单已有发票",
    ),
    ("E_TITLE_KIND", "抬头类型只能是 person 或 organisation"),
    (
        "E_TOO_LARGE",
        "金额超出税务接口的位数上限，请核对单价与数量",
    ),
    (
        "E_TOO_MANY_INVOICES",
        "按销方的单张限额拆出的发票过多，最多 100 张",
    ),
    (
        "E_TOO_MANY_LINES",
        "明细行数（含折扣行）超出上限，请分成几张订单",
    ),
    ("E_TOTAL", "价税合计与金额、税额之和不符"),
    ("E_TOTALS", "合计与本平台按明细计算的结果不一致"),
    ("E_TOTAL_TAX", "合计税额与各行税额之和不符"),
    ("E_TYPE", "字段的 JSON 类型不正确"),
    ("E_UNIT", "单位过长或含有不可打印的字符"),
    (
        "E_UNIT_PRICE",
        "单价须为大于 0、最多 13 位小数的十进制数，且该行金额不能为零",
    ),
    ("E_UNKNOWN_MEMBER", "没有这个字段"),
    ("E_URL", "链接须为完整的 https 网址，最长 512 个字符"),
    ("E_WHAT", "全部、明细、金额三者（或数量与金额）只能选一种"),
    ("E_WHOLE_NUMBER", "请填写规定范围内的整数"),
    ("E_WORD", "与密钥名称不一致"),
    ("W_BANK_ACCOUNT", "银行账号通常为 8 至 30 位数字，请核对"),
    ("W_BANK_PAIR", "开户行与银行账号通常同时填写，请核对"),
    (
        "W_BRACKETS",
        "名称中有半角括号，登记名称一般用全角括号（），请对照营业执照",
    ),
    ("W_BRACKETS_OPEN", "名称中的括号不成对，名称是否完整？"),
    ("W_KIND_GUESSED", "名称很短且没有税号，已按个人处理，请核对"),
    (
        "W_NAME_BLANK",
        "名称的汉字之间有空格，登记名称一般没有，请核对",
    ),
    (
        "W_NOT_DEDUCTIBLE",
        "按规定，购买方不能抵扣贷款、餐饮、居民日常、娱乐服务的进项税额",
    ),
    (
        "W_NUMBER_DROPPED",
        "个人抬头不带税号，所填号码已略去，请核对",
    ),
    (
        "W_NUMBER_IN_NAME",
        "名称中含有税号，是否把两格内容贴到了一起？",
    ),
    (
        "W_OLD_NUMBER",
        "这是旧式税号，现在一般为 18 位统一社会信用代码，请核对",
    ),
    (
        "W_ORGANISATION_CODE",
        "税号中组织机构代码的校验位少见，请核对",
    ),
    (
        "W_PAYMENT_NO",
        "支付单号超过税局可收的 40 个字符，只印在备注里，不随发票上传",
    ),
    (
        "W_PHONE",
        "电话既不是手机、固定电话，也不是 400/800 号码，请核对",
    ),
    ("W_SHORT_NAME", "名称很短，确实是单位吗？个人请改选“个人”"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn texts_are_sorted_for_the_search() {
        assert!(TEXTS.is_sorted_by(|one, other| one.0 < other.0));
        assert_eq!(chinese("E_REQUIRED"), Some("必填字段缺失"));
        assert_eq!(chinese("E_NONE"), None);
    }

    /// The rules and the use-cases make codes; whoever adds one adds its words here.
    #[test]
    fn every_code_of_the_rules_has_its_words() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut missing = Vec::new();
        let mut seen = 0;
        for folder in ["fapiao-domain/src", "fapiao-usecases/src", "fapiao-web/src"] {
            visit(&crates.join(folder), &mut |text| {
                for code in codes(text) {
                    seen += 1;
                    if chinese(code).is_none() && !["E_NEW", "E_NONE"].contains(&code) {
                        missing.push(code.to_owned());
                    }
                }
            });
        }
        assert!(seen > 50, "{seen}");
        assert!(missing.is_empty(), "no Chinese words for {missing:?}");
    }

    fn visit(folder: &Path, look: &mut impl FnMut(&str)) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                visit(&path, look);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                look(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    fn codes(text: &str) -> impl Iterator<Item = &str> {
        text.split('"').filter(|word| {
            (word.starts_with("E_") || word.starts_with("W_"))
                && word.len() > 3
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        })
    }
}
