//! ZIP files written while they are sent.
//!
//! The same content gives the same bytes: no times, no owners. The list at the end of the file grows with the number of
//! files, so it is kept in a temporary file beyond a megabyte. More than 65,535 files and more than 4 GiB are written as
//! ZIP64; one entry has at most 4 GiB.

use crc32fast::Hasher;
use flate2::{Compression, write::DeflateEncoder};
use std::io::{Read, Seek, SeekFrom, Write};
use tempfile::SpooledTempFile;
use thiserror::Error;

/// Kept in memory before the list of files goes to a temporary file.
const LIST_IN_MEMORY: usize = 1 << 20;
/// 1 January 1980: the first day a ZIP knows.
const DAY: u16 = 0x0021;
/// Names are UTF-8.
const UTF8: u16 = 0x0800;
/// Sizes stand behind the content.
const BEHIND: u16 = 0x0008;

/// Why a ZIP cannot be written on.
#[derive(Debug, Error)]
pub enum ZipError {
    /// The temporary file of the list.
    #[error("the temporary folder cannot be used: {0}")]
    Io(#[from] std::io::Error),
    /// An entry beyond 4 GiB.
    #[error("{0} is larger than 4 GiB")]
    TooLarge(String),
}

impl From<ZipError> for crate::ArchiveError {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::Io(error) => Self::Io(error),
            other => Self::Io(std::io::Error::other(other)),
        }
    }
}

struct Open {
    name: String,
    at: u64,
    crc: Hasher,
    plain: u64,
    packed: u64,
    encoder: DeflateEncoder<Vec<u8>>,
}

/// A ZIP in the making. What is ready is taken by [`Zip::take`].
pub struct Zip {
    out: Vec<u8>,
    /// Bytes that went out before `out`.
    sent: u64,
    list: SpooledTempFile,
    files: u64,
    open: Option<Open>,
}

impl Default for Zip {
    fn default() -> Zip {
        Zip::new()
    }
}

impl Zip {
    /// An empty one.
    pub fn new() -> Zip {
        Zip {
            out: Vec::new(),
            sent: 0,
            list: SpooledTempFile::new(LIST_IN_MEMORY),
            files: 0,
            open: None,
        }
    }

    /// What is ready to be sent.
    pub fn take(&mut self) -> Vec<u8> {
        self.sent += self.out.len() as u64;
        std::mem::take(&mut self.out)
    }

    /// How much is ready to be sent.
    pub fn ready(&self) -> usize {
        self.out.len()
    }

    fn at(&self) -> u64 {
        self.sent + self.out.len() as u64
    }

    /// A whole file. Already packed formats are stored as they are.
    ///
    /// # Errors
    /// [`ZipError`].
    pub fn file(&mut self, name: &str, content: &[u8]) -> Result<(), ZipError> {
        self.end()?;
        if u32::try_from(content.len()).is_err() {
            return Err(ZipError::TooLarge(name.to_owned()));
        }
        let at = self.at();
        let crc = crc32fast::hash(content);
        let packed = if content.starts_with(b"%PDF") || content.starts_with(b"PK") {
            None
        } else {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(content)?;
            Some(encoder.finish()?).filter(|packed| packed.len() < content.len())
        };
        let (method, body) = match &packed {
            Some(packed) => (8_u16, packed.as_slice()),
            None => (0, content),
        };
        let sizes = (body.len() as u64, content.len() as u64);
        self.head(name, UTF8, method, crc, sizes);
        self.out.extend_from_slice(body);
        self.remember(name, UTF8, method, crc, sizes, at)
    }

    /// Begins a file whose content comes in pieces; the one before is ended.
    ///
    /// # Errors
    /// [`ZipError`].
    pub fn begin(&mut self, name: &str) -> Result<(), ZipError> {
        self.end()?;
        let at = self.at();
        self.head(name, UTF8 | BEHIND, 8, 0, (0, 0));
        self.open = Some(Open {
            name: name.to_owned(),
            at,
            crc: Hasher::new(),
            plain: 0,
            packed: 0,
            // Tables are long: speed counts for more than the last percent.
            encoder: DeflateEncoder::new(Vec::new(), Compression::fast()),
        });
        Ok(())
    }

    /// Adds to the file that was begun.
    ///
    /// # Errors
    /// [`ZipError`].
    pub fn write(&mut self, piece: &[u8]) -> Result<(), ZipError> {
        let Some(open) = &mut self.open else {
            return Err(std::io::Error::other("no file was begun").into());
        };
        open.crc.update(piece);
        open.plain += piece.len() as u64;
        open.encoder.write_all(piece)?;
        let packed = open.encoder.get_mut();
        open.packed += packed.len() as u64;
        self.out.append(packed);
        if u32::try_from(open.plain.max(open.packed)).is_err() {
            return Err(ZipError::TooLarge(open.name.clone()));
        }
        Ok(())
    }

    /// How much the begun file has, unpacked.
    pub fn written(&self) -> u64 {
        self.open.as_ref().map_or(0, |open| open.plain)
    }

