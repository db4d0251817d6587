//! Rows become pages.

use super::geometry::{MOST_ROWS, MOST_ROWS_CONTINUED, MOST_ROWS_LAST};
use crate::rows::Item;
use std::ops::Range;

/// Shares items among pages: one page up to 42 rows, else pages of up to 47 rows and a last one, which also carries
/// total and remark and holds at least one item. An item is never cut.
pub(super) fn share(items: &[Item<'_>]) -> Vec<Range<usize>> {
    let rows = |range: Range<usize>| items[range].iter().map(Item::rows).sum::<usize>();
    let mut pages = Vec::new();
    let mut from = 0;
    let fits_the_last = |pages: &[Range<usize>], from: usize| {
        let most = if pages.is_empty() {
            MOST_ROWS
        } else {
            MOST_ROWS_LAST
        };
        rows(from..items.len()) <= most
    };
    while !fits_the_last(&pages, from) {
        let mut to = from;
        let mut used = 0;
        // The last item is left for the last page.
        while to + 1 < items.len() && used + items[to].rows() <= MOST_ROWS_CONTINUED {
            used += items[to].rows();
            to += 1;
        }
        if to == from {
            break;
        }
        pages.push(from..to);
        from = to;
    }
    pages.push(from..items.len());
    pages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{digital::geometry::GRID, fonts::Fonts, testing};

    fn shares(lines: usize) -> Vec<usize> {
        let fonts = Fonts::embedded();
        let face = testing::face_of(lines);
        let items: Vec<_> = face
            .lines
            .iter()
            .map(|line| Item::new(&fonts, &GRID, line))
            .collect();
        assert!(items.iter().all(|item| item.rows() == 1));
        share(&items).into_iter().map(|page| page.len()).collect()
    }

    #[test]
    fn rows_are_shared_among_pages_as_the_layout_rules_say() {
        assert_eq!(shares(1), [1]);
        assert_eq!(shares(42), [42]);
        assert_eq!(shares(43), [42, 1]);
        assert_eq!(shares(47), [46, 1]);
        assert_eq!(shares(48), [47, 1]);
        assert_eq!(shares(88), [47, 41]);
        assert_eq!(shares(89), [47, 41, 1]);
        assert_eq!(shares(100), [47, 47, 6]);
    }
}
