//! Licence expressions such as `(MIT OR Apache-2.0) AND Unicode-3.0`.

/// Whether what is allowed is enough to satisfy the expression. The old `MIT/Apache-2.0` means OR.
///
/// Gives `None` for what is no expression.
pub(crate) fn is_satisfied(expression: &str, allowed: &dyn Fn(&str) -> bool) -> Option<bool> {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader {
        words: &words,
        allowed,
    };
    let verdict = reader.any_of()?;
    reader.words.is_empty().then_some(verdict)
}

struct Reader<'w> {
    words: &'w [&'w str],
    allowed: &'w dyn Fn(&str) -> bool,
}

impl<'w> Reader<'w> {
    fn any_of(&mut self) -> Option<bool> {
        let mut verdict = self.all_of()?;
        while self.take("OR") {
            verdict |= self.all_of()?;
        }
        Some(verdict)
    }

    fn all_of(&mut self) -> Option<bool> {
        let mut verdict = self.one()?;
        while self.take("AND") {
            verdict &= self.one()?;
        }
        Some(verdict)
    }

    fn one(&mut self) -> Option<bool> {
        if self.take("(") {
            let verdict = self.any_of()?;
            return self.take(")").then_some(verdict);
        }
        let licence = self
            .next()
            .filter(|word| !matches!(*word, "OR" | "AND" | "WITH" | ")"))?;
        if !self.take("WITH") {
            return Some((self.allowed)(licence));
        }
        let exception = self.next()?;
        Some((self.allowed)(&format!("{licence} WITH {exception}")))
    }

    fn next(&mut self) -> Option<&'w str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }

    fn take(&mut self, word: &str) -> bool {
        let here = self.words.first() == Some(&word);
        if here {
            self.words = &self.words[1..];
        }
        here
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_weighed() {
        let allowed = |licence: &str| {
            ["MIT", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"].contains(&licence)
        };
        for (expression, verdict) in [
            ("MIT", Some(true)),
            ("GPL-3.0-or-later", Some(false)),
            ("MIT OR GPL-3.0-or-later", Some(true)),
            ("GPL-2.0/MIT", Some(true)),
            ("MIT AND GPL-2.0", Some(false)),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", Some(true)),
            // AND binds tighter than OR.
            ("GPL-2.0 AND BSD OR MIT", Some(true)),
            ("MIT OR GPL-2.0 AND BSD", Some(true)),
            ("Apache-2.0 WITH LLVM-exception", Some(true)),
            ("Apache-2.0", Some(false)),
            ("(MIT", None),
            ("MIT OR", None),
            ("MIT MIT", None),
            ("", None),
        ] {
            assert_eq!(is_satisfied(expression, &allowed), verdict, "{expression}");
        }
    }
}
