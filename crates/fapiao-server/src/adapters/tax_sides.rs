//! The tax side as the use-cases know it: each seller's own way to it.

use crate::adapters::{
    exchanges::Recorder,
    tax_direct::DirectTax,
    tax_gateway::{Link, TaxGateway},
};
use async_trait::async_trait;
use fapiao_domain::{
    confirmation::FormState, face::SealPicture, invoice::Identity, money::Fen, party::TaxpayerKind,
};
use fapiao_usecases::{
    errors::{Advice, OutsideError},
    ports::{
        BuyerForm, BuyersUse, Clock, FormAnswer, FormRow, FormStatus, GatewayDocument,
        GatewayIssue, GatewayVerdict, Gateways, IssueFace, IssuedThere, MonthFigures, MonthTold,
        QuotaGrant, QuotaReturned, QuotaTerm, QuotaTold, RedApplication, Sealer, Storage,
        TaxAuthority, TaxResult, TaxpayerGate,
    },
    records::{Invoice, Seller, StockTold, TaxCode, TaxRoute, UsableRate, gateway_purpose},
};
use std::sync::Arc;

/// Chooses the way by seller.
pub struct TaxSides {
    /// For sellers without a gateway.
    pub direct: DirectTax,
    /// Where the connections are.
    pub store: Arc<dyn Storage>,
    /// Opens their keys.
    pub sealer: Arc<dyn Sealer>,
    /// Signs and sends.
    pub gateways: Arc<dyn Gateways>,
    /// Keeps what was said.
    pub recorder: Recorder,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl TaxSides {
    /// The gateway of a seller; `None` is the direct connection.
    async fn gateway(&self, seller: &Seller) -> Result<Option<TaxGateway>, OutsideError> {
        let connection = self
            .store
            .tax_connection(&seller.id)
            .await
            .map_err(|error| {
                let again = Advice::Retry { after: None };
                OutsideError::new("tax", "", error.to_string(), again)
            })?;
        let Some(connection) = connection.filter(|it| it.route == TaxRoute::Gateway) else {
            return Ok(None);
        };
        let purpose = gateway_purpose(&seller.id, &connection.key_id);
        let secret = self.sealer.open(&purpose, &connection.secret).ok_or_else(|| {
            OutsideError::new(
                "tax",
                "sealed",
                "the key of the seller's tax gateway cannot be opened with this server's master key; put it in again \
                 on the seller's page, then retry",
                Advice::NeedsPerson,
            )
        })?;
        let link = Link {
            gateways: Arc::clone(&self.gateways),
            recorder: Some(self.recorder.clone()),
            clock: Arc::clone(&self.clock),
            base_url: connection.base_url,
            key_id: connection.key_id,
            secret,
        };
        Ok(Some(TaxGateway::new(link, self.direct.is_sandbox())))
    }
}

/// Hands a call to the seller's way.
macro_rules! by_way {
    ($self:ident, $seller:ident, $call:ident ( $($argument:expr),* )) => {
        match $self.gateway($seller).await? {
            Some(gateway) => gateway.$call($seller $(, $argument)*).await,
            None => $self.direct.$call($seller $(, $argument)*).await,
        }
    };
}

#[async_trait]
impl TaxAuthority for TaxSides {
    fn is_sandbox(&self) -> bool {
        self.direct.is_sandbox()
    }

    fn seal(&self, province: &str) -> Option<SealPicture> {
        self.direct.seal(province)
    }

    async fn gate(&self, seller: &Seller) -> Result<TaxpayerGate, OutsideError> {
        by_way!(self, seller, gate())
    }

    async fn taxpayer(&self, seller: &Seller) -> Result<Option<TaxpayerKind>, OutsideError> {
        by_way!(self, seller, taxpayer())
    }

    async fn buyers_use(
        &self,
        seller: &Seller,
        blue: &Invoice,
    ) -> Result<Option<BuyersUse>, OutsideError> {
        by_way!(self, seller, buyers_use(blue))
    }

    /// Segments and uploads are of the direct connection, also those of a seller that has a gateway now.
    async fn fetch_segment(
        &self,
        seller: &Seller,
        request: &str,
        size: u32,
    ) -> Result<(String, String, u32), OutsideError> {
        self.direct.fetch_segment(seller, request, size).await
    }

    async fn fetch_quota(
        &self,
        seller: &Seller,
        request: &str,
        amount: Fen,
    ) -> Result<QuotaGrant, OutsideError> {
        self.direct.fetch_quota(seller, request, amount).await
    }

