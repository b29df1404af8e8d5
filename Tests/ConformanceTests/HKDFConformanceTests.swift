import Cryptography
import Testing

/// The test cases of RFC 5869's appendix A with SHA-256.
@Suite(.disabled(if: Vectors.areAbsent, Comment(rawValue: Vectors.absence)))
struct HKDFConformanceTests {
  /// One `NAME = value` block a case; a case begins with `COUNT`.
  private static func cases() throws -> [[String: String]] {
    var cases: [[String: String]] = []
    for line in try Vectors.text("rfc-5869-HKDF-SHA256.txt").split(separator: "\n") where !line.hasPrefix("#") {
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map { $0.filter { !$0.isWhitespace } }
      guard parts.count == 2 else { continue }
      if parts[0] == "COUNT" { cases.append([:]) }
      cases[cases.count - 1][parts[0]] = parts[1]
    }
    return cases
  }

  @Test func derivesWhatTheRFCSays() throws {
    let cases = try Self.cases()
    #expect(cases.count == 3)
    for vector in cases {
      func bytes(_ name: String) throws -> [UInt8] {
        try #require(vector[name].flatMap([UInt8].init(hexadecimal:)), "\(name) of case \(vector["COUNT"] ?? "?")")
      }
      let key = try HKDFSHA256.deriveKey(
        from: SecretBytes(copying: bytes("IKM")), salt: bytes("salt"), info: bytes("info"),
        count: #require(vector["L"].flatMap { Int($0) }))
      #expect(key == SecretBytes(copying: try bytes("OKM")))
    }
  }
}
