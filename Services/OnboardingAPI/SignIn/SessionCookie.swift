import FoundationEssentials
import HTTPTypes
import Hummingbird

/// The admin token in a browser: out of the reach of scripts, and sent by our own pages alone.
enum SessionCookie {
  /// The prefix makes browsers refuse it unless it is `Secure`, for `/`, and of this very host (RFC 6265bis, 4.1.3.2).
  static let name = "__Host-tenant-kms"

  static func holding(_ token: String, for seconds: Int) -> Cookie {
    Cookie(
      name: name, value: token, maxAge: seconds, path: "/", secure: true, httpOnly: true, sameSite: .strict)
  }

  /// Makes the browser forget it.
  static let none = holding("", for: 0)
}

extension Request {
  /// The admin token: of the `Authorization` header, or else of the cookie.
  ///
  /// A browser sends the cookie whoever makes it do so. So with the cookie, whatever isn't a read must come from our own
  /// origin and carry a header that no form can send, and no other origin's script without asking us first, which we
  /// always refuse (OWASP CSRF Prevention Cheat Sheet: fetch metadata, custom request headers).
  /// - Throws: 401 where there is neither; 403 for a write with the cookie that anybody's page may have caused.
  func adminToken() throws -> String {
    guard headers[.authorization] == nil, let cookie = cookies[SessionCookie.name]?.value else {
      return try bearerToken()
    }
    if method != .get, method != .head {
      try refuseOtherOrigins()
      guard headers[.antiForgery] == "1" else {
        throw APIError.permissionDenied("a write with the cookie needs the header `X-KnoxCall-CSRF: 1`")
      }
    }
    return cookie
  }

  /// Refuses what a browser says that another origin's page caused; a client that says nothing isn't a browser.
  /// - Throws: 403.
  func refuseOtherOrigins() throws(APIError) {
    let isOwn =
      if let site = headers[.fetchSite] { site == "same-origin" } else if let origin = headers[.origin] {
        origin.split(separator: "/", maxSplits: 2).last.map(String.init) == head.authority && origin.contains("//")
      } else { true }
    guard isOwn else { throw .permissionDenied("this was caused by a page of another origin, and is refused") }
  }
}

extension HTTPField.Name {
  /// `Sec-Fetch-Site`, by which a browser says whose page caused a request.
  static let fetchSite = Self("Sec-Fetch-Site") ?? .origin
  /// `X-KnoxCall-CSRF`.
  static let antiForgery = Self("X-KnoxCall-CSRF") ?? .origin
}
