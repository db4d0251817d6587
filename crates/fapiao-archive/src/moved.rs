//! Sales whose part without an invoice may have changed in a period, page by page.

use fapiao_usecases::{
    errors::StoreError,
    ports::{After, Moved, Period, Ports, SaleBalance, Scope},
};

/// Sales read at once.
const PAGE: u32 = 500;

/// Those of a period, cause by cause.
pub(crate) struct MovedSales<'a> {
    scope: &'a Scope,
    period: &'a Period,
    /// What is still to be read, the next first.
    causes: &'a [Moved],
    /// Where the last page ended.
    after: Option<After>,
}

impl<'a> MovedSales<'a> {
    pub(crate) const fn of(scope: &'a Scope, period: &'a Period, causes: &'a [Moved]) -> Self {
        MovedSales {
            scope,
            period,
            causes,
            after: None,
        }
    }

    /// The next page, which may be empty; `None` when all were read.
    pub(crate) async fn next(
        &mut self,
        ports: &Ports,
    ) -> Result<Option<Vec<SaleBalance>>, StoreError> {
        let Some((why, rest)) = self.causes.split_first() else {
            return Ok(None);
        };
        let (sales, more) = ports
            .store
            .moved_sales(self.scope, self.period, *why, self.after.as_ref(), PAGE)
            .await?;
        if more.is_none() {
            self.causes = rest;
        }
        self.after = more;
        Ok(Some(sales))
    }
}
