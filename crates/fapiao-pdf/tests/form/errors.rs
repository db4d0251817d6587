//! What cannot be printed is told before a number is taken, and never printed as an empty box.

use crate::{faces, tools::renderer};
use fapiao_domain::invoice::Identity;
use fapiao_pdf::{MAX_LINES, RenderError, RenderPdf};

#[test]
fn a_character_without_a_glyph_is_named_with_its_place() {
    let mut face = faces::invoice(5, 3);
    face.lines[1].name = "快乐😀套餐".to_owned();
    let error = renderer().check(&face).unwrap_err();
    assert_eq!(renderer().render(&face).unwrap_err(), error);
    assert_eq!(
        error.to_string(),
        "name of line 2 holds `😀` (U+1F600), which the invoice fonts cannot print: write it with another character"
    );
    let missing = |field: &str, character| RenderError::MissingGlyph {
        field: field.to_owned(),
        character,
    };
    let mut face = faces::invoice(5, 3);
    face.buyer.name = "张\u{e000}三".to_owned();
    assert_eq!(
        renderer().check(&face),
        Err(missing("buyer name", '\u{e000}'))
    );
    let mut face = faces::invoice(5, 3);
    face.remark = "好\u{7}".to_owned();
    assert_eq!(renderer().check(&face), Err(missing("remark", '\u{7}')));
}

#[test]
fn texts_can_be_asked_for_one_by_one() {
    let check = |text| renderer().check_glyphs([("buyer name", text)]);
    for text in [
        "𠮷野家（北京）有限公司",
        "O'Neil & Söhne GmbH",
        "㙍䶮龘𤋮",
        "",
    ] {
        assert_eq!(check(text), Ok(()), "{text}");
    }
    for (text, character) in [("甲\n乙", '\n'), ("👍", '👍'), ("a\u{200b}b", '\u{200b}')] {
        let expected = RenderError::MissingGlyph {
            field: "buyer name".to_owned(),
            character,
        };
        assert_eq!(check(text), Err(expected));
    }
}

#[test]
fn what_does_not_fit_is_refused_and_what_just_fits_is_made_smaller() {
    let mut face = faces::invoice(5, 1);
    face.buyer.name = "长".repeat(100);
    assert_eq!(renderer().check(&face), Ok(()));
    face.buyer.name = "长".repeat(200);
    let error = renderer().check(&face).unwrap_err();
    assert_eq!(
        error.to_string(),
        "buyer name is too long for the form: 6 rows, where 3 fit; shorten it"
    );

    let mut face = faces::invoice(5, 1);
    face.remark = "注".repeat(230);
    assert_eq!(renderer().check(&face), Ok(()));
    face.remark = "一行\n".repeat(9);
    let error = renderer().check(&face).unwrap_err();
    assert_eq!(
        error.to_string(),
        "remark is too long for the form: 9 rows, where 8 fit; shorten it"
    );

    let mut face = faces::invoice(5, 1);
    face.lines[0].name = "名".repeat(500);
    assert!(matches!(renderer().check(&face), Err(RenderError::TooLong { rows, .. }) if rows > 41));
}

#[test]
fn lines_are_counted() {
    let mut face = faces::invoice(5, 1);
    face.lines.clear();
    assert_eq!(renderer().check(&face), Err(RenderError::NoLines));
    let face = faces::invoice(5, MAX_LINES + 1);
    let expected = RenderError::TooManyLines {
        lines: MAX_LINES + 1,
        most: MAX_LINES,
    };
    assert_eq!(renderer().check(&face), Err(expected));
}

#[test]
fn kinds_and_numbers_must_belong_together() {
    let mut face = faces::invoice(5, 1);
    face.identity = Identity::Classic {
        code: "099992600111".to_owned(),
        number: "00000001".to_owned(),
        check_code: "00000000000000000001".to_owned(),
        machine: String::new(),
    };
    let expected = RenderError::IdentityMismatch {
        kind: "digital_ordinary",
    };
    assert_eq!(renderer().check(&face), Err(expected));
    let mut face = faces::classic(1);
    face.identity = faces::invoice(5, 1).identity;
    let expected = RenderError::IdentityMismatch {
        kind: "classic_ordinary",
    };
    assert_eq!(renderer().check(&face), Err(expected));
}

#[test]
fn the_older_form_refuses_what_does_not_fit_too() {
    let mut face = faces::classic(1);
    face.seller.address = "长".repeat(120);
    let error = renderer().check(&face).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("seller address and phone is too long"),
        "{error}"
    );
    let mut face = faces::classic(12);
    face.lines[10].spec = "规".repeat(90);
    let error = renderer().check(&face).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("specification of line 11 is too long"),
        "{error}"
    );
    face.lines.clear();
    assert_eq!(renderer().check(&face), Err(RenderError::NoLines));
}
