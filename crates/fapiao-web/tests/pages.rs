//! Every page renders, in both languages, within the promises of the design.

use fapiao_web::{
    assets,
    i18n::{Lang, Texts},
    pages::shell::Theme,
};

#[path = "../examples/preview/samples/mod.rs"]
mod samples;

const PAGE_MAX_BYTES: usize = 200 * 1024;
const BUYER_MAX_BYTES: usize = 30 * 1024;

fn every_page() -> Vec<(Lang, String, String)> {
    let mut pages = Vec::new();
    for lang in Lang::ALL {
        for (name, page) in samples::all(lang, Theme::System) {
            pages.push((lang, name, page));
        }
    }
    assert!(pages.len() > 120, "{}", pages.len());
    pages
}

#[test]
fn pages_are_whole_and_small() {
    for (lang, name, page) in every_page() {
        assert!(
            page.len() < PAGE_MAX_BYTES,
            "{name} {}: {} bytes",
            lang.tag(),
            page.len()
        );
        if !name.ends_with(".html") {
            continue;
        }
        assert!(page.starts_with("<!doctype html>"), "{name}");
        assert!(
            page.contains(&format!("<html lang=\"{}\"", lang.tag())),
            "{name}"
        );
        assert!(page.trim_end().ends_with("</html>"), "{name}");
        assert!(
            page.contains("<title>") && page.contains("name=\"viewport\""),
            "{name}"
        );
        for tag in [
            "table", "form", "section", "div", "details", "dl", "select", "object", "main",
        ] {
            let opened = page.matches(&format!("<{tag}>")).count()
                + page.matches(&format!("<{tag} ")).count();
            let closed = page.matches(&format!("</{tag}>")).count();
            assert_eq!(opened, closed, "{name}: <{tag}>");
        }
    }
}

#[test]
fn nothing_is_inline_and_nothing_comes_from_elsewhere() {
    for (_, name, page) in every_page() {
        let lower = page.to_lowercase();
        // A mail has no style sheet and no policy against styles: its one width is written into it.
        assert!(
            name.contains("mail") || !lower.contains("<style") && !lower.contains(" style="),
            "{name}: inline style"
        );
        assert!(!lower.contains("javascript:"), "{name}");
        for handler in [
            " onclick=",
            " onload=",
            " onsubmit=",
            " onchange=",
            " onerror=",
        ] {
            assert!(!lower.contains(handler), "{name}:{handler}");
        }
        for tag in page.split("<script").skip(1) {
            assert!(
                tag.starts_with(" defer src=\"/static/"),
                "{name}: <script{}",
                &tag[..40]
            );
            assert!(tag.contains("></script>"), "{name}");
        }
        for tag in page.split("<link ").skip(1) {
            assert!(
                tag.contains("href=\"/static/"),
                "{name}: <link {}",
                &tag[..60]
            );
        }
        assert!(
            !page.contains("src=\"http") && !page.contains("src=\"//"),
            "{name}"
        );
        assert!(
            !page.contains("/static/unknown"),
            "{name} names an asset that does not exist"
        );
    }
}

#[test]
fn english_pages_have_no_chinese_but_in_the_data() {
    // The same sample twice: what is Chinese in the English page must stand in the Chinese one too,
    // as data; words of the product would differ.
    let (zh, en) = (
        samples::all(Lang::Zh, Theme::System),
        samples::all(Lang::En, Theme::System),
    );
    for ((name, zh), (other, en)) in zh.iter().zip(&en) {
        assert_eq!(name, other);
        let chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        let own = |run: &&str| !run.is_empty() && *run != Lang::Zh.name();
        for run in en.split(|c| !chinese(c)).filter(own) {
            assert!(
                zh.contains(run),
                "{name}: {run} is only in the English page"
            );
        }
        let words = [
            "导航",
            "退出登录",
            "跳到正文",
            "筛选",
            "参考号",
            "上一页",
            "保存修改",
        ];
        assert!(
            words.iter().all(|word| !en.contains(word)),
            "{name} holds Chinese words of the product"
        );
        for place in ["{0}", "{1}", "{{", "}}"] {
            assert!(
                !zh.contains(place) && !en.contains(place),
                "{name}: {place}"
            );
        }
    }
}

#[test]
fn forms_that_change_something_carry_the_token() {
    for (_, name, page) in every_page() {
        for form in page.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap();
            if form.contains("method=\"post\"") {
                assert!(
                    form.contains("name=\"csrf\""),
                    "{name}: <form{}",
                    &form[..80]
                );
            }
        }
    }
}

#[test]
fn whoever_takes_numbers_as_csv_is_told_what_a_spreadsheet_does_to_them() {
    let mut told = 0;
    for (lang, name, page) in every_page() {
        let has_numbers = [
            "/admin/invoices.csv",
            "/admin/orders.csv",
            "/admin/reports/ledger.csv",
        ];
        if has_numbers.iter().any(|it| page.contains(it)) {
            let words = Texts::of(lang).common.csv_digits;
            assert!(page.contains(words), "{name} {}", lang.tag());
            told += 1;
        }
    }
    assert!(told >= 6, "{told}");
}

#[test]
fn labels_and_errors_point_at_what_exists() {
    for (_, name, page) in every_page() {
        let ids: Vec<&str> = page
            .split(" id=\"")
            .skip(1)
            .filter_map(|it| it.split('"').next())
            .collect();
        let mut unique = ids.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), ids.len(), "{name}: an id stands twice");
        for target in page
            .split(" for=\"")
            .skip(1)
            .filter_map(|it| it.split('"').next())
        {
            assert!(ids.contains(&target), "{name}: a label for {target}");
        }
        for target in page
            .split("href=\"#")
            .skip(1)
            .filter_map(|it| it.split('"').next())
        {
            assert!(ids.contains(&target), "{name}: a link to #{target}");
        }
    }
}

#[test]
fn what_is_wrong_with_a_row_stands_below_it_over_its_whole_width() {
    // The name of the file begins its line as it is: hints keep their letters.
    let run = every_page().into_iter().find(|(lang, _, page)| {
        *lang == Lang::En && page.contains("<p class=\"hint\">收银日报-2026-11-19.csv")
    });
    let (_, _, page) = run.unwrap();
    let told = "<tr class=\"wrong\"><td></td><td colspan=\"6\"><p><span class=\"mono\">tax_code</span> A tax class code has 19 digits</p></td></tr>";
    assert!(page.contains(told), "{page}");
    let style = include_str!("../../../static/css/base.css");
    assert!(style.contains(".say p + p:not(.hint)::first-letter"));
}

#[test]
fn a_buyer_loads_less_than_thirty_kilobytes() {
    let size = |path| {
        assets::ASSETS
            .iter()
            .find(|it| it.path == path)
            .unwrap()
            .bytes
            .len()
    };
    let styles = size("css/tokens.css") + size("css/buyer.css") + size("icon.svg");
    for (_, name, page) in every_page() {
        if name.starts_with("buyer-") {
            assert!(
                page.len() + styles < BUYER_MAX_BYTES,
                "{name}: {}",
                page.len() + styles
            );
        }
    }
}

#[test]
fn what_people_type_is_escaped() {
    use askama::Template;
    use fapiao_web::pages::{field::Errors, parts::Empty};
    let errors = Errors::default();
    let evil = "\"><script>alert(1)</script>";
    let field = errors.text("name", "Name", evil).to_string();
    let empty = Empty::new(evil, evil, None).render().unwrap();
    for html in [field, empty] {
        assert!(!html.contains("<script>"), "{html}");
    }
}
