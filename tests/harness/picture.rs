//! Pictures with a QR code, read by a reader that knows nothing of how they were drawn.

/// A grey picture.
pub struct Picture {
    width: usize,
    height: usize,
    grey: Vec<u8>,
}

impl Picture {
    /// A PNG in grey of one bit a dot, without filters and in one piece: what a thermal printer takes.
    pub fn of_png(bytes: &[u8]) -> Picture {
        let (size, form, rows) = png(bytes);
        assert_eq!(form, [1, 0, 0, 0, 0], "one bit of grey");
        let (width, height) = size;
        let row_bytes = width.div_ceil(8) + 1;
        assert_eq!(rows.len(), row_bytes * height);
        let dot = |x: usize, y: usize| {
            let row = &rows[y * row_bytes..(y + 1) * row_bytes];
            assert_eq!(row[0], 0, "no filter");
            if row[1 + x / 8] & (0x80 >> (x % 8)) == 0 {
                0
            } else {
                255
            }
        };
        Picture {
            width,
            height,
            grey: (0..height)
                .flat_map(|y| (0..width).map(move |x| (x, y)))
                .map(|(x, y)| dot(x, y))
                .collect(),
        }
    }

    /// A PNG in colour as a browser makes it of a page: eight bits of red, green and blue, with or without a fourth.
    pub fn of_screenshot(bytes: &[u8]) -> Picture {
        let ((width, height), form, rows) = png(bytes);
        let dot_bytes = match form {
            [8, 2, 0, 0, 0] => 3,
            [8, 6, 0, 0, 0] => 4,
            other => panic!("eight bits of colour, not {other:?}"),
        };
        let row_bytes = width * dot_bytes;
        let mut above = vec![0_u8; row_bytes];
        let mut grey = Vec::with_capacity(width * height);
        for row in rows.chunks(row_bytes + 1) {
            let (filter, mut row) = (row[0], row[1..].to_vec());
            for at in 0..row_bytes {
                let left = at.checked_sub(dot_bytes).map_or(0, |at| row[at]);
                let corner = at.checked_sub(dot_bytes).map_or(0, |at| above[at]);
                let guess = match filter {
                    0 => 0,
                    1 => left,
                    2 => above[at],
                    3 => u8::midpoint(left, above[at]),
                    4 => nearest(left, above[at], corner),
                    other => panic!("filter {other}"),
                };
                row[at] = row[at].wrapping_add(guess);
            }
            grey.extend(row.chunks(dot_bytes).map(|dot| {
                let sum: u32 = dot[..3].iter().map(|it| u32::from(*it)).sum();
                u8::try_from(sum / 3).unwrap()
            }));
            above = row;
        }
        assert_eq!(grey.len(), width * height);
        Picture {
            width,
            height,
            grey,
        }
    }

    /// An SVG of one path of `M x y h w v1 h-w z`, each a row of dark modules, four dots a module.
    pub fn of_svg(text: &str) -> Picture {
        const DOTS: usize = 4;
        let side: usize = between(text, "viewBox=\"0 0 ", " ").parse().unwrap();
        let mut grey = vec![255; side * side * DOTS * DOTS];
        let rows = text.rsplit("<path d=\"").next().unwrap();
        let rows = rows.split('"').next().unwrap();
        for row in rows.split('z').filter(|row| !row.is_empty()) {
            let (at, run) = row.trim_start_matches('M').split_once('h').unwrap();
            let (x, y) = at.split_once(' ').unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            let run: usize = run.split('v').next().unwrap().parse().unwrap();
            for line in y * DOTS..(y + 1) * DOTS {
                let from = line * side * DOTS + x * DOTS;
                grey[from..from + run * DOTS].fill(0);
            }
        }
        Picture {
            width: side * DOTS,
            height: side * DOTS,
            grey,
        }
    }

    /// What its one QR code says.
    pub fn code(&self) -> String {
        let mut codes = self.codes();
        assert_eq!(codes.len(), 1, "one code");
        codes.remove(0)
    }

    /// What its QR codes say.
    pub fn codes(&self) -> Vec<String> {
        let grey = |x: usize, y: usize| self.grey[y * self.width + x];
        let mut picture =
            rqrr::PreparedImage::prepare_from_greyscale(self.width, self.height, grey);
        let grids = picture.detect_grids();
        grids.iter().map(|it| it.decode().unwrap().1).collect()
    }
}

/// Size, the rest of the header, and the rows unpacked, of a PNG whose checksums are right.
fn png(bytes: &[u8]) -> ((usize, usize), [u8; 5], Vec<u8>) {
    let number = |at: usize| {
        let four: [u8; 4] = bytes[at..at + 4].try_into().unwrap();
        usize::try_from(u32::from_be_bytes(four)).unwrap()
    };
    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
    let (mut at, mut packed, mut size, mut form) = (8, Vec::new(), (0, 0), [0; 5]);
    while at < bytes.len() {
        let (length, data) = (number(at), at + 8);
        let (kind, end) = (&bytes[at + 4..data], data + length);
        let mut sum = flate2::Crc::new();
        sum.update(&bytes[at + 4..end]);
        assert_eq!(number(end), usize::try_from(sum.sum()).unwrap());
        match kind {
            b"IHDR" => {
                size = (number(data), number(data + 4));
                form = bytes[data + 8..end].try_into().unwrap();
            }
            b"IDAT" => packed.extend_from_slice(&bytes[data..end]),
            _ => {}
        }
        at = end + 4;
    }
    let mut rows = Vec::new();
    let mut reader = flate2::read::ZlibDecoder::new(packed.as_slice());
    std::io::Read::read_to_end(&mut reader, &mut rows).unwrap();
    (size, form, rows)
}

/// The neighbour that `left + above - corner` is nearest to.
fn nearest(left: u8, above: u8, corner: u8) -> u8 {
    let [a, b, c] = [left, above, corner].map(i16::from);
    let guess = a + b - c;
    let [to_a, to_b, to_c] = [a, b, c].map(|it| (guess - it).abs());
    if to_a <= to_b && to_a <= to_c {
        left
    } else if to_b <= to_c {
        above
    } else {
        corner
    }
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    text.split(start).nth(1).unwrap().split(end).next().unwrap()
}
