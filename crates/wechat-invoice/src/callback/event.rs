use serde_json::Value;
use sha2::{Digest, Sha256};

use super::members::{self, EventError, Members};
use crate::debug::debug_only;
use crate::flex;
use crate::platform::ReimburseStatus;

/// What a push tells. Fiscal bills use [`Authorisation`](Event::Authorisation) and
/// [`CardStatus`](Event::CardStatus) as well; only your own order id tells which product it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// `user_authorize_invoice`: a buyer authorised an order, or refused to.
    Authorisation(AuthorisationEvent),
    /// `cloud_invoice_invoiceresult_event`: result of a unified (legacy) call.
    IssueResult(IssueResultEvent),
    /// `update_invoice_status`: a card was locked, reimbursed or cancelled.
    CardStatus(CardStatusEvent),
    /// `submit_invoice_title`: a buyer handed over a title.
    Title(TitleEvent),
    /// Anything else, kept whole. Acknowledge it.
    Unknown(UnknownEvent),
}

/// What every push carries.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct EventHead {
    /// Original id of the receiving account (`gh_…`), not its app id.
    pub to_user_name: String,
    /// The buyer's openid.
    pub from_user_name: String,
    /// When it happened, Unix seconds.
    pub create_time: i64,
    /// `event`, or another type for ordinary messages.
    pub msg_type: String,
    /// WeChat's name of the event; empty for ordinary messages.
    pub event: String,
}

/// A buyer authorised an order, or refused to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorisationEvent {
    /// Who, whom, when.
    pub head: EventHead,
    /// The authorised order id.
    pub succ_order_id: Option<String>,
    /// The order id whose authorisation failed.
    pub fail_order_id: Option<String>,
    /// App id that asked for the page (older pages: `AppId`); may be empty.
    pub authorize_app_id: Option<String>,
    /// The channel, as sent. The words do not mean quite what they mean in the request.
    pub source: Option<String>,
    /// The platform's id; comes with authorisations after payment.
    pub s_pappid: Option<String>,
    /// Members this version does not know.
    pub other: Members,
}

/// Result of a unified (legacy) call.
#[derive(Clone, PartialEq, Eq)]
pub struct IssueResultEvent {
    /// Who, whom, when.
    pub head: EventHead,
    /// Serial of the request.
    pub fpqqlsh: String,
    /// The seller's tax number.
    pub nsrsbh: String,
    /// How it ended.
    pub result: IssueResult,
    /// Members this version does not know.
    pub other: Members,
}

/// How a unified call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssueResult {
    /// 100
    Issued,
    /// 2; the reason is known to the query only.
    Failed,
    /// Another number, or none.
    Other(Option<i64>),
}

/// A card changed its state.
#[derive(Clone, PartialEq, Eq)]
pub struct CardStatusEvent {
    /// Who, whom, when.
    pub head: EventHead,
    /// The new state.
    pub status: ReimburseStatus,
    /// The card's template.
    pub card_id: String,
    /// The card's code.
    pub code: String,
    /// Members this version does not know.
    pub other: Members,
}

/// A buyer handed over a title, by a link of
/// [`select_title_url`](crate::TitleClient::select_title_url).
#[derive(Clone, PartialEq, Eq)]
pub struct TitleEvent {
    /// Who, whom, when.
    pub head: EventHead,
    /// Person or organisation.
    pub kind: SubmittedTitleKind,
    /// Name on the invoice.
    pub title: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Tax number.
    pub tax_no: Option<String>,
    /// Address.
    pub addr: Option<String>,
    /// Bank.
    pub bank_type: Option<String>,
    /// Bank account.
    pub bank_no: Option<String>,
    /// What you attached to the link.
    pub attach: Option<String>,
    /// Members this version does not know.
    pub other: Members,
}

/// Whose title it is. (Words here, numbers in
/// [`scan_title`](crate::TitleClient::scan_title).)
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubmittedTitleKind {
    /// `InvoiceUserTitlePersonType`
    Person,
    /// `InvoiceUserTitleBusinessType`
    Organisation,
    /// Another word, as sent.
    Other(String),
}

/// Anything else.
#[derive(Clone, PartialEq, Eq)]
pub struct UnknownEvent {
    /// Who, whom, when.
    pub head: EventHead,
    /// Every member but those of the head.
    pub members: Members,
}

debug_only!(EventHead {
    create_time,
    msg_type,
    event
});
debug_only!(IssueResultEvent {
    head,
    fpqqlsh,
    result
});
debug_only!(CardStatusEvent {
    head,
    status,
    card_id
});
debug_only!(TitleEvent { head, kind, attach });
debug_only!(UnknownEvent { head });

impl Event {
    /// Reads the text of a stored push, as [`Opened::plain`](super::Opened::plain) gave it.
    ///
    /// # Errors
    /// [`EventError`] if it is neither XML nor JSON, or refused on principle.
    pub fn read(plain: &str) -> Result<Event, EventError> {
        Ok(Event::from_members(members::read(plain)?))
    }

