//! The form of the storefront becomes the lines of an order.

use crate::api::Line;
use crate::goods;

/// Nobody carries more home.
const QUANTITY_MAX: u32 = 99;

/// What stands in the way of an order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum BasketError {
    /// Nothing was chosen.
    Empty,
    /// A quantity is not a whole number up to [`QUANTITY_MAX`].
    Quantity,
    /// The form is not ours: it names no good of the shelf, or lacks its key.
    Foreign,
}

/// A basket as sent: the key of this purchase, and how many of what.
#[derive(Debug, PartialEq)]
pub(crate) struct Basket {
    /// Made with the page: sending a page twice buys once.
    pub(crate) key: String,
    /// Where the customer is.
    pub(crate) scene: Scene,
    pub(crate) lines: Vec<Line>,
}

/// Where the customer meets the shop, and so how the invoice is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scene {
    /// A page in WeChat (公众号).
    #[default]
    Account,
    /// A printed receipt with a QR code.
    Receipt,
    /// The shop's own app.
    App,
    /// Its mini program.
    MiniProgram,
    /// The receipt of a payment.
    Payment,
}

impl Scene {
    pub(crate) const ALL: [Scene; 5] = [
        Scene::Account,
        Scene::Receipt,
        Scene::App,
        Scene::MiniProgram,
        Scene::Payment,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Scene::Account => "account",
            Scene::Receipt => "receipt",
            Scene::App => "app",
            Scene::MiniProgram => "mini_program",
            Scene::Payment => "payment",
        }
    }

    fn parse(text: &str) -> Option<Scene> {
        Scene::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

impl Basket {
    /// Reads the fields `key` and `quantity.<good>`; others are left to the pages.
    pub(crate) fn parse(fields: &[(String, String)]) -> Result<Basket, BasketError> {
        let mut key = None;
        let mut scene = Scene::Account;
        let mut lines = Vec::new();
        for (name, value) in fields {
            if name == "key" {
                key = Some(value.clone()).filter(|key| is_key(key));
            } else if name == "scene" {
                scene = Scene::parse(value).ok_or(BasketError::Foreign)?;
            } else if let Some(id) = name.strip_prefix("quantity.") {
                let good = goods::find(id).ok_or(BasketError::Foreign)?;
                let quantity = match value.trim() {
                    "" => 0,
                    typed => typed.parse().map_err(|_| BasketError::Quantity)?,
                };
                match quantity {
                    0 => {}
                    1..=QUANTITY_MAX => lines.push(line(good, quantity)),
                    _ => return Err(BasketError::Quantity),
                }
            }
        }
        let key = key.ok_or(BasketError::Foreign)?;
        if lines.is_empty() {
            Err(BasketError::Empty)
        } else {
            Ok(Basket { key, scene, lines })
        }
    }

    /// The shop's own number for this purchase.
    pub(crate) fn order_no(&self) -> String {
        format!("WEB-{}", self.key[..12].to_uppercase())
    }
}

/// A new key: 128 random bits, which also keep an order's page from being guessed.
pub(crate) fn new_key() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// Whether the text could be one of ours.
pub(crate) fn is_key(text: &str) -> bool {
    text.len() == 32
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn line(good: &goods::Good, quantity: u32) -> Line {
    Line {
        name: good.name,
        tax_code: good.tax_code,
        quantity: quantity.to_string(),
        unit: good.unit,
        spec: good.spec,
        unit_price: good.price,
        tax_included: true,
        rate: good.rate,
        discount: good.discount,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(fields: &[(&str, &str)]) -> Result<Basket, BasketError> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Basket::parse(&fields.iter().map(owned).collect::<Vec<_>>())
    }

    #[test]
    fn what_is_chosen_becomes_lines_and_the_rest_does_not() {
        let key = new_key();
        let basket = parse(&[
            ("key", &key),
            ("quantity.tea", "2"),
            ("quantity.pen", ""),
            ("lang", "en"),
        ])
        .unwrap();
        assert_eq!(basket.lines.len(), 1);
        assert_eq!(
            (basket.lines[0].name, basket.lines[0].quantity.as_str()),
            ("乌龙茶", "2")
        );
        assert_eq!(basket.order_no().len(), "WEB-".len() + 12);
    }

    #[test]
    fn what_is_no_basket_is_refused() {
        let key = new_key();
        assert_eq!(parse(&[("key", &key)]), Err(BasketError::Empty));
        for typed in ["-1", "1.5", "100", "two", "99999999999"] {
            let basket = parse(&[("key", &key), ("quantity.tea", typed)]);
            assert_eq!(basket, Err(BasketError::Quantity), "{typed}");
        }
        assert_eq!(
            parse(&[("key", &key), ("quantity.car", "1")]),
            Err(BasketError::Foreign)
        );
        assert_eq!(parse(&[("quantity.tea", "1")]), Err(BasketError::Foreign));
        assert_eq!(
            parse(&[("key", "../x"), ("quantity.tea", "1")]),
            Err(BasketError::Foreign)
        );
    }
}
