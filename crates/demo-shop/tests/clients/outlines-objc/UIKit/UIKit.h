// Outlines of what the example takes from Foundation and UIKit: enough for the compiler to check its types.
#pragma once
#define NS_ASSUME_NONNULL_BEGIN _Pragma("clang assume_nonnull begin")
#define NS_ASSUME_NONNULL_END _Pragma("clang assume_nonnull end")

typedef signed char BOOL;
typedef long NSInteger;
typedef unsigned long NSUInteger;
typedef double NSTimeInterval;
#define YES __objc_yes
#define NO __objc_no
#define nil ((void *)0)

@class NSString, NSURL, NSCharacterSet, NSData, NSURLResponse, NSError, NSURLSessionDataTask;

@protocol NSObject
- (BOOL)isKindOfClass:(Class)kind;
@end

@protocol NSCopying
@end

@interface NSObject <NSObject>
+ (instancetype)alloc;
+ (Class)class;
- (instancetype)init;
@end

@interface NSString : NSObject <NSCopying>
+ (instancetype)stringWithFormat:(NSString *)format, ...;
- (NSString *)stringByAddingPercentEncodingWithAllowedCharacters:(NSCharacterSet *)allowed;
- (NSString *)stringByAppendingString:(NSString *)other;
- (NSString *)copy;
@end

@interface NSConstantString : NSString
@end

@interface NSNumber : NSObject
@property(readonly) BOOL boolValue;
@end

@interface NSNull : NSObject
@property(class, readonly) NSNull *null;
+ (NSNull *)null;
@end

@interface NSDictionary : NSObject
- (id)objectForKeyedSubscript:(id)key;
@end

@interface NSCharacterSet : NSObject
@property(class, readonly) NSCharacterSet *alphanumericCharacterSet;
@end

@interface NSURL : NSObject
+ (instancetype)URLWithString:(NSString *)text relativeToURL:(NSURL *)base;
@end

@interface NSMutableURLRequest : NSObject
+ (instancetype)requestWithURL:(NSURL *)url;
@property(copy) NSString *HTTPMethod;
@property NSTimeInterval timeoutInterval;
- (void)setValue:(NSString *)value forHTTPHeaderField:(NSString *)field;
@end

@interface NSURLResponse : NSObject
@end

@interface NSHTTPURLResponse : NSURLResponse
@property(readonly) NSInteger statusCode;
@end

@interface NSURLSessionDataTask : NSObject
- (void)resume;
@end

@interface NSURLSession : NSObject
@property(class, readonly) NSURLSession *sharedSession;
- (NSURLSessionDataTask *)dataTaskWithRequest:(NSMutableURLRequest *)request
                            completionHandler:(void (^)(NSData *data, NSURLResponse *response, NSError *error))then;
@end

@interface NSJSONSerialization : NSObject
+ (id)JSONObjectWithData:(NSData *)data options:(NSUInteger)options error:(NSError **)error;
@end

@interface NSNotificationCenter : NSObject
@property(class, readonly) NSNotificationCenter *defaultCenter;
- (void)addObserver:(id)observer selector:(SEL)selector name:(NSString *)name object:(id)object;
- (void)removeObserver:(id)observer;
@end

extern NSString *const UIApplicationDidBecomeActiveNotification;

typedef NSObject *dispatch_queue_t;
dispatch_queue_t dispatch_get_main_queue(void);
void dispatch_async(dispatch_queue_t queue, void (^block)(void));
