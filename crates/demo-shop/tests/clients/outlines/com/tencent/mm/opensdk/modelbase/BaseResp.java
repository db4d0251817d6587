package com.tencent.mm.opensdk.modelbase; public abstract class BaseResp { public int errCode; }
