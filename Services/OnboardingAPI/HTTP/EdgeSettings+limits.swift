import HummingbirdCore
import NIOCore

extension EdgeSettings {
  /// What bounds an API key's requests; nil for any number.
  var keyLimiter: RateLimiter? { keyRate > 0 ? RateLimiter(keyRate, per: .seconds(1), elapsed: elapsed) : nil }
}

extension AddressLimits {
  init(_ settings: EdgeSettings, proxies: Int) {
    self.init(
      requests: settings.addressRate > 0
        ? RateLimiter(settings.addressRate, per: .seconds(1), elapsed: settings.elapsed) : nil,
      failures: RateLimiter(settings.failureRate, per: .seconds(60), elapsed: settings.elapsed), proxies: proxies)
  }
}

extension HTTP1Channel.Configuration {
  /// Connections within these bounds.
  init(_ settings: EdgeSettings) {
    self.init(
      additionalChannelHandlers: [RequestGuard(timeout: settings.requestTimeout)],
      idleTimeout: TimeAmount(settings.idleTimeout),
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: RequestGuard.maximumHeaderLengths.one,
        maxHeaderListSize: RequestGuard.maximumHeaderLengths.all,
        maxHeaderFieldCount: RequestGuard.maximumHeaderCount))
  }
}