    pub(super) fn from_members(mut members: Members) -> Event {
        let head = EventHead {
            to_user_name: take(&mut members, "ToUserName").unwrap_or_default(),
            from_user_name: take(&mut members, "FromUserName").unwrap_or_default(),
            create_time: take_int(&mut members, "CreateTime").unwrap_or_default(),
            msg_type: take(&mut members, "MsgType").unwrap_or_default(),
            event: take(&mut members, "Event").unwrap_or_default(),
        };
        let mut take = |name| take(&mut members, name);
        match head.event.as_str() {
            "user_authorize_invoice" => {
                let authorize_app_id = take("AuthorizeAppId");
                let older = take("AppId");
                Event::Authorisation(AuthorisationEvent {
                    succ_order_id: take("SuccOrderId"),
                    fail_order_id: take("FailOrderId"),
                    authorize_app_id: authorize_app_id.or(older),
                    source: take("Source"),
                    s_pappid: take("SPAppId"),
                    head,
                    other: members,
                })
            }
            "cloud_invoice_invoiceresult_event" => {
                let (fpqqlsh, nsrsbh) = (take("fpqqlsh"), take("nsrsbh"));
                let result = match take_int(&mut members, "status") {
                    Some(100) => IssueResult::Issued,
                    Some(2) => IssueResult::Failed,
                    other => IssueResult::Other(other),
                };
                Event::IssueResult(IssueResultEvent {
                    head,
                    fpqqlsh: fpqqlsh.unwrap_or_default(),
                    nsrsbh: nsrsbh.unwrap_or_default(),
                    result,
                    other: members,
                })
            }
            "update_invoice_status" => Event::CardStatus(CardStatusEvent {
                status: ReimburseStatus::read(&take("Status").unwrap_or_default()),
                card_id: take("CardId").unwrap_or_default(),
                code: take("Code").unwrap_or_default(),
                head,
                other: members,
            }),
            "submit_invoice_title" => Event::Title(TitleEvent {
                kind: SubmittedTitleKind::read(&take("title_type").unwrap_or_default()),
                title: take("title"),
                phone: take("phone"),
                tax_no: take("tax_no"),
                addr: take("addr"),
                bank_type: take("bank_type"),
                bank_no: take("bank_no"),
                attach: take("attach"),
                head,
                other: members,
            }),
            _ => Event::Unknown(UnknownEvent { head, members }),
        }
    }

    /// Who, whom, when.
    pub fn head(&self) -> &EventHead {
        match self {
            Event::Authorisation(event) => &event.head,
            Event::IssueResult(event) => &event.head,
            Event::CardStatus(event) => &event.head,
            Event::Title(event) => &event.head,
            Event::Unknown(event) => &event.head,
        }
    }

    /// What it is about: order id with its outcome, serial, card, or the content as a whole.
    fn subject(&self) -> Vec<String> {
        match self {
            Event::Authorisation(event) => {
                let id = |id: &Option<String>| id.clone().unwrap_or_default();
                vec![id(&event.succ_order_id), id(&event.fail_order_id)]
            }
            Event::IssueResult(event) => vec![event.fpqqlsh.clone()],
            Event::CardStatus(event) => {
                let status = event.status.as_str().to_owned();
                vec![event.card_id.clone(), event.code.clone(), status]
            }
            Event::Title(event) => {
                let text = |text: &Option<String>| text.clone().unwrap_or_default();
                vec![text(&event.attach), text(&event.title), text(&event.tax_no)]
            }
            Event::Unknown(event) => match event.members.get("MsgId").and_then(flex::to_text) {
                Some(id) => vec![id],
                None => vec![canonical(&Value::Object(event.members.clone()))],
            },
        }
    }

    /// A key under which repeats of this push are the same: SHA-256, in hex, over the receiving
    /// account, the event, the sender, the time and what it is about. Stable across versions.
    ///
    /// WeChat suggests sender and time alone, which drops one of two orders that a buyer authorises
    /// within a second.
    pub fn dedup_key(&self, app_id: &str) -> String {
        let head = self.head();
        let name = if head.event.is_empty() {
            &head.msg_type
        } else {
            &head.event
        };
        let time = head.create_time.to_string();
        let mut parts = vec![
            app_id.to_owned(),
            name.clone(),
            head.from_user_name.clone(),
            time,
        ];
        parts.extend(self.subject());
        let mut hash = Sha256::new();
        for part in parts {
            // The length in front keeps "ab"+"c" and "a"+"bc" apart.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        hex::encode(hash.finalize())
    }
}

impl SubmittedTitleKind {
    fn read(word: &str) -> SubmittedTitleKind {
        match word {
            "InvoiceUserTitlePersonType" => SubmittedTitleKind::Person,
            "InvoiceUserTitleBusinessType" => SubmittedTitleKind::Organisation,
            other => SubmittedTitleKind::Other(other.to_owned()),
        }
    }
}

/// Takes a text out; empty counts as absent.
fn take(members: &mut Members, name: &str) -> Option<String> {
    let text = members.remove(name).as_ref().and_then(flex::to_text)?;
    (!text.is_empty()).then_some(text)
}

fn take_int(members: &mut Members, name: &str) -> Option<i64> {
    members.remove(name).as_ref().and_then(flex::to_int)
}

/// JSON with sorted members, whatever order the map keeps in this build.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            let inner: Vec<String> = members
                .into_iter()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), canonical(value)))
                .collect();
            format!("{{{}}}", inner.join(","))
        }
        Value::Array(items) => {
            let inner: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", inner.join(","))
        }
        leaf => leaf.to_string(),
    }
}
