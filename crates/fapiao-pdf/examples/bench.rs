//! Documents per second on one core: `cargo run --release -p fapiao-pdf --example bench`.
//!
//! From the face to the bytes, QR and layout included, fonts read once, 200 different invoices in rotation, one
//! thread. CPU time of the thread where the system tells it (Linux), else wall time; the median of five batches.
//! Lines are `pdf <what> <number> <unit>`.
//!
//! `bench lists FOLDER LINES` writes the fonts and the draw lists of these invoices for other engines; `bench route
//! LINES` takes turns with them, as `cargo xtask bench pdf` asks.
#![expect(clippy::print_stdout, reason = "the figures are the output")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run stops")]

#[path = "../tests/faces/mod.rs"]
mod faces;

use fapiao_domain::face::InvoiceFace;
use fapiao_pdf::{RenderPdf, Renderer};
use std::{fs, path::Path, time::Instant};

const DIFFERENT: usize = 200;
const BATCHES: usize = 5;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["lists", folder, lines] => lists(Path::new(folder), lines.parse().unwrap()),
        ["route", lines] => route(lines.parse().unwrap()),
        _ => figures(),
    }
}

fn issued(lines: usize) -> Vec<InvoiceFace> {
    (0..DIFFERENT)
        .map(|seed| InvoiceFace {
            sample: false,
            ..faces::invoice(seed, lines)
        })
        .collect()
}

/// Writes what other engines need.
fn lists(folder: &Path, lines: usize) {
    fs::create_dir_all(folder).unwrap();
    let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("fonts");
    for name in ["song.ttf", "kai.ttf", "mono.ttf", "names.ttf"] {
        fs::copy(fonts.join(name), folder.join(name)).unwrap();
    }
    let renderer = Renderer::new();
    for (place, face) in issued(lines).iter().enumerate() {
        let list = renderer.draw_list(face).unwrap();
        fs::write(folder.join(format!("{place:03}.draw")), list).unwrap();
    }
}

/// Takes turns: `batch` renders all invoices, `write FILE` the first.
fn route(lines: usize) {
    let renderer = Renderer::new();
    let faces = issued(lines);
    for line in std::io::stdin().lines() {
        match line.unwrap().strip_prefix("write ") {
            Some(path) => {
                fs::write(path, renderer.render(&faces[0]).unwrap()).unwrap();
                println!("ok");
            }
            None => {
                let before = Clock::read();
                let bytes: usize = faces
                    .iter()
                    .map(|face| renderer.render(face).unwrap().len())
                    .sum();
                println!("{} {} {bytes}", before.elapsed(), faces.len());
            }
        }
    }
}

fn figures() {
    let start = Instant::now();
    let renderer = Renderer::new();
    println!(
        "pdf renderer_start {:.1} ms",
        start.elapsed().as_secs_f64() * 1e3
    );
    measure("sample_5_lines", &renderer, 5, true, DIFFERENT * 2);
    measure("issued_5_lines", &renderer, 5, false, DIFFERENT * 2);
    measure("issued_100_lines", &renderer, 100, false, DIFFERENT);
    if let Some(peak) = peak_memory() {
        println!("pdf peak_memory {peak} kB");
    }
}

fn measure(what: &str, renderer: &Renderer, lines: usize, sample: bool, documents: usize) {
    let faces: Vec<InvoiceFace> = (0..DIFFERENT)
        .map(|seed| InvoiceFace {
            sample,
            ..faces::invoice(seed, lines)
        })
        .collect();
    let mut bytes = 0;
    let mut seconds: Vec<f64> = (0..=BATCHES)
        .map(|_| {
            let before = Clock::read();
            bytes = 0;
            for face in faces.iter().cycle().take(documents) {
                bytes += renderer.render(face).map_or(0, |pdf| pdf.len());
            }
            before.elapsed()
        })
        .skip(1) // The first batch draws the layers and warms the caches.
        .collect();
    seconds.sort_by(f64::total_cmp);
    let each = seconds[BATCHES / 2] / documents as f64;
    println!("pdf {what} {:.0} docs/s/core", 1.0 / each);
    println!("pdf {what} {:.3} ms/doc", each * 1e3);
    println!("pdf {what} {} bytes/doc", bytes / documents);
}

/// CPU time of this thread in nanoseconds where the system tells it, and wall time.
struct Clock(Option<u64>, Instant);

impl Clock {
    fn read() -> Clock {
        let told = fs::read_to_string("/proc/thread-self/schedstat").ok();
        let busy = told.and_then(|text| text.split_whitespace().next()?.parse().ok());
        Clock(busy, Instant::now())
    }

    fn elapsed(&self) -> f64 {
        let now = Clock::read();
        match (self.0, now.0) {
            (Some(before), Some(after)) => (after - before) as f64 / 1e9,
            _ => self.1.elapsed().as_secs_f64(),
        }
    }
}

fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
