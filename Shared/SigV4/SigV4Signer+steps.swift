internal import Cryptography
internal import Locking

/// The steps of the AWS IAM user guide, "Create a signed AWS API request".
extension SigV4Signer {
  static let algorithm = "AWS4-HMAC-SHA256"

  func canonicalRequest(
    _ request: SigningRequest, query: String, headers: CanonicalHeaders, bodyDigest: [UInt8]
  ) throws(SigV4Error) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(headers.byteCount + query.utf8.count + request.path.utf8.count + 128)
    bytes.append(request.method)
    bytes.append(.newline)
    CanonicalPath.append(request.path, normalizing: options.normalizesPath, to: &bytes)
    bytes.append(.newline)
    try CanonicalQuery.append(query, to: &bytes)
    bytes.append(.newline)
    headers.appendLines(to: &bytes)
    bytes.append(.newline)
    headers.appendNames(to: &bytes)
    bytes.append(.newline)
    bytes.appendHexadecimal(bodyDigest)
    return bytes
  }

  func stringToSign(_ canonicalRequest: [UInt8], _ scope: CredentialScope) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(192)
    bytes.append(Self.algorithm)
    bytes.append(.newline)
    bytes.append(scope.timestamp)
    bytes.append(.newline)
    bytes.append(contentsOf: scope.text)
    bytes.append(.newline)
    bytes.appendHexadecimal(SHA256.hash(canonicalRequest))
    return bytes
  }

  func signature(of stringToSign: [UInt8], _ credentials: AWSCredentials, _ scope: CredentialScope) -> String {
    let secret = credentials.secretAccessKey
    // Where another task holds the cache, deriving the key anew takes less time than putting this thread to sleep.
    let code =
      signingKeys.withLockIfAvailable { $0.authenticator(for: secret, in: scope).authenticationCode(for: stringToSign) }
      ?? SigningKeys.derive(from: secret, in: scope).authenticationCode(for: stringToSign)
    return String(hexadecimal: code)
  }
}
