//! The files themselves: sound, small, the same each time.

use crate::{
    faces,
    tools::{dense, paper, printed_rate, renderer},
};
use fapiao_domain::{capital, face::InvoiceFace, invoice::Identity};
use fapiao_pdf::{RenderPdf, Renderer};
use std::thread;

/// Every string that is printed for a face.
fn strings(face: &InvoiceFace) -> Vec<String> {
    let mut strings = vec![
        face.kind.printed().to_owned(),
        face.identity.number().to_owned(),
        face.issued_at.format("%Y年%m月%d日").to_string(),
        face.buyer.printed_name(),
        face.buyer.tax_number.clone(),
        face.seller.name.clone(),
        face.seller.tax_number.clone(),
        capital::capital(face.totals.total),
        format!("¥{}", face.totals.amount),
        format!("¥{}", face.totals.tax),
        format!("¥{}", face.totals.total),
        face.drawer.clone(),
        face.remark.clone(),
    ];
    if let Identity::Classic {
        code,
        check_code,
        machine,
        ..
    } = &face.identity
    {
        let (buyer, seller) = (&face.buyer, &face.seller);
        strings.extend([code, check_code, machine, &face.payee, &face.reviewer].map(String::clone));
        strings.extend(
            [
                &buyer.address,
                &buyer.bank_account,
                &seller.phone,
                &seller.bank,
            ]
            .map(String::clone),
        );
    }
    for line in &face.lines {
        strings.extend([
            line.printed_name(),
            line.spec.clone(),
            line.unit.clone(),
            line.amount.to_string(),
            printed_rate(face, line),
        ]);
        let numbers = [line.quantity, line.unit_price];
        strings.extend(
            numbers
                .iter()
                .flatten()
                .map(|number| number.normalize().to_string()),
        );
    }
    strings
}

#[test]
fn every_printed_string_comes_back_as_text() {
    for (name, face) in faces::specimens() {
        let text = paper(&face).dense();
        for string in strings(&face) {
            assert!(text.contains(&dense(&string)), "{name} lost {string:?}");
        }
    }
}

#[test]
fn rare_characters_come_back_as_text() {
    let rare = "龘㙍䶮𠮷𤋮喆堃犇翀彧昉旻玥珺煊甯㛃㵥䥇䲟𬭚𬬭𩾌￥①②③㎡℃·“”《》";
    let mut face = faces::invoice(1, 1);
    face.remark = rare.to_owned();
    face.drawer = "𠮷㙍".to_owned();
    let text = paper(&face).dense();
    assert!(text.contains(rare), "{text}");
    assert!(text.contains("𠮷㙍"), "{text}");
}

#[test]
fn files_are_sound_and_small() {
    for (name, face) in faces::specimens() {
        let paper = paper(&face);
        let said = paper.tool("qpdf", &["--check", "@"]);
        assert!(
            said.contains("No syntax or stream encoding errors found"),
            "{name}: {said}"
        );
        assert!(!said.contains("WARNING"), "{name}: {said}");
        // One page stays below 100 KiB.
        let most = if matches!(name, "rows-100" | "classic-list") {
            120
        } else {
            100
        } * 1024;
        assert!(
            paper.bytes.len() < most,
            "{name}: {} bytes",
            paper.bytes.len()
        );
    }
    let usual = paper(&faces::invoice(5, 5)).bytes.len();
    assert!(usual < 60 * 1024, "five lines: {usual} bytes");
}

#[test]
fn the_same_face_gives_the_same_bytes_from_any_renderer_and_thread() {
    let face = faces::rare();
    let first = renderer().render(&face).unwrap();
    assert_eq!(renderer().render(&face).unwrap(), first);
    let other = Renderer::new();
    let handles: Vec<_> = (0..3)
        .map(|seed| {
            let (other, face) = (other.clone(), face.clone());
            thread::spawn(move || {
                other.render(&faces::invoice(seed, seed + 1)).unwrap();
                other.render(&face).unwrap()
            })
        })
        .collect();
    for handle in handles {
        assert_eq!(handle.join().unwrap(), first);
    }
}

#[test]
fn different_invoices_have_different_identifiers_and_tell_their_date() {
    let id = |face: &InvoiceFace| {
        let said = paper(face).tool("qpdf", &["--show-object=trailer", "@"]);
        said[said.find("/ID").unwrap()..].to_owned()
    };
    let face = faces::invoice(5, 5);
    assert_ne!(id(&face), id(&faces::invoice(6, 5)));
    let info = paper(&face).tool("pdfinfo", &["-rawdates", "@"]);
    assert!(info.contains("Title:           SAMPLE"), "{info}");
    assert!(info.contains("D:20260305182530+08'00'"), "{info}");
    let mut issued = face;
    issued.sample = false;
    let info = paper(&issued).tool("pdfinfo", &["@"]);
    assert!(
        info.contains("Title:           电子发票（普通发票）"),
        "{info}"
    );
    assert!(!info.contains("SAMPLE"), "{info}");
}

#[test]
fn pages_repeat_the_parties_and_only_the_last_has_the_total() {
    let face = faces::invoice(8, 100);
    let paper = paper(&face);
    let text = paper.raw();
    let pages: Vec<&str> = text
        .split('\u{c}')
        .filter(|page| !page.trim().is_empty())
        .collect();
    let (last, others) = pages.split_last().unwrap();
    assert!(others.len() >= 2);
    for (place, page) in pages.iter().enumerate() {
        assert!(page.contains(&face.buyer.name) && page.contains(&face.seller.tax_number));
        assert!(
            page.contains(&format!("共{}页 第{}页", pages.len(), place + 1)),
            "{page}"
        );
        assert!(page.contains(&format!("¥{}", face.totals.amount)));
        assert!(dense(page).contains("小计"));
    }
    let capitals = capital::capital(face.totals.total);
    assert!(last.contains(&capitals) && last.contains("价税合计（大写）"));
    assert!(
        !others
            .iter()
            .any(|page| page.contains(&capitals) || page.contains("备注"))
    );
}

#[test]
fn the_list_of_the_older_form_carries_all_lines_and_the_form_points_at_it() {
    let face = faces::classic(30);
    let text = paper(&face).raw();
    let pages: Vec<&str> = text
        .split('\u{c}')
        .filter(|page| !page.trim().is_empty())
        .collect();
    let [form, first, last] = pages[..] else {
        panic!("{} pages", pages.len())
    };
    assert!(form.contains("（详见销货清单）") && !form.contains(&face.lines[0].printed_name()));
    for page in [first, last] {
        assert!(page.contains("销售货物或者提供应税劳务、服务清单"));
        assert!(page.contains("099992600111") && page.contains(&face.buyer.name));
    }
    assert!(last.contains(&format!("¥{}", face.totals.amount)), "{last}");
    let amounts = |page: &str| page.matches('¥').count();
    assert_eq!(
        (amounts(first), amounts(last)),
        (2, 4),
        "sums of the page, sums of all"
    );
}
