internal import Cryptography
internal import FoundationEssentials
internal import HTTPClient
internal import JSON
internal import SigV4

/// Where AWS credentials of the platform's own may come from.
protocol AWSCredentialSource: Sendable {
  /// The kind of source in a few words, for everybody.
  var kind: String { get }

  /// The very source in a few words, for the operator, who has to set one up.
  var name: String { get }

  /// New credentials.
  func credentials() async throws(AWSSourceFailure) -> SourcedCredentials
}

/// Credentials, and until when they are good.
struct SourcedCredentials: ExpiringCredential, Equatable {
  let credentials: AWSCredentials
  let expiresAt: Date?
}

extension AWSCredentialSource {
  /// What a search tells of it.
  func tried(_ failure: AWSSourceFailure) -> TriedSource { TriedSource(kind: kind, name: name, why: failure.why) }
}

/// Why a source gave no credentials; holds none.
struct AWSSourceFailure: Error, Equatable {
  /// In a few words.
  let why: String
  /// Whether the source isn't set up here, so that the next one counts.
  let isAbsence: Bool

  static func absent(_ why: String) -> AWSSourceFailure { AWSSourceFailure(why: why, isAbsence: true) }
  static func failed(_ why: String) -> AWSSourceFailure { AWSSourceFailure(why: why, isAbsence: false) }
}

extension SourcedCredentials {
  /// Reads what the container and instance metadata endpoints answer: `{"AccessKeyId","SecretAccessKey","Token",
  /// "Expiration"}`.
  init(parsing body: [UInt8]) throws(AWSSourceFailure) {
    let json: JSONValue
    do { json = try JSONValue(parsing: body, maximumLength: 64 << 10, maximumDepth: 8) } catch {
      throw .failed("its answer is not the JSON expected")
    }
    if let code = json["Code"]?.string, code != "Success" { throw .failed("it says that it has none for this role") }
    guard let id = json["AccessKeyId"]?.string, let secret = json["SecretAccessKey"]?.string,
      let token = json["Token"]?.string
    else { throw .failed("its answer holds no credentials") }
    try self.init(id: id, secret: secret, token: token, expiration: json["Expiration"]?.string)
  }

  /// Takes texts of AWS's.
  init(id: String, secret: String, token: String?, expiration: String?) throws(AWSSourceFailure) {
    guard (1...128).contains(id.utf8.count), id.utf8.allSatisfy({ $0.isAlphanumeric || $0 == UInt8(ascii: "_") }),
      (1...256).contains(secret.utf8.count), secret.utf8.allSatisfy({ (0x21..<0x7F).contains($0) }),
      token.map({ (1...8192).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x21..<0x7F).contains($0) } }) ?? true
    else { throw .failed("what it holds are no credentials of AWS's") }
    var expiresAt: Date?
    if let expiration {
      guard let date = Date(rfc3339: expiration) else { throw .failed("when its credentials expire can't be read") }
      expiresAt = date
    }
    self.init(
      credentials: AWSCredentials(
        accessKeyID: id, secretAccessKey: SecretBytes(copying: secret.utf8), sessionToken: token),
      expiresAt: expiresAt)
  }
}
