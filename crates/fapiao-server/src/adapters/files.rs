//! Documents under their SHA-256, through `object_store`: a folder, written durably.

use async_trait::async_trait;
use bytes::Bytes;
use fapiao_usecases::{
    errors::{Advice, OutsideError},
    idempotency::fingerprint,
    ports::FileStore,
};
use object_store::{
    Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions, local::LocalFileSystem, path::Path,
};
use std::sync::Arc;
use thiserror::Error as ThisError;

/// Why a place for documents cannot be opened.
#[derive(Debug, ThisError)]
pub enum FilesError {
    /// Only folders so far.
    #[error("storage.url `{0}` is not understood: write file://folder")]
    Url(String),
    /// The folder cannot be made or opened.
    #[error("the folder {folder} for documents cannot be used: {source}")]
    Folder {
        /// Which.
        folder: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A place for documents.
pub struct Documents {
    place: Arc<dyn ObjectStore>,
}

impl Documents {
    /// Opens the place a setting names.
    ///
    /// # Errors
    /// [`FilesError`].
    pub fn open(url: &str) -> Result<Documents, FilesError> {
        let folder = url
            .strip_prefix("file://")
            .ok_or_else(|| FilesError::Url(url.to_owned()))?;
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| FilesError::Folder {
            folder: folder.to_owned(),
            source,
        };
        std::fs::create_dir_all(folder).map_err(|error| failed(error.into()))?;
        let place = LocalFileSystem::new_with_prefix(folder)
            .map_err(|error| failed(error.into()))?
            .with_fsync(true);
        Ok(Documents {
            place: Arc::new(place),
        })
    }
}

/// Two levels of folders, so that none grows beyond what a file system likes.
fn path_of(sha256: &str) -> Path {
    Path::from(format!(
        "{}/{}/{sha256}",
        sha256.get(..2).unwrap_or("__"),
        sha256.get(2..4).unwrap_or("__")
    ))
}

fn failed(error: Error) -> OutsideError {
    OutsideError {
        system: "files",
        code: String::new(),
        message: "the file store did not do it; check its space and rights".to_owned(),
        advice: Advice::Retry { after: None },
        source: Some(Box::new(error)),
    }
}

#[async_trait]
impl FileStore for Documents {
    async fn put(&self, bytes: Bytes) -> Result<String, OutsideError> {
        let sha256 = fingerprint(&bytes);
        let options = PutOptions {
            mode: PutMode::Create,
            ..PutOptions::default()
        };
        match self
            .place
            .put_opts(&path_of(&sha256), bytes.clone().into(), options)
            .await
        {
            Ok(_) => Ok(sha256),
            Err(Error::AlreadyExists { .. }) => match self.get(&sha256).await {
                Ok(Some(_)) => Ok(sha256),
                // What lies there is damaged: the same name, other bytes. Write it anew.
                _ => {
                    let options = PutOptions::default();
                    self.place
                        .put_opts(&path_of(&sha256), bytes.into(), options)
                        .await
                        .map_err(failed)?;
                    Ok(sha256)
                }
            },
            Err(error) => Err(failed(error)),
        }
    }

    async fn get(&self, sha256: &str) -> Result<Option<Bytes>, OutsideError> {
        if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(None);
        }
        let bytes = match self.place.get(&path_of(sha256)).await {
            Ok(found) => found.bytes().await.map_err(failed)?,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        if fingerprint(&bytes) != sha256 {
            return Err(OutsideError::new(
                "files",
                "hash",
                format!(
                    "file {sha256} does not have the hash it is named by; restore it from a backup"
                ),
                Advice::NeedsPerson,
            ));
        }
        Ok(Some(bytes))
    }

    async fn probe(&self) -> Result<(), OutsideError> {
        let path = Path::from("probe");
        self.place
            .put(&path, Bytes::from_static(b"fapiao").into())
            .await
            .map_err(failed)?;
        self.place.delete(&path).await.map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn files_are_kept_under_their_hash_and_damage_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let files = Documents::open(&format!("file://{}", folder.path().display())).unwrap();
        files.probe().await.unwrap();
        let name = files.put(Bytes::from_static(b"%PDF-1")).await.unwrap();
        assert_eq!(
            files.put(Bytes::from_static(b"%PDF-1")).await.unwrap(),
            name
        );
        assert_eq!(
            files.get(&name).await.unwrap().as_deref(),
            Some(&b"%PDF-1"[..])
        );
        assert!(files.get(&"0".repeat(64)).await.unwrap().is_none());
        assert!(files.get("../../etc/passwd").await.unwrap().is_none());
        let place = folder.path().join(&name[..2]).join(&name[2..4]).join(&name);
        std::fs::write(&place, b"%PDF-2").unwrap();
        assert_eq!(
            files.get(&name).await.unwrap_err().advice,
            Advice::NeedsPerson
        );
        assert_eq!(
            files.put(Bytes::from_static(b"%PDF-1")).await.unwrap(),
            name
        );
        assert!(files.get(&name).await.unwrap().is_some());
    }
}
