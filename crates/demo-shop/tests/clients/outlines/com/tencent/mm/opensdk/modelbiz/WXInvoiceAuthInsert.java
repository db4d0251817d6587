package com.tencent.mm.opensdk.modelbiz;

import com.tencent.mm.opensdk.modelbase.BaseReq;
import com.tencent.mm.opensdk.modelbase.BaseResp;

public class WXInvoiceAuthInsert {
    public static class Req extends BaseReq { public String url; }
    public static class Resp extends BaseResp { public String wxOrderId; }
}
