//! The container of an OFD: a ZIP archive, written in order and without anything that depends on the machine.

use chrono::{Datelike, NaiveDateTime, Timelike};
use libdeflater::{CompressionLvl, Compressor, crc32};

const LOCAL: u32 = 0x0403_4B50;
const CENTRAL: u32 = 0x0201_4B50;
const END: u32 = 0x0605_4B50;
/// 2.0: folders and deflate.
const VERSION: u16 = 20;
/// Names are UTF-8.
const UTF8: u16 = 1 << 11;

/// An archive being written.
pub(super) struct Archive {
    bytes: Vec<u8>,
    central: Vec<u8>,
    count: u16,
    /// Time and date as ZIP counts them.
    stamp: [u16; 2],
    compressor: Compressor,
}

/// What an entry holds, compressed: made once where the content never changes.
pub(super) struct Packed {
    crc: u32,
    size: u32,
    /// Whether `data` is deflated.
    deflated: bool,
    data: Vec<u8>,
}

impl Packed {
    pub(super) fn new(compressor: &mut Compressor, content: &[u8]) -> Packed {
        let mut data = vec![0; compressor.deflate_compress_bound(content.len())];
        let deflated = match compressor.deflate_compress(content, &mut data) {
            Ok(length) if length < content.len() => {
                data.truncate(length);
                true
            }
            _ => {
                data = content.to_vec();
                false
            }
        };
        Packed {
            crc: crc32(content),
            size: content.len() as u32,
            deflated,
            data,
        }
    }

    /// As small as can be, however long it takes.
    pub(super) fn best(content: &[u8]) -> Packed {
        Packed::new(&mut Compressor::new(CompressionLvl::best()), content)
    }
}

impl Archive {
    /// Begins an archive whose entries all carry one time.
    pub(super) fn new(time: NaiveDateTime) -> Archive {
        let years = (time.year() - 1980).clamp(0, 127) as u16;
        Archive {
            bytes: Vec::with_capacity(64 * 1024),
            central: Vec::new(),
            count: 0,
            stamp: [
                ((time.hour() << 11) | (time.minute() << 5) | (time.second() / 2)) as u16,
                years << 9 | (time.month() << 5 | time.day()) as u16,
            ],
            compressor: Compressor::new(CompressionLvl::default()),
        }
    }

    pub(super) fn add(&mut self, name: &str, content: &[u8]) {
        let packed = Packed::new(&mut self.compressor, content);
        self.add_packed(name, &packed);
    }

    pub(super) fn add_packed(&mut self, name: &str, packed: &Packed) {
        let offset = self.bytes.len() as u32;
        let method = if packed.deflated { 8_u16 } else { 0 };
        // What local and central header have in common.
        let mut common = Vec::with_capacity(26);
        for field in [VERSION, UTF8, method, self.stamp[0], self.stamp[1]] {
            common.extend(field.to_le_bytes());
        }
        for field in [packed.crc, packed.data.len() as u32, packed.size] {
            common.extend(field.to_le_bytes());
        }
        for field in [name.len() as u16, 0] {
            common.extend(field.to_le_bytes());
        }
        self.bytes.extend(LOCAL.to_le_bytes());
        self.bytes.extend(&common);
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(&packed.data);
        self.central.extend(CENTRAL.to_le_bytes());
        self.central.extend(VERSION.to_le_bytes());
        self.central.extend(common);
        // Comment, disk, attributes inside, attributes outside.
        self.central.extend([0; 10]);
        self.central.extend(offset.to_le_bytes());
        self.central.extend(name.as_bytes());
        self.count += 1;
    }

    /// Writes the directory.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let from = self.bytes.len() as u32;
        self.bytes.extend(&self.central);
        self.bytes.extend(END.to_le_bytes());
        self.bytes.extend([0; 4]);
        for field in [self.count, self.count] {
            self.bytes.extend(field.to_le_bytes());
        }
        for field in [self.central.len() as u32, from] {
            self.bytes.extend(field.to_le_bytes());
        }
        self.bytes.extend([0; 2]);
        self.bytes
    }
}
