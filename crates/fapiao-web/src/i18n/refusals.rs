//! Why a push was refused, for the people who mend the settings.

use super::texts;

texts! {
    /// Reasons of refused pushes.
    Refusals {
        accepted: "验证通过", "Verified";
        too_large: "报文超过 64 KiB", "The body is larger than 64 KiB";
        query: "地址参数缺失、为空、重复，或与所设加密方式不符", "A parameter of the address is missing, empty, doubled, or not of the mode that is set";
        signature: "签名 signature 不符：核对令牌（Token）", "signature does not match: compare the token";
        envelope: "报文外层不是所设加密方式的格式", "The body is not the envelope of the mode that is set";
        message_signature: "签名 msg_signature 不符：核对令牌（Token）", "msg_signature does not match: compare the token";
        decryption: "无法解密：核对 EncodingAESKey", "It cannot be decrypted: compare the EncodingAESKey";
        app_id: "报文属于另一个 AppID", "The message is for another app id";
        parties: "解密后的收发方与外层不一致", "Sender or receiver inside differ from those outside";
        no_account: "没有账号使用 AppID {0}", "No account has the app id {0}";
        plain_in_production: "账号设为明文方式，正式环境不接受", "The account is set to plain pushes, which production refuses";
        plain_expected: "账号设为明文方式，微信发来的是加密报文：请让微信后台与账号设置一致", "It came encrypted and the account is set to plain mode: make WeChat's console and the account agree";
        safe_expected: "账号设为安全方式，微信发来的报文带有明文：请在微信后台改为安全模式", "It came with a clear copy and the account is set to safe mode: choose safe mode in WeChat's console";
        compatible_expected: "账号设为兼容方式，微信发来的是安全模式报文：请让微信后台与账号设置一致", "It came in safe mode and the account is set to compatible mode: make WeChat's console and the account agree";
    }
}
