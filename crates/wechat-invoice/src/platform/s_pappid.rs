use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::{alphabet, engine::DecodePaddingMode};
use percent_encoding::percent_decode_str;
use serde::Deserialize;

use super::PlatformClient;
use crate::answer::required;
use crate::error::Error;
use crate::flex;
use crate::http::Spec;
use crate::session::NoMembers;

const SET_URL: Spec = Spec::read("/card/invoice/seturl");

#[derive(Deserialize)]
struct Answer {
    #[serde(default, deserialize_with = "flex::trimmed")]
    invoice_url: Option<String>,
}

impl PlatformClient {
    /// This account's own `s_pappid` (`POST /card/invoice/seturl`, which despite its name only
    /// reads). Constant per account: store it, and be alarmed if it ever changes.
    ///
    /// Caller: the service account that was approved as an invoicing platform.
    ///
    /// # Errors
    /// [`Error::Refused`] with 72015 if the account is no invoicing platform.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/platform/api_setinvoiceurl.html>
    pub async fn own_s_pappid(&self) -> Result<String, Error> {
        let answer: Answer = self.session.post(&SET_URL, &[], &NoMembers {}).await?;
        let url = required(&SET_URL, "invoice_url", answer.invoice_url)?;
        required(&SET_URL, "s_pappid", s_pappid_of(&url))
    }
}

/// Percent-decoded by hand: form decoding would turn the `+` of older ids into a blank.
fn s_pappid_of(url: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let query = query.split('#').next().unwrap_or(query);
    let value = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("s_pappid="))?;
    let value = percent_decode_str(value).decode_utf8().ok()?.into_owned();
    (!value.is_empty()).then_some(value)
}

/// The app id inside an `s_pappid`: whose platform it is. For diagnosis only (handy at 72038);
/// `None` for ids of another make.
pub fn platform_app_id(s_pappid: &str) -> Option<String> {
    let head = s_pappid.get(..24)?;
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let bytes = [&alphabet::URL_SAFE, &alphabet::STANDARD]
        .into_iter()
        .find_map(|alphabet| GeneralPurpose::new(alphabet, lenient).decode(head).ok())?;
    let text = String::from_utf8(bytes).ok()?;
    let plausible = text.starts_with("wx") && text.bytes().all(|b| b.is_ascii_alphanumeric());
    plausible.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_in_the_id_stays_a_plus() {
        let url = "https://mp.weixin.qq.com/bizmall/authinvoice?action=list&s_pappid=d3JCEfhGLW+q0iGP%2Bo9#wechat_redirect";
        assert_eq!(s_pappid_of(url).as_deref(), Some("d3JCEfhGLW+q0iGP+o9"));
        assert_eq!(s_pappid_of("https://mp.weixin.qq.com/x?s_pappid="), None);
    }

    #[test]
    fn the_owner_of_a_platform_can_be_seen() {
        let id = "d3gxMjM0NTY3ODkwYWJjZGVmXyqXUWw1S2iEjNvY9UoiagpVsh7ROOIHrWxcu5wAqlrq";
        assert_eq!(platform_app_id(id).as_deref(), Some("wx1234567890abcdef"));
        assert_eq!(platform_app_id("short"), None);
        assert_eq!(
            platform_app_id("发票发票发票发票发票发票发票发票发票"),
            None
        );
    }
}
