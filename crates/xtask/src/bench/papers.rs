//! PDF documents per second and core: what `fapiao-pdf`'s own example measures.

use super::{peers, table::Row};
use crate::{Failure, probe, workspace};
use std::time::Duration;

/// Runs the example and reads its lines, `pdf <what> <number> <unit>`.
pub(super) fn measure() -> Result<Vec<Row>, Failure> {
    let example = [
        "--package",
        "fapiao-pdf",
        "--example",
        "bench",
        "--features",
        "draw-list",
    ];
    workspace::run(
        workspace::cargo()
            .args(["build", "--locked", "--release"])
            .args(example),
    )?;
    let syncs = probe::syncs_per_second(&workspace::target(), Duration::from_secs(1))?;
    let binary = workspace::target()
        .join("release")
        .join("examples")
        .join("bench");
    peers::measure(&binary)?;
    let told = workspace::output(&mut std::process::Command::new(binary))?;
    print!("{told}");
    let figures = figures(&told);
    let memory = figures
        .iter()
        .find(|figure| figure.what == "peak_memory" && figure.unit == "kB")
        .map_or(0.0, |figure| figure.number / 1024.0);
    let rows: Vec<Row> = figures
        .iter()
        .filter(|figure| figure.unit == "docs/s/core")
        .map(|figure| {
            let bytes = figures
                .iter()
                .find(|other| other.what == figure.what && other.unit == "bytes/doc")
                .map_or(0.0, |other| other.number);
            Row::papers(
                &figure.what.replace('_', " "),
                figure.number,
                bytes,
                memory,
                syncs,
            )
        })
        .collect();
    if rows.is_empty() {
        return Err(format!(
            "the PDF benchmark printed no documents per second:\n{told}"
        ));
    }
    Ok(rows)
}

#[derive(Debug, PartialEq)]
struct Figure {
    what: String,
    number: f64,
    unit: String,
}

fn figures(told: &str) -> Vec<Figure> {
    told.lines()
        .filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let ["pdf", what, number, unit] = words[..] else {
                return None;
            };
            Some(Figure {
                what: what.to_owned(),
                number: number.parse().ok()?,
                unit: unit.to_owned(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_of_the_known_form_count() {
        let told = "warming up\npdf a_5_lines 812 docs/s/core\npdf a_5_lines x bytes/doc\npdf peak_memory 9 kB";
        let read = figures(told);
        assert_eq!(read.len(), 2);
        assert_eq!(
            (read[0].what.as_str(), read[0].number),
            ("a_5_lines", 812.0)
        );
    }
}
