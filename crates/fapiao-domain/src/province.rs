//! Provinces by the two digits that tax codes and digital numbers carry.

/// Digits, the name the tax bureau bears, the name in full.
const PROVINCES: [(&str, &str, &str); 31] = [
    ("11", "北京", "北京市"),
    ("12", "天津", "天津市"),
    ("13", "河北", "河北省"),
    ("14", "山西", "山西省"),
    ("15", "内蒙古", "内蒙古自治区"),
    ("21", "辽宁", "辽宁省"),
    ("22", "吉林", "吉林省"),
    ("23", "黑龙江", "黑龙江省"),
    ("31", "上海", "上海市"),
    ("32", "江苏", "江苏省"),
    ("33", "浙江", "浙江省"),
    ("34", "安徽", "安徽省"),
    ("35", "福建", "福建省"),
    ("36", "江西", "江西省"),
    ("37", "山东", "山东省"),
    ("41", "河南", "河南省"),
    ("42", "湖北", "湖北省"),
    ("43", "湖南", "湖南省"),
    ("44", "广东", "广东省"),
    ("45", "广西", "广西壮族自治区"),
    ("46", "海南", "海南省"),
    ("50", "重庆", "重庆市"),
    ("51", "四川", "四川省"),
    ("52", "贵州", "贵州省"),
    ("53", "云南", "云南省"),
    ("54", "西藏", "西藏自治区"),
    ("61", "陕西", "陕西省"),
    ("62", "甘肃", "甘肃省"),
    ("63", "青海", "青海省"),
    ("64", "宁夏", "宁夏回族自治区"),
    ("65", "新疆", "新疆维吾尔自治区"),
];

/// The short names of all provinces.
pub fn province_names() -> impl Iterator<Item = &'static str> {
    PROVINCES.iter().map(|(_, short, _)| *short)
}

/// Short name of a province by its two digits: `33` is 浙江.
pub fn province_name(digits: &str) -> Option<&'static str> {
    row(digits).map(|(_, short, _)| *short)
}

/// Name in full of a province by its two digits: `33` is 浙江省.
pub fn province_full_name(digits: &str) -> Option<&'static str> {
    row(digits).map(|(_, _, full)| *full)
}

/// Cities with a tax authority of their own rank (计划单列市): the first four digits of an area code, the name in full.
const CITIES: [(&str, &str); 5] = [
    ("2102", "大连市"),
    ("3302", "宁波市"),
    ("3502", "厦门市"),
    ("3702", "青岛市"),
    ("4403", "深圳市"),
];

/// The tax authority of a seller: the four digits of its area, `3300` for a province and `4403` for Shenzhen, and the name
/// of the area in full. A city is known by the area inside the seller's unified code.
///
/// `None` for two digits that are no province.
pub fn tax_authority(province: &str, tax_number: &str) -> Option<(String, &'static str)> {
    let area = tax_number.get(2..6).unwrap_or_default();
    if let Some((code, name)) = CITIES
        .iter()
        .find(|(code, _)| *code == area && code.starts_with(province))
    {
        return Some(((*code).to_owned(), name));
    }
    let name = province_full_name(province)?;
    Some((format!("{province}00"), name))
}

fn row(digits: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    PROVINCES.iter().find(|(code, _, _)| *code == digits)
}

#[cfg(test)]
mod tests {
    use super::{PROVINCES, province_full_name, province_name, tax_authority};

    #[test]
    fn a_province_has_a_short_name_and_the_one_in_full() {
        assert_eq!(province_name("15"), Some("内蒙古"));
        assert_eq!(province_full_name("15"), Some("内蒙古自治区"));
        assert_eq!(province_name("99"), None);
        for (code, short, full) in PROVINCES {
            assert!(full.starts_with(short), "{code}");
        }
    }

    #[test]
    fn five_cities_have_an_authority_of_their_own() {
        for (province, tax_number, area, name) in [
            ("33", "91330106MA9XX0003C", "3300", "浙江省"),
            ("21", "91210200MA0000000X", "2102", "大连市"),
            ("33", "91330201MA0000000X", "3302", "宁波市"),
            ("35", "91350203MA0000000X", "3502", "厦门市"),
            ("37", "91370202MA0000000X", "3702", "青岛市"),
            ("44", "91440300MA0000000X", "4403", "深圳市"),
            ("44", "91440101MA0000000X", "4400", "广东省"),
            // The seller's own word on its province goes before its number.
            ("31", "91440300MA0000000X", "3100", "上海市"),
            ("31", "", "3100", "上海市"),
        ] {
            assert_eq!(
                tax_authority(province, tax_number),
                Some((area.to_owned(), name)),
                "{tax_number}"
            );
        }
        assert_eq!(tax_authority("99", "91440300MA0000000X"), None);
    }
}
