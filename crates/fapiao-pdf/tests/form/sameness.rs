//! The same invoice gives the same bytes, whichever thread makes them and whatever it made before.

use crate::{faces, tools::renderer};
use fapiao_domain::{
    face::{DifferenceKind, DifferenceTax, InvoiceFace},
    money::Fen,
};
use fapiao_pdf::{RenderOfd, RenderPdf, attachment};
use std::{sync::Barrier, thread};

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
