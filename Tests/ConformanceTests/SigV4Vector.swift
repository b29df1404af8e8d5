import Cryptography
import Foundation
import SigV4

/// One case of AWS's SigV4 test suite, as aws-c-auth publishes it.
struct SigV4Vector {
  private struct Context: Decodable {
    struct Credentials: Decodable {
      let access_key_id: String
      let secret_access_key: String
      let token: String?
    }

    let credentials: Credentials
    let expiration_in_seconds: Int
    let normalize: Bool
    let omit_session_token: Bool?
    let region: String
    let service: String
    let sign_body: Bool
    let timestamp: String
  }

  struct Expectation {
    let canonicalRequest: String
    let stringToSign: String
    let signature: String
    let signedRequest: RawRequest
  }

  let name: String
  let request: SigningRequest
  let signer: SigV4Signer
  let credentials: AWSCredentials
  let date: Date
  let lifetime: Duration

  /// The names of all cases; empty where the vectors are absent.
  static let names: [String] = {
    let folder = Vectors.folder.appendingPathComponent("sigv4/v4")
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
  }()

  init(_ name: String) throws {
    self.name = name
    let context = try JSONDecoder().decode(Context.self, from: Vectors.data("sigv4/v4/\(name)/context.json"))
    request = try RawRequest(Vectors.text("sigv4/v4/\(name)/request.txt")).signingRequest
    signer = try SigV4Signer(
      region: context.region, service: context.service,
      options: SigV4Options(
        normalizesPath: context.normalize, addsBodyDigestHeader: context.sign_body,
        sessionToken: context.omit_session_token == true ? .appended : .signed))
    credentials = AWSCredentials(
      accessKeyID: context.credentials.access_key_id,
      secretAccessKey: SecretBytes(copying: context.credentials.secret_access_key.utf8),
      sessionToken: context.credentials.token)
    date = try Date(context.timestamp, strategy: .iso8601)
    lifetime = .seconds(context.expiration_in_seconds)
  }

  /// What the suite expects of signing by `header` or by `query`.
  func expectation(_ kind: String) throws -> Expectation {
    func file(_ part: String) throws -> String { try Vectors.text("sigv4/v4/\(name)/\(kind)-\(part).txt") }
    return Expectation(
      canonicalRequest: try file("canonical-request"), stringToSign: try file("string-to-sign"),
      signature: try file("signature"), signedRequest: try RawRequest(file("signed-request")))
  }
}
