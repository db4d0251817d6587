//! Words about the rates that class codes permit.

use super::texts;

texts! {
    /// Rates that class codes permit.
    CodeRates {
        permitted: "允许", "permits";
        next: "当前税率或税收分类编码已不能用于开票。请拒绝这次开票申请并说明原因，再按现行税率和编码重新录入订单；若税务机关随后恢复该税率，同步后可以重试。", "The rate or class code cannot be used any more. Refuse this request and say why, then enter the order anew with a rate and code of today; should the tax authority list it again, sync and retry.";
    }
}
