package com.example.shop;

import com.example.shop.invoice.InvoiceFlow;
import com.tencent.mm.opensdk.openapi.IWXAPI;
import kotlinx.coroutines.CoroutineScope;

public final class Shop {
    public static IWXAPI weChat() { return null; }
    public static InvoiceFlow invoices() { return null; }
    public static CoroutineScope scope() { return null; }
}
