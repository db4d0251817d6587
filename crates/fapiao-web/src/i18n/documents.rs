//! Words about natural persons' documents.

use super::{Texts, texts};
use crate::pages::parts::Choice;
use fapiao_domain::document::DocumentKind;

texts! {
    /// Documents of natural persons.
    DocumentWords {
        title: "证件", "Document";
        kind: "证件类型", "Type of document";
        none: "不填", "None";
        help: "仅个人抬头可填：买家想在税务局的个人票夹里看到发票时才需要。证件号码加密保存，税局受理后即删除，之后只显示末几位。", "For persons only, and only for a buyer who wants the invoice in their own folder at the tax authority. The number is kept encrypted, erased once the authority has it, and shown by its last characters only.";
        nationality: "国籍（地区）代码", "Nationality, three digits";
        nationality_help: "身份证、中国护照、台湾证件和往来通行证会自动判断，其他证件须填写，例如 840。", "Follows from the type for Chinese, Taiwan and travel-permit documents; otherwise such as 840.";
        number: "证件号码", "Number";
        number_kept: "已保存 {0}；不改动请留空", "{0} is kept; leave this empty to keep it";
        erased: "（号码已删除）", " (number erased)";
        identity_card: "居民身份证", "Identity card";
        foreign_passport: "外国护照", "Foreign passport";
        hong_kong_macao_permit: "港澳居民来往内地通行证", "Hong Kong and Macao travel permit";
        taiwan_permit: "台湾居民来往大陆通行证", "Taiwan travel permit";
        passport: "中国护照", "PRC passport";
        foreign_residence: "外国人永久居留身份证", "Foreign permanent residence card";
        hong_kong_macao_residence: "港澳居民居住证", "Hong Kong and Macao residence permit";
        taiwan_residence: "台湾居民居住证", "Taiwan residence permit";
    }
}

/// A type in words.
pub fn word(t: &Texts, kind: DocumentKind) -> &'static str {
    let t = &t.document;
    match kind {
        DocumentKind::IdentityCard => t.identity_card,
        DocumentKind::ForeignPassport => t.foreign_passport,
        DocumentKind::HongKongMacaoPermit => t.hong_kong_macao_permit,
        DocumentKind::TaiwanPermit => t.taiwan_permit,
        DocumentKind::Passport => t.passport,
        DocumentKind::ForeignResidence => t.foreign_residence,
        DocumentKind::HongKongMacaoResidence => t.hong_kong_macao_residence,
        DocumentKind::TaiwanResidence => t.taiwan_residence,
    }
}

/// What can be chosen: none, then every type by its code.
pub fn choices(t: &Texts) -> Vec<Choice> {
    let named = DocumentKind::ALL
        .into_iter()
        .map(|it| Choice::new(it.code(), format!("{} {}", it.code(), word(t, it))));
    std::iter::once(Choice::new("", t.document.none))
        .chain(named)
        .collect()
}
