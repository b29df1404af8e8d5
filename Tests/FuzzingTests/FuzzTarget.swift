import Testing

/// A parser, what it is fed at first, and what must hold of whatever it makes of its input.
struct FuzzTarget: Sendable, CustomTestStringConvertible {
  /// Also the folder of its corpus.
  let name: String
  /// Pieces that its inputs are made of; mutations put them in.
  let dictionary: [String]
  /// Inputs that no file can hold, as they are signed or sealed, beside those of the corpus.
  var seeds: @Sendable () async throws -> [[UInt8]] = { [] }
  /// Feeds the parser.
  /// - Returns: how it behaved: an input that makes it behave in a new way is kept, to be mutated further.
  /// - Throws: ``Violation``, or what ``seeds`` throws.
  let feed: @Sendable ([UInt8]) async throws -> String

  var testDescription: String { name }

  /// A piece of a secret: what must not come out where only errors and descriptions do.
  static let canary = "CANARY"

  /// Every parser of what comes from outside.
  static let all: [FuzzTarget] = [
    .json, .timestamp, .query, .address, .headers, .form, .bodies, .credentials, .token, .stepUp, .keySet, .candidate,
    .keyReference, .xml, .cloudAnswer, .envelope, .sealedValue, .transit, .command, .commandBody, .brokerURL,
    .databaseURL,
  ]
}

/// What must hold didn't.
struct Violation: Error, CustomStringConvertible {
  let description: String

  /// - Throws: a violation, unless the condition holds.
  static func unless(_ condition: Bool, _ promise: String) throws(Violation) {
    guard condition else { throw Violation(description: promise) }
  }
}
