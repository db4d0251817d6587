use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::PlatformClient;
use crate::answer::{Members, known_out, required};
use crate::error::Error;
use crate::flex;
use crate::http::{Body, Spec};

const CREATE_CARD: Spec = Spec::once("/card/invoice/platform/createcard");
const UPLOAD_IMAGE: Spec = Spec::upload("/cgi-bin/media/uploadimg", &["url"]);
const ADD_MATERIAL: Spec = Spec::upload("/cgi-bin/material/add_material", &["media_id"]);
const LOGO_BYTES_MAX: usize = 1024 * 1024;
/// Older pages say 2 MB, the current one 10.
const MATERIAL_BYTES_MAX: usize = 10 * 1024 * 1024;

/// The look of a payee's cards (卡券模板): one per payee and kind of invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardTemplate {
    /// From [`PlatformClient::upload_logo`].
    pub logo_url: String,
    /// Short name in the list of cards: 9 Chinese characters at most.
    pub title: String,
    /// Full legal name of the issuer.
    pub payee: String,
    /// Kind of invoice in words, as `电子发票(普通发票)`; it is shown on every card of the template.
    pub kind: String,
    /// First entry on the card.
    pub custom: Option<CardLink>,
    /// Second entry on the card.
    pub promotion: Option<CardLink>,
}

/// An entry on a card that opens a page. WeChat adds parameters that tell the card
/// (`encrypt_code`, `card_id`), so the link should carry no fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardLink {
    /// Its name: 5 Chinese characters at most.
    pub name: String,
    /// Where it leads, http(s).
    pub url: String,
    /// Hint at its right: 6 Chinese characters at most.
    pub sub_title: Option<String>,
}

/// What kind of picture a logo is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoFormat {
    /// `image/png`
    Png,
    /// `image/jpeg`
    Jpeg,
}

/// A picture among the account's permanent materials (永久素材).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermanentPicture {
    /// Its id among the materials.
    pub media_id: String,
    /// Its address on WeChat's network.
    pub url: String,
    /// Members this version does not know.
    pub other: Members,
}

#[derive(Serialize)]
struct Request<'a> {
    invoice_info: InvoiceInfo<'a>,
}

#[derive(Serialize)]
struct InvoiceInfo<'a> {
    base_info: BaseInfo<'a>,
    payee: &'a str,
    r#type: &'a str,
}

#[derive(Serialize)]
struct BaseInfo<'a> {
    logo_url: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_url_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_url_sub_title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    promotion_url_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    promotion_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    promotion_url_sub_title: Option<&'a str>,
}

#[derive(Deserialize)]
pub(crate) struct CardIdAnswer {
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub(crate) card_id: Option<String>,
}

#[derive(Deserialize)]
struct ImageAnswer {
    #[serde(default, deserialize_with = "flex::trimmed")]
    url: Option<String>,
    #[serde(default, deserialize_with = "flex::trimmed")]
    media_id: Option<String>,
    #[serde(flatten)]
    other: Members,
}

impl PlatformClient {
    /// Uploads a payee's logo (`POST /cgi-bin/media/uploadimg`, multipart part `media`): PNG or JPEG up to 1 MiB. Returns
    /// its address on WeChat's network; upload once and keep it.
    ///
    /// Caller: the account that owns the `s_pappid`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for another kind of file or more than 1 MiB; [`Error::Refused`] with 40005 or 40009.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/material/permanent/api_uploadimage.html>
    pub async fn upload_logo(&self, picture: Bytes, format: LogoFormat) -> Result<String, Error> {
        let file = picture_part(&UPLOAD_IMAGE, picture, format, LOGO_BYTES_MAX)?;
        let answer: ImageAnswer = self.session.upload(&UPLOAD_IMAGE, &[], file).await?;
        required(&UPLOAD_IMAGE, "url", answer.url)
    }

