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
        let number = |at: usize| {
            let four: [u8; 4] = bytes[at..at + 4].try_into().unwrap();
            usize::try_from(u32::from_be_bytes(four)).unwrap()
        };
        assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
        let (mut at, mut packed, mut size) = (8, Vec::new(), (0, 0));
        while at < bytes.len() {
            let (length, data) = (number(at), at + 8);
            let (kind, end) = (&bytes[at + 4..data], data + length);
            let mut sum = flate2::Crc::new();
            sum.update(&bytes[at + 4..end]);
            assert_eq!(number(end), usize::try_from(sum.sum()).unwrap());
            match kind {
                b"IHDR" => {
                    size = (number(data), number(data + 4));
                    assert_eq!(bytes[data + 8..end], [1, 0, 0, 0, 0], "one bit of grey");
                }
                b"IDAT" => packed.extend_from_slice(&bytes[data..end]),
                _ => {}
            }
            at = end + 4;
        }
        let mut rows = Vec::new();
        let mut reader = flate2::read::ZlibDecoder::new(packed.as_slice());
        std::io::Read::read_to_end(&mut reader, &mut rows).unwrap();
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
        let grey = |x: usize, y: usize| self.grey[y * self.width + x];
        let mut picture =
            rqrr::PreparedImage::prepare_from_greyscale(self.width, self.height, grey);
        let grids = picture.detect_grids();
        assert_eq!(grids.len(), 1, "one code");
        grids[0].decode().unwrap().1
    }
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    text.split(start).nth(1).unwrap().split(end).next().unwrap()
}
