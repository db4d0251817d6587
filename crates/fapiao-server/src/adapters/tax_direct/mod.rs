//! The tax authority over its direct connection (乐企直连): numbers from segments, uploads in batches, polled results.
//!
//! Every call that changes something carries a serial derived from ours (`ywlsh`) or the invoice's own number, so that
//! repeating it is harmless.

mod answers;
mod cipher;
mod device;
mod errors;
mod invoice;
mod month;
mod red;
mod wire;

#[cfg(test)]
mod tests;

use crate::adapters::{exchanges::Recorder, seals::Seals};
use async_trait::async_trait;
use errors::{Call, TAX};
use fapiao_domain::{
    confirmation::FormState, face::SealPicture, invoice::Identity, money::Fen, party::TaxpayerKind,
};
use fapiao_usecases::{
    errors::{Advice, OutsideError},
    ports::{
        BuyerForm, BuyersUse, FormAnswer, FormRow, FormStatus, IssueFace, IssuedThere,
        MonthFigures, MonthTold, QuotaGrant, QuotaReturned, QuotaTerm, QuotaTold, RedApplication,
        TaxAuthority, TaxResult, TaxVerdict, TaxpayerGate,
    },
    records::{Invoice, Papers, Seller, TaxCode, UsableRate},
};
use futures_util::{FutureExt, StreamExt, TryStreamExt, future::BoxFuture, stream};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};
use wire::Wire;

/// The authority takes at most so many invoices in a call.
const UPLOAD_MAX: usize = 100;
/// So many invoices are asked about side by side.
const ASKED_SIDE_BY_SIDE: usize = 8;
/// Below this (¥100) no smaller slice of quota is asked for.
const QUOTA_LEAST: i64 = 10_000;

/// How to reach the authority, and as whom.
#[derive(Clone, Debug)]
pub struct DirectTaxConfig {
    /// `https://host:port`, without a slash at the end. All five empty: there is no direct connection.
    pub base_url: String,
    /// The connecting party (`jrdwptbh`).
    pub party_id: String,
    /// The using party (`sydwptbh`); every seller of this installation belongs to it.
    pub user_id: String,
    /// Key of the bodies: 32 hexadecimal digits.
    pub sm4_key: SecretString,
    /// Key of the signatures.
    pub secret: SecretString,
    /// The sandbox of the authority (`sxcsbz`): documents then carry the sample mark.
    pub sandbox: bool,
}

impl DirectTaxConfig {
    /// Whether nothing at all is set: the installation has no direct connection (yet).
    fn is_absent(&self) -> bool {
        self.base_url.is_empty()
            && self.party_id.is_empty()
            && self.user_id.is_empty()
            && self.sm4_key.expose_secret().is_empty()
            && self.secret.expose_secret().is_empty()
    }
}

/// How patient the connection is.
#[derive(Clone, Copy, Debug)]
struct Patience {
    /// For one answer. An upload makes up to three calls, which must end within a job's lease.
    answer: Duration,
    /// How long what the authority says about a taxpayer is believed.
    gate: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(15),
            gate: Duration::from_secs(300),
        }
    }
}

/// The direct connection.
pub struct DirectTax {
    wire: Wire,
    sandbox: bool,
    seals: Seals,
    patience: Patience,
    device: device::Device,
    standings: Mutex<HashMap<String, (Instant, Standing)>>,
}

/// What the authority says about a taxpayer.
#[derive(Clone, Debug)]
struct Standing {
    gate: TaxpayerGate,
    /// Its kind; of small-scale ones (小规模纳税人) levies need no preferential flag.
    kind: Option<TaxpayerKind>,
}

