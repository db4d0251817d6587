//! What to do when a rule does not hold.

/// What to do, in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextStep {
    /// English.
    pub en: &'static str,
    /// Chinese.
    pub zh: &'static str,
}

/// Issuing must not go on.
const STOP: NextStep = NextStep {
    en: "Stop issuing (stop the node), keep a copy of database and files as they are, and compare with the newest sound \
         backup and the tax side's books before anything is corrected.",
    zh: "请先停止开票（停止节点），原样保留数据库和文件的副本，与最近一次完好的备份及税务侧账目核对后再处理。",
};

/// What to do when a rule does not hold.
pub fn next_step(rule: &str) -> NextStep {
    match rule {
        "I6" => NextStep {
            en: "Ask the caller that holds the key whether it lacks this order, delivery or refund, and compare with the \
                 newest backup: a row that was answered for was lost or changed.",
            zh: "请向持有该密钥的调用方确认是否缺少该订单、投递或退款，并与最近的备份核对：已应答的记录丢失或被改动。",
        },
        "I6b" | "I7" | "I7b" => NextStep {
            en: "Look at the delivery it is about and ask WeChat anew (on the page of the delivery); then compare with the \
                 newest backup: a push that was answered does not come again.",
            zh: "请在投递页面向微信重新查询相关投递，并与最近的备份核对：已应答的推送不会再来。",
        },
        "I9" => NextStep {
            en: "Look at the load of node and disk at that time; WeChat repeats what is not answered within five seconds, and \
                 the poll finds what it gave up.",
            zh: "请检查当时节点与磁盘的负载；五秒内未应答的推送微信会重发，放弃的由轮询补回。",
        },
        "I11" | "I17" | "I27" | "B4" => NextStep {
            en: "Open the order, delivery, confirmation or invoice it names and carry it on from there; when it stops again, look for the reason \
                 under Jobs.",
            zh: "请打开所列订单、投递、确认单或发票并从该页面继续处理；再次停止时，请在「任务」中查看原因。",
        },
        "I12" => NextStep {
            en: "Change this secret at its source now (WeChat's console, the tax side, the settings); whoever reads the \
                 database, a backup or an evidence pack may know it. Then report the table and the kind, not the secret.",
            zh: "请立即在源头（微信公众平台、税务侧或配置）更换该密钥：能读取数据库、备份或证据包的人都可能已知晓。\
                 然后上报所在表与密钥种类，不要上报密钥本身。",
        },
        "I13" => NextStep {
            en: "Make sure that a node with its worker runs (it sweeps every five minutes) and look into its log for \
                 \"Housekeeping failed\".",
            zh: "请确认有带后台任务的节点在运行（每五分钟清理一次），并在日志中查找 \"Housekeeping failed\"。",
        },
        "I10" | "I18" => NextStep {
            en: "Put the file back from a backup (`fapiao backup` keeps files under their hash), then check again.",
            zh: "请从备份中恢复该文件（备份按哈希保存文件），然后重新核对。",
        },
        "I19" => NextStep {
            en: "Anchors that are only missing: was the file moved, a disk not mounted, the document store restored without \
                 its folder `anchors`? Put them back; when they are lost for good, `fapiao anchors-again` has them brought \
                 anew. Anything else: somebody changed the database past the product, or a key is missing from the settings. \
                 Keep a copy as it is, find out who had access, and compare with mailed anchors and the newest sound backup.",
            zh: "仅为锚点缺失时：请检查锚点文件是否被移动、磁盘是否未挂载、文件存储恢复时是否遗漏 anchors 目录，并将其放回；\
                 确已丢失的，运行 `fapiao anchors-again` 重新留存。其他情况：数据库在系统之外被改动，或配置中缺少密钥，\
                 请原样保留副本，查明访问者，并与邮件中的锚点及最近的完好备份核对。",
        },
        "I8" => NextStep {
            en: "Somebody changed the database past the product, or a key is missing from the settings. Keep a copy as it is, \
                 find out who had access, and compare with the anchors and the newest sound backup.",
            zh: "数据库在系统之外被改动，或配置中缺少密钥。请原样保留副本，查明访问者，并与锚点及最近的完好备份核对。",
        },
        _ => STOP,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_next_step_in_both_languages() {
        for rule in [
            "I1", "I6", "I7b", "I9", "I12", "I13", "I18", "I19", "B1", "B4",
        ] {
            let next = next_step(rule);
            assert!(next.en.ends_with('.') && next.zh.ends_with('。'), "{rule}");
            assert!(!next.en.contains("  "), "{rule}");
        }
    }
}
