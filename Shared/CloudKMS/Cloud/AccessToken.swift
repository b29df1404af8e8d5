internal import FoundationEssentials

/// An OAuth 2.0 access token: whoever holds it acts as its principal until it expires.
struct AccessToken: ExpiringCredential {
  /// What is sent; shown to nobody.
  let text: String
  let expiresAt: Date?

  /// Nil where the text is no token (RFC 6750, section 2.1, `b64token`).
  init?(_ text: String, expiresAt: Date) {
    guard (1...8192).contains(text.utf8.count),
      text.utf8.allSatisfy({ $0.isAlphanumeric || "-._~+/=".utf8.contains($0) })
    else { return nil }
    self.text = text
    self.expiresAt = expiresAt
  }
}

extension AccessToken: CustomStringConvertible, CustomReflectable {
  /// Always the same text.
  var description: String { "AccessToken(redacted)" }

  /// A mirror without children, so that `dump` shows nothing.
  var customMirror: Mirror { Mirror(self, children: [:]) }
}
