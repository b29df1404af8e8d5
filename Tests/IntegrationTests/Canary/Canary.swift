import Foundation

/// A secret that has to stay where it is, and the forms in which it could be written down elsewhere.
struct Canary: Sendable {
  /// What the product keeps secret.
  enum Kind: String, Sendable, CaseIterable {
    case secretValue, apiKey, agentSecret, password, authenticatorSecret, stepUpToken, adminToken
    case platformCredential, masterKey, commandKey, tokenKey, externalID, databasePassword, brokerPassword
    case idempotencyKey, rejectedCredential, forgedCommand
  }

  let kind: Kind
  /// As its owner writes it.
  let text: String
  /// The needles, in UTF-8.
  let forms: [Data]

  /// - Parameter bytes: what the text stands for, where it is an encoding of something.
  init(_ kind: Kind, _ text: String, bytes: [UInt8]? = nil) {
    self.kind = kind
    self.text = text
    forms = Set([Array(text.utf8), bytes].compactMap(\.self).flatMap(Self.forms)).sorted { $0.count < $1.count }
  }

  /// The place of one of its forms in a haystack; nil where there is none.
  func firstMatch(in haystack: Data) -> Int? {
    forms.lazy.compactMap { haystack.range(of: $0)?.lowerBound }.first
  }

  /// Octets as they are, in hexadecimal, percent-encoded, and in base64 and base64url wherever in a longer text they start.
  private static func forms(of bytes: [UInt8]) -> [Data] {
    let hexadecimal = bytes.map { String(Int($0) + 0x100, radix: 16).dropFirst() }.joined()
    let texts =
      [hexadecimal, hexadecimal.uppercased()]
      + [false, true].flatMap {
        [percent(bytes, sparing: "", uppercase: $0), percent(bytes, sparing: "-._~", uppercase: $0)]
      }
    let base64 = (0..<3).flatMap { offset -> [String] in
      let encoded = Data([UInt8](repeating: 0, count: offset) + bytes).base64EncodedString()
      // Only whole characters: the first ones hold what stands before, the last ones what stands behind.
      let whole = String(encoded.prefix((offset + bytes.count) * 8 / 6).dropFirst([0, 2, 3][offset]))
      return [whole, whole.replacing("+", with: "-").replacing("/", with: "_")]
    }
    return [Data(bytes)] + (texts + base64).map { Data($0.utf8) }
  }

  private static func percent(_ bytes: [UInt8], sparing others: String, uppercase: Bool) -> String {
    bytes.map { byte in
      let scalar = Unicode.Scalar(byte)
      let isAlphanumeric = byte < 0x80 && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
      guard !isAlphanumeric, !others.utf8.contains(byte) else { return String(scalar) }
      return "%\(String(Int(byte) + 0x100, radix: 16, uppercase: uppercase).dropFirst())"
    }.joined()
  }
}
