// Outlines of WeChat's SDK, as the official page of section 4 names its classes and members.
#pragma once
#import <UIKit/UIKit.h>

@interface BaseReq : NSObject
@end

@interface BaseResp : NSObject
@property(nonatomic) int errCode;
@end

@interface WXInvoiceAuthInsertReq : BaseReq
@property(nonatomic, copy) NSString *urlString;
@end

@interface WXInvoiceAuthInsertResp : BaseResp
@property(nonatomic, copy) NSString *wxOrderId;
@end

@protocol WXApiDelegate <NSObject>
- (void)onReq:(BaseReq *)req;
- (void)onResp:(BaseResp *)resp;
@end

@interface WXApi : NSObject
+ (BOOL)isWXAppInstalled;
+ (void)sendReq:(BaseReq *)req completion:(void (^)(BOOL success))completion;
@end
