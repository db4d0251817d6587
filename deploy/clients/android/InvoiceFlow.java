// Channel app: the page is asked for with the open-platform account, WeChat is opened by its SDK.
//
// What may never come back: WXEntryActivity.onResp. The user ends WeChat, switches to another app, or comes back by the
// list of recent apps. The event about the user's consent goes to the *service account's* push address, which is
// fapiao's; this app asks its own backend in onResume. errCode 0 only says that WeChat was left in order.
package com.example.shop.invoice;

import com.tencent.mm.opensdk.modelbiz.WXInvoiceAuthInsert;
import com.tencent.mm.opensdk.openapi.IWXAPI;

import org.json.JSONException;
import org.json.JSONObject;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;

/** Where the invoice of one order stands; the truth is on the server. */
public final class InvoiceFlow {
    /** Told on the main thread. */
    public interface Listener {
        /** The delivery's state, why it ended badly (or null), and whether nothing more happens by itself. */
        void onState(String state, String reason, boolean isFinal);

        /** No network, or the backend said no: what was shown stays, the next look asks again. */
        void onTrouble(Exception trouble);
    }

    private interface Call {
        void run() throws IOException, JSONException;
    }

    private final IWXAPI weChat;
    private final String backend;
    private final String session;
    private final Executor network;
    private final Executor main;
    private final Listener listener;
    private volatile String delivery;

    public InvoiceFlow(IWXAPI weChat, String backend, String session, Executor network, Executor main, Listener listener) {
        this.weChat = weChat;
        this.backend = backend;
        this.session = session;
        this.network = network;
        this.main = main;
        this.listener = listener;
    }

    /** Makes the order's delivery, or gives the one there is. */
    public void start(String order) {
        // The encoder writes blanks as a form does; in a path they are %20.
        run(() -> show(send("POST", "/my/orders/" + URLEncoder.encode(order, "UTF-8").replace("+", "%20") + "/invoice?channel=app")));
    }

    /** On the tap: a fresh page each time, used at once and never kept. */
    public void openWeChat() {
        String id = delivery;
        if (id == null) return;
        run(() -> {
            JSONObject page = send("POST", "/my/invoices/" + id + "/page");
            WXInvoiceAuthInsert.Req request = new WXInvoiceAuthInsert.Req();
            request.url = page.getString("auth_url"); // WeChat's table calls it urlString; its sample and its SDK, url.
            main.execute(() -> {
                if (!weChat.sendReq(request)) listener.onTrouble(new IOException("WeChat is not installed or too old"));
            });
        });
    }

    /** Asks the server: in onResume of the invoice page, and when WXEntryActivity heard of an answer. */
    public void refresh() {
        String id = delivery;
        if (id == null) return;
        run(() -> show(send("GET", "/my/invoices/" + id)));
    }

    private void show(JSONObject it) throws JSONException {
        delivery = it.getString("id");
        String state = it.getString("state");
        String reason = it.isNull("reason") ? null : it.getString("reason");
        boolean isFinal = it.getBoolean("final");
        main.execute(() -> listener.onState(state, reason, isFinal));
    }

    private void run(Call call) {
        network.execute(() -> {
            try {
                call.run();
            } catch (IOException | JSONException trouble) {
                main.execute(() -> listener.onTrouble(trouble));
            }
        });
    }

    private JSONObject send(String method, String path) throws IOException, JSONException {
        HttpURLConnection connection = (HttpURLConnection) new URL(backend + path).openConnection();
        try {
            connection.setRequestMethod(method);
            connection.setConnectTimeout(10_000);
            connection.setReadTimeout(20_000); // The backend may wait up to 10 s for a change.
            connection.setRequestProperty("Authorization", "Bearer " + session);
            int status = connection.getResponseCode();
            if (status != 200) throw new IOException("the backend answered " + status);
            try (InputStream body = connection.getInputStream()) {
                ByteArrayOutputStream whole = new ByteArrayOutputStream();
                byte[] part = new byte[4096];
                for (int read = body.read(part); read >= 0; read = body.read(part)) whole.write(part, 0, read);
                return new JSONObject(new String(whole.toByteArray(), StandardCharsets.UTF_8));
            }
        } finally {
            connection.disconnect();
        }
    }
}
