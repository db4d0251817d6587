//! Documents under their SHA-256, through `object_store`: a folder, written durably, or a bucket.

use crate::config::Storage;
use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use fapiao_usecases::{
    errors::{Advice, OutsideError},
    idempotency::fingerprint,
    ports::FileStore,
};
use futures_util::{StreamExt, stream::BoxStream};
use object_store::{
    ClientOptions, Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions, RetryConfig,
    aws::{AmazonS3Builder, S3ConditionalPut},
    local::LocalFileSystem,
    path::Path,
    prefix::PrefixStore,
};
use secrecy::ExposeSecret;
use std::{path::PathBuf, sync::Arc, time::Duration};
use thiserror::Error as ThisError;

/// Longest wait for a connection to a bucket.
const CONNECT: Duration = Duration::from_secs(5);

/// Why a place for documents cannot be opened.
#[derive(Debug, ThisError)]
pub enum FilesError {
    /// Neither a folder nor a bucket.
    #[error("storage.url `{0}` is not understood: write file://folder or s3://bucket/prefix")]
    Url(String),
    /// A bucket that cannot be used as it is set up.
    #[error("the bucket {bucket} cannot be used: {source}; see [storage] in the settings")]
    Bucket {
        /// Which.
        bucket: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
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
    /// Where it is, when it is one of this machine.
    folder: Option<PathBuf>,
}

impl Documents {
    /// Opens the place the settings name.
    ///
    /// # Errors
    /// [`FilesError`].
    pub fn open(settings: &Storage) -> Result<Documents, FilesError> {
        if let Some(folder) = settings.url.strip_prefix("file://") {
            return Documents::in_folder(folder.as_ref());
        }
        match settings.url.strip_prefix("s3://") {
            Some(bucket) => Documents::in_bucket(bucket, settings),
            None => Err(FilesError::Url(settings.url.clone())),
        }
    }

    /// Opens a folder; it is made when it is not there.
    ///
    /// # Errors
    /// [`FilesError::Folder`].
    pub fn in_folder(folder: &std::path::Path) -> Result<Documents, FilesError> {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| FilesError::Folder {
            folder: folder.display().to_string(),
            source,
        };
        std::fs::create_dir_all(folder).map_err(|error| failed(error.into()))?;
        let place = LocalFileSystem::new_with_prefix(folder)
            .map_err(|error| failed(error.into()))?
            .with_fsync(true);
        Ok(Documents {
            place: Arc::new(place),
            folder: Some(folder.to_owned()),
        })
    }

    /// Opens a bucket of S3 or of whatever speaks its language.
    fn in_bucket(bucket: &str, settings: &Storage) -> Result<Documents, FilesError> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (name, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
        let failed = |source: Error| FilesError::Bucket {
            bucket: name.to_owned(),
            source: source.into(),
        };
        let limit = Duration::from_secs(settings.timeout_secs.max(1).into());
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(name)
            .with_region(&settings.region)
            .with_access_key_id(settings.access_key.expose_secret())
            .with_secret_access_key(settings.secret_key.expose_secret())
            .with_virtual_hosted_style_request(!settings.path_style)
            .with_client_options(
                ClientOptions::new()
                    .with_allow_http(settings.allow_http)
                    .with_connect_timeout(limit.min(CONNECT))
                    .with_timeout(limit),
            )
            .with_retry(RetryConfig {
                max_retries: 1,
                retry_timeout: limit,
                ..RetryConfig::default()
            })
            // `PutMode::Create`: two nodes that store the same bytes do not write over each other.
            .with_conditional_put(S3ConditionalPut::ETagMatch);
        if !settings.endpoint.is_empty() {
            builder = builder.with_endpoint(&settings.endpoint);
        }
        let place = builder.build().map_err(failed)?;
        let prefix = prefix.trim_matches('/');
        Ok(Documents {
            place: if prefix.is_empty() {
                Arc::new(place)
            } else {
                Arc::new(PrefixStore::new(place, prefix))
            },
            folder: None,
        })
    }

    /// Where a document lies in the folder or bucket.
    pub(crate) fn place_of(sha256: &str) -> String {
        path_of(sha256).to_string()
    }

    /// Writes a small object that is not a document, such as an anchor.
    ///
    /// # Errors
    /// The store did not take it.
    pub async fn put_named(&self, name: &str, bytes: Bytes) -> Result<(), OutsideError> {
        let path = Path::from(name);
        self.place
            .put(&path, bytes.into())
            .await
            .map(drop)
            .map_err(failed)
    }

    /// Every stored file's name, and when it was written; in no order.
    pub fn list(&self) -> BoxStream<'_, Result<(String, DateTime<Utc>), OutsideError>> {
        let entries = self.place.list(None).filter_map(async |entry| {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => return Some(Err(failed(error))),
            };
            let name = entry.location.filename()?;
            // Anchors lie beside.
            (path_of(name) == entry.location).then(|| Ok((name.to_owned(), entry.last_modified)))
        });
        entries.boxed()
    }

    /// Files of a folder that were begun before a moment and never got their name: a process ended while it wrote. A
    /// bucket keeps none.
    pub async fn unfinished(&self, before: DateTime<Utc>) -> Vec<String> {
        let Some(folder) = self.folder.clone() else {
            return Vec::new();
        };
        let walked = tokio::task::spawn_blocking(move || unfinished_in(&folder, before)).await;
        walked.unwrap_or_default()
    }

    /// Reads all small objects whose names begin with a folder.
    ///
    /// # Errors
    /// The store did not give them.
    pub async fn read_named(&self, folder: &str) -> Result<Vec<Bytes>, OutsideError> {
        let mut found = Vec::new();
        let mut list = self.place.list(Some(&Path::from(folder)));
        while let Some(entry) = list.next().await {
            let entry = entry.map_err(failed)?;
            let object = self.place.get(&entry.location).await.map_err(failed)?;
            found.push(object.bytes().await.map_err(failed)?);
        }
        Ok(found)
    }
}

/// What is being written has a `#` and a number behind its name.
fn unfinished_in(folder: &std::path::Path, before: DateTime<Utc>) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // A folder that is gone has none.
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() {
                folders.push(entry.path());
            } else if entry.file_name().as_encoded_bytes().contains(&b'#') {
                let changed = entry.metadata().and_then(|it| it.modified());
                if changed.is_ok_and(|it| DateTime::<Utc>::from(it) < before) {
                    found.push(entry.path().display().to_string());
                }
            }
        }
    }
    found.sort();
    found
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
        let files = Documents::in_folder(folder.path()).unwrap();
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
