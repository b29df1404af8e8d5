public import Cryptography

/// What AWS issues to sign requests with; never printed but for the access key id, which AWS doesn't treat as secret.
public struct AWSCredentials: Sendable, Equatable {
  /// The access key id, such as `AKIAIOSFODNN7EXAMPLE`.
  public let accessKeyID: String
  /// The secret access key, ASCII.
  public let secretAccessKey: SecretBytes
  /// The session token of temporary credentials, such as those that STS issues; nil for those of a user.
  public let sessionToken: String?

  /// What is wrong with their form, if anything: looked at once, as a session's token is long and signs often.
  private let fault: SigV4Error?

  /// Creates credentials; those of a wrong form refuse to sign.
  public init(accessKeyID: String, secretAccessKey: SecretBytes, sessionToken: String? = nil) {
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    self.sessionToken = sessionToken
    fault = Self.fault(in: accessKeyID, secretAccessKey, sessionToken)
  }

  func validate() throws(SigV4Error) {
    if let fault { throw fault }
  }

  private static func fault(
    in accessKeyID: String, _ secretAccessKey: SecretBytes, _ sessionToken: String?
  ) -> SigV4Error? {
    guard
      (1...128).contains(accessKeyID.utf8.count),
      accessKeyID.isMade(of: { $0.isAlphanumeric || $0 == .underscore })
    else { return SigV4Error(.invalidCredentials, "an access key id has 1 to 128 letters and digits") }
    guard (1...256).contains(secretAccessKey.count) else {
      return SigV4Error(.invalidCredentials, "a secret access key has 1 to 256 bytes")
    }
    guard let sessionToken else { return nil }
    guard (1...8192).contains(sessionToken.utf8.count), sessionToken.isMade(of: { (0x21...0x7E).contains($0) })
    else { return SigV4Error(.invalidCredentials, "a session token has 1 to 8192 printable characters") }
    return nil
  }
}

extension AWSCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The access key id alone.
  public var description: String { "AWSCredentials(\(accessKeyID), redacted)" }

  /// The access key id alone.
  public var debugDescription: String { description }

  /// A mirror without children, so that `dump` shows nothing more.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
