/// What a signed request consists of on the wire, but for its body.
public struct SignedRequest: Sendable {
  /// The method.
  public let method: String
  /// The path, unchanged.
  public let path: String
  /// The query without its question mark; a presigned request carries its signature here.
  public let query: String?
  /// All header fields to send: the request's own, then those that the signer added.
  public let headers: [HeaderField]
  /// The signature, 64 lower-case hexadecimal digits.
  public let signature: String

  let canonicalRequestBytes: [UInt8]
  let stringToSignBytes: [UInt8]

  /// What was hashed of the request; compare it with the one that AWS shows in a `SignatureDoesNotMatch` answer. It may
  /// hold the session token: don't log it.
  public var canonicalRequest: String { String(ascii: canonicalRequestBytes) }
  /// What was authenticated.
  public var stringToSign: String { String(ascii: stringToSignBytes) }
}

extension SignedRequest: CustomStringConvertible, CustomReflectable {
  /// The method and the path: never the query, a header or the signature.
  public var description: String { "\(method) \(path)" }

  /// A mirror without children, so that `dump` shows nothing more.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
