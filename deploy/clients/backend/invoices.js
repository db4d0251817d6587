// What a merchant's backend does for its clients: three routes over fapiao's REST API, and nothing else.
// Node 20 or later, no packages. The key stays here: a client that holds it could read every invoice of the company.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const CHANNELS = new Set(["web", "wap", "app", "mini_program"]);

/** Calls fapiao. Amounts go and come as decimal strings: nothing on the way may round them. */
export function fapiao({ base, key, fetch = globalThis.fetch }) {
  const call = async (method, path, { idempotencyKey, body } = {}) => {
    const headers = { authorization: `Bearer ${key}` };
    if (idempotencyKey) headers["idempotency-key"] = idempotencyKey;
    if (body) headers["content-type"] = "application/json";
    const answer = await fetch(`${base}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    const said = await answer.json();
    // RFC 9457: `title` and `detail` say what is wrong, `errors[]` where.
    if (!answer.ok) throw Object.assign(new Error(said.detail ?? said.title), { status: answer.status, problem: said });
    return said;
  };
  return {
    // The same order number is the same order: a second tap, a retry after a time-out, a restart make nothing new.
    order: (order, channel, returnUrl) => call("POST", "/orders", {
      idempotencyKey: order.order_no,
      body: { ...order, delivery: { channel, page: "title", ...(returnUrl && { return_url: returnUrl }) } },
    }),
    // A fresh page at each tap: WeChat's address is short-lived.
    page: (delivery) => call("POST", `/deliveries/${encodeURIComponent(delivery)}/wechat-page`, { idempotencyKey: crypto.randomUUID(), body: {} }),
    // Answers as soon as the state changes, or after `wait` seconds with the state as it is.
    state: (delivery, wait = 0) => call("GET", `/deliveries/${encodeURIComponent(delivery)}?wait=${wait}`),
  };
}

/** Only what a client needs: the title a buyer typed is nobody else's business. */
export const forClient = (it) => ({
  id: it.id, state: it.state, final: it.final, reason: it.reason, page_url: it.page_url, invoice: it.invoice?.number ?? null,
});

/** The three routes. `orderOf(request, number)` looks the order up and answers null unless it is this customer's own. */
export function routes(api, orderOf) {
  const mine = new Map(); // Delivery -> order number. Keep it in your own database.
  return async (request) => {
    const url = new URL(request.url, "http://localhost");
    const [, my, things, id, what] = url.pathname.split("/");
    if (my !== "my") return null;
    if (request.method === "POST" && things === "orders" && what === "invoice") {
      const order = await orderOf(request, decodeURIComponent(id));
      if (!order) return { status: 404, body: {} };
      const channel = url.searchParams.get("channel") ?? "web";
      if (!CHANNELS.has(channel)) return { status: 422, body: { detail: "unknown channel" } };
      const made = await api.order(order, channel, url.searchParams.get("return_url") ?? undefined);
      mine.set(made.delivery.id, order.order_no);
      return { status: 200, body: forClient(made.delivery) };
    }
    if (things !== "invoices" || !(await orderOf(request, mine.get(id) ?? ""))) return { status: 404, body: {} };
    if (request.method === "POST" && what === "page") {
      const { auth_url, appid } = await api.page(id);
      return { status: 200, body: { auth_url, appid: appid ?? null } };
    }
    if (request.method === "GET" && what === undefined) return { status: 200, body: forClient(await api.state(id, 10)) };
    return { status: 404, body: {} };
  };
}

async function main() {
  const api = fapiao({ base: process.env.FAPIAO_BASE, key: process.env.FAPIAO_KEY });
  const sample = (number) => ({
    order_no: number,
    lines: [{ name: "日用陶瓷餐具", tax_code: "1080121010000000000", unit: "套", quantity: "2", unit_price: "56.50", tax_included: true, rate: "0.13" }],
  });
  const handle = routes(api, async (_request, number) => (number ? sample(number) : null));
  const files = { "/": ["invoice.html", "text/html; charset=utf-8"], "/invoice.js": ["invoice.js", "text/javascript; charset=utf-8"] };
  createServer(async (request, response) => {
    try {
      const file = files[new URL(request.url, "http://localhost").pathname];
      if (file) return response.writeHead(200, { "content-type": file[1] }).end(await readFile(new URL(`../h5/${file[0]}`, import.meta.url)));
      const answer = (await handle(request)) ?? { status: 404, body: {} };
      response.writeHead(answer.status, { "content-type": "application/json" }).end(JSON.stringify(answer.body));
    } catch (error) {
      response.writeHead(error.status ?? 502, { "content-type": "application/json" }).end(JSON.stringify({ detail: error.message }));
    }
  }).listen(Number(process.env.PORT ?? 8093), "127.0.0.1", function () {
    console.log(`http://127.0.0.1:${this.address().port}`);
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
