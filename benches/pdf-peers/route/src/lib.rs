//! What the routes of the PDF benchmark share.
//!
//! A route is started with a folder: `song.ttf`, `kai.ttf`, `mono.ttf`, `names.ttf` and draw lists `NNN.draw`. It reads
//! `batch` and answers with its CPU seconds and bytes for all documents, or `write FILE` and writes the first one.

use std::{
    fs,
    io::{BufRead, Write},
    path::{Path, PathBuf},
};

/// A thing on a page. Points, y upwards.
pub enum Mark {
    /// Text at its baseline: which font (0 to 3), size, horizontal scale, start, colour 0 to 255, text.
    Text { font: usize, size: f32, stretch: f32, x: f32, y: f32, colour: [u8; 3], text: String },
    /// A path: width of the stroke or `None` to fill; rings of steps.
    Path { width: Option<f32>, colour: [u8; 3], steps: Vec<Step> },
}

/// A step of a path.
#[derive(Clone, Copy)]
pub enum Step {
    Move(f32, f32),
    Line(f32, f32),
    Curve(f32, f32, f32, f32, f32, f32),
    Close,
}

/// A page: size in points and its marks.
pub struct Page {
    pub width: f32,
    pub height: f32,
    pub marks: Vec<Mark>,
}

/// Reads a draw list.
pub fn pages(text: &str) -> Vec<Page> {
    let mut pages = Vec::new();
    for line in text.lines() {
        let mut fields = line.split('\t');
        let kind = fields.next().unwrap();
        let mut number = || fields.next().unwrap().parse::<f32>().unwrap();
        match kind {
            "page" => {
                let (width, height) = (number(), number());
                pages.push(Page { width, height, marks: Vec::new() });
            }
            "text" => {
                let (font, size, stretch, x, y) = (number() as usize, number(), number(), number(), number());
                let colour = [number() as u8, number() as u8, number() as u8];
                let text = fields.next().unwrap().to_owned();
                pages.last_mut().unwrap().marks.push(Mark::Text { font, size, stretch, x, y, colour, text });
            }
            _ => {
                let width = Some(number()).filter(|width| *width > 0.0);
                let colour = [number() as u8, number() as u8, number() as u8];
                let words: Vec<&str> = fields.next().unwrap().split(' ').collect();
                let mut steps = Vec::new();
                let mut at = 0;
                let n = |at: usize| words[at].parse::<f32>().unwrap();
                while at < words.len() {
                    at += match words[at] {
                        "m" => { steps.push(Step::Move(n(at + 1), n(at + 2))); 3 }
                        "l" => { steps.push(Step::Line(n(at + 1), n(at + 2))); 3 }
                        "c" => {
                            steps.push(Step::Curve(n(at + 1), n(at + 2), n(at + 3), n(at + 4), n(at + 5), n(at + 6)));
                            7
                        }
                        _ => { steps.push(Step::Close); 1 }
                    };
                }
                pages.last_mut().unwrap().marks.push(Mark::Path { width, colour, steps });
            }
        }
    }
    pages
}

/// The bytes of the four fonts.
pub fn fonts(folder: &Path) -> Vec<Vec<u8>> {
    ["song", "kai", "mono", "names"]
        .map(|name| fs::read(folder.join(format!("{name}.ttf"))).unwrap())
        .to_vec()
}

/// Talks with the driver; `render` makes one document.
pub fn serve(prepare: impl FnOnce(&Path) -> Box<dyn Fn(&[Page]) -> Vec<u8>>) {
    let folder = PathBuf::from(std::env::args().nth(1).expect("which folder?"));
    let mut names: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "draw"))
        .collect();
    names.sort();
    let documents: Vec<Vec<Page>> = names.iter().map(|name| pages(&fs::read_to_string(name).unwrap())).collect();
    let render = prepare(&folder);
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        if let Some(path) = line.strip_prefix("write ") {
            fs::write(path, render(&documents[0])).unwrap();
            println!("ok");
        } else {
            let before = busy();
            let bytes: usize = documents.iter().map(|document| render(document).len()).sum();
            println!("{} {} {}", (busy() - before) as f64 / 1e9, documents.len(), bytes);
        }
        std::io::stdout().flush().unwrap();
    }
}

/// CPU nanoseconds of this thread.
fn busy() -> u64 {
    let told = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    told.split_whitespace().next().unwrap().parse().unwrap()
}
