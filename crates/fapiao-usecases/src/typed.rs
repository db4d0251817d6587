//! Numbers as people type them.

/// A number as typed, made plain: full-width digits of a Chinese keyboard become narrow, a currency sign in front goes,
/// and commas go where they set thousands apart. Any other comma stays, so that `1,13` is refused and never read as 113.
pub fn plain_number(text: &str) -> String {
    let narrow = |it: char| match it {
        '０'..='９' => char::from_digit(u32::from(it) - u32::from('０'), 10).unwrap_or(it),
        '．' => '.',
        '，' => ',',
        '－' => '-',
        other => other,
    };
    let text: String = text.trim().chars().map(narrow).collect();
    let text = text.trim_start_matches(['¥', '￥']).trim_start();
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let mut groups = whole.trim_start_matches('-').split(',');
    let leads = groups
        .next()
        .is_some_and(|it| (1..=3).contains(&it.chars().count()));
    if leads && groups.all(|it| it.chars().count() == 3) && !rest.contains(',') {
        text.replace(',', "")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_and_wide_digits_are_read_and_no_comma_is_guessed_at() {
        for (typed, plain) in [
            (" 1,234.5 ", "1234.5"),
            ("￥５６．５０", "56.50"),
            ("¥ 12,345,678.90", "12345678.90"),
            ("-1,000", "-1000"),
            ("1，000", "1000"),
            ("1000", "1000"),
            ("0.005", "0.005"),
            // A comma for a point, or one slipped: a hundred times the amount is no reading of it.
            ("1,13", "1,13"),
            ("1,0000", "1,0000"),
            ("12,34,567", "12,34,567"),
            ("1.234,50", "1.234,50"),
            (",500", ",500"),
            ("abc", "abc"),
            ("", ""),
        ] {
            assert_eq!(plain_number(typed), plain, "{typed}");
        }
    }
}
