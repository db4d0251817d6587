//! Small PDF files made for the tests of this crate.

use lopdf::{Document, Object, Stream, dictionary};

/// One page in Helvetica with the given operators between `BT` and `ET`.
pub(crate) fn simple(operators: &str) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let font = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica",
    });
    let content = format!("BT /F1 12 Tf 72 720 Td {operators} ET");
    page(&mut document, font, content.into_bytes(), None)
}

/// The same, drawn by a form object.
pub(crate) fn in_form(operators: &str) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let font = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica",
    });
    let mut form = Stream::new(
        dictionary! { "Type" => "XObject", "Subtype" => "Form",
        "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } } },
        format!("BT /F1 12 Tf {operators} ET").into_bytes(),
    );
    form.compress().unwrap();
    let form = document.add_object(form);
    page(
        &mut document,
        font,
        b"q 1 0 0 1 0 0 cm /Fm0 Do Q".to_vec(),
        Some(form),
    )
}

/// One page with a composite Identity-H font whose codes mean nothing without its ToUnicode map:
/// digits by a range, every other character by itself, alternating `bfchar` and array `bfrange`.
pub(crate) fn type0(text: &str) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let mut codes = String::new();
    let mut characters = Vec::new();
    let mut arrays = Vec::new();
    for (index, character) in text.chars().enumerate() {
        if let Some(digit) = character.to_digit(10) {
            codes.push_str(&format!("{:04X}", 0x0101 + digit));
            continue;
        }
        let code = 0x0200 + index;
        let mut units = [0; 2];
        let units: String = character
            .encode_utf16(&mut units)
            .iter()
            .map(|u| format!("{u:04X}"))
            .collect();
        codes.push_str(&format!("{code:04X}"));
        if index % 2 == 0 {
            characters.push(format!("<{code:04X}> <{units}>"));
        } else {
            arrays.push(format!("<{code:04X}> <{code:04X}> [<{units}>]"));
        }
    }
    arrays.push("<0101> <010A> <0030>".to_owned());
    let map = format!(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n\
         1 begincodespacerange <0000> <FFFF> endcodespacerange\n\
         {} beginbfchar\n{}\nendbfchar\n{} beginbfrange\n{}\nendbfrange\n\
         endcmap CMapName currentdict /CMap defineresource pop end end",
        characters.len(),
        characters.join("\n"),
        arrays.len(),
        arrays.join("\n"),
    );
    let mut map = Stream::new(dictionary! {}, map.into_bytes());
    map.compress().unwrap();
    let map = document.add_object(map);
    let descendant = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "CIDFontType2", "BaseFont" => "ABCDEF+Demo",
    });
    let font = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "ABCDEF+Demo",
        "Encoding" => "Identity-H", "ToUnicode" => map,
        "DescendantFonts" => vec![Object::Reference(descendant)],
    });
    // Split in the middle, as kerning would.
    let (first, second) = codes.split_at(codes.len() / 8 * 4);
    let content = format!("BT /F1 9 Tf 1 0 0 1 20 20 Tm [<{first}> -3 <{second}>] TJ ET");
    page(&mut document, font, content.into_bytes(), None)
}

fn page(
    document: &mut Document,
    font: lopdf::ObjectId,
    content: Vec<u8>,
    form: Option<lopdf::ObjectId>,
) -> Vec<u8> {
    let mut stream = Stream::new(dictionary! {}, content);
    let _ = stream.compress();
    let content = document.add_object(stream);
    let mut resources = dictionary! { "Font" => dictionary! { "F1" => font } };
    if let Some(form) = form {
        resources.set("XObject", dictionary! { "Fm0" => form });
    }
    let pages = document.new_object_id();
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => content,
    });
    // Resources are inherited from the tree, which readers often forget.
    document.objects.insert(
        pages,
        Object::Dictionary(dictionary! {
            "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1,
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 421.into()],
            "Resources" => resources,
        }),
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}
