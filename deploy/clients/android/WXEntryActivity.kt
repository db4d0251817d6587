// WeChat's SDK wants this class in the package `<application id>.wxapi`, exported in the manifest. Take this file or
// WXEntryActivity.java, not both. `Shop` is yours: it keeps the SDK's handle, the flow, and a scope that outlives this screen.
package com.example.shop.wxapi

import android.app.Activity
import android.content.Intent
import android.os.Bundle
import com.example.shop.Shop
import com.tencent.mm.opensdk.modelbase.BaseReq
import com.tencent.mm.opensdk.modelbase.BaseResp
import com.tencent.mm.opensdk.modelbiz.WXInvoiceAuthInsert
import com.tencent.mm.opensdk.openapi.IWXAPIEventHandler
import kotlinx.coroutines.launch

/** Where WeChat's SDK comes back, if it comes back at all. Nothing is decided here: the server is asked. */
class WXEntryActivity : Activity(), IWXAPIEventHandler {
    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        Shop.weChat().handleIntent(intent, this)
        finish()
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        setIntent(intent)
        Shop.weChat().handleIntent(intent, this)
        finish()
    }

    override fun onReq(request: BaseReq) = Unit

    override fun onResp(response: BaseResp) {
        // wxOrderId is WeChat's own; the delivery is known without it.
        if (response is WXInvoiceAuthInsert.Resp) Shop.scope().launch { Shop.invoices().refresh() }
    }
}
