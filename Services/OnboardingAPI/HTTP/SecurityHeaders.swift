import HTTPTypes

/// What every answer tells browsers, after OWASP's REST Security Cheat Sheet: to keep no copy, to guess no type, to run,
/// load and frame nothing, and to tell nobody else where they were.
enum SecurityHeaders {
  private static let standard: [HTTPField] = [
    HTTPField(name: .cacheControl, value: "no-store"),
    HTTPField(name: .xContentTypeOptions, value: "nosniff"),
    HTTPField(name: .referrerPolicy, value: "same-origin"),
    HTTPField(name: .contentSecurityPolicy, value: "default-src 'none'; frame-ancestors 'none'"),
  ]
  /// A year, as long as browsers are asked to insist on TLS (RFC 6797).
  private static let transport = HTTPField(name: .strictTransportSecurity, value: "max-age=31536000")

  /// Adds those that the answer hasn't got: a page knows better what it loads, and an asset how long it is good.
  /// - Parameter isSecure: whether the answer goes over TLS of ours.
  static func add(to headers: inout HTTPFields, isSecure: Bool) {
    for field in standard where !headers.contains(field.name) { headers.append(field) }
    if isSecure { headers.append(transport) }
  }
}

extension HTTPField.Name {
  /// `Referrer-Policy`.
  static let referrerPolicy = Self("Referrer-Policy") ?? .referer
}
