/// What differs from service to service; the defaults are those of every AWS service but S3.
public struct SigV4Options: Sendable, Hashable {
  /// What becomes of a session token.
  public enum SessionToken: Sendable, Hashable {
    /// The signature covers it: what nearly all services demand.
    case signed
    /// It is added after signing.
    case appended
  }

  /// Whether empty, `.` and `..` segments of the path are resolved in what is signed. Default: true.
  public var normalizesPath: Bool
  /// Whether a header `x-amz-content-sha256` with the body's digest is added and signed. Default: false.
  public var addsBodyDigestHeader: Bool
  /// What becomes of a session token. Default: signed.
  public var sessionToken: SessionToken

  /// Creates options.
  public init(normalizesPath: Bool = true, addsBodyDigestHeader: Bool = false, sessionToken: SessionToken = .signed) {
    self.normalizesPath = normalizesPath
    self.addsBodyDigestHeader = addsBodyDigestHeader
    self.sessionToken = sessionToken
  }
}
