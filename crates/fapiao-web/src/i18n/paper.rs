//! Words about papers and their signatures.

use super::texts;

texts! {
    /// The key with which a seller's papers are signed.
    Signing {
        title: "PDF 电子签名", "Signature on the PDF";
        link: "PDF 电子签名密钥", "Key for signing PDFs";
        means: "有密钥时，此开票主体新开发票的 PDF 以开票时间签名（PAdES 基线 B）；没有密钥则不签名。", "With a key, PDFs of this seller's new invoices are signed with the issue time (PAdES baseline B); without one they are not signed.";
        none: "没有密钥，PDF 不签名", "No key: PDFs are not signed";
        subject: "证书持有人", "Certificate of";
        algorithm: "算法", "Algorithm";
        validity: "有效期", "Holds";
        added: "放入时间", "Put in";
        pem: "私钥与证书（PEM）", "Private key and certificate (PEM)";
        pem_help: "粘贴未加密的 PKCS#8 私钥和证书，次序不限：RSA、ECDSA P-256 或国密 SM2。密钥加密保存，不再显示。", "Paste the unencrypted PKCS#8 private key and the certificate, in any order: RSA, ECDSA P-256 or SM2. The key is stored sealed and never shown again.";
        store: "密钥文件（PKCS#12）", "Key store (PKCS#12)";
        store_help: "证书机构提供的 .p12 或 .pfx 文件；密码只用来打开文件，不保存。", "The .p12 or .pfx file of your certificate's issuer. The password only opens it and is not kept.";
        store_password: "文件密码", "Password of the file";
        or_pem: "或粘贴 PEM 文本", "Or paste PEM text";
        save: "使用此密钥", "Use this key";
        replace: "更换密钥", "Replace the key";
        remove: "移除密钥", "Remove the key";
        saved: "签名密钥已保存", "The signing key is saved";
        removed: "签名密钥已移除，新发票不再签名", "The signing key is removed; new invoices are not signed";
        act_saved: "保存签名密钥：{0}", "Signing key saved: {0}";
        act_removed: "移除签名密钥", "Signing key removed";
    }
}
