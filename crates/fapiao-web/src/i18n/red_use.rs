//! Words of what the buyer did with an invoice that is about to be taken back, of one that a tax device issued, and of an
//! order with nothing left.

use super::texts;

texts! {
    /// The buyer's use of an invoice.
    RedUse {
        unused: "税务侧显示购方尚未勾选、未入账：提交后无需购方确认。", "The buyer has neither ticked nor posted it: nobody has to agree.";
        used: "税务侧显示购方已勾选或已入账：提交后须由购方在 72 小时内确认，逾期须重新申请。", "The buyer has ticked or posted it and has to agree within 72 hours; after that it has to be applied for anew.";
        refunded: "税务侧显示购方已将该发票用于退税：税务机关不受理红字确认单，请先与购方沟通。", "The buyer used it for a refund of tax: no red confirmation is taken. Talk to the buyer first.";
        locked: "税务侧已有另一张未结束的红字确认单（可能由购方发起）：请先在“红字发票”中处理，否则本次须等它结束。", "Another red confirmation is open at the tax authority, perhaps begun by the buyer: settle it under \u{201c}Red letters\u{201d} first, or this one waits for it.";
        abnormal: "税务侧将该发票列为异常凭证：不受理红字确认单，请联系主管税务机关。", "The tax authority lists it as an abnormal voucher and takes no red confirmation: ask the tax office.";
        void: "税务侧显示该发票已作废：请先核对账目。", "It is void at the tax authority: check the books first.";
        untold: "暂时未能从税务侧得知购方是否已勾选或入账：提交后由税务侧判断是否需要购方确认。", "The tax side did not tell what the buyer did with it: it decides by itself whether the buyer has to agree.";
        replaces_device: "这张发票由税控设备开具：凭发票代码和号码申请确认单，以数电发票红冲。税局只在税控设备已缴销时受理；设备仍在使用的，请先在开票主体的税务连接中重新选择其网关，由设备红冲。", "A tax device issued this invoice: the confirmation is applied for with its code and number, and a digital invoice takes it back. The tax side takes it on only once the device was handed back; while the device is in use, set its gateway on the seller's tax connection again first, so that the device takes it back.";
        all_back: "该订单已全部退回，没有可退的内容。", "Everything of this order was given back: nothing is left to refund.";
        all_back_more: "已有的退款和红字发票见下方。", "The refunds and red letters so far are below.";
    }
}
