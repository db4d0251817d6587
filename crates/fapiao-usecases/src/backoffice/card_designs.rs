//! Cards as staff draw them, the picture on them, and what to do when it is not known whether a template was made.

use super::{SettingError, texts::Reading};
use crate::{
    actor::Actor,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    ports::{CARD, CardTemplate, NewDesign, Ports, TemplateTry, TryState, card_subject},
    records::{CardDesign, CardEntry, Logo, Seller},
};
use bytes::Bytes;
use fapiao_domain::{ids::SellerId, invoice::InvoiceKind};

/// Longest title of a card, in Chinese characters; Latin ones take half the room.
pub const TITLE_MAX: usize = 9;
/// Longest name of an entry.
pub const ENTRY_NAME_MAX: usize = 5;
/// Longest hint of an entry.
pub const ENTRY_HINT_MAX: usize = 6;
/// What WeChat takes as a logo.
pub const LOGO_BYTES_MAX: usize = 1024 * 1024;
/// Shortest and longest side of a logo: smaller ones are blurred on a telephone, larger ones are wasted.
pub const LOGO_SIDES: (u32, u32) = (120, 2000);

/// An entry as typed; empty altogether when there is none.
#[derive(Clone, Debug, Default)]
pub struct EntryDraft {
    /// Its name.
    pub name: String,
    /// Its address.
    pub url: String,
    /// What stands at its right.
    pub hint: String,
}

/// A design as typed.
#[derive(Clone, Debug, Default)]
pub struct CardDraft {
    /// Short name; empty takes the seller's.
    pub title: String,
    /// First entry.
    pub first: EntryDraft,
    /// Second entry.
    pub second: EntryDraft,
    /// A new picture.
    pub logo: Option<Bytes>,
    /// Back to the plain picture.
    pub without_logo: bool,
    /// The version that was read; 0 for none.
    pub version: i64,
}

/// Saves a design and has a template of it made. Cards in wallets keep the look they came with.
///
/// # Errors
/// [`SettingError`].
pub async fn save_card_design(
    ports: &Ports,
    actor: &Actor,
    seller: &Seller,
    kind: InvoiceKind,
    before: &CardDesign,
    draft: &CardDraft,
) -> Result<(), SettingError> {
    let mut design = read(before, draft)?;
    if let Some(bytes) = &draft.logo {
        let png = picture(bytes).is_ok_and(|it| it.png);
        let sha256 = ports
            .files
            .put(bytes.clone())
            .await
            .map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        design.logo = Some(Logo { sha256, png });
    }
    let new = NewDesign {
        kind: CARD,
        subject: card_subject(&seller.id, kind),
        expected_version: Some(draft.version),
        value: design.to_json(),
        then: if seller.platform_account.is_some() {
            vec![ensure(&seller.id, kind)]
        } else {
            Vec::new()
        },
    };
    ports.store.save_design(new, actor).await?;
    Ok(())
}

fn ensure(seller: &SellerId, kind: InvoiceKind) -> QueuedJob {
    let job = Job::EnsureTemplate {
        seller: seller.clone(),
        kind,
    };
    QueuedJob::now(job, Some(seller.clone()))
}

/// What a person found in WeChat's console about a try whose answer was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The template is there, under this id.
    Made(String),
    /// It is not there: ask once more.
    NotMade,
}

