//! Lines added up as a return asks for them: rate by rate, goods apart from services.

use crate::{line::InvoiceLine, money::Fen, rate::Rate};

/// What lines of one rate come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateSum {
    /// The rate.
    pub rate: Rate,
    /// Services, intangibles and real estate rather than goods and repair work.
    pub service: bool,
    /// Net.
    pub net: Fen,
    /// Tax.
    pub tax: Fen,
}

/// Whether a class code names services, intangibles or real estate (they begin with 3, 4 or 5).
pub fn is_service(code: &str) -> bool {
    code.starts_with(['3', '4', '5'])
}

/// Adds lines up, in the order in which their rates come; what comes to nothing is left out.
pub fn by_rate(lines: &[InvoiceLine]) -> Vec<RateSum> {
    let mut sums: Vec<RateSum> = Vec::new();
    for line in lines {
        let service = is_service(&line.tax_code);
        let known = sums
            .iter_mut()
            .find(|it| it.rate == line.rate && it.service == service);
        match known {
            Some(sum) => {
                sum.net += line.amount;
                sum.tax += line.tax;
            }
            None => sums.push(RateSum {
                rate: line.rate,
                service,
                net: line.amount,
                tax: line.tax,
            }),
        }
    }
    sums.retain(|it| it.net != Fen::ZERO || it.tax != Fen::ZERO);
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::OrderLine, totals::compute};
    use rust_decimal::Decimal;

    #[test]
    fn lines_are_added_up_by_rate_and_goods_apart_from_services() {
        let line = |code: &str, rate: &str, price: &str, discount: i64| OrderLine {
            name: "茶".to_owned(),
            tax_code: code.to_owned(),
            spec: String::new(),
            unit: "套".to_owned(),
            quantity: Decimal::ONE,
            unit_price: price.parse().unwrap(),
            tax_included: true,
            rate: Rate::parse(rate).unwrap(),
            preference: None,
            discount: Fen::new(discount).unwrap(),
        };
        let (goods, service) = ("1080121010000000000", "3040203000000000000");
        let order = [
            line(goods, "0.13", "113.00", 0),
            line(service, "0.06", "106.00", 0),
            line(goods, "0.13", "226.00", 11_300),
            line(goods, "0.06", "1.06", 0),
        ];
        let computed = compute(&order, &|_| Some("茶".to_owned())).unwrap();
        let sums = by_rate(&computed.lines);
        let told: Vec<_> = sums
            .iter()
            .map(|it| (it.rate.to_string(), it.service, it.net.get(), it.tax.get()))
            .collect();
        assert_eq!(
            told,
            [
                ("0.13".to_owned(), false, 20_000, 2_600),
                ("0.06".to_owned(), true, 10_000, 600),
                ("0.06".to_owned(), false, 100, 6),
            ]
        );
        let whole: Fen = sums.iter().map(|it| it.net + it.tax).sum();
        assert_eq!(whole, computed.totals.total);
        assert!(by_rate(&[]).is_empty());
    }
}
