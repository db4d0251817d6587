// WeChat's SDK wants this class in the package `<application id>.wxapi`, exported in the manifest.
package com.example.shop.wxapi;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;

import com.example.shop.Shop;
import com.tencent.mm.opensdk.modelbase.BaseReq;
import com.tencent.mm.opensdk.modelbase.BaseResp;
import com.tencent.mm.opensdk.modelbiz.WXInvoiceAuthInsert;
import com.tencent.mm.opensdk.openapi.IWXAPIEventHandler;

/** Where WeChat's SDK comes back, if it comes back at all. Nothing is decided here: the server is asked. */
public final class WXEntryActivity extends Activity implements IWXAPIEventHandler {
    @Override
    protected void onCreate(Bundle saved) {
        super.onCreate(saved);
        Shop.weChat().handleIntent(getIntent(), this);
        finish();
    }

    @Override
    protected void onNewIntent(Intent intent) {
        super.onNewIntent(intent);
        setIntent(intent);
        Shop.weChat().handleIntent(intent, this);
        finish();
    }

    @Override
    public void onReq(BaseReq request) {
    }

    @Override
    public void onResp(BaseResp response) {
        // wxOrderId is WeChat's own; the delivery is known without it.
        if (response instanceof WXInvoiceAuthInsert.Resp) Shop.invoices().refresh();
    }
}
