// Channel app: the page is asked for with the open-platform account, WeChat is opened by its SDK.
//
// What may never come back: onResp(_:). The user ends WeChat, switches to another app, or comes back by the status bar.
// The event about the user's consent goes to the *service account's* push address, which is fapiao's; this app asks its
// own backend whenever it comes to the front. errCode 0 only says that WeChat was left in order.
//
// In the app: WXApi.registerApp(appId, universalLink:) at the start, and WXApi.handleOpenUniversalLink(_:delegate:) with
// the flow as delegate in the scene's delegate.

import UIKit

/// Where the invoice of one order stands; the truth is on the server.
@MainActor
final class InvoiceFlow: NSObject, WXApiDelegate {
    struct Delivery: Decodable {
        let id: String
        let state: String
        let final: Bool
        let reason: String?
    }

    private struct Page: Decodable {
        let authUrl: String
        enum CodingKeys: String, CodingKey { case authUrl = "auth_url" }
    }

    enum Trouble: Error { case noWeChat, refused(Int) }

    private(set) var delivery: Delivery?
    var onChange: ((Delivery) -> Void)?

    private let backend: URL
    private let session: String

    init(backend: URL, session: String) {
        self.backend = backend
        self.session = session
        super.init()
        NotificationCenter.default.addObserver(
            self, selector: #selector(becameActive), name: UIApplication.didBecomeActiveNotification, object: nil)
    }

    /// Makes the order's delivery, or gives the one there is.
    func start(order: String) async throws {
        let number = order.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? order
        show(try await send("POST", "/my/orders/\(number)/invoice?channel=app"))
    }

    /// On the tap: a fresh page each time, used at once and never kept.
    func openWeChat() async throws {
        guard let delivery else { return }
        guard WXApi.isWXAppInstalled() else { throw Trouble.noWeChat }
        let page: Page = try await send("POST", "/my/invoices/\(delivery.id)/page")
        let request = WXInvoiceAuthInsertReq()
        request.urlString = page.authUrl
        if await !WXApi.send(request) { try await refresh() }
    }

    /// Asks the server. No network is no state: what was shown stays, the next look asks again.
    func refresh() async throws {
        guard let delivery else { return }
        show(try await send("GET", "/my/invoices/\(delivery.id)"))
    }

    @objc private func becameActive() {
        Task { try? await refresh() }
    }

    // May never be called. wxOrderId is WeChat's own; the delivery is known without it.
    nonisolated func onResp(_ resp: BaseResp) {
        guard resp is WXInvoiceAuthInsertResp else { return }
        Task { @MainActor in try? await self.refresh() }
    }

    nonisolated func onReq(_ req: BaseReq) {}

    private func show(_ it: Delivery) {
        delivery = it
        onChange?(it)
    }

    private func send<Answer: Decodable>(_ method: String, _ path: String) async throws -> Answer {
        guard let url = URL(string: path, relativeTo: backend) else { throw URLError(.badURL) }
        var request = URLRequest(url: url, timeoutInterval: 20) // The backend may wait up to 10 s for a change.
        request.httpMethod = method
        request.setValue("Bearer \(session)", forHTTPHeaderField: "Authorization")
        let (data, response) = try await URLSession.shared.data(for: request)
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        guard status == 200 else { throw Trouble.refused(status) }
        return try JSONDecoder().decode(Answer.self, from: data)
    }
}
