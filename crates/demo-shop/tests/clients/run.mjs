// Runs the client examples in JavaScript with everything around them pretended: the browser, WeChat, fapiao.
// Ends with "done"; an assertion that fails ends it before.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import vm from "node:vm";

const root = process.argv[2];
const load = (name) => import(pathToFileURL(`${root}/${name}`).href);
const answer = (body, status = 200) => ({ ok: status < 400, status, json: async () => body });

// The page in a browser.
const h5 = await load("h5/invoice.js");
assert.deepEqual([0, 1, 2, 10].map(h5.pause), [2000, 4000, 8000, 60_000], "pauses grow, and end");
assert.equal(h5.said({ state: "refused", reason: "抬头有误" }), "商家未能开票：抬头有误");
assert.equal(h5.said({ state: "of_tomorrow", reason: null }), "of_tomorrow", "a state of tomorrow is shown as it is");
let asked = [];
const it = await h5.invoiceOf("A 1", async (url, options) => {
  asked.push([options.method, url]);
  return answer({ id: "dlv_1" });
});
assert.equal(it.id, "dlv_1");
assert.deepEqual(asked, [["POST", "/my/orders/A%201/invoice?channel=wap"]]);
await assert.rejects(h5.invoiceOf("A", async () => answer({ detail: "没有这个订单" }, 404)), /没有这个订单/);

// The mini program: one page, its life told by WeChat.
const source = await readFile(`${root}/mini-program/invoice.js`, "utf8");
let page;
const requests = [];
const navigated = [];
const timers = [];
let state = { id: "dlv_1", state: "page_opened", final: false, reason: null };
const wx = {
  request({ url, method, header, success }) {
    requests.push(`${method} ${new URL(url).pathname}${new URL(url).search}`);
    assert.equal(header.authorization, "Bearer session");
    const data = url.endsWith("/page") ? { auth_url: "pages/a?b=c", appid: "wxinvoice" } : state;
    success({ statusCode: 200, data });
  },
  navigateToMiniProgram(wanted) {
    navigated.push({ appId: wanted.appId, path: wanted.path });
    wanted.success();
  },
};
vm.runInNewContext(source, {
  wx,
  getApp: () => ({ globalData: { session: "session" } }),
  Page: (definition) => { page = definition; },
  setTimeout: (act) => timers.push(act),
  clearTimeout: () => {},
  Promise, Error, encodeURIComponent,
});
page.setData = (data) => Object.assign(page.data, data);
await page.onLoad({ order: "A-1" });
assert.deepEqual(requests, ["POST /my/orders/A-1/invoice?channel=mini_program", "POST /my/invoices/dlv_1/page"]);
page.onInvoice(); // On the tap, at once: WeChat allows it only there.
assert.deepEqual(navigated, [{ appId: "wxinvoice", path: "pages/a?b=c" }]);
assert.equal(page.data.page, null, "an address is used once");
page.onInvoice();
assert.equal(navigated.length, 1);
state = { ...state, state: "issuing" };
await page.onShow();
assert.deepEqual(requests.slice(2), ["GET /my/invoices/dlv_1", "POST /my/invoices/dlv_1/page"], "it asks when it is shown");
assert.equal(timers.length, 1, "an agreed invoice is asked about again");
state = { ...state, state: "carded", final: true };
await timers[0]();
assert.equal(page.data.words, "发票已放入微信卡包");
assert.equal(timers.length, 1, "the end is the end");

// The backend, with fapiao pretended.
const backend = await load("backend/invoices.js");
const sent = [];
const delivery = {
  id: "dlv_1", state: "created", final: false, reason: null, page_url: "https://fapiao.example/o/1", invoice: null,
  title: { name: "nobody's business" },
};
const api = backend.fapiao({
  base: "https://fapiao.example", key: "fp_key",
  fetch: async (url, { method, headers, body }) => {
    sent.push([method, url.replace("https://fapiao.example", ""), headers["idempotency-key"], body && JSON.parse(body)]);
    assert.equal(headers.authorization, "Bearer fp_key");
    if (url.endsWith("/orders")) return answer({ id: "ord_1", delivery }, 201);
    if (url.endsWith("/wechat-page")) return answer({ auth_url: "pages/a", appid: "wxinvoice", delivery: "dlv_1" });
    return answer({ ...delivery, state: "carded", final: true, invoice: { number: "26442000000000000001" } });
  },
});
const order = { order_no: "A-1", lines: [] };
const handle = backend.routes(api, async (request, number) => (request.customer === 7 && number === "A-1" ? order : null));
const ask = (method, url, customer = 7) => handle({ method, url, customer });
const made = await ask("POST", "/my/orders/A-1/invoice?channel=app");
assert.deepEqual(Object.keys(made.body), ["id", "state", "final", "reason", "page_url", "invoice"], "no title, no key");
assert.deepEqual(sent[0], ["POST", "/api/v1/orders", "A-1", { ...order, delivery: { channel: "app", page: "title" } }]);
assert.equal((await ask("POST", "/my/orders/A-1/invoice?channel=fax")).status, 422);
assert.equal((await ask("POST", "/my/orders/A-1/invoice", 8)).status, 404, "another customer's order");
assert.deepEqual((await ask("POST", "/my/invoices/dlv_1/page")).body, { auth_url: "pages/a", appid: "wxinvoice" });
assert.equal((await ask("GET", "/my/invoices/dlv_1")).body.invoice, "26442000000000000001");
assert.equal((await ask("GET", "/my/invoices/dlv_1", 8)).status, 404, "another customer's invoice");
assert.equal((await ask("GET", "/my/invoices/dlv_2")).status, 404, "an invoice of nobody");
assert.equal(await ask("GET", "/elsewhere"), null);
const refusing = backend.fapiao({ base: "", key: "k", fetch: async () => answer({ title: "Refused", detail: "税率不对" }, 422) });
await assert.rejects(refusing.state("dlv_1"), (error) => error.status === 422 && error.message === "税率不对");
console.log("done");
