use super::*;

fn organisation(name: &str, tax_number: &str) -> RawTitle {
    RawTitle {
        kind: Some(TitleKind::Organisation),
        name: name.to_owned(),
        tax_number: tax_number.to_owned(),
        ..RawTitle::default()
    }
}

#[test]
fn a_dirty_company_title_becomes_clean() {
    let raw = RawTitle {
        address: "\u{feff}福州市鼓楼区 1 号\u{200b}".to_owned(),
        phone: "０５９１－87654321".to_owned(),
        bank: "中国银行福州分行".to_owned(),
        bank_account: "6222 0000-1111 ２222".to_owned(),
        email: " a.b@example.com ".to_owned(),
        ..organisation("  福建某某有限公司\u{200b}\n", "91350100 m000100y43")
    };
    let CheckedTitle { title, warnings } = check_title(&raw).unwrap();
    assert_eq!(warnings, []);
    assert_eq!(title.name, "福建某某有限公司");
    assert_eq!(title.tax_number, "91350100M000100Y43");
    assert_eq!(title.address, "福州市鼓楼区 1 号");
    assert_eq!(title.phone, "0591-87654321");
    assert_eq!(title.bank_account, "6222000011112222");
    assert_eq!(title.email, "a.b@example.com");
    // Checking what was checked changes nothing.
    let again = RawTitle {
        kind: Some(title.kind),
        name: title.name.clone(),
        tax_number: title.tax_number.clone(),
        address: title.address.clone(),
        phone: title.phone.clone(),
        bank: title.bank.clone(),
        bank_account: title.bank_account.clone(),
        email: title.email.clone(),
    };
    assert_eq!(check_title(&again).unwrap().title, title);
}

#[test]
fn a_person_is_printed_with_the_suffix_once() {
    for typed in [
        "张先生",
        "张先生（个人）",
        "张先生(个人)",
        " 张先生 （个人） ",
    ] {
        let raw = RawTitle {
            kind: Some(TitleKind::Person),
            name: typed.to_owned(),
            ..RawTitle::default()
        };
        let checked = check_title(&raw).unwrap();
        assert_eq!(checked.title.printed_name(), "张先生（个人）", "{typed}");
    }
}

#[test]
fn an_organisation_needs_a_right_number_unless_it_has_none() {
    let codes = |raw: &RawTitle| -> Vec<_> {
        check_title(raw)
            .unwrap_err()
            .into_iter()
            .map(|error| (error.field, error.code, error.suggestion))
            .collect()
    };
    let name = "北京某某科技有限公司";
    assert_eq!(
        codes(&organisation(name, "")),
        [("tax_number", "E_TAX_NUMBER_EMPTY", None)]
    );
    assert_eq!(
        codes(&organisation(name, "91110105MA000000L7")),
        [(
            "tax_number",
            "E_TAX_NUMBER_CHECK",
            Some("91110105MA0000007L".to_owned())
        )]
    );
    assert_eq!(
        codes(&RawTitle {
            kind: Some(TitleKind::NoNumber),
            ..organisation(name, "91110105MA0000007L")
        }),
        [("tax_number", "E_NUMBER_UNEXPECTED", None)]
    );
    let without = RawTitle {
        kind: Some(TitleKind::NoNumber),
        ..organisation("某某部队后勤处", "")
    };
    assert_eq!(check_title(&without).unwrap().warnings, []);
}

#[test]
fn all_faults_are_told_at_once() {
    let raw = RawTitle {
        phone: "call me".to_owned(),
        bank_account: "12a4".to_owned(),
        email: "a@b".to_owned(),
        address: "一".repeat(301),
        ..organisation("甲\n乙", "123")
    };
    let fields: Vec<_> = check_title(&raw)
        .unwrap_err()
        .into_iter()
        .map(|it| it.field)
        .collect();
    assert_eq!(
        fields,
        [
            "name",
            "tax_number",
            "address",
            "phone",
            "bank_account",
            "email"
        ]
    );
}

#[test]
fn a_missing_kind_is_guessed_and_the_guess_is_told() {
    let guess = |name: &str, tax_number: &str| {
        check_title(&RawTitle {
            kind: None,
            ..organisation(name, tax_number)
        })
    };
    let person = guess("李四", "").unwrap();
    assert_eq!(person.title.kind, TitleKind::Person);
    assert_eq!(person.warnings[0].code, "W_KIND_GUESSED");
    assert_eq!(
        guess("欧阳先生样（个人）", "").unwrap().title.kind,
        TitleKind::Person
    );
    assert_eq!(
        guess("李四", "91110105MA0000007L").unwrap().warnings[0].code,
        "W_SHORT_NAME"
    );
    assert!(guess("北京某某科技有限公司", "").is_err());
}

#[test]
fn warnings_do_not_stop() {
    let raw = RawTitle {
        phone: "99999".to_owned(),
        ..organisation("某某老字号商店", "110105123456789")
    };
    let codes: Vec<_> = check_title(&raw)
        .unwrap()
        .warnings
        .into_iter()
        .map(|it| it.code)
        .collect();
    assert_eq!(codes, ["W_OLD_NUMBER", "W_PHONE"]);
    let person = RawTitle {
        kind: Some(TitleKind::Person),
        ..organisation("王五先生", "11010519491231002X")
    };
    let checked = check_title(&person).unwrap();
    assert_eq!(checked.title.tax_number, "");
    assert_eq!(checked.warnings[0].code, "W_NUMBER_DROPPED");
}
