//! Words of WeChat's unified calls (legacy).

use super::texts;

texts! {
    /// The issuing mode that WeChat retired.
    Unified {
        title: "微信统一开票接口（旧）", "WeChat's unified calls (legacy)";
        open: "设置微信统一开票接口", "Set up the unified calls";
        legacy: "旧接口：微信现行的接口列表已不再列出统一开票，新账号多半已不可用。仅当贵司仍有可用的旧协议时才选择它；否则请选自建平台或第三方平台。", "Legacy: WeChat's present list of calls no longer carries them, and new accounts mostly cannot use them. Choose them only under an old contract that still works; otherwise choose your own platform or an external one.";
        in_use: "该开票主体正在使用此方式。", "This seller is set to them.";
        not_in_use: "该开票主体未使用此方式；需在其设置中选择后才生效。", "This seller is not set to them; they take effect once chosen in its settings.";
        platform_id_help: "微信所接平台在授权页上使用的识别码；留空则用开票平台账号自己的。", "The platform's id for the authorisation page; left empty, that of the seller's own platform account.";
        merchant_id: "流水号前缀", "Prefix of serials";
        merchant_id_help: "微信核对每个流水号的前六位（73110），由微信告知。", "WeChat compares the first six characters of every serial (73110) and tells which.";
        trade: "行业", "Trade";
        trade_commerce: "商业", "Commerce";
        trade_other: "其他", "Other";
        saved: "“{0}”的统一开票设置已保存", "The unified calls of “{0}” are saved";
        how: "如何运作", "How it works";
        how_blue: "买家授权后由微信所接的平台开票：以同一流水号请求一次，应答丢失时先查询；结果来自事件与查询。", "After the buyer agreed, the platform behind WeChat issues: asked once under one serial, queried after a lost answer; the result comes by event and query.";
        how_red: "红冲只能全额，数电票不能由此红冲。", "An invoice is taken back in full only, and a digital one not at all.";
        how_card: "卡券由该平台放入和作废，我们不知道它的卡券编码。", "That platform brings the card and strikes it out; its code is not told to us.";
        make_out: "请求微信统一开票", "Have WeChat make the invoice out";
        asked: "向微信统一开票接口发出请求", "Asked WeChat's unified call";
        unknown: "微信统一开票接口没有应答，先查询再决定是否重发", "No answer from the unified call; it is queried before anything is sent again";
        taken: "微信统一开票接口已受理", "WeChat took the unified call on";
        failed: "微信统一开票失败", "The unified call came to nothing";
        settings_saved: "保存微信统一开票设置", "Unified calls saved";
    }
}
