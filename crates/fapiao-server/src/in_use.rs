//! Who uses the ledger's file. Every process that works on a SQLite ledger holds the file's lock together with the others;
//! `fapiao restore` needs it alone: a node that kept writing into a file that was moved aside would acknowledge what is lost.

use crate::config::Config;
use secrecy::ExposeSecret;
use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
};
use thiserror::Error;

/// The lock cannot be had.
#[derive(Debug, Error)]
pub enum InUseError {
    /// Somebody works on the ledger.
    #[error(
        "{} is in use by a node or another command of fapiao, which hold {}: stop them first; nothing was changed",
        .0.display(), .1.display()
    )]
    Used(PathBuf, PathBuf),
    /// A backup is being put back.
    #[error("{} is being restored: wait until `fapiao restore` has ended", .0.display())]
    Restoring(PathBuf),
    /// The lock's file.
    #[error("the lock {} cannot be had: {}; check the rights on its folder", .0.display(), .1)]
    Lock(PathBuf, #[source] io::Error),
}

impl From<InUseError> for io::Error {
    fn from(error: InUseError) -> io::Error {
        io::Error::other(error)
    }
}

/// The lock, held until it is dropped or the process ends in whatever way. PostgreSQL needs none: there is no file to move.
#[derive(Debug)]
pub struct InUse {
    _lock: Option<File>,
}

impl InUse {
    /// Together with the other processes that work on the ledger.
    ///
    /// # Errors
    /// [`InUseError::Restoring`], [`InUseError::Lock`].
    pub fn together(config: &Config) -> Result<InUse, InUseError> {
        let Some(ledger) = database_file(config) else {
            return Ok(InUse { _lock: None });
        };
        let (lock, path) = opened(&ledger)?;
        match lock.try_lock_shared() {
            Ok(()) => Ok(InUse { _lock: Some(lock) }),
            Err(TryLockError::WouldBlock) => Err(InUseError::Restoring(ledger)),
            Err(TryLockError::Error(error)) => Err(InUseError::Lock(path, error)),
        }
    }

    /// Alone.
    ///
    /// # Errors
    /// [`InUseError::Used`], [`InUseError::Lock`].
    pub fn alone(config: &Config) -> Result<InUse, InUseError> {
        let Some(ledger) = database_file(config) else {
            return Ok(InUse { _lock: None });
        };
        let (lock, path) = opened(&ledger)?;
        match lock.try_lock() {
            Ok(()) => Ok(InUse { _lock: Some(lock) }),
            Err(TryLockError::WouldBlock) => Err(InUseError::Used(ledger, path)),
            Err(TryLockError::Error(error)) => Err(InUseError::Lock(path, error)),
        }
    }
}

/// The file of a SQLite address; `None` for PostgreSQL and for a ledger in memory.
pub fn database_file(config: &Config) -> Option<PathBuf> {
    let url = config.database.url.expose_secret();
    let path = url
        .strip_prefix("sqlite://")
        .or_else(|| url.strip_prefix("sqlite:"))?;
    let path = path.split('?').next().unwrap_or(path);
    // As the database's driver reads it.
    let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path.as_ref()))
}

/// The lock is a file of its own beside the ledger: the ledger's own file is replaced by a restore.
fn opened(ledger: &Path) -> Result<(File, PathBuf), InUseError> {
    let mut path = ledger.as_os_str().to_owned();
    path.push(".lock");
    let path = PathBuf::from(path);
    let file = || -> io::Result<File> {
        if let Some(folder) = ledger.parent() {
            std::fs::create_dir_all(folder)?;
        }
        // Often another user made it: a command that root ran beside the service. To read it is enough.
        if let Ok(file) = File::open(&path) {
            return Ok(file);
        }
        let mut how = File::options();
        let file = how
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)?;
        let mut rights = file.metadata()?.permissions();
        readable(&mut rights);
        file.set_permissions(rights)?;
        Ok(file)
    };
    match file() {
        Ok(file) => Ok((file, path)),
        Err(error) => Err(InUseError::Lock(path, error)),
    }
}

/// For everybody, whatever the umask: the file is empty, and who may come near it is said by its folder.
fn readable(rights: &mut std::fs::Permissions) {
    #[cfg(unix)]
    std::os::unix::fs::PermissionsExt::set_mode(rights, 0o644);
    #[cfg(not(unix))]
    let _ = rights;
}
