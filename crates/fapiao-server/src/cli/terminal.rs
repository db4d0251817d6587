//! What a command prints. Whoever reads it may stop reading (`| head`): then nobody misses the rest.

use std::io::{ErrorKind, Write};

/// Prints a line.
///
/// # Panics
/// When it cannot be written for another reason, as `println!` does: a command without its result has failed.
pub(super) fn line(text: std::fmt::Arguments<'_>) {
    write(&mut std::io::stdout().lock(), text);
}

fn write(to: &mut impl Write, text: std::fmt::Arguments<'_>) {
    match writeln!(to, "{text}").and_then(|()| to.flush()) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        Err(error) => panic!("the result cannot be printed: {error}"),
    }
}

/// As `println!`, but a reader that went away is no failure.
macro_rules! say {
    ($($text:tt)*) => { $crate::cli::terminal::line(format_args!($($text)*)) };
}
pub(super) use say;

#[cfg(test)]
mod tests {
    use super::*;

    struct Gone(ErrorKind);

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure() {
        write(&mut Gone(ErrorKind::BrokenPipe), format_args!("long"));
    }

    #[test]
    #[should_panic(expected = "cannot be printed")]
    fn a_full_disk_is() {
        write(&mut Gone(ErrorKind::StorageFull), format_args!("long"));
    }
}
