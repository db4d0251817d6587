// Outline of what the example uses of UIKit, and of what Foundation has on Apple's machines only.

@_exported import Foundation
@_exported import FoundationNetworking
@_exported import ObjectiveC

@MainActor open class UIApplication: NSObject {
    public nonisolated static let didBecomeActiveNotification = Notification.Name("didBecomeActive")
}

extension NotificationCenter {
    public func addObserver(_ observer: Any, selector: Selector, name: NSNotification.Name?, object: Any?) {}
}
