//! The same invoice gives the same bytes, whichever thread makes them and whatever it made before.

use crate::{faces, tools::renderer};
use fapiao_domain::{
    face::{DifferenceKind, DifferenceTax, InvoiceFace},
    money::Fen,
};
use fapiao_pdf::{RenderOfd, RenderPdf, attachment};
use sha2::{Digest as _, Sha256};
use std::{env, fmt::Write as _, io::Write as _, process::Command, sync::Barrier, thread};

const THREADS: usize = 8;

fn papers() -> Vec<InvoiceFace> {
    let mut difference = faces::invoice(1, 1);
    difference.extras.difference = Some(DifferenceTax {
        kind: DifferenceKind::Difference,
        deduction: Fen::new(100).unwrap(),
    });
    vec![
        faces::invoice(1, 1),
        faces::invoice(2, 8),
        faces::invoice(3, 100),
        faces::classic(30),
        difference,
    ]
}

fn files(face: &InvoiceFace) -> [Vec<u8>; 3] {
    [
        renderer().render(face).unwrap(),
        renderer().render_ofd(face).unwrap(),
        attachment(face).content,
    ]
}

#[test]
fn eight_threads_make_the_same_pdf_ofd_and_xml() {
    let expected: Vec<[Vec<u8>; 3]> = papers().iter().map(files).collect();
    let gate = Barrier::new(THREADS);
    thread::scope(|scope| {
        let made: Vec<_> = (0..THREADS)
            .map(|first| {
                let gate = &gate;
                scope.spawn(move || {
                    let papers = papers();
                    gate.wait();
                    // Each begins elsewhere, so that what is remembered between papers would show.
                    let order = (0..papers.len()).map(|it| (it + first) % papers.len());
                    order
                        .map(|place| (place, files(&papers[place])))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        for thread in made {
            for (place, files) in thread.join().unwrap() {
                for (format, (made, expected)) in files.iter().zip(&expected[place]).enumerate() {
                    assert!(made == expected, "paper {place}, file {format} differs");
                }
            }
        }
    });
}

/// Before each sum, so that it is told from what else a test run prints.
const MARK: &str = "sum of paper";

/// Nothing of a process (seeds of maps, addresses, the time) may show: what is archived today is made anew in thirty years.
#[test]
fn two_processes_make_the_same_pdf_ofd_and_xml() {
    let sums = || {
        let made = Command::new(env::current_exe().unwrap())
            .args(["--exact", "sameness::sums_for_another_process", "--ignored"])
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        let text = String::from_utf8(made.stdout).unwrap();
        let sums = text.lines().filter(|it| it.starts_with(MARK));
        sums.map(str::to_owned).collect::<Vec<_>>()
    };
    let (one, other) = (sums(), sums());
    assert_eq!(one.len(), papers().len() * 3, "{one:?}");
    assert_eq!(one, other);
    assert_eq!(one.join("\n"), told().trim_end());
}

#[test]
#[ignore = "run in processes of their own by two_processes_make_the_same_pdf_ofd_and_xml"]
fn sums_for_another_process() {
    let mut out = std::io::stdout();
    writeln!(out, "\n{}", told()).unwrap();
}

fn told() -> String {
    let mut out = String::new();
    for (place, face) in papers().iter().enumerate() {
        for (format, file) in files(face).iter().enumerate() {
            let sum = Sha256::digest(file);
            writeln!(out, "{MARK} {place}.{format}: {sum:x?}").unwrap();
        }
    }
    out
}
