//! The figures as a Markdown table.

use super::number;
use serde_json::Value;

/// One line of the table; empty where a column says nothing about it.
pub(crate) struct Row {
    load: String,
    result: String,
    waits: [Option<f64>; 4],
    cpu: [Option<f64>; 4],
    memory_mib: f64,
    syncs: f64,
}

impl Row {
    /// The product before any load.
    pub(super) fn idle(memory_mib: f64, syncs: f64) -> Row {
        let (load, result) = ("idle, 3 s after the start".to_owned(), String::new());
        let (waits, cpu) = Default::default();
        Row {
            load,
            result,
            waits,
            cpu,
            memory_mib,
            syncs,
        }
    }

    /// A line of the load generator.
    pub(super) fn measured(told: &Value, memory_mib: f64, syncs: f64) -> Row {
        let get = |pointer: &str| number(told, pointer).unwrap_or_default();
        let (load, result) = match told["what"].as_str().unwrap_or_default() {
            "orders" => (
                format!("orders of 5 lines, {} connections", get("/connections")),
                format!("**{}/s** accepted", grouped(get("/per_second"))),
            ),
            "burst" => (
                format!(
                    "pushes, a burst of {} within {} s",
                    grouped(get("/count")),
                    get("/seconds")
                ),
                format!(
                    "{} acknowledged, none lost; all handled {:.1} s after the last",
                    grouped(get("/count")),
                    get("/all_handled_after_ms") / 1000.0
                ),
            ),
            "hostile" => (
                format!(
                    "hostile pushes, {}/s: bombs, noise, forgeries",
                    get("/rate")
                ),
                format!(
                    "{} refused; the process grew by {:.1} MiB",
                    grouped(get("/count")),
                    get("/grown_mib")
                ),
            ),
            "pushes" => (
                format!(
                    "pushes, open loop, {}/s for {} s",
                    get("/rate"),
                    get("/seconds")
                ),
                format!(
                    "{} acknowledged; all handled {:.1} s after the last",
                    grouped(get("/count")),
                    get("/all_handled_after_ms") / 1000.0
                ),
            ),
            "invoices" => (
                format!(
                    "{} invoices at once, {}",
                    get("/count"),
                    calls(get("/delay_ms"))
                ),
                format!("**{:.0}/s** into wallets", get("/per_second")),
            ),
            _ => (
                format!("one buyer at a time, {}", calls(get("/delay_ms"))),
                "from agreement to card".to_owned(),
            ),
        };
        Row {
            load,
            result,
            waits: ["/p50_ms", "/p99_ms", "/p999_ms", "/max_ms"].map(|it| number(told, it)),
            cpu: [
                "/cpu_s/product",
                "/cpu_s/sandboxes",
                "/cpu_s/load",
                "/cpu_s/others",
            ]
            .map(|it| number(told, it)),
            memory_mib,
            syncs,
        }
    }

    /// Documents drawn in a process of their own.
    pub(super) fn papers(
        what: &str,
        per_second: f64,
        bytes: f64,
        memory_mib: f64,
        syncs: f64,
    ) -> Row {
        Row {
            load: format!("PDF, {what}"),
            result: format!(
                "**{}/s** per core, {:.1} KB each",
                grouped(per_second),
                bytes / 1000.0
            ),
            waits: Default::default(),
            cpu: Default::default(),
            memory_mib,
            syncs,
        }
    }
}

fn calls(delay_ms: f64) -> String {
    format!("{delay_ms} ms per outside call")
}

/// The whole table.
pub(super) fn markdown(rows: &[Row]) -> String {
    let mut text = String::from(
        "| load | result | p50 / p99 / p99.9 / max, ms | CPU seconds: product / sandboxes / load / others \
         | peak memory, MiB | fdatasync/s |\n|---|---|---|---|---|---|\n",
    );
    for row in rows {
        text.push_str(&format!(
            "| {} | {} | {} | {} | {:.0} | {} |\n",
            row.load,
            row.result,
            listed(row.waits),
            listed(row.cpu),
            row.memory_mib,
            grouped(row.syncs)
        ));
    }
    text
}

fn listed(figures: [Option<f64>; 4]) -> String {
    if figures.iter().all(Option::is_none) {
        return String::new();
    }
    let one = |figure: Option<f64>| figure.map_or_else(|| "–".to_owned(), |it| format!("{it:.1}"));
    figures.map(one).join(" / ")
}

/// Whole, with a comma at every third digit.
fn grouped(figure: f64) -> String {
    let digits = format!("{figure:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_line_of_the_generator_becomes_a_row() {
        let told = json!({
            "what": "orders", "connections": 64, "per_second": 12345.6, "p50_ms": 4.04, "p99_ms": 9.96,
            "p999_ms": 20.0, "max_ms": null, "cpu_s": { "product": 8.1, "sandboxes": 0.0, "load": 3.0, "others": 1.0 }
        });
        let rows = [Row::idle(31.4, 7000.0), Row::measured(&told, 80.0, 900.0)];
        let text = markdown(&rows);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[2],
            "| idle, 3 s after the start |  |  |  | 31 | 7,000 |"
        );
        assert_eq!(
            lines[3],
            "| orders of 5 lines, 64 connections | **12,346/s** accepted | 4.0 / 10.0 / 20.0 / – \
             | 8.1 / 0.0 / 3.0 / 1.0 | 80 | 900 |"
        );
    }

    #[test]
    fn digits_are_grouped() {
        let figures = [0.4, 999.0, 1000.0, 1_234_567.0];
        assert_eq!(figures.map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
