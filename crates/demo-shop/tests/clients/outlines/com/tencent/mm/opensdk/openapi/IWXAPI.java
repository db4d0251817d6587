package com.tencent.mm.opensdk.openapi;

import android.content.Intent;
import com.tencent.mm.opensdk.modelbase.BaseReq;

public interface IWXAPI {
    boolean sendReq(BaseReq request);
    boolean handleIntent(Intent intent, IWXAPIEventHandler handler);
}