impl DirectTax {
    /// An invoice as it stands there; `None` when the authority does not know it.
    async fn stands_there(
        &self,
        seller: &Seller,
        invoice: &Invoice,
    ) -> Result<Option<IssuedThere>, OutsideError> {
        let (Some(ask), Some(identity), Some(issued_at)) = (
            month::standing(invoice),
            &invoice.identity,
            invoice.issued_at,
        ) else {
            return Ok(None);
        };
        match self.wire.call(Call::query("FPZTXXCX", seller), &ask).await {
            Ok(told) => Ok(Some(IssuedThere {
                serial: invoice.id.to_string(),
                identity: identity.clone(),
                issued_at,
                totals: None,
                cipher: Vec::new(),
                papers: Papers::Ours,
                stands: month::stands(&told),
            })),
            Err(error) if error.code == errors::UNKNOWN => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Prepares the connection; nothing is sent yet.
    ///
    /// # Errors
    /// Which setting cannot be used, without the secrets.
    pub fn new(config: DirectTaxConfig) -> Result<DirectTax, String> {
        Self::with_patience(config, Patience::default())
    }

    fn with_patience(config: DirectTaxConfig, patience: Patience) -> Result<DirectTax, String> {
        let device = device::Device::towards(&config.base_url);
        let sandbox = config.sandbox;
        let wire = Wire::new(config, patience.answer)?;
        Ok(DirectTax {
            wire,
            sandbox,
            seals: Seals::default(),
            patience,
            device,
            standings: Mutex::default(),
        })
    }

    /// The same connection, with the supervisory seals it hands to the renderer.
    #[must_use]
    pub fn sealed(mut self, seals: Seals) -> DirectTax {
        self.seals = seals;
        self
    }

    /// The same connection, whose exchanges are kept as evidence.
    #[must_use]
    pub fn recorded(mut self, recorder: Recorder) -> DirectTax {
        self.wire.recorder = Some(recorder);
        self
    }

    async fn standing(&self, seller: &Seller) -> Result<Standing, OutsideError> {
        let number = &seller.party.tax_number;
        {
            let known = self
                .standings
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if let Some((at, standing)) = known.get(number)
                && at.elapsed() < self.patience.gate
            {
                return Ok(standing.clone());
            }
        }
        let ask = json!({ "nsrsbh": number });
        let risk = self
            .wire
            .call(Call::query("CXNSRFXXX", seller), &ask)
            .await?;
        let basics = self
            .wire
            .call(Call::query("CXNSRJBXX", seller), &ask)
            .await?;
        let standing = Standing {
            gate: answers::gate(&risk, &basics),
            kind: TaxpayerKind::from_code(answers::text(&basics, "nsrlx")),
        };
        let mut known = self
            .standings
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        known.insert(number.clone(), (Instant::now(), standing.clone()));
        Ok(standing)
    }

    /// `ywlsh`: both parties and 32 characters that depend on our request and on what is asked, and on nothing else.
    fn serial(&self, request: &str, what: &str) -> String {
        let digest = hex::encode(Sha256::digest(format!("{request}|{what}").as_bytes()));
        format!(
            "{}{}{}",
            self.wire.user_id(),
            self.wire.party_id(),
            &digest[..32]
        )
    }

    async fn download_quota(
        &self,
        seller: &Seller,
        request: &str,
        amount: Fen,
    ) -> Result<Value, OutsideError> {
        let body = json!({
            "nsrsbh": seller.party.tax_number,
            "ptbh": self.wire.party_id(),
            "sqlx": "0",
            "sqed": amount.to_string(),
            "ywlsh": self.serial(request, &format!("quota {amount}")),
        });
        self.wire
            .call(Call::repeatable("XZTHSXED", seller), &body)
            .await
    }
}

#[async_trait]
impl TaxAuthority for DirectTax {
    fn is_sandbox(&self) -> bool {
        self.sandbox
    }

    fn seal(&self, province: &str) -> Option<SealPicture> {
        self.seals.of(province)
    }

    async fn gate(&self, seller: &Seller) -> Result<TaxpayerGate, OutsideError> {
        Ok(self.standing(seller).await?.gate)
    }

    async fn taxpayer(&self, seller: &Seller) -> Result<Option<TaxpayerKind>, OutsideError> {
        Ok(self.standing(seller).await?.kind)
    }

    async fn buyers_use(
        &self,
        seller: &Seller,
        blue: &Invoice,
    ) -> Result<Option<BuyersUse>, OutsideError> {
        let Some(ask) = month::standing(blue) else {
            return Ok(None);
        };
        let told = self
            .wire
            .call(Call::query("FPZTXXCX", seller), &ask)
            .await?;
        Ok(month::buyers_use(&told))
    }

    async fn fetch_segment(
        &self,
        seller: &Seller,
        request: &str,
        size: u32,
    ) -> Result<(String, String, u32), OutsideError> {
        let body = json!({
            "nsrsbh": seller.party.tax_number,
            "lysl": size,
            "ywlsh": self.serial(request, &format!("segment {size}")),
        });
        let answer = self
            .wire
            .call(Call::repeatable("QDFPPLFM", seller), &body)
            .await?;
        answers::segment(&answer).ok_or_else(|| errors::unreadable("QDFPPLFM", Advice::NeedsPerson))
    }

    /// Near the end of the month's limit the whole amount is refused. Then half of it is asked for, a quarter, and so
    /// on: always the same steps, each under a serial of its own, so that a repetition after a lost answer meets what
    /// was granted before. Zero when nothing worth asking for is left.
    async fn fetch_quota(
        &self,
        seller: &Seller,
        request: &str,
        amount: Fen,
    ) -> Result<QuotaGrant, OutsideError> {
        let mut slice = amount;
        loop {
            match self.download_quota(seller, request, slice).await {
                Ok(answer) => {
                    return Ok(QuotaGrant {
                        amount: slice,
                        until: answers::day(&answer, "syqjz"),
                    });
                }
                Err(error) if error.code == errors::QUOTA => {}
                Err(error) => return Err(error),
            }
            slice = Fen::new(slice.get() / 2).unwrap_or(Fen::ZERO);
            if slice.get() < QUOTA_LEAST {
                return Ok(QuotaGrant::of(Fen::ZERO));
            }
        }
    }

    async fn return_quota(
        &self,
        seller: &Seller,
        request: &str,
        amount: Fen,
    ) -> Result<QuotaReturned, OutsideError> {
        let body = json!({
            "nsrsbh": seller.party.tax_number,
            "ptbh": self.wire.party_id(),
            "sqlx": "1",
            "sqed": amount.to_string(),
            "ywlsh": self.serial(request, &format!("return {amount}")),
        });
        let call = Call::repeatable("XZTHSXED", seller);
        match self.wire.call(call, &body).await {
            Ok(_) => Ok(QuotaReturned::Taken),
            // What was taken once is answered with success for ever: a refusal says that it never was.
            Err(error) if error.code == errors::QUOTA || error.code == errors::STATE => {
                Ok(QuotaReturned::Refused(error.message))
            }
            Err(error) => Err(error),
        }
    }

    async fn extend_quota(&self, seller: &Seller, month: &str) -> Result<QuotaTerm, OutsideError> {
        let body = json!({ "xsfnsrsbh": seller.party.tax_number, "sxedsq": month });
        let call = Call::repeatable("TZSXEDYXQ", seller);
        match self.wire.call(call, &body).await {
            Ok(answer) => match answers::day(&answer, "syqjz") {
                until if until.is_empty() => {
                    Err(errors::unreadable("TZSXEDYXQ", Advice::NeedsPerson))
                }
                until => Ok(QuotaTerm::Until(until)),
            },
            Err(error) if error.code == errors::STATE => Ok(QuotaTerm::NotYet(error.message)),
            Err(error) => Err(error),
        }
    }

    async fn quota(&self, seller: &Seller) -> Result<QuotaTold, OutsideError> {
        let ask = json!({ "nsrsbh": seller.party.tax_number });
        let answer = self.wire.call(Call::query("CXSXED", seller), &ask).await?;
        month::quota(&answer)
            .ok_or_else(|| errors::unreadable("CXSXED", Advice::Retry { after: None }))
    }

    async fn rates(&self, seller: &Seller) -> Result<Vec<UsableRate>, OutsideError> {
        let ask = json!({ "nsrsbh": seller.party.tax_number });
        let answer = self.wire.call(Call::query("CXKYSL", seller), &ask).await?;
        answers::rates(&answer).ok_or_else(|| errors::unreadable("CXKYSL", Advice::NeedsPerson))
    }

    /// With their dates; without those whose special element needs another capability than the
    /// base one: lines with them would be refused.
    async fn class_codes(&self, seller: &Seller) -> Result<Vec<TaxCode>, OutsideError> {
        let ask = json!({ "nsrsbh": seller.party.tax_number, "sjc": "" });
        let answer = self
            .wire
            .call(Call::query("CXSSFLBM", seller), &ask)
            .await?;
        answers::class_codes(&answer)
            .ok_or_else(|| errors::unreadable("CXSSFLBM", Advice::NeedsPerson))
    }

    async fn upload(
        &self,
        seller: &Seller,
        invoices: &[IssueFace],
    ) -> Result<String, OutsideError> {
        if invoices.is_empty() || UPLOAD_MAX < invoices.len() {
            let message = format!(
                "{} invoices in one upload; 1 to {UPLOAD_MAX} are possible",
                invoices.len()
            );
            return Err(OutsideError::new(TAX, "", message, Advice::Never));
        }
        let small_scale = self.standing(seller).await?.kind == Some(TaxpayerKind::SmallScale);
        let sender = invoice::Sender {
            party_id: self.wire.party_id(),
            device: &self.device,
            small_scale,
        };
        let faces = invoices
            .iter()
            .map(|face| invoice::body(face, &sender))
            .collect::<Result<Vec<_>, _>>()?;
        let answer = self
            .wire
            .call(Call::upload("QDFPSC", seller), &Value::Array(faces))
            .await?;
        let receipt = answers::text(&answer, "sllsh");
        if receipt.is_empty() {
            return Err(errors::unreadable("QDFPSC", Advice::OutcomeUnknown));
        }
        Ok(receipt.to_owned())
    }

    async fn results(
        &self,
        seller: &Seller,
        receipt: &str,
    ) -> Result<Vec<TaxResult>, OutsideError> {
        let answer = self
            .wire
            .call(
                Call::results("CXQDFPSCJG", seller),
                &json!({ "sllsh": receipt }),
            )
            .await?;
        answers::results(&answer)
            .ok_or_else(|| errors::unreadable("CXQDFPSCJG", Advice::Retry { after: None }))
    }

    async fn apply_red(
        &self,
        seller: &Seller,
        application: &RedApplication,
    ) -> Result<FormStatus, OutsideError> {
        let body = red::application(application)?;
        let answer = self
            .wire
            .call(Call::upload("QDHZQRDSQ", seller), &body)
            .await?;
        red::applied(&answer, application)
            .ok_or_else(|| errors::unreadable("QDHZQRDSQ", Advice::OutcomeUnknown))
    }

    async fn red_forms(
        &self,
        seller: &Seller,
        blue: &Identity,
    ) -> Result<Vec<FormStatus>, OutsideError> {
        let ask = json!({
            "yhjslx": "0",
            "xsfnsrsbh": seller.party.tax_number,
            "lzfpdm": blue.code(),
            "lzfphm": blue.number(),
            "pageNumber": 1,
            "pageSize": red::MOST_FORMS,
        });
        let answer = self
            .wire
            .call(Call::query("CXQDHZQRDLB", seller), &ask)
            .await?;
        red::statuses(&answer)
            .ok_or_else(|| errors::unreadable("CXQDHZQRDLB", Advice::Retry { after: None }))
    }

    async fn red_form(&self, seller: &Seller, key: &str) -> Result<FormStatus, OutsideError> {
        let ask = json!({ "uuid": key, "xsfnsrsbh": seller.party.tax_number });
        let answer = self
            .wire
            .call(Call::query("CXQDHZQRDMX", seller), &ask)
            .await?;
        red::status(&answer)
            .ok_or_else(|| errors::unreadable("CXQDHZQRDMX", Advice::Retry { after: None }))
    }

    async fn forms_of_buyers(&self, seller: &Seller) -> Result<Vec<BuyerForm>, OutsideError> {
        let ask = json!({
            "yhjslx": "0",
            "xsfnsrsbh": seller.party.tax_number,
            "lrfsf": "1",
            "hzqrxxztDm": "03",
            "pageNumber": 1,
            "pageSize": red::MOST_FORMS,
        });
        let answer = self
            .wire
            .call(Call::query("CXQDHZQRDLB", seller), &ask)
            .await?;
        red::begun_by_buyers(&answer)
            .ok_or_else(|| errors::unreadable("CXQDHZQRDLB", Advice::Retry { after: None }))
    }

    async fn form_rows(&self, seller: &Seller, key: &str) -> Result<Vec<FormRow>, OutsideError> {
        let ask = json!({ "uuid": key, "xsfnsrsbh": seller.party.tax_number });
        let answer = self
            .wire
            .call(Call::query("CXQDHZQRDMX", seller), &ask)
            .await?;
        red::rows(&answer)
            .ok_or_else(|| errors::unreadable("CXQDHZQRDMX", Advice::Retry { after: None }))
    }

    async fn answer_red(
        &self,
        seller: &Seller,
        number: &str,
        key: &str,
        answer: FormAnswer,
    ) -> Result<FormState, OutsideError> {
        let body = json!({
            "xsfnsrsbh": seller.party.tax_number,
            "uuid": key,
            "hzqrdbh": number,
            "qrlx": red::letter(answer),
        });
        let answer = self
            .wire
            .call(Call::upload("QDHZQRDQR", seller), &body)
            .await?;
        red::answered(&answer)
    }

    async fn month_totals(&self, seller: &Seller, month: &str) -> Result<MonthTold, OutsideError> {
        let ask = json!({ "xsfnsrsbh": seller.party.tax_number, "yf": month });
        let answer = self
            .wire
            .call(Call::query("CXFPHZQRXX", seller), &ask)
            .await?;
        month::told(&answer, month)
    }

    /// A few at a time: this connection has no list. It tells that an invoice is there, not for how much.
    async fn month_invoices(
        &self,
        seller: &Seller,
        _month: &str,
        asked: &[Invoice],
    ) -> Result<Vec<IssuedThere>, OutsideError> {
        let questions: Vec<BoxFuture<'_, Result<Option<IssuedThere>, OutsideError>>> = asked
            .iter()
            .map(|invoice| self.stands_there(seller, invoice).boxed())
            .collect();
        let answers: Vec<Option<IssuedThere>> = stream::iter(questions)
            .buffered(ASKED_SIDE_BY_SIDE)
            .try_collect()
            .await?;
        Ok(answers.into_iter().flatten().collect())
    }

    async fn confirm_month(
        &self,
        seller: &Seller,
        month: &str,
        figures: &MonthFigures,
    ) -> Result<(), OutsideError> {
        let body = month::sent(seller, self.wire.party_id(), month, month::CONFIRM, figures);
        self.wire
            .call(Call::repeatable("SCFPHZQRXX", seller), &body)
            .await
            .map(drop)
    }

    async fn withdraw_month(
        &self,
        seller: &Seller,
        month: &str,
        figures: &MonthFigures,
    ) -> Result<(), OutsideError> {
        let body = month::sent(
            seller,
            self.wire.party_id(),
            month,
            month::WITHDRAW,
            figures,
        );
        self.wire
            .call(Call::repeatable("SCFPHZQRXX", seller), &body)
            .await
            .map(drop)
    }

    async fn probe(&self, seller: &Seller) -> Result<(), OutsideError> {
        let ask = json!({ "nsrsbh": seller.party.tax_number });
        self.wire
            .call(Call::query("CXSXED", seller), &ask)
            .await
            .map(|_| ())
    }
}

/// Only for the verdict of one number.
fn verdict(status: &str, message: &str) -> Option<TaxVerdict> {
    Some(match status {
        "00" | "03" => TaxVerdict::Accepted,
        "01" => TaxVerdict::InProgress,
        "02" => TaxVerdict::Refused(message.to_owned()),
        _ => return None,
    })
}
