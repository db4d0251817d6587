//! A shop at the REST API: orders of five lines, and what became of them.

use crate::{
    Failure,
    place::Place,
    wire::{Answer, Server},
};
use serde_json::Value;
use std::time::SystemTime;

/// Five lines as a till sends them: mixed rates, weights, a discount. Prices include tax.
const LINES: &str = r#"[
{"name":"日用陶瓷餐具","tax_code":"1080121010000000000","spec":"16头","unit":"套","quantity":"2","unit_price":"56.50","tax_included":true,"rate":"0.13"},
{"name":"红富士苹果","tax_code":"1010115010100000000","spec":"一级","unit":"千克","quantity":"1.375","unit_price":"12.80","tax_included":true,"rate":"0.09"},
{"name":"龙井茶","tax_code":"1010116010000000000","spec":"明前 100g","unit":"盒","quantity":"1","unit_price":"268.00","tax_included":true,"rate":"0.09","discount":"18.00"},
{"name":"鲜奶油蛋糕","tax_code":"1030201010000000000","spec":"8寸","unit":"个","quantity":"1","unit_price":"198.00","tax_included":true,"rate":"0.13"},
{"name":"文具盒","tax_code":"1060401010000000000","unit":"个","quantity":"3","unit_price":"25.00","tax_included":true,"rate":"0.13"}]"#;

/// The shop.
pub(crate) struct Shop {
    pub(crate) server: Server,
    bearer: String,
    run: u128,
}

impl Shop {
    pub(crate) fn open(place: &Place) -> Result<Shop, Failure> {
        Ok(Shop {
            server: place.product()?,
            bearer: format!("Bearer {}", place.secrets()?.api_key),
            run: milliseconds(),
        })
    }

    /// The request for order `number` of this run, with a delivery asked for in the same breath.
    pub(crate) fn order(&self, number: usize) -> Vec<u8> {
        let order_no = format!("BENCH-{}-{number}", self.run);
        let body = format!(
            r#"{{"order_no":"{order_no}","store":"S001","lines":{LINES},"delivery":{{"channel":"web","page":"title"}}}}"#
        );
        let headers = [
            ("Authorization", self.bearer.as_str()),
            ("Content-Type", "application/json"),
            ("Idempotency-Key", &order_no),
        ];
        self.server.post("/api/v1/orders", &headers, &body)
    }

    /// The request for a delivery; with `wait` it is answered when its state changes.
    pub(crate) fn delivery(&self, id: &str, wait_secs: u32) -> Vec<u8> {
        let path = format!("/api/v1/deliveries/{id}?wait={wait_secs}");
        self.server.get(&path, &[("Authorization", &self.bearer)])
    }
}

/// Milliseconds of the wall clock: names that no run before has used.
pub(crate) fn milliseconds() -> u128 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |time| time.as_millis())
}

/// An answer that is not the wanted status is a failure: refused work is no work.
pub(crate) fn expect(wanted: u16, answer: &Answer) -> Result<(), Failure> {
    if answer.status == wanted {
        return Ok(());
    }
    Err(format!(
        "answered {} instead of {wanted}: {}",
        answer.status,
        answer.text()
    ))
}

/// How many jobs of a kind the product says are done.
pub(crate) async fn jobs_done(server: &Server, kind: &str) -> Result<u64, Failure> {
    let answer = server.ask(&server.get("/metrics", &[])).await?;
    expect(200, &answer)?;
    let text = String::from_utf8_lossy(&answer.body);
    Ok(counted(&text, kind))
}

fn counted(metrics: &str, kind: &str) -> u64 {
    let (kind, end) = (format!("kind=\"{kind}\""), "end=\"done\"");
    metrics
        .lines()
        .filter(|line| line.starts_with("fapiao_jobs_total{"))
        .filter(|line| line.contains(&kind) && line.contains(end))
        .filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
        .sum()
}

/// A text of an answer's member, or what is missing.
pub(crate) fn text(value: &Value, pointer: &str) -> Result<String, Failure> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found
        .map(str::to_owned)
        .ok_or_else(|| format!("the answer has no {pointer}: {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_lines_of_json() {
        let lines: Value = serde_json::from_str(LINES).unwrap();
        assert_eq!(lines.as_array().map(Vec::len), Some(5));
    }

    #[test]
    fn only_what_is_done_counts() {
        let metrics = "# TYPE fapiao_jobs_total counter\n\
            fapiao_jobs_total{kind=\"handle_push\",end=\"done\"} 41\n\
            fapiao_jobs_total{kind=\"handle_push\",end=\"failed\"} 3\n\
            fapiao_jobs_total{kind=\"deliver_card\",end=\"done\"} 7\n";
        assert_eq!(counted(metrics, "handle_push"), 41);
        assert_eq!(counted(metrics, "mail_invoice"), 0);
    }
}
