import Cryptography
import Foundation
import JSON
import SampleKeys

/// A machine for which an issuer outside of Azure vouches, as Kubernetes does for a service account.
struct FederatedMachine: Sendable {
  let issuer: String
  let subject: String

  /// What Azure reads at the issuer.
  var publication: [String: JSONValue] {
    ["issuer": .string(issuer), "public_key": .string(RFC7515.publicKey)]
  }

  /// Whom an application trusts.
  var claim: [String: JSONValue] { ["issuer": .string(issuer), "subject": .string(subject)] }

  /// A token of the issuer's, good for an hour.
  func token() throws -> String {
    let parts: [JSONValue] = [
      ["alg": "RS256", "typ": "JWT"],
      [
        "iss": .string(issuer), "sub": .string(subject), "aud": "api://AzureADTokenExchange",
        "exp": .number((Date().timeIntervalSince1970 + 3600).rounded()),
      ],
    ]
    let text = parts.map { Self.base64URL($0.canonicalBytes) }.joined(separator: ".")
    let signature = try RSASHA256.signature(
      of: Array(text.utf8), privateKeyPEM: SecretBytes(copying: RFC7515.privateKey.utf8))
    return text + "." + Self.base64URL(signature)
  }

  private static func base64URL(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}
