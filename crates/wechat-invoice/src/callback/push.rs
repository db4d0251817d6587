use std::fmt;

use super::event::Event;
use super::members::{EventError, Members};

/// How the content of a push is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushFormat {
    /// `<xml>…</xml>`
    Xml,
    /// `{…}`
    Json,
}

/// A push that was refused. Its text is always the same, so that an attacker learns nothing;
/// [`reason`](PushRefused::reason) is for your own eyes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushRefused {
    reason: RefusalReason,
}

/// Why a push was refused: for logs and staff, never for the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusalReason {
    /// The body is larger than 64 KiB.
    TooLarge,
    /// A parameter of the query is missing, empty, doubled, or not of the configured mode.
    Query,
    /// `signature` does not match.
    Signature,
    /// The body is not the envelope of the configured mode.
    Envelope,
    /// `msg_signature` does not match.
    MessageSignature,
    /// The cipher text does not decrypt with any of the keys.
    Decryption,
    /// The message is for another account.
    AppId,
    /// Sender or receiver inside differ from those outside.
    Parties,
}

impl PushRefused {
    pub(super) fn because(reason: RefusalReason) -> PushRefused {
        PushRefused { reason }
    }

    /// Why; keep it to yourself.
    pub fn reason(&self) -> RefusalReason {
        self.reason
    }
}

impl RefusalReason {
    /// A stable word for logs and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            RefusalReason::TooLarge => "too_large",
            RefusalReason::Query => "query",
            RefusalReason::Signature => "signature",
            RefusalReason::Envelope => "envelope",
            RefusalReason::MessageSignature => "message_signature",
            RefusalReason::Decryption => "decryption",
            RefusalReason::AppId => "app_id",
            RefusalReason::Parties => "parties",
        }
    }
}

impl fmt::Display for PushRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the push was refused")
    }
}

impl std::error::Error for PushRefused {}

/// A genuine push, decrypted. (In plain mode nothing protects the body: hold it for a rumour.)
#[derive(Clone)]
pub struct Opened {
    /// The message as text: store it before anything else.
    pub plain: String,
    /// How it is written.
    pub format: PushFormat,
    /// `timestamp` of the query, Unix seconds: when WeChat says it sent this.
    pub timestamp: i64,
    pub(super) members: Result<Members, EventError>,
}

impl Opened {
    /// The event inside.
    ///
    /// # Errors
    /// [`EventError`] if the content cannot be read. Store and acknowledge it all the same.
    pub fn event(&self) -> Result<Event, EventError> {
        Ok(Event::from_members(self.members.clone()?))
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("format", &self.format)
            .field("bytes", &self.plain.len())
            .finish_non_exhaustive()
    }
}
