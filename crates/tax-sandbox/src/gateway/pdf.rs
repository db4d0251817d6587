//! A page of text lines as PDF, by hand: enough to be read by people and programs.

use std::fmt::Write as _;

/// Points from the top, and between lines.
const TOP: i32 = 780;
const LEADING: i32 = 28;

/// One page; every character of the lines is of the first plane.
pub(super) fn page(lines: &[String]) -> Vec<u8> {
    let mut content = String::from("BT /F1 14 Tf 60 ");
    let _ = writeln!(content, "{TOP} Td {LEADING} TL");
    for line in lines {
        let hex: String = line.encode_utf16().fold(String::new(), |mut hex, unit| {
            let _ = write!(hex, "{unit:04X}");
            hex
        });
        let _ = writeln!(content, "<{hex}> Tj T*");
    }
    content.push_str("ET");
    let map = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def \
         1 begincodespacerange <0000> <FFFF> endcodespacerange\n";
    // One range a row: a range of two bytes may not carry over its last byte.
    let mut unicode = String::from(map);
    for block in 0..3u32 {
        let rows = (block * 100)..((block + 1) * 100).min(256);
        let _ = writeln!(unicode, "{} beginbfrange", rows.len());
        for high in rows {
            let _ = writeln!(unicode, "<{high:02X}00> <{high:02X}FF> <{high:02X}00>");
        }
        unicode.push_str("endbfrange\n");
    }
    unicode.push_str("endcmap end end");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] /ToUnicode 8 0 R >>"
            .to_owned(),
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 7 0 R /DW 1000 \
         /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>"
            .to_owned(),
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 \
         /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{unicode}\nendstream", unicode.len()),
    ];
    let mut file = String::from("%PDF-1.5\n");
    let mut places = Vec::with_capacity(objects.len());
    for (at, object) in objects.iter().enumerate() {
        places.push(file.len());
        let _ = write!(file, "{} 0 obj\n{object}\nendobj\n", at + 1);
    }
    let start = file.len();
    let _ = write!(file, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for place in places {
        let _ = writeln!(file, "{place:010} 00000 n ");
    }
    let _ = write!(
        file,
        "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n",
        objects.len() + 1
    );
    file.into_bytes()
}
