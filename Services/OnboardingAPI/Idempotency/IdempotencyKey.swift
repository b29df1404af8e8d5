import HTTPTypes

/// What a client calls a request, so that it happens once however often it is sent: `Idempotency-Key`, or
/// `X-Idempotency-Key`, 1 to 255 visible ASCII characters.
struct IdempotencyKey: Sendable, Equatable {
  static let maximumLength = 255

  let text: String

  /// Nil where there is none.
  /// - Throws: 400 `validation_error` where it isn't what it should be, or there are two.
  init?(_ headers: HTTPFields) throws(APIError) {
    let values = Set(headers[values: .idempotencyKey] + headers[values: .prefixedIdempotencyKey])
    guard let value = values.first else { return nil }
    guard values.count == 1 else { throw Self.refusal("is there twice, and not the same") }
    guard (1...Self.maximumLength).contains(value.utf8.count), value.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { throw Self.refusal("must be 1 to \(Self.maximumLength) visible ASCII characters") }
    text = value
  }

  private static func refusal(_ reason: String) -> APIError {
    .validation("a header doesn't fit", fields: ["Idempotency-Key": [reason]])
  }
}

extension HTTPField.Name {
  static let idempotencyKey = Self("Idempotency-Key") ?? .ifMatch
  static let prefixedIdempotencyKey = Self("X-Idempotency-Key") ?? .ifMatch
  /// Says that an answer was given before.
  static let idempotentReplayed = Self("Idempotent-Replayed") ?? .ifMatch
}