    /// Ends the file that was begun; harmless when none was.
    ///
    /// # Errors
    /// [`ZipError`].
    pub fn end(&mut self) -> Result<(), ZipError> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let rest = open.encoder.finish()?;
        let packed = open.packed + rest.len() as u64;
        self.out.extend_from_slice(&rest);
        let crc = open.crc.finalize();
        self.number(0x0807_4b50, 4);
        self.number(u64::from(crc), 4);
        self.number(packed, 4);
        self.number(open.plain, 4);
        let sizes = (packed, open.plain);
        self.remember(&open.name, UTF8 | BEHIND, 8, crc, sizes, open.at)
    }

    /// Ends the ZIP. The list of its files may be long, so that it comes in pieces.
    ///
    /// # Errors
    /// [`ZipError`].
    pub fn finish(mut self) -> Result<Tail, ZipError> {
        self.end()?;
        let begins = self.at();
        let length = self.list.stream_position()?;
        self.list.seek(SeekFrom::Start(0))?;
        let mut end = Vec::new();
        let mut number = |value: u64, width: usize| put(&mut end, value, width);
        let ends = begins + length;
        let large = self.files >= 0xffff || begins >= 0xffff_ffff || length >= 0xffff_ffff;
        if large {
            number(0x0606_4b50, 4);
            number(44, 8);
            number(45, 2);
            number(45, 2);
            number(0, 4);
            number(0, 4);
            number(self.files, 8);
            number(self.files, 8);
            number(length, 8);
            number(begins, 8);
            number(0x0706_4b50, 4);
            number(0, 4);
            number(ends, 8);
            number(1, 4);
        }
        number(0x0605_4b50, 4);
        number(0, 4);
        number(self.files.min(0xffff), 2);
        number(self.files.min(0xffff), 2);
        number(length.min(0xffff_ffff), 4);
        number(begins.min(0xffff_ffff), 4);
        number(0, 2);
        Ok(Tail {
            first: Some(std::mem::take(&mut self.out)),
            list: self.list,
            last: Some(end),
        })
    }

    fn number(&mut self, value: u64, width: usize) {
        put(&mut self.out, value, width);
    }

    fn head(&mut self, name: &str, flags: u16, method: u16, crc: u32, sizes: (u64, u64)) {
        self.number(0x0403_4b50, 4);
        self.number(20, 2);
        self.number(flags.into(), 2);
        self.number(method.into(), 2);
        self.number(0, 2);
        self.number(DAY.into(), 2);
        self.number(crc.into(), 4);
        self.number(sizes.0, 4);
        self.number(sizes.1, 4);
        self.number(name.len() as u64, 2);
        self.number(0, 2);
        self.out.extend_from_slice(name.as_bytes());
    }

    fn remember(
        &mut self,
        name: &str,
        flags: u16,
        method: u16,
        crc: u32,
        sizes: (u64, u64),
        at: u64,
    ) -> Result<(), ZipError> {
        let far = at >= 0xffff_ffff;
        let mut entry = Vec::with_capacity(46 + name.len());
        let mut number = |value: u64, width: usize| put(&mut entry, value, width);
        number(0x0201_4b50, 4);
        number(if far { 45 } else { 20 }, 2);
        number(if far { 45 } else { 20 }, 2);
        number(flags.into(), 2);
        number(method.into(), 2);
        number(0, 2);
        number(DAY.into(), 2);
        number(crc.into(), 4);
        number(sizes.0, 4);
        number(sizes.1, 4);
        number(name.len() as u64, 2);
        number(if far { 12 } else { 0 }, 2);
        number(0, 2);
        number(0, 2);
        number(0, 2);
        number(0, 4);
        number(at.min(0xffff_ffff), 4);
        entry.extend_from_slice(name.as_bytes());
        if far {
            put(&mut entry, 1, 2);
            put(&mut entry, 8, 2);
            put(&mut entry, at, 8);
        }
        self.files += 1;
        self.list.write_all(&entry)?;
        Ok(())
    }
}

/// The last pieces of a ZIP.
pub struct Tail {
    first: Option<Vec<u8>>,
    list: SpooledTempFile,
    last: Option<Vec<u8>>,
}

impl Tail {
    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub fn next_piece(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        let mut piece = vec![0; 64 * 1024];
        let read = self.list.read(&mut piece)?;
        if read > 0 {
            piece.truncate(read);
            return Ok(Some(piece));
        }
        Ok(self.last.take())
    }
}

fn put(out: &mut Vec<u8>, value: u64, width: usize) {
    out.extend_from_slice(&value.to_le_bytes()[..width]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> Vec<u8> {
        let mut zip = Zip::new();
        zip.file("一/a.txt", &b"hello ".repeat(100)).unwrap();
        zip.begin("b.csv").unwrap();
        for row in 0..1000 {
            zip.write(format!("{row},票\r\n").as_bytes()).unwrap();
        }
        let mut bytes = zip.take();
        zip.file("c.pdf", b"%PDF-1.7").unwrap();
        let mut tail = zip.finish().unwrap();
        while let Some(piece) = tail.next_piece().unwrap() {
            bytes.extend(piece);
        }
        bytes
    }

    #[test]
    fn the_same_content_gives_the_same_bytes() {
        assert_eq!(made(), made());
        assert!(made().starts_with(b"PK\x03\x04"));
    }
}
