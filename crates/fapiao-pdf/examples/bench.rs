//! Documents per second on one core: `cargo run --release -p fapiao-pdf --example bench`.
//!
//! From the face to the bytes, QR and layout included, fonts read once, 200 different invoices in rotation, one
//! thread. CPU time of the thread where the system tells it (Linux), else wall time; the median of five batches.
//! Lines are `pdf <what> <number> <unit>`.
#![expect(clippy::print_stdout, reason = "the figures are the output")]

#[path = "../tests/faces/mod.rs"]
mod faces;

use fapiao_domain::face::InvoiceFace;
use fapiao_pdf::{RenderPdf, Renderer};
use std::{fs, time::Instant};

const DIFFERENT: usize = 200;
const BATCHES: usize = 5;

fn main() {
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
