import Cryptography
import FoundationEssentials

/// The part of a token's header that chooses a key, or forbids to go on (RFC 7515 §4.1).
struct TokenHeader: Decodable, Sendable {
  let alg: String
  let kid: String?
  /// Extensions that a recipient must understand; none is understood here.
  let crit: [String]?

  init?(of token: String) {
    // Each part has to be the one text of its bytes (RFC 7515 §2, RFC 4648 §3.5): the library would take others as well, so
    // that a token had several spellings.
    let parts = token.split(separator: ".", omittingEmptySubsequences: false).map {
      Base64Alphabet.urls.bytes(of: String($0))
    }
    guard let header = parts[0], !parts.contains(nil) else { return nil }
    do { self = try JSONDecoder().decode(Self.self, from: Data(header)) } catch { return nil }
  }
}
