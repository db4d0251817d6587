#import <UIKit/UIKit.h>
#import "WXApi.h"

NS_ASSUME_NONNULL_BEGIN

/// Where the invoice of one order stands. The truth is on the server: see InvoiceFlow.m for what may never come back.
@interface InvoiceFlow : NSObject <WXApiDelegate>

/// Told on the main thread: the delivery's state and whether nothing more will happen by itself.
@property(nonatomic, copy) void (^onState)(NSString *state, NSString *_Nullable reason, BOOL final);

- (instancetype)initWithBackend:(NSURL *)backend session:(NSString *)session;

/// Makes the order's delivery, or gives the one there is.
- (void)startWithOrder:(NSString *)orderNumber;

/// On the tap: asks for a fresh page and opens WeChat.
- (void)openWeChat;

/// Asks the server: when the app comes to the front, when the invoice page is shown, when WeChat answered.
- (void)refresh;

@end

NS_ASSUME_NONNULL_END
