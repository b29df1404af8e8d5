import HummingbirdCore
import HummingbirdTLS
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

extension HTTPServerBuilder {
  /// HTTP/1.1 within these bounds, inside TLS where the API has something to prove itself with.
  ///
  /// A connection's time without a request runs from its acceptance, so it bounds the handshake too.
  static func http1(_ settings: EdgeSettings, tls: TLSSettings?) throws -> HTTPServerBuilder {
    let http = http1(configuration: HTTP1Channel.Configuration(settings, isSecure: tls != nil))
    guard let tls else { return http }
    return try .tls(http, tlsConfiguration: tls.configuration)
  }
}

extension HTTP1Channel.Configuration {
  /// Connections within these bounds.
  fileprivate init(_ settings: EdgeSettings, isSecure: Bool) {
    self.init(
      additionalChannelHandlers: [RequestGuard(timeout: settings.requestTimeout, isSecure: isSecure)],
      idleTimeout: TimeAmount(settings.idleTimeout),
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: RequestGuard.maximumHeaderLengths.one,
        maxHeaderListSize: RequestGuard.maximumHeaderLengths.all,
        maxHeaderFieldCount: RequestGuard.maximumHeaderCount))
  }
}