    async fn return_quota(
        &self,
        seller: &Seller,
        request: &str,
        amount: Fen,
    ) -> Result<QuotaReturned, OutsideError> {
        self.direct.return_quota(seller, request, amount).await
    }

    async fn extend_quota(&self, seller: &Seller, month: &str) -> Result<QuotaTerm, OutsideError> {
        self.direct.extend_quota(seller, month).await
    }

    async fn quota(&self, seller: &Seller) -> Result<QuotaTold, OutsideError> {
        by_way!(self, seller, quota())
    }

    async fn rates(&self, seller: &Seller) -> Result<Vec<UsableRate>, OutsideError> {
        by_way!(self, seller, rates())
    }

    async fn class_codes(&self, seller: &Seller) -> Result<Vec<TaxCode>, OutsideError> {
        by_way!(self, seller, class_codes())
    }

    async fn upload(
        &self,
        seller: &Seller,
        invoices: &[IssueFace],
    ) -> Result<String, OutsideError> {
        self.direct.upload(seller, invoices).await
    }

    async fn results(
        &self,
        seller: &Seller,
        receipt: &str,
    ) -> Result<Vec<TaxResult>, OutsideError> {
        self.direct.results(seller, receipt).await
    }

    async fn route(&self, seller: &Seller) -> Result<TaxRoute, OutsideError> {
        by_way!(self, seller, route())
    }

    async fn issue_there(
        &self,
        seller: &Seller,
        issue: &GatewayIssue<'_>,
    ) -> Result<GatewayVerdict, OutsideError> {
        by_way!(self, seller, issue_there(issue))
    }

    async fn issued_there(
        &self,
        seller: &Seller,
        serial: &str,
    ) -> Result<Option<GatewayVerdict>, OutsideError> {
        by_way!(self, seller, issued_there(serial))
    }

    async fn document(
        &self,
        seller: &Seller,
        serial: &str,
        format: &str,
    ) -> Result<GatewayDocument, OutsideError> {
        by_way!(self, seller, document(serial, format))
    }

    async fn stock_left(&self, seller: &Seller) -> Result<StockTold, OutsideError> {
        by_way!(self, seller, stock_left())
    }

    async fn month_totals(&self, seller: &Seller, month: &str) -> Result<MonthTold, OutsideError> {
        by_way!(self, seller, month_totals(month))
    }

    async fn month_invoices(
        &self,
        seller: &Seller,
        month: &str,
        asked: &[Invoice],
    ) -> Result<Vec<IssuedThere>, OutsideError> {
        by_way!(self, seller, month_invoices(month, asked))
    }

    async fn confirm_month(
        &self,
        seller: &Seller,
        month: &str,
        figures: &MonthFigures,
    ) -> Result<(), OutsideError> {
        by_way!(self, seller, confirm_month(month, figures))
    }

    async fn withdraw_month(
        &self,
        seller: &Seller,
        month: &str,
        figures: &MonthFigures,
    ) -> Result<(), OutsideError> {
        by_way!(self, seller, withdraw_month(month, figures))
    }

    async fn apply_red(
        &self,
        seller: &Seller,
        application: &RedApplication,
    ) -> Result<FormStatus, OutsideError> {
        by_way!(self, seller, apply_red(application))
    }

    async fn red_forms(
        &self,
        seller: &Seller,
        blue: &Identity,
    ) -> Result<Vec<FormStatus>, OutsideError> {
        by_way!(self, seller, red_forms(blue))
    }

    async fn red_form(&self, seller: &Seller, key: &str) -> Result<FormStatus, OutsideError> {
        by_way!(self, seller, red_form(key))
    }

    async fn forms_of_buyers(&self, seller: &Seller) -> Result<Vec<BuyerForm>, OutsideError> {
        by_way!(self, seller, forms_of_buyers())
    }

    async fn form_rows(&self, seller: &Seller, key: &str) -> Result<Vec<FormRow>, OutsideError> {
        by_way!(self, seller, form_rows(key))
    }

    async fn answer_red(
        &self,
        seller: &Seller,
        number: &str,
        key: &str,
        answer: FormAnswer,
    ) -> Result<FormState, OutsideError> {
        by_way!(self, seller, answer_red(number, key, answer))
    }

    async fn probe(&self, seller: &Seller) -> Result<(), OutsideError> {
        by_way!(self, seller, probe())
    }
}
