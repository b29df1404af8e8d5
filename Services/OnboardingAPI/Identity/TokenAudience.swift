/// Whom a token is meant for: one text, or an array of them (RFC 7519 §4.1.3).
///
/// Not jwt-kit's `AudienceClaim`, which ends the process at an empty array, and so would let a token do that.
struct TokenAudience: Codable, Sendable, Equatable {
  let names: [String]

  init(_ name: String) { names = [name] }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    do { names = [try container.decode(String.self)] } catch is DecodingError {
      names = try container.decode([String].self)
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if names.count == 1 { try container.encode(names[0]) } else { try container.encode(names) }
  }
}
