// A page inside WeChat (channel web) or in any browser (channel wap): the button is a link to fapiao's page.
//
// page_url, not auth_url: fapiao's page asks WeChat for a fresh address at each visit, shows the state when the invoice
// is there already, and may be printed on paper.
//
// What may never come back: the visit to return_url. The buyer closes the page, or opens it again from history. Such a
// visit proves nothing either. So the state is asked for whenever this page is looked at.

const words = {
  created: "尚未申请", page_opened: "等待填写抬头", authorised: "已授权，正在开票", issuing: "正在开票",
  carded: "发票已放入微信卡包", refused: "商家未能开票", expired: "链接已过期，请重新申请", failed: "开票失败，请联系商家",
};

/** The pause before the next question, in milliseconds: 2, 4, 8 … 60 seconds. */
export const pause = (asked) => Math.min(2000 * 2 ** asked, 60_000);

export const said = (it) => [words[it.state] ?? it.state, it.reason].filter(Boolean).join("：");

/** Makes the order's delivery, or gives the one there is: the backend uses the order number as its idempotency key. */
export async function invoiceOf(order, fetch = globalThis.fetch) {
  const inWeChat = /MicroMessenger/i.test(globalThis.navigator?.userAgent ?? "");
  const back = globalThis.location ? `&return_url=${encodeURIComponent(globalThis.location.href)}` : "";
  const answer = await fetch(`/my/orders/${encodeURIComponent(order)}/invoice?channel=${inWeChat ? "web" : "wap"}${back}`, { method: "POST" });
  if (!answer.ok) throw new Error((await answer.json()).detail ?? "请稍后再试");
  return answer.json();
}

function start() {
  const order = document.querySelector("[data-order]").textContent;
  const link = document.querySelector("[data-invoice]");
  const state = document.querySelector("[data-state]");
  let delivery, timer, asked = 0;
  const show = (it) => {
    delivery = it.id;
    link.href = it.page_url;
    state.textContent = said(it);
    clearTimeout(timer);
    if (!it.final && !document.hidden) timer = setTimeout(ask, pause(asked++));
  };
  const ask = async () => {
    try {
      show(await (await fetch(`/my/invoices/${delivery}`)).json());
    } catch {
      timer = setTimeout(ask, pause(asked++));
    }
  };
  // Coming back from WeChat's page, by its button or by the arrow: ask at once.
  const back = () => { if (!document.hidden && delivery) { asked = 0; clearTimeout(timer); ask(); } };
  document.addEventListener("visibilitychange", back);
  window.addEventListener("pageshow", (event) => { if (event.persisted) back(); });
  invoiceOf(order).then(show, (error) => { state.textContent = error.message; });
}

if (globalThis.document) start();