    /// Uploads a logo as a permanent material instead (`POST /cgi-bin/material/add_material?type=image`): up to 10 MiB
    /// (2 MiB by older pages), and it counts against the account's materials. [`create_card`](Self::create_card) takes its
    /// address as well.
    ///
    /// Caller: the account that owns the `s_pappid`.
    ///
    /// # Errors
    /// As [`upload_logo`](Self::upload_logo).
    ///
    /// Source: <https://developers.weixin.qq.com/doc/offiaccount/Asset_Management/Adding_Permanent_Assets.html>
    pub async fn upload_material(
        &self,
        picture: Bytes,
        format: LogoFormat,
    ) -> Result<PermanentPicture, Error> {
        let file = picture_part(&ADD_MATERIAL, picture, format, MATERIAL_BYTES_MAX)?;
        let query = [("type", "image")];
        let answer: ImageAnswer = self.session.upload(&ADD_MATERIAL, &query, file).await?;
        Ok(PermanentPicture {
            media_id: required(&ADD_MATERIAL, "media_id", answer.media_id)?,
            url: required(&ADD_MATERIAL, "url", answer.url)?,
            other: known_out(answer.other),
        })
    }

    /// Creates a card template (`POST /card/invoice/platform/createcard`) and returns its `card_id`.
    ///
    /// **Not idempotent**: each call makes another template, and none can be deleted. Guard it with
    /// a key of your own (account, payee, kind). A fresh template may be refused by
    /// [`insert`](PlatformClient::insert) for some minutes (40078).
    ///
    /// Caller: the account that owns the `s_pappid`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for texts that are too long; [`Error::OutcomeUnknown`] if the answer was
    /// lost: another call then leaves an unused template behind, which does no harm.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/platform/api_invoiceplatformcreatecard.html>
    pub async fn create_card(&self, template: &CardTemplate) -> Result<String, Error> {
        let call = CREATE_CARD.name();
        let CardTemplate {
            logo_url,
            title,
            payee,
            kind,
            custom,
            promotion,
        } = template;
        let required_texts = [
            ("logo_url", logo_url),
            ("title", title),
            ("payee", payee),
            ("type", kind),
        ];
        for (field, text) in required_texts {
            if text.trim().is_empty() {
                return Err(Error::invalid(call, field, "must not be empty"));
            }
        }
        at_most(call, "title", title, 9)?;
        for link in custom.iter().chain(promotion) {
            at_most(call, "url_name", &link.name, 5)?;
            at_most(
                call,
                "url_sub_title",
                link.sub_title.as_deref().unwrap_or_default(),
                6,
            )?;
        }
        let base_info = BaseInfo {
            logo_url,
            title,
            custom_url_name: custom.as_ref().map(|link| link.name.as_str()),
            custom_url: custom.as_ref().map(|link| link.url.as_str()),
            custom_url_sub_title: custom.as_ref().and_then(|link| link.sub_title.as_deref()),
            promotion_url_name: promotion.as_ref().map(|link| link.name.as_str()),
            promotion_url: promotion.as_ref().map(|link| link.url.as_str()),
            promotion_url_sub_title: promotion
                .as_ref()
                .and_then(|link| link.sub_title.as_deref()),
        };
        let request = Request {
            invoice_info: InvoiceInfo {
                base_info,
                payee,
                r#type: kind,
            },
        };
        let answer: CardIdAnswer = self.session.post(&CREATE_CARD, &[], &request).await?;
        required(&CREATE_CARD, "card_id", answer.card_id)
    }
}

fn picture_part(
    spec: &Spec,
    picture: Bytes,
    format: LogoFormat,
    bytes_max: usize,
) -> Result<Body, Error> {
    let (start, file_name, mime): (&[u8], _, _) = match format {
        LogoFormat::Png => (b"\x89PNG", "logo.png", "image/png"),
        LogoFormat::Jpeg => (b"\xff\xd8\xff", "logo.jpg", "image/jpeg"),
    };
    if !picture.starts_with(start) {
        return Err(Error::invalid(
            spec.name(),
            "media",
            format!("is not {mime}"),
        ));
    }
    if bytes_max < picture.len() {
        let rule = format!("must not be larger than {bytes_max} bytes");
        return Err(Error::invalid(spec.name(), "media", rule));
    }
    Ok(Body::File {
        part: "media",
        file_name: file_name.to_owned(),
        mime,
        bytes: picture,
    })
}

/// WeChat counts in Chinese characters; Latin ones take half the room.
fn at_most(
    call: &'static str,
    field: &'static str,
    text: &str,
    chinese: usize,
) -> Result<(), Error> {
    let halves: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    if chinese * 2 < halves {
        let rule = format!("must not be longer than {chinese} Chinese characters");
        return Err(Error::invalid(call, field, rule));
    }
    Ok(())
}
