//! Outgoing mail.

use crate::errors::OutsideError;
use async_trait::async_trait;
use bytes::Bytes;

/// A file that goes with a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailAttachment {
    /// ASCII file name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// The bytes.
    pub bytes: Bytes,
}

/// A mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// One address.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// HTML.
    pub html: String,
    /// Files.
    pub attachments: Vec<MailAttachment>,
    /// Makes a repetition recognisable (`Message-ID`): the invoice id.
    pub serial: String,
}

/// Sends mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands a mail to the server.
    async fn send(&self, mail: Mail) -> Result<(), OutsideError>;
    /// Whether mail is set up at all; without it the mail step is skipped.
    fn is_enabled(&self) -> bool;
    /// Whether the server answers: for the doctor.
    async fn probe(&self) -> Result<(), OutsideError>;
}
