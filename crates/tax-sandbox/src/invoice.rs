//! An invoice as it is uploaded (`QDFPSC`), and what makes two uploads the same.

use sha2::{Digest as _, Sha256};

use crate::wire::wire_struct;

wire_struct! {
    /// One uploaded invoice (发票), blue or red, of the base capability.
    Invoice {
        text: [
            fphm, lzfpbz, ptbh, fppz, gmfzrrbz, tdys, qy_dm as "qyDm", cezslx_dm as "cezslxDm",
            ckywsyzc_dm as "ckywsyzcDm", zzsjzjt_dm as "zzsjzjtDm", sgfplx_dm as "sgfplxDm",
            xsfnsrsbh, xsfmc, xsfdz, xsfdh, xsfkhh, xsfzh,
            gmfnsrsbh, gmfmc, gmfdz, gmfdh, gmfkhh, gmfzh,
            zrrzjlx_dm as "zrrzjlxDm", zrrzjhm, zrrgj_dm as "zrrgjDm",
            gmfjbr, jbrsfzjzl_dm as "jbrsfzjzlDm", jbrsfzjhm, gmfjbrlxdh,
            jbrgjhdq_dm as "jbrgjhdqDm", jbrnsrsbh,
            jsfs, kpr, kprzjhm, kprzjlx, dylzfphm, hzqrxxdbh, hzqrduuid, bz,
            ip, macdz, cpuid, zbxlh, kprq, skyhmc, skyhzh,
            sfzsxsfyhzhbq, sfzsgmfyhzhbq, sfzsxsfdzdh, sfzsgmfdzdh,
            skrxm, fhrxm, fpkjfs_dm as "fpkjfsDm", lqkpms_dm as "lqkpmsDm",
            jyxxlyqd_dm as "jyxxlyqdDm", ysxwfsd, xm_dm as "xmDm",
        ],
        num: [hjje, hjse, jshj],
        list: [
            fpmx_list as "fpmxList": Line,
            zfxx_list as "zfxxList": Payment,
            fjys_list as "fjysList": Extra,
            cekc_list as "cekcList": Deduction,
        ],
    }
}

wire_struct! {
    /// One line (发票明细).
    Line {
        text: [
            xmmc, hwhyslwfwmc, spfwjc, ggxh, dw, sl, dj, sphfwssflhbbm, fphxz, yhzcbs,
        ],
        num: [mxxh, dylzfpmxxh, je, slv, se, hsje, kce],
        list: [],
    }
}

wire_struct! {
    /// How the sale was paid (支付信息).
    Payment {
        text: [zfqd_dm as "zfqdDm", jydh, jylsh],
        num: [],
        list: [],
    }
}

wire_struct! {
    /// An additional element (附加要素).
    Extra {
        text: [fjyslx, fjysmc, fjysz],
        num: [],
        list: [],
    }
}

wire_struct! {
    /// A voucher behind a difference-tax deduction (差额扣除).
    Deduction {
        text: [bz, cepzdm, cepzhm, cepzlx_dm as "cepzlxDm", kjrq],
        num: [xh, bckcje, pzhjje, ykcje],
        list: [],
    }
}

impl Invoice {
    pub(crate) fn is_red(&self) -> bool {
        self.lzfpbz == "1"
    }

    /// The canonical JSON: members in one order, amounts without trailing zeros, and without what
    /// describes the sending machine rather than the invoice.
    pub(crate) fn canonical(&self) -> String {
        let invoice = Invoice {
            ip: String::new(),
            macdz: String::new(),
            cpuid: String::new(),
            zbxlh: String::new(),
            ..self.clone()
        };
        serde_json::to_string(&invoice).expect("strings and lists always serialise")
    }
}

/// SHA-256 of canonical JSON, in hex.
pub(crate) fn hash_of(canonical: &str) -> String {
    hex::encode(Sha256::digest(canonical.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_and_spelling_do_not_change_the_hash_and_content_does() {
        let read = |json: &str| serde_json::from_str::<Invoice>(json).unwrap();
        let one = read(r#"{"fphm":"1","hjje":"100.00","ip":"10.0.0.1","bz":null}"#);
        let same = read(r#"{"hjje":100,"fphm":"1","ip":"10.0.0.2"}"#);
        let other = read(r#"{"hjje":"100.01","fphm":"1"}"#);
        assert_eq!(hash_of(&one.canonical()), hash_of(&same.canonical()));
        assert_ne!(hash_of(&one.canonical()), hash_of(&other.canonical()));
        let unknown = serde_json::from_str::<Invoice>(r#"{"fphn":"1"}"#)
            .unwrap_err()
            .to_string();
        assert!(unknown.contains("fphn"), "{unknown}");
    }
}
