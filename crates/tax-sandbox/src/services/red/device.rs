//! Invoices of a tax device that was handed back: taken back by digital red letters, named by code and number.

use crate::invoice::Invoice;
use crate::refusal::{Refusal, code};
use crate::state::State;
use crate::state::numbers::NumberRecord;
use crate::state::red::RedApplication;

/// The blue invoice, under the name by which forms know it, with names as devices have them: without the short name.
pub(super) fn blue(
    state: &State,
    form: &RedApplication,
) -> Result<(NumberRecord, Invoice), Refusal> {
    let name = form.blue();
    let unknown = || Refusal::service(code::UNKNOWN, format!("没有税控发票“{name}”"));
    let found = state
        .device_blue(&form.lzfpdm, &form.lzfphm)
        .ok_or_else(unknown)?;
    let taxpayer = state.taxpayers.get(&found.taxpayer).ok_or_else(unknown)?;
    if !taxpayer.device_handed_back {
        return Err(Refusal::service(
            code::STATE,
            format!("发票 {name} 由税控设备开具，该设备尚未缴销：请用原设备开具红字发票"),
        ));
    }
    let mut blue = found.content().ok_or_else(unknown)?;
    blue.fphm.clone_from(&name);
    for line in &mut blue.fpmx_list {
        line.hwhyslwfwmc.clone_from(&line.xmmc);
    }
    let record = NumberRecord {
        taxpayer: found.taxpayer.clone(),
        accepted: found.classic.clone(),
        hash: found.hash.clone(),
        message: String::new(),
        uploaded_at: found.issued_at,
        uploads: 1,
        deduction: "0".into(),
        posting: "01".into(),
        abnormal: "01".into(),
    };
    Ok((record, blue))
}
