// A page of a mini program. Channel mini_program: the backend asks with the mini program's own account.
//
// What may never come back: the user. They stay in WeChat's invoicing mini program, or leave by the capsule button.
// `success` of navigateToMiniProgram only says that it was opened. The result arrives at the mini program's push
// address, which is fapiao's; here the state is asked for in onShow.

const app = getApp();

/** Your own backend, with its sign-in; never fapiao itself. */
function backend(method, path) {
  return new Promise((resolve, reject) => {
    wx.request({
      url: `https://shop.example.com${path}`,
      method,
      header: { authorization: `Bearer ${app.globalData.session}` },
      timeout: 20000, // The backend may wait up to 10 s for a change.
      success: ({ statusCode, data }) => (statusCode === 200 ? resolve(data) : reject(new Error(data.detail || "请稍后再试"))),
      fail: ({ errMsg }) => reject(new Error(errMsg)),
    });
  });
}

const words = {
  created: "尚未申请", page_opened: "等待填写抬头", authorised: "已授权，正在开票", issuing: "正在开票",
  carded: "发票已放入微信卡包", refused: "商家未能开票", expired: "已过期，请重新申请", failed: "开票失败，请联系商家",
};

Page({
  data: { order: "", delivery: "", page: null, words: "", final: false },

  async onLoad({ order }) {
    this.setData({ order });
    try {
      const it = await backend("POST", `/my/orders/${encodeURIComponent(order)}/invoice?channel=mini_program`);
      this.show(it);
      await this.prepare();
    } catch (error) {
      this.setData({ words: error.message });
    }
  },

  // navigateToMiniProgram is allowed only on a tap, and not after a wait: the page is asked for beforehand.
  async prepare() {
    if (this.data.final) return;
    this.setData({ page: await backend("POST", `/my/invoices/${this.data.delivery}/page`) });
  },

  onInvoice() {
    const { page } = this.data;
    if (!page) return;
    wx.navigateToMiniProgram({
      appId: page.appid, // WeChat's invoicing mini program, as fapiao answered; it is not yours.
      path: page.auth_url,
      success: () => this.setData({ page: null }), // Used: the next tap needs a fresh one.
      fail: ({ errMsg }) => {
        // The user said no to leaving, or the address is too old.
        if (!/cancel/.test(errMsg)) this.prepare();
      },
    });
  },

  // Back from wherever: ask. It may be minutes later, or after the program was started anew.
  async onShow() {
    if (!this.data.delivery) return;
    try {
      this.show(await backend("GET", `/my/invoices/${this.data.delivery}`));
      if (!this.data.page) await this.prepare();
    } catch (error) {
      this.setData({ words: error.message });
    }
  },

  onHide() { clearTimeout(this.timer); },
  onUnload() { clearTimeout(this.timer); },

  show(it) {
    this.setData({
      delivery: it.id,
      final: it.final,
      words: [words[it.state] || it.state, it.reason].filter(Boolean).join("："),
    });
    clearTimeout(this.timer);
    if (!it.final && (it.state === "authorised" || it.state === "issuing")) {
      this.timer = setTimeout(() => this.onShow(), 5000);
    }
  },
});
