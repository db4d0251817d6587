//! Findings: the English pattern with `{}` for each value, and the Chinese with `{0}`, `{1}`, … in their places.

/// Each form of a finding. The first that fits counts: the longer one stands before the shorter.
pub(super) const WORDS: &[(&str, &str)] = &[
    // Numbers and segments.
    ("number {} is used {} times", "号码 {0} 被使用了 {1} 次"),
    (
        "segment {}: {} to {} are not {} numbers",
        "号段 {0}：{1} 至 {2} 不是 {3} 个号码",
    ),
    (
        "segment {}: {} numbers were taken, invoices hold {}",
        "号段 {0}：已取用 {1} 个号码，发票持有 {2} 个",
    ),
    (
        "segment {}: {} invoices of another seller or without a number",
        "号段 {0}：有 {1} 张发票属于其他销售方或没有号码",
    ),
    (
        "segment {}: the numbers held are not contiguous from {} ({} to {})",
        "号段 {0}：持有的号码未从 {1} 起连续（{2} 至 {3}）",
    ),
    (
        "invoice {} holds {} without a segment",
        "发票 {0} 的号码 {1} 不属于任何号段",
    ),
    (
        "invoice {} of the older form lacks code, check code or machine",
        "税控发票 {0} 缺少发票代码、校验码或机器编号",
    ),
    (
        "the gateway's answer for {} belongs to no issued invoice",
        "网关对 {0} 的应答没有对应的已开具发票",
    ),
    // The audit chain beside the rows.
    (
        "invoice {} holds {} without a line of that number",
        "发票 {0} 的号码 {1} 在审计链中没有记录",
    ),
    (
        "invoice {} is {} without a line that it was issued",
        "发票 {0} 的状态为 {1}，但审计链中没有开具记录",
    ),
    (
        "invoice {} does not state any more what it stated when it was issued: header or lines were changed",
        "发票 {0} 的票面内容与开具时不一致：票头或明细被改动过",
    ),
    (
        "invoice {} says {} + {} = {} fen, its lines differ",
        "发票 {0} 记为 {1} + {2} = {3} 分，与明细不符",
    ),
    (
        "card code {} of template {} is held by {} deliveries",
        "卡券模板 {1} 的 code {0} 被 {2} 个投递持有",
    ),
    ("delivery {} has {} cards", "投递 {0} 有 {1} 张卡券"),
    (
        "delivery {} is carded without a delivered card of an issued invoice",
        "投递 {0} 为已入卡包，但没有已插入的卡券或其发票未开具",
    ),
    (
        "invoice {} has no recorded pdf",
        "发票 {0} 没有 PDF 版式文件记录",
    ),
    (
        "what the chain says of the documents of invoice {} cannot be read",
        "审计链中发票 {0} 的版式文件记录无法读取",
    ),
    (
        "the {} of invoice {} has another SHA-256 than the chain recorded",
        "发票 {1} 的 {0} 文件哈希与审计链记录不同",
    ),
    (
        "the {} of invoice {} was never recorded in the chain",
        "发票 {1} 的 {0} 文件在审计链中没有记录",
    ),
    (
        "the {} that the chain recorded of invoice {} is gone",
        "审计链记录的发票 {1} 的 {0} 文件已不存在",
    ),
    (
        "line {}: {} {} cannot begin as {}",
        "第 {0} 行：{1} {2} 不能以 {3} 状态开始",
    ),
    (
        "line {}: {} {} stood at {}, not at {}",
        "第 {0} 行：{1} {2} 当时的状态是 {3}，不是 {4}",
    ),
    (
        "line {}: {} {} cannot go from {} to {}",
        "第 {0} 行：{1} {2} 不能从 {3} 变为 {4}",
    ),
    (
        "{} is {}, the chain left it at {}",
        "{0} 的状态为 {1}，审计链的最后记录为 {2}",
    ),
    ("line {} ({}) was changed", "审计链第 {0} 行（{1}）被改动过"),
    ("lines {} to {} are missing", "审计链缺少第 {0} 至 {1} 行"),
    (
        "from line {} on the chain was made with key {}, which is not among the settings",
        "审计链自第 {0} 行起使用密钥 {1}，配置中没有该密钥",
    ),
    (
        "the chain begins with key {}, which is not among the settings",
        "审计链起始使用的密钥 {0} 不在配置中",
    ),
    (
        "the chain ends at line {}, but its end was left at line {}",
        "审计链止于第 {0} 行，但应止于第 {1} 行",
    ),
    ("the end of the chain is missing", "审计链末端记录缺失"),
    (
        "the anchor of line {} was made with key {}, which is not among the settings",
        "第 {0} 行的锚点使用密钥 {1}，配置中没有该密钥",
    ),
    (
        "the anchor of line {} is not one of ours: its seal is wrong",
        "第 {0} 行的锚点不是本系统所留：签章不符",
    ),
    (
        "line {} was there on {} and is gone: the chain was cut or replaced",
        "第 {0} 行于 {1} 存在，现已消失：审计链被截断或替换",
    ),
    (
        "line {} is another one than on {}: the chain was rewritten",
        "第 {0} 行与 {1} 时不同：审计链被改写",
    ),
    (
        "line {} of the file of anchors cannot be read",
        "锚点文件第 {0} 行无法读取",
    ),
    (
        "{} of {} anchors that were kept in {} are missing, from that of line {} (kept {}) to that of line {}",
        "留存于 {2} 的 {1} 个锚点中缺失 {0} 个：自第 {3} 行的锚点（{4} 留存）至第 {5} 行的锚点",
    ),
    ("the file of anchors: {}", "锚点文件：{0}"),
    (
        "an anchor in the document store cannot be read",
        "文件存储中有一个锚点无法读取",
    ),
    ("anchors in the document store: {}", "文件存储中的锚点：{0}"),
    // Quota and orders.
    (
        "quota of {} in {}: ledger and balance differ",
        "{0} 在 {1} 的额度：台账与余额不符",
    ),
    (
        "quota of {} in {} has no ledger",
        "{0} 在 {1} 的额度没有台账",
    ),
    (
        "invoice {} holds a number but did not spend its net amount",
        "发票 {0} 已有号码，但未按不含税金额扣减额度",
    ),
    (
        "quota of invoice {}: {} fen were given back",
        "发票 {0} 的额度退回了 {1} 分",
    ),
    (
        "invoice {} is refused and did not give back its net amount",
        "发票 {0} 被拒开，但未如数恢复额度",
    ),
    (
        "return {} of quota is {}: the ledger says otherwise",
        "额度退回 {0} 的状态为 {1}，与台账不符",
    ),
    (
        "quota line of {} belongs to no return",
        "{0} 的额度记录没有对应的退回申请",
    ),
    (
        "quota line of {} gives back what it should not",
        "{0} 的额度记录退回了不应退回的额度",
    ),
    (
        "order {} is invoiced for {} fen, {} fen were paid and not given back",
        "订单 {0} 已开票 {1} 分，已付未退金额为 {2} 分",
    ),
    (
        "order {} is delivering, but no delivery is under way",
        "订单 {0} 为投递中，但没有进行中的投递",
    ),
    (
        "order {} is {}, but delivery {} is carded",
        "订单 {0} 的状态为 {1}，但投递 {2} 已入卡包",
    ),
    (
        "order {} gave back {} fen, its refunds say {}",
        "订单 {0} 已退 {1} 分，其退款明细为 {2} 分",
    ),
    (
        "order {} ({}) comes to {} and {} fen, by rate to {} and {}",
        "订单 {0}（{1}）的金额和税额为 {2} 和 {3} 分，按税率保存的合计为 {4} 和 {5} 分",
    ),
    (
        "order {} ({}) is kept by rate as {}, its lines come to {}",
        "订单 {0}（{1}）按税率保存为 {2}，其明细合计为 {3}（分）",
    ),
    // What is under way.
    (
        "push {} ({}) has neither outcome nor job",
        "推送 {0}（{1}）既没有结果也没有待办任务",
    ),
    ("push {} has no verdict", "推送 {0} 没有结论"),
    (
        "push {} is {}, but its verdict is {}",
        "推送 {0} 的状态为 {1}，但结论为 {2}",
    ),
    (
        "push {} was let in without a key",
        "推送 {0} 被接受，但没有去重键",
    ),
    (
        "push {} is {} without an outcome",
        "推送 {0} 的状态为 {1}，但没有结果",
    ),
    ("push {} has {} jobs", "推送 {0} 有 {1} 个任务"),
    (
        "push {} was answered and is not in the inbox",
        "推送 {0} 已应答，但不在收件箱中",
    ),
    (
        "push {} waited {} ms for its answer",
        "推送 {0} 等待了 {1} 毫秒才得到应答",
    ),
    (
        "{} of {} pushes waited a second or longer",
        "{1} 个推送中有 {0} 个等待了一秒或更久",
    ),
    (
        "the answer to request {} names nothing that is stored",
        "请求 {0} 的应答没有指明任何已入库的内容",
    ),
    (
        "request {} was answered with {}, which is not stored",
        "请求 {0} 已应答 {1}，但库中没有它",
    ),
    (
        "{} is stored otherwise than request {} was answered",
        "{0} 的内容与请求 {1} 的应答不一致",
    ),
    // Red letters.
    (
        "red invoice {} takes nothing back",
        "红字发票 {0} 没有对应可冲红的蓝字发票",
    ),
    (
        "invoice {} is below zero and not red",
        "发票 {0} 金额为负但不是红字发票",
    ),
    (
        "red invoice {} differs from confirmation {}",
        "红字发票 {0} 与确认单 {1} 不一致",
    ),
    (
        "line {} of red invoice {} differs from its confirmation",
        "红字发票 {1} 第 {0} 行与确认单不一致",
    ),
    (
        "confirmation {} is carried out without an issued red invoice",
        "确认单 {0} 已执行，但没有已开具的红字发票",
    ),
    (
        "invoice {} is {}, but {} of its {} fen were taken back",
        "发票 {0} 的状态为 {1}，但其 {3} 分中已冲红 {2} 分",
    ),
    (
        "red invoice {} did not give its quota back",
        "红字发票 {0} 未退回额度",
    ),
    (
        "confirmation {} is {} without a job",
        "确认单 {0} 的状态为 {1}，但没有待办任务",
    ),
    (
        "red invoice {} is {} without a job",
        "红字发票 {0} 的状态为 {1}，但没有待办任务",
    ),
    (
        "invoice {} is {}, but has no paper and no job that makes one",
        "发票 {0} 的状态为 {1}，但没有版式文件，也没有生成它的任务",
    ),
    // Fiscal bills.
    ("fiscal bill {} is gone", "财政票据 {0} 已不存在"),
    (
        "fiscal bill {} has no line that says it came",
        "财政票据 {0} 在审计链中没有收到记录",
    ),
    (
        "fiscal bill {} does not say any more what it said when it came",
        "财政票据 {0} 的内容与收到时不一致",
    ),
    (
        "the items of fiscal bill {} do not add up to its amount of {} fen",
        "财政票据 {0} 的项目合计不等于其金额 {1} 分",
    ),
    (
        "the file of fiscal bill {} is not the one the chain recorded",
        "财政票据 {0} 的文件不是审计链所记录的文件",
    ),
    (
        "delivery {} of fiscal bill {} does not stand where the chain left it: {}",
        "财政票据 {1} 的投递 {0} 与审计链的最后记录不符：{2}",
    ),
    (
        "delivery {} of fiscal bill {} has no line",
        "财政票据 {1} 的投递 {0} 在审计链中没有记录",
    ),
    (
        "fiscal bill {} has {} deliveries that are agreed to or in a wallet",
        "财政票据 {0} 有 {1} 个已同意或已入卡包的投递",
    ),
    (
        "fiscal bill {} does not show its latest delivery",
        "财政票据 {0} 未指向其最新的投递",
    ),
    (
        "delivery {} is carded, its card is {}",
        "投递 {0} 为已入卡包，但其卡券为 {1}",
    ),
    (
        "the card of delivery {} is {} without a code",
        "投递 {0} 的卡券为 {1}，但没有 code",
    ),
    (
        "fiscal bill {} is in a wallet without a recorded pdf",
        "财政票据 {0} 已入卡包，但没有 PDF 记录",
    ),
    (
        "delivery {} has a card of a void bill and no job that strikes it out",
        "投递 {0} 的票据已作废，但没有核销其卡券的任务",
    ),
    (
        "delivery {} is {} without a job",
        "投递 {0} 的状态为 {1}，但没有待办任务",
    ),
    (
        "delivery {} is {} but its card is {}",
        "投递 {0} 的状态为 {1}，但其卡券为 {2}",
    ),
    (
        "delivery {} is {}, its card is {}",
        "投递 {0} 的状态为 {1}，其卡券为 {2}",
    ),
    // What is kept for a time.
    (
        "a session of {} outlived its end",
        "用户 {0} 的一个会话已过期但仍保留",
    ),
    (
        "the answer to request {} of {} outlived its time",
        "{1} 的请求 {0} 的应答已过保留期",
    ),
    (
        "a nonce of key {} outlived its time",
        "密钥 {0} 的一个随机数已过保留期",
    ),
    (
        "delivery {} still keeps the number of its buyer's document",
        "投递 {0} 仍保留着购买方证件号码",
    ),
    (
        "job {} ({}) is held by {} beyond its lease",
        "任务 {0}（{1}）被 {2} 占用，已超过租期",
    ),
    (
        "check {} is held by {} beyond its lease",
        "核对 {0} 被 {1} 占用，已超过租期",
    ),
    ("exchange {} outlived its time", "往来记录 {0} 已过保留期"),
    (
        "file {} was begun and never finished",
        "文件 {0} 写入未完成",
    ),
    ("the files cannot be listed: {}", "无法列出文件：{0}"),
    // Secrets.
    ("row {} of {} holds {}", "{1} 表的 {0} 行含有 {2}"),
    // Files.
    (
        "{}: {} bytes instead of {}",
        "文件 {0}：{1} 字节，应为 {2} 字节",
    ),
    ("{}: missing", "文件 {0}：缺失"),
    // Whatever is left of the chain.
    ("{} has no line in the chain", "{0} 在审计链中没有记录"),
    ("invoice {}: {}", "发票 {0}：{1}"),
];
