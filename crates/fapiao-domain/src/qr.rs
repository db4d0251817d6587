//! The text inside the QR code of an invoice: eight fields and a CRC-16.

use crate::{
    face::InvoiceFace,
    invoice::{Identity, InvoiceKind},
    money::Fen,
};
use chrono::NaiveDate;
use thiserror::Error;

/// What a QR code says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QrPayload {
    /// Kind: `31` digital special, `32` digital ordinary, `10` e-ordinary of the older form, and others.
    pub kind: String,
    /// Invoice code; empty for digital invoices.
    pub code: String,
    /// Invoice number.
    pub number: String,
    /// Gross total on digital invoices, net total on the older forms.
    pub amount: Fen,
    /// Date of issue.
    pub date: NaiveDate,
    /// Check code; empty for digital invoices.
    pub check_code: String,
    /// Whether the checksum fits. Real papers exist whose checksum does not: warn, do not refuse.
    pub crc: CrcVerdict,
}

/// What the checksum at the end of a payload says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrcVerdict {
    /// It fits.
    Fits,
    /// It does not fit: altered, or made by a program with rules of its own.
    Differs,
    /// There is none.
    Missing,
}

/// Why a text is not the payload of an invoice.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum QrError {
    /// Not eight fields, the first `01`.
    #[error(
        "this QR code is not an invoice's: it does not have the eight fields that begin with 01"
    )]
    Fields,
    /// A field has the wrong shape.
    #[error("the field {field} of the QR code is not right: `{value}`")]
    Field {
        /// Its name.
        field: &'static str,
        /// What it holds, shortened.
        value: String,
    },
}

/// The payload of an invoice.
pub fn payload(face: &InvoiceFace) -> String {
    let kind = match face.kind {
        InvoiceKind::DigitalOrdinary => "32",
        InvoiceKind::DigitalSpecial => "31",
        InvoiceKind::ClassicOrdinary => "10",
    };
    let (amount, check_code) = match &face.identity {
        Identity::Digital { .. } => (face.totals.total, ""),
        Identity::Classic { check_code, .. } => (face.totals.amount, check_code.as_str()),
    };
    let front = format!(
        "01,{kind},{},{},{amount},{},{check_code},",
        face.identity.code(),
        face.identity.number(),
        face.issued_at.format("%Y%m%d"),
    );
    let crc = crc16(front.as_bytes());
    format!("{front}{crc:04X}")
}

/// Reads a payload, ours or another issuer's: a comma behind the checksum and a checksum that leaves out the comma
/// before it are understood.
///
/// # Errors
/// [`QrError`] when it is not an invoice's or a field has the wrong shape. A wrong checksum is no error.
pub fn parse_payload(text: &str) -> Result<QrPayload, QrError> {
    let text = text.trim();
    let fields: Vec<&str> = text.split(',').collect();
    let (
        [
            "01",
            kind,
            code,
            number,
            amount,
            date,
            check_code,
            rest @ ..,
        ],
        true,
    ) = (fields.as_slice(), fields.len() <= 9)
    else {
        return Err(QrError::Fields);
    };
    if rest.get(1).is_some_and(|beyond| !beyond.is_empty()) {
        return Err(QrError::Fields);
    }
    let digits = |field: &'static str, value: &str, lengths: &[usize]| {
        let fits = lengths.contains(&value.len()) && value.bytes().all(|it| it.is_ascii_digit());
        if fits {
            Ok(value.to_owned())
        } else {
            Err(wrong(field, value))
        }
    };
    let crc = match rest.first() {
        None | Some(&"") => CrcVerdict::Missing,
        Some(crc) => {
            let front = &text[..text.len() - rest.join(",").len()];
            let without_comma = &front[..front.len() - 1];
            let fits = [front, without_comma]
                .iter()
                .any(|part| format!("{:04X}", crc16(part.as_bytes())).eq_ignore_ascii_case(crc));
            if fits {
                CrcVerdict::Fits
            } else {
                CrcVerdict::Differs
            }
        }
    };
    Ok(QrPayload {
        kind: digits("kind", kind, &[2])?,
        code: digits("code", code, &[0, 10, 12])?,
        number: digits("number", number, &[8, 20])?,
        amount: Fen::parse_yuan(amount).map_err(|_| wrong("amount", amount))?,
        date: NaiveDate::parse_from_str(date, "%Y%m%d").map_err(|_| wrong("date", date))?,
        check_code: digits("check_code", check_code, &[0, 6, 20])?,
        crc,
    })
}

fn wrong(field: &'static str, value: &str) -> QrError {
    QrError::Field {
        field,
        value: value.chars().take(32).collect(),
    }
}

