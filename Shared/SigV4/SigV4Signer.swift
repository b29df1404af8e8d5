internal import Cryptography
public import FoundationEssentials
internal import Locking

/// SigV4 signs requests to AWS with Signature Version 4; pure: no I/O, no clock, no credentials of its own.
///
/// One signer serves one region and service, for any credentials, from any number of tasks. It follows the AWS IAM user
/// guide, "Create a signed AWS API request". It never blocks.
public final class SigV4Signer: Sendable {
  /// The most signing keys that one signer caches: each is for one secret and one day.
  public static let cacheCapacity = 16

  /// The region, such as `eu-central-1`.
  public let region: String
  /// The service's signing name, such as `kms` or `sts`.
  public let service: String
  /// What differs from service to service.
  public let options: SigV4Options

  let signingKeys: Guarded<SigningKeys>

  /// Creates a signer.
  /// - Throws: `invalidScope` unless region and service have 1 to 64 lower-case letters, digits and hyphens.
  public init(region: String, service: String, options: SigV4Options = SigV4Options()) throws(SigV4Error) {
    for part in [region, service] {
      guard
        (1...64).contains(part.utf8.count),
        part.isMade(of: { $0.isLowercase || $0.isDigit || $0 == UInt8(ascii: "-") })
      else {
        throw SigV4Error(.invalidScope, "a region or service has 1 to 64 lower-case letters, digits and hyphens")
      }
    }
    self.region = region
    self.service = service
    self.options = options
    signingKeys = Guarded(SigningKeys(capacity: Self.cacheCapacity))
  }

  /// Signs by header: adds `X-Amz-Date`, `Authorization` and, as the credentials and options have it,
  /// `X-Amz-Security-Token` and `x-amz-content-sha256`.
  /// - Parameters:
  ///   - request: what will be sent.
  ///   - credentials: who signs.
  ///   - date: now; AWS refuses a difference of over 5 minutes. Fractions of a second are dropped.
  /// - Throws: the error that names what in the input can't be signed.
  public func sign(
    _ request: SigningRequest, credentials: AWSCredentials, at date: Date
  ) throws(SigV4Error) -> SignedRequest {
    try credentials.validate()
    try request.validate()
    let scope = try CredentialScope(date, region: region, service: service)
    let bodyDigest = SHA256.hash(request.body)
    var canonicalHeaders = try CanonicalHeaders(request.headers)
    var headers = request.headers
    headers.reserveCapacity(headers.count + 4)
    func add(_ name: String, as canonicalName: String?, _ value: String) {
      headers.append(HeaderField(name: name, value: value))
      if let canonicalName { canonicalHeaders.insert(HeaderField(name: canonicalName, value: value)) }
    }
    if let token = credentials.sessionToken {
      add("X-Amz-Security-Token", as: options.sessionToken == .signed ? "x-amz-security-token" : nil, token)
    }
    add("X-Amz-Date", as: "x-amz-date", scope.timestamp)
    if options.addsBodyDigestHeader {
      add("x-amz-content-sha256", as: "x-amz-content-sha256", String(hexadecimal: bodyDigest))
    }

    let canonicalRequest = try canonicalRequest(
      request, query: request.query ?? "", headers: canonicalHeaders, bodyDigest: bodyDigest)
    let stringToSign = stringToSign(canonicalRequest, scope)
    let signature = signature(of: stringToSign, credentials, scope)

    var authorization: [UInt8] = []
    authorization.reserveCapacity(384)
    authorization.append(Self.algorithm)
    authorization.append(" Credential=")
    authorization.append(credentials.accessKeyID)
    authorization.append(.slash)
    authorization.append(contentsOf: scope.text)
    authorization.append(", SignedHeaders=")
    canonicalHeaders.appendNames(to: &authorization)
    authorization.append(", Signature=")
    authorization.append(signature)
    add("Authorization", as: nil, String(ascii: authorization))
    return SignedRequest(
      method: request.method, path: request.path, query: request.query, headers: headers, signature: signature,
      canonicalRequestBytes: canonicalRequest, stringToSignBytes: stringToSign)
  }

  /// Signs by query: whoever has the result may send the request until it expires, without credentials.
  /// - Parameters:
  ///   - request: what will be sent; its header fields and its body too.
  ///   - credentials: who signs.
  ///   - date: when the signature begins to hold. Fractions of a second are dropped.
  ///   - expiresIn: for how long it holds: 1 second to 7 days. Fractions of a second are dropped.
  /// - Throws: the error that names what in the input can't be signed.
  public func presign(
    _ request: SigningRequest, credentials: AWSCredentials, at date: Date, expiresIn: Duration
  ) throws(SigV4Error) -> SignedRequest {
    try credentials.validate()
    try request.validate()
    guard (.seconds(1) ... .seconds(604_800)).contains(expiresIn) else {
      throw SigV4Error(.invalidExpiry, "a presigned request may live 1 second to 7 days")
    }
    let scope = try CredentialScope(date, region: region, service: service)
    let canonicalHeaders = try CanonicalHeaders(request.headers)
    var signedNames: [UInt8] = []
    canonicalHeaders.appendNames(to: &signedNames)

    var query = [UInt8]((request.query ?? "").utf8)
    func add(_ name: String, _ value: some Sequence<UInt8>) {
      if !query.isEmpty { query.append(.ampersand) }
      query.append(name)
      query.append(.equals)
      query.appendPercentEncoded(value)
    }
    add("X-Amz-Algorithm", Self.algorithm.utf8)
    add("X-Amz-Credential", Array("\(credentials.accessKeyID)/".utf8) + scope.text)
    add("X-Amz-Date", scope.timestamp.utf8)
    add("X-Amz-SignedHeaders", signedNames)
    add("X-Amz-Expires", "\(expiresIn.components.seconds)".utf8)
    let token = credentials.sessionToken?.utf8
    if let token, options.sessionToken == .signed { add("X-Amz-Security-Token", token) }

    let canonicalRequest = try canonicalRequest(
      request, query: String(ascii: query), headers: canonicalHeaders, bodyDigest: SHA256.hash(request.body))
    let stringToSign = stringToSign(canonicalRequest, scope)
    let signature = signature(of: stringToSign, credentials, scope)

    if let token, options.sessionToken == .appended { add("X-Amz-Security-Token", token) }
    add("X-Amz-Signature", signature.utf8)
    return SignedRequest(
      method: request.method, path: request.path, query: String(ascii: query), headers: request.headers,
      signature: signature, canonicalRequestBytes: canonicalRequest, stringToSignBytes: stringToSign)
  }
}
