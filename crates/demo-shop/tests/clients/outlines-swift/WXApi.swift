// Outline of WeChat's SDK as Swift sees its Objective-C header: a method with a completion is awaited.

import UIKit

class BaseReq: NSObject {}

class BaseResp: NSObject {
    var errCode: Int32 = 0
}

class WXInvoiceAuthInsertReq: BaseReq {
    var urlString: String = ""
}

class WXInvoiceAuthInsertResp: BaseResp {
    var wxOrderId: String = ""
}

protocol WXApiDelegate: NSObjectProtocol {
    func onReq(_ req: BaseReq)
    func onResp(_ resp: BaseResp)
}

class WXApi: NSObject {
    class func isWXAppInstalled() -> Bool { true }
    class func send(_ req: BaseReq) async -> Bool { true }
}