/// CRC-16 with polynomial 0x8005, initial value 0, not reflected, no final xor (CRC-16/UMTS).
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc: u16, _| {
            let shifted = crc << 1;
            if crc & 0x8000 == 0 {
                shifted
            } else {
                shifted ^ 0x8005
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        party::{SellerParty, Title, TitleKind},
        totals::Totals,
    };

    const PAYLOADS: [&str; 7] = [
        "01,32,,26330000009990000001,2099.00,20260305,,D6D5",
        "01,31,,22344000000000012345,358.95,20230609,,2D08",
        "01,32,,26330000009990000002,-90.00,20260306,,1FA5",
        "01,10,033000000111,99900001,1860.77,20260305,12345678901234567890,D044",
        "01,04,033000000111,99900001,1860.77,20260305,12345678901234567890,A945",
        "01,32,,26999000000000000001,113.00,20260305,,7A7E",
        "01,10,099992600111,00000001,100.00,20260305,00000000000000000001,1EB1",
    ];

    fn face(
        kind: InvoiceKind,
        identity: Identity,
        net: i64,
        gross: i64,
        day: NaiveDate,
    ) -> InvoiceFace {
        InvoiceFace {
            kind,
            identity,
            issued_at: day.and_hms_opt(23, 59, 59).unwrap(),
            seller: SellerParty::default(),
            province: "33".to_owned(),
            buyer: Title {
                kind: TitleKind::Person,
                name: "张先生".to_owned(),
                tax_number: String::new(),
                address: String::new(),
                phone: String::new(),
                bank: String::new(),
                bank_account: String::new(),
                email: String::new(),
            },
            lines: vec![],
            totals: Totals {
                amount: Fen::new(net).unwrap(),
                tax: Fen::new(gross - net).unwrap(),
                total: Fen::new(gross).unwrap(),
            },
            remark: String::new(),
            drawer: "开票员".to_owned(),
            payee: String::new(),
            reviewer: String::new(),
            red: None,
            sample: true,
            extras: crate::face::Extras::default(),
        }
    }

    #[test]
    fn the_checksum_has_the_catalogue_value() {
        assert_eq!(crc16(b"123456789"), 0xFEE8);
    }

    #[test]
    fn the_payloads_of_the_reference_are_read_and_their_checksums_fit() {
        for text in PAYLOADS {
            let read = parse_payload(text).unwrap();
            assert_eq!(read.crc, CrcVerdict::Fits, "{text}");
            assert_eq!(parse_payload(&format!("{text},")), Ok(read), "{text}");
        }
        let red = parse_payload(PAYLOADS[2]).unwrap();
        assert_eq!(
            (red.amount.get(), red.number.as_str()),
            (-9000, "26330000009990000002")
        );
        assert_eq!(red.date, NaiveDate::from_ymd_opt(2026, 3, 6).unwrap());
    }

    #[test]
    fn our_faces_make_those_payloads() {
        let digital = |number: &str| Identity::Digital {
            number: number.to_owned(),
        };
        let classic = |code: &str, number: &str, check_code: &str| Identity::Classic {
            code: code.to_owned(),
            number: number.to_owned(),
            check_code: check_code.to_owned(),
            machine: String::new(),
        };
        let day = |text: &str| NaiveDate::parse_from_str(text, "%Y%m%d").unwrap();
        use InvoiceKind::{ClassicOrdinary, DigitalOrdinary, DigitalSpecial};
        for (face, payload_text) in [
            (
                face(
                    DigitalOrdinary,
                    digital("26330000009990000001"),
                    185_752,
                    209_900,
                    day("20260305"),
                ),
                PAYLOADS[0],
            ),
            (
                face(
                    DigitalSpecial,
                    digital("22344000000000012345"),
                    31_765,
                    35_895,
                    day("20230609"),
                ),
                PAYLOADS[1],
            ),
            (
                face(
                    DigitalOrdinary,
                    digital("26330000009990000002"),
                    -7_965,
                    -9_000,
                    day("20260306"),
                ),
                PAYLOADS[2],
            ),
            (
                face(
                    ClassicOrdinary,
                    classic("033000000111", "99900001", "12345678901234567890"),
                    186_077,
                    210_267,
                    day("20260305"),
                ),
                PAYLOADS[3],
            ),
            (
                face(
                    DigitalOrdinary,
                    digital("26999000000000000001"),
                    10_000,
                    11_300,
                    day("20260305"),
                ),
                PAYLOADS[5],
            ),
            (
                face(
                    ClassicOrdinary,
                    classic("099992600111", "00000001", "00000000000000000001"),
                    10_000,
                    11_300,
                    day("20260305"),
                ),
                PAYLOADS[6],
            ),
        ] {
            assert_eq!(payload(&face), payload_text);
        }
    }

    #[test]
    fn another_issuers_habits_are_understood_and_forgeries_told() {
        let text = PAYLOADS[0];
        let front = &text[..text.len() - 5];
        let without_comma = format!("{front},{:04x}", crc16(front.as_bytes()));
        assert_eq!(parse_payload(&without_comma).unwrap().crc, CrcVerdict::Fits);
        let altered = text.replace("2099.00", "2099.01");
        assert_eq!(parse_payload(&altered).unwrap().crc, CrcVerdict::Differs);
        assert_eq!(
            parse_payload(&format!("{front},")).unwrap().crc,
            CrcVerdict::Missing
        );
        for text in [
            "",
            "https://example.com/",
            "02,32,,26330000009990000001,2099.00,20260305,,D6D5",
            "01,32,,26330000009990000001,2099.00,20260305",
            "01,32,,26330000009990000001,2099.00,20261305,,D6D5",
            "01,32,,2633000000999000000x,2099.00,20260305,,D6D5",
            "01,32,,26330000009990000001,2.099,20260305,,D6D5",
            "01,32,,26330000009990000001,2099.00,20260305,,D6D5,more",
        ] {
            assert!(parse_payload(text).is_err(), "{text}");
        }
    }
}