/// Ends a try whose outcome is unknown, as a person found it.
///
/// # Errors
/// [`SettingError`]; `NotFound` when no such try is open.
pub async fn settle_try(
    ports: &Ports,
    actor: &Actor,
    open: &TemplateTry,
    finding: &Finding,
) -> Result<(), SettingError> {
    match finding {
        Finding::Made(card_id) => {
            let card_id = card_id.trim();
            let is_id = |it: char| it.is_ascii_alphanumeric() || "-_".contains(it);
            if !(10..=64).contains(&card_id.len()) || !card_id.chars().all(is_id) {
                return Err(super::texts::one(
                    "card_id",
                    "E_CARD_ID",
                    "the card id as WeChat's console shows it: letters, digits, dashes",
                ));
            }
            let made = CardTemplate {
                card_id: card_id.to_owned(),
                account: open.account.clone(),
                seller: open.seller.clone(),
                kind: open.kind,
                payee: open.payee.clone(),
                design_version: open.design_version,
                created_at: open.asked_at,
            };
            match ports.store.finish_try(&open.id, &made, actor).await {
                Err(StoreError::Exists { .. }) => {
                    return Err(super::texts::one(
                        "card_id",
                        "E_CARD_ID_TAKEN",
                        "this card id belongs to another template",
                    ));
                }
                done => done?,
            }
        }
        Finding::NotMade => {
            let reason = "a person looked in WeChat's console: it had not been made";
            let ended = ports
                .store
                .end_try(&open.id, TryState::GivenUp, reason, actor)
                .await?;
            if !ended {
                let what = "open try to make this template".to_owned();
                return Err(StoreError::NotFound { what }.into());
            }
        }
    }
    let subject = card_subject(&open.seller, open.kind);
    super::titles::release_stopped(ports, actor, &subject).await?;
    Ok(())
}

fn read(before: &CardDesign, draft: &CardDraft) -> Result<CardDesign, SettingError> {
    let mut reading = Reading::default();
    let title = short(&mut reading, "title", &draft.title, TITLE_MAX);
    let first = entry(&mut reading, "first", &draft.first);
    let second = entry(&mut reading, "second", &draft.second);
    if let Some(bytes) = &draft.logo
        && let Err((code, rule)) = picture(bytes)
    {
        reading.wrong("logo", code, rule);
    }
    let logo = before.logo.clone().filter(|_| !draft.without_logo);
    reading.end(Some(CardDesign {
        title,
        logo,
        first,
        second,
    }))
}

fn entry(reading: &mut Reading, which: &str, draft: &EntryDraft) -> Option<CardEntry> {
    let field = |part: &str| format!("{which}_{part}");
    let url = draft.url.trim();
    let name = short(reading, &field("name"), &draft.name, ENTRY_NAME_MAX);
    let hint = short(reading, &field("hint"), &draft.hint, ENTRY_HINT_MAX);
    if name.is_empty() && url.is_empty() && hint.is_empty() {
        return None;
    }
    if name.is_empty() {
        reading.wrong(&field("name"), "E_REQUIRED", "this must be filled in");
    }
    let is_link = url.starts_with("https://") || url.starts_with("http://");
    if !is_link || url.contains(['#', ' ']) || url.len() > 300 {
        let rule = "an address that begins with https://, without # and of at most 300 characters";
        reading.wrong(&field("url"), "E_CARD_URL", rule);
    }
    Some(CardEntry {
        name,
        url: url.to_owned(),
        hint,
    })
}

/// A text that fits into so many Chinese characters.
fn short(reading: &mut Reading, field: &str, text: &str, chinese: usize) -> String {
    let text = text.trim();
    reading.seen(field, text);
    let halves: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    if halves > chinese * 2 || text.chars().any(char::is_control) {
        let rule = format!("at most {chinese} Chinese characters, Latin ones count half");
        reading.wrong(field, "E_CARD_TEXT", rule);
    }
    text.to_owned()
}

/// What a picture says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// PNG; JPEG otherwise.
    pub png: bool,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// Reads the head of a logo and checks what WeChat and the card ask of it.
///
/// # Errors
/// A stable code and the rule it breaks.
pub fn picture(bytes: &[u8]) -> Result<Picture, (&'static str, String)> {
    if bytes.len() > LOGO_BYTES_MAX {
        let kib = bytes.len().div_ceil(1024);
        return Err((
            "E_LOGO_SIZE",
            format!("at most 1 MB; this one has {kib} KB"),
        ));
    }
    let picture = png_head(bytes).or_else(|| jpeg_head(bytes)).ok_or((
        "E_LOGO_KIND",
        "a PNG or JPEG picture; this file is neither".to_owned(),
    ))?;
    let (width, height) = (picture.width, picture.height);
    let (least, most) = LOGO_SIDES;
    let fits = (least..=most).contains(&width) && (least..=most).contains(&height);
    let (long, short) = (width.max(height), width.min(height));
    if !fits || long * 10 > short * 11 {
        let rule = format!(
            "a square of {least} to {most} pixels, 300 × 300 is best; this one is {width} × {height}"
        );
        return Err(("E_LOGO_SIDES", rule));
    }
    Ok(picture)
}

