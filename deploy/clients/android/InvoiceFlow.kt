// Channel app: the page is asked for with the open-platform account, WeChat is opened by its SDK.
//
// What may never come back: WXEntryActivity.onResp. The user ends WeChat, switches to another app, or comes back by the
// list of recent apps. The event about the user's consent goes to the *service account's* push address, which is
// fapiao's; this app asks its own backend in onResume. errCode 0 only says that WeChat was left in order.
package com.example.shop.invoice

import com.tencent.mm.opensdk.modelbiz.WXInvoiceAuthInsert
import com.tencent.mm.opensdk.openapi.IWXAPI
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.withContext
import org.json.JSONException
import org.json.JSONObject
import java.io.IOException
import java.net.HttpURLConnection
import java.net.URL
import java.net.URLEncoder

/** Where a delivery stands; the truth is on the server. */
data class Delivery(val id: String, val state: String, val final: Boolean, val reason: String?)

class InvoiceFlow(private val weChat: IWXAPI, private val backend: String, private val session: String) {
    private val known = MutableStateFlow<Delivery?>(null)
    val delivery: StateFlow<Delivery?> = known

    /** Makes the order's delivery, or gives the one there is. */
    suspend fun start(order: String) {
        // The encoder writes blanks as a form does; in a path they are %20.
        val number = URLEncoder.encode(order, "UTF-8").replace("+", "%20")
        known.value = read(send("POST", "/my/orders/$number/invoice?channel=app"))
    }

    /** On the tap: a fresh page each time, used at once and never kept. */
    suspend fun openWeChat() {
        val id = known.value?.id ?: return
        val page = send("POST", "/my/invoices/$id/page")
        val request = WXInvoiceAuthInsert.Req().apply { url = page.getString("auth_url") }
        if (!weChat.sendReq(request)) throw IOException("WeChat is not installed or too old")
    }

    /**
     * Asks the server: in onResume of the invoice page, and when WXEntryActivity heard of an answer. No network is no
     * state: what was shown stays, the next look asks again.
     */
    suspend fun refresh() {
        val id = known.value?.id ?: return
        try {
            known.value = read(send("GET", "/my/invoices/$id"))
        } catch (trouble: IOException) {
            // Asked again at the next look.
        }
    }

    private fun read(it: JSONObject) = Delivery(
        id = it.getString("id"),
        state = it.getString("state"),
        final = it.getBoolean("final"),
        reason = if (it.isNull("reason")) null else it.getString("reason")
    )

    private suspend fun send(method: String, path: String): JSONObject = withContext(Dispatchers.IO) {
        val connection = URL(backend + path).openConnection() as HttpURLConnection
        try {
            connection.requestMethod = method
            connection.connectTimeout = 10_000
            connection.readTimeout = 20_000 // The backend may wait up to 10 s for a change.
            connection.setRequestProperty("Authorization", "Bearer $session")
            if (connection.responseCode != 200) throw IOException("the backend answered ${connection.responseCode}")
            JSONObject(connection.inputStream.use { String(it.readBytes(), Charsets.UTF_8) })
        } catch (trouble: JSONException) {
            throw IOException("the backend answered something else", trouble) // A hotel's sign-in page, say.
        } finally {
            connection.disconnect()
        }
    }
}
