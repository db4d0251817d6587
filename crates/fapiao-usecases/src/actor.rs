//! Who did something.

use fapiao_domain::ids::{ApiKeyId, Id, StaffId};
use std::fmt;

/// Who caused a change; written into the audit chain as `staff:usr_…`, `key:key_…`, `buyer`, …
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person of the back-office.
    Staff(StaffId),
    /// A till or shop with an API key.
    ApiKey(ApiKeyId),
    /// The buyer, on our page.
    Buyer,
    /// WeChat, by a push or an answer.
    WeChat,
    /// The tax authority, by an answer.
    TaxAuthority,
    /// The installation at the other end of the platform gateway: the platform we ask, or a merchant who asks us.
    Gateway,
    /// The product itself: a worker or a schedule.
    System,
    /// Somebody at the command line of the server.
    CommandLine,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::Staff(id) => write!(f, "staff:{id}"),
            Actor::ApiKey(id) => write!(f, "key:{id}"),
            Actor::Buyer => f.write_str("buyer"),
            Actor::WeChat => f.write_str("wechat"),
            Actor::TaxAuthority => f.write_str("tax"),
            Actor::Gateway => f.write_str("gateway"),
            Actor::System => f.write_str("system"),
            Actor::CommandLine => f.write_str("cli"),
        }
    }
}

impl Actor {
    /// Reads what `Display` wrote.
    pub fn parse(text: &str) -> Option<Actor> {
        Some(match text {
            "buyer" => Actor::Buyer,
            "wechat" => Actor::WeChat,
            "tax" => Actor::TaxAuthority,
            "gateway" => Actor::Gateway,
            "system" => Actor::System,
            "cli" => Actor::CommandLine,
            _ => {
                if let Some(id) = text.strip_prefix("staff:") {
                    Actor::Staff(StaffId::parse(id).ok()?)
                } else {
                    Actor::ApiKey(ApiKeyId::parse(text.strip_prefix("key:")?).ok()?)
                }
            }
        })
    }
}
