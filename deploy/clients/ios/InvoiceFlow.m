// Channel app: the page is asked for with the open-platform account, WeChat is opened by its SDK.
//
// What may never come back: onResp:. The user ends WeChat, switches to another app, or comes back by the status bar.
// The event about the user's consent goes to the *service account's* push address, which is fapiao's; this app asks its
// own backend whenever it comes to the front. errCode 0 only says that WeChat was left in order.

#import "InvoiceFlow.h"

@interface InvoiceFlow ()
@property(nonatomic) NSURL *backend;
@property(nonatomic, copy) NSString *session;
@property(nonatomic, copy, nullable) NSString *delivery;
@property(nonatomic) BOOL opening;
@end

@implementation InvoiceFlow

- (instancetype)initWithBackend:(NSURL *)backend session:(NSString *)session {
    if ((self = [super init])) {
        _backend = backend;
        _session = [session copy];
        [NSNotificationCenter.defaultCenter addObserver:self
                                               selector:@selector(refresh)
                                                   name:UIApplicationDidBecomeActiveNotification
                                                 object:nil];
    }
    return self;
}

- (void)dealloc {
    [NSNotificationCenter.defaultCenter removeObserver:self];
}

- (void)startWithOrder:(NSString *)orderNumber {
    NSString *order = [orderNumber stringByAddingPercentEncodingWithAllowedCharacters:NSCharacterSet.alphanumericCharacterSet];
    [self send:@"POST" path:[NSString stringWithFormat:@"/my/orders/%@/invoice?channel=app", order] then:^(NSDictionary *it) {
        [self show:it];
    }];
}

- (void)openWeChat {
    if (self.delivery == nil || self.opening) return;
    if (![WXApi isWXAppInstalled]) {
        // No WeChat on this device: fapiao's own page shows a code to scan with another one.
        if (self.onState != nil) self.onState(@"wechat_missing", nil, NO);
        return;
    }
    self.opening = YES;
    NSString *path = [NSString stringWithFormat:@"/my/invoices/%@/page", self.delivery];
    [self send:@"POST" path:path then:^(NSDictionary *page) {
        self.opening = NO;
        // The address is short-lived: it is used now and never kept.
        WXInvoiceAuthInsertReq *req = [[WXInvoiceAuthInsertReq alloc] init];
        req.urlString = page[@"auth_url"];
        [WXApi sendReq:req completion:^(BOOL success) {
            if (!success) [self refresh];
        }];
    }];
}

- (void)refresh {
    if (self.delivery == nil) return;
    NSString *path = [NSString stringWithFormat:@"/my/invoices/%@", self.delivery];
    [self send:@"GET" path:path then:^(NSDictionary *it) {
        [self show:it];
    }];
}

// May never be called. wxOrderId is WeChat's own; the delivery is known without it.
- (void)onResp:(BaseResp *)resp {
    if ([resp isKindOfClass:WXInvoiceAuthInsertResp.class]) [self refresh];
}

- (void)onReq:(BaseReq *)req {
}

- (void)show:(NSDictionary *)it {
    self.delivery = it[@"id"];
    id reason = it[@"reason"];
    if (self.onState == nil) return; // Nobody looks: the state is asked for again when somebody does.
    self.onState(it[@"state"], reason == NSNull.null ? nil : reason, [it[@"final"] boolValue]);
}

- (void)send:(NSString *)method path:(NSString *)path then:(void (^)(NSDictionary *))then {
    NSURL *url = [NSURL URLWithString:path relativeToURL:self.backend];
    NSMutableURLRequest *request = [NSMutableURLRequest requestWithURL:url];
    request.HTTPMethod = method;
    request.timeoutInterval = 20; // The backend may wait up to 10 s for a change.
    [request setValue:[@"Bearer " stringByAppendingString:self.session] forHTTPHeaderField:@"Authorization"];
    NSURLSession *session = NSURLSession.sharedSession;
    [[session dataTaskWithRequest:request completionHandler:^(NSData *data, NSURLResponse *response, NSError *error) {
        NSInteger status = ((NSHTTPURLResponse *)response).statusCode;
        NSDictionary *it = data ? [NSJSONSerialization JSONObjectWithData:data options:0 error:nil] : nil;
        dispatch_async(dispatch_get_main_queue(), ^{
            if (status == 200 && [it isKindOfClass:NSDictionary.class]) {
                then(it);
            } else {
                // No network is no state: what was shown stays, the next look asks again.
                self.opening = NO;
            }
        });
    }] resume];
}

@end
