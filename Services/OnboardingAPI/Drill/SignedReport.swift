import Cryptography
import Foundation
import JSON

/// A report with an Ed25519 signature over its canonical JSON (RFC 8785), which whoever has the public key can check.
///
/// The signing key is derived from the services' command key, so that no secret has to be set up for it, and everybody
/// who can command the services can sign: the public key is to be had from the operator, not from the report.
struct SignedReport: Sendable, Equatable {
  /// What the signing key is derived for, from the services' command key.
  static let purpose = "tenant-kms drill report"
  /// The longest signed report taken, in bytes.
  static let maximumLength = 1 << 20

  let report: JSONValue
  let signature: [UInt8]

  /// Signs a report.
  /// - Parameter seed: derived for ``purpose``.
  init(signing report: JSONValue, with seed: SecretBytes) throws {
    self.report = report
    signature = try Ed25519.signature(of: Self.message(report), seed: seed)
  }

  /// Takes a signed report as ``json`` writes it; nil where it's none. Nothing of it is to be trusted before
  /// ``isValid(under:)``.
  init?(parsing text: [UInt8]) {
    guard let json = try? JSONValue(parsing: text, maximumLength: Self.maximumLength), let report = json["report"],
      let signature = json["signature"]?["value"]?.string.flatMap({ Data(base64Encoded: $0) })
    else { return nil }
    self.report = report
    self.signature = [UInt8](signature)
  }

  var json: JSONValue {
    [
      "report": report,
      "signature": ["algorithm": "Ed25519", "value": .string(Data(signature).base64EncodedString())],
    ]
  }

  /// Whether the holder of this key signed exactly this report.
  func isValid(under publicKey: [UInt8]) -> Bool {
    Ed25519.isValid(signature, of: Self.message(report), publicKey: publicKey)
  }

  /// The purpose stands before the report, so that no other signature of this key can be taken for one of a report.
  private static func message(_ report: JSONValue) -> [UInt8] { Array(purpose.utf8) + [0] + report.canonicalBytes }
}
