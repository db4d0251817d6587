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

fn odd(name: &str) -> Vec<&'static str> {
    let checked = check_title(&organisation(name, "91110105MA0000007L")).unwrap();
    checked.warnings.into_iter().map(|it| it.code).collect()
}

#[test]
fn names_copied_from_a_sheet_are_cleaned_and_what_is_odd_is_asked() {
    for (typed, clean) in [
        ("\t北京某某科技有限公司\t", "北京某某科技有限公司"),
        ("北京某某（集团）有限公司", "北京某某（集团）有限公司"),
        ("ＡＢＣ（中国）有限公司", "ＡＢＣ（中国）有限公司"),
        ("Example\u{a0}\u{a0} Trading\tCo.", "Example Trading Co."),
        ("示例\u{3000}\u{200b}商店", "示例 商店"),
        ("e\u{301}toile trading", "étoile trading"),
    ] {
        let checked = check_title(&organisation(typed, "91110105MA0000007L")).unwrap();
        assert_eq!(checked.title.name, clean, "{typed:?}");
    }
    for (name, codes) in [
        ("北京某某（集团）有限公司", [].as_slice()),
        ("ABC (China) Trading Co.", &[]),
        ("北京某某(集团)有限公司", &["W_BRACKETS"]),
        ("北京某某(集团）有限公司", &["W_BRACKETS"]),
        ("北京某某（集团有限公司", &["W_BRACKETS_OPEN"]),
        ("北京 某某科技有限公司", &["W_NAME_BLANK"]),
        (
            "北京某某科技有限公司\t91110105MA0000007L",
            &["W_NUMBER_IN_NAME"],
        ),
    ] {
        assert_eq!(odd(name), codes, "{name}");
    }
    // A person's name is nobody's register entry.
    let person = RawTitle {
        kind: Some(TitleKind::Person),
        name: "张 三 （ 个人 ）".to_owned(),
        ..RawTitle::default()
    };
    let checked = check_title(&person).unwrap();
    assert_eq!(
        (checked.title.printed_name().as_str(), checked.warnings),
        ("张 三（个人）", vec![])
    );
    let named = RawTitle {
        kind: Some(TitleKind::Person),
        name: "（个人）".to_owned(),
        ..RawTitle::default()
    };
    assert_eq!(check_title(&named).unwrap_err()[0].code, "E_NAME");
}

#[test]
fn numbers_copied_from_a_sheet_are_read_or_told() {
    for typed in [
        "９１１１０１０５ＭＡ００００００７Ｌ",
        "9111 0105 MA00 0000 7L",
        "\u{a0}91110105ma0000007l\t",
        "91110105МА0000007L",
    ] {
        let checked = check_title(&organisation("北京某某科技有限公司", typed)).unwrap();
        assert_eq!(checked.title.tax_number, "91110105MA0000007L", "{typed:?}");
    }
    for (typed, code, meant) in [
        (
            "'91110105MA0000007L",
            "E_TAX_NUMBER_CHARACTERS",
            Some("91110105MA0000007L"),
        ),
        (
            "（91110105MA0000007L）",
            "E_TAX_NUMBER_CHARACTERS",
            Some("91110105MA0000007L"),
        ),
        ("1.10105E+14", "E_TAX_NUMBER_CHARACTERS", None),
    ] {
        let errors = check_title(&organisation("北京某某科技有限公司", typed)).unwrap_err();
        assert_eq!(
            (errors[0].code, errors[0].suggestion.as_deref()),
            (code, meant),
            "{typed}"
        );
    }
    // A sheet makes 6.22202E+18 of a long account.
    let raw = RawTitle {
        bank: "示例银行".to_owned(),
        bank_account: "6.22202E+18".to_owned(),
        ..organisation("北京某某科技有限公司", "91110105MA0000007L")
    };
    assert_eq!(check_title(&raw).unwrap_err()[0].code, "E_BANK_ACCOUNT");
}

#[test]
fn a_vouched_number_is_cleaned_and_kept_and_the_rest_is_checked() {
    let vouched = |name: &str, number: &str| check_vouched_title(&organisation(name, number));
    let name = "北京某某科技有限公司";
    let checked = vouched(name, "９1110105 ma000000L7").unwrap();
    assert_eq!(checked.title.tax_number, "91110105MA000000L7");
    assert_eq!(checked.warnings[0].code, "E_TAX_NUMBER_CHECK");
    let odd_length = vouched(name, "9111010500000007").unwrap();
    assert_eq!(odd_length.warnings[0].code, "E_TAX_NUMBER_LENGTH");
    let without = vouched(name, " ").unwrap();
    assert_eq!(without.title.kind, TitleKind::NoNumber);
    for number in ["9111", "91110105-MA000000L", "911101050000000000001"] {
        assert_eq!(vouched(name, number).unwrap_err()[0].field, "tax_number");
    }
    assert_eq!(
        vouched("甲\n乙", "91110105MA000000L7").unwrap_err()[0].code,
        "E_NAME"
    );
    let person = RawTitle {
        kind: Some(TitleKind::Person),
        name: "张先生（个人）".to_owned(),
        email: "nowhere".to_owned(),
        ..RawTitle::default()
    };
    assert_eq!(check_vouched_title(&person).unwrap_err()[0].code, "E_EMAIL");
    let person = RawTitle {
        email: String::new(),
        ..person
    };
    let checked = check_vouched_title(&person).unwrap();
    assert_eq!(
        checked.title.printed_name(),
        "张先生（个人）",
        "the suffix once"
    );
}

#[test]
fn chinese_tells_which_fault_a_name_has() {
    let told = |kind, name: &str| {
        let raw = RawTitle {
            kind: Some(kind),
            name: name.to_owned(),
            ..RawTitle::default()
        };
        check_title(&raw).unwrap_err()[0].chinese.clone().unwrap()
    };
    assert_eq!(told(TitleKind::NoNumber, ""), "名称不能为空");
    assert_eq!(told(TitleKind::NoNumber, "甲\n乙"), "名称须为一行");
    assert_eq!(
        told(TitleKind::NoNumber, &"一".repeat(301)),
        "名称最多 300 字，现有 301 字"
    );
    assert_eq!(
        told(TitleKind::Person, "张"),
        "个人姓名至少 2 个字，例如“张先生”"
    );
}