fn png_head(bytes: &[u8]) -> Option<Picture> {
    let rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let head = rest
        .get(..16)?
        .strip_prefix(&[0, 0, 0, 13, b'I', b'H', b'D', b'R'])?;
    let number = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
    Some(Picture {
        png: true,
        width: number(0)?,
        height: number(4)?,
    })
}

/// Goes from marker to marker up to the one that carries the size.
fn jpeg_head(bytes: &[u8]) -> Option<Picture> {
    let mut rest = bytes.strip_prefix(&[0xff, 0xd8])?;
    loop {
        while let [0xff, 0xff, ..] = rest {
            rest = &rest[1..];
        }
        let [0xff, marker, high, low, ..] = *rest else {
            return None;
        };
        let size = usize::from(u16::from_be_bytes([high, low]));
        let start_of_frame = matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
        if start_of_frame {
            let [h1, h2, w1, w2] = *rest.get(5..9)? else {
                return None;
            };
            return Some(Picture {
                png: false,
                width: u32::from(u16::from_be_bytes([w1, w2])),
                height: u32::from(u16::from_be_bytes([h1, h2])),
            });
        }
        rest = rest.get(2 + size.max(2)..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR".to_vec();
        bytes.extend_from_slice(&width.to_be_bytes());
        bytes.extend_from_slice(&height.to_be_bytes());
        bytes
    }

    fn code(bytes: &[u8]) -> &'static str {
        picture(bytes).unwrap_err().0
    }

    #[test]
    fn a_logo_is_a_square_picture_of_the_right_size() {
        assert_eq!(picture(&png(300, 300)).unwrap().width, 300);
        assert_eq!(code(&png(40, 40)), "E_LOGO_SIDES");
        assert_eq!(code(&png(300, 200)), "E_LOGO_SIDES");
        assert_eq!(code(b"GIF89a"), "E_LOGO_KIND");
        assert_eq!(code(&png(300, 300)[..20]), "E_LOGO_KIND");
        let mut large = png(300, 300);
        large.resize(LOGO_BYTES_MAX + 1, 0);
        assert_eq!(code(&large), "E_LOGO_SIZE");
        let jpeg = [
            0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 1, 0xff, 0xc0, 0, 11, 8, 1, 44, 1, 44, 3,
        ];
        let found = picture(&jpeg).unwrap();
        assert_eq!((found.png, found.width, found.height), (false, 300, 300));
        assert!(picture(crate::platform::template::DEFAULT_LOGO).is_ok());
    }

    #[test]
    fn entries_are_whole_or_not_there() {
        let typed = |name: &str, url: &str| EntryDraft {
            name: name.to_owned(),
            url: url.to_owned(),
            hint: String::new(),
        };
        let whole = CardDraft {
            title: "Nine Chars Latin18".to_owned(),
            first: typed("查看订单", "https://shop.example.com/o"),
            ..CardDraft::default()
        };
        let design = read(&CardDesign::default(), &whole).unwrap();
        assert!(design.first.is_some() && design.second.is_none());
        let wrong = CardDraft {
            title: "一二三四五六七八九十".to_owned(),
            first: typed("", "https://shop.example.com/o"),
            second: typed("官网", "shop.example.com/#top"),
            ..CardDraft::default()
        };
        let Err(SettingError::Invalid(errors)) = read(&CardDesign::default(), &wrong) else {
            panic!("accepted")
        };
        let fields: Vec<_> = errors.iter().map(|it| it.pointer.as_str()).collect();
        assert_eq!(fields, ["/title", "/first_name", "/second_url"]);
    }
}
