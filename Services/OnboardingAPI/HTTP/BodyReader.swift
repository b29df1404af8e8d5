import Commands
import FoundationEssentials
import JSON

/// Reads the members of a body and collects everything that is wrong with them.
struct BodyReader {
  /// What is encrypted before it is stored, if it is, and so may hold U+0000.
  private static let sealedNames: Set<String> = ["value", "plaintext"]

  private let body: JSONValue
  private let refusal: @Sendable (String, [String: [String]]) -> APIError
  private var reasons: [String: [String]] = [:]

  /// - Parameter refusal: what the error is called; as `/v1` calls it unless told.
  /// - Throws: 400 where the body isn't an object.
  init(
    _ body: JSONValue, knownNames: Set<String>,
    refusal: @escaping @Sendable (String, [String: [String]]) -> APIError = APIError.validation
  ) throws(APIError) {
    self.refusal = refusal
    guard case .object(let members) = body else { throw refusal("the body must be an object, it is \(body.kind)", [:]) }
    self.body = body
    for name in members.keys where !knownNames.contains(name) { refuse(String(name.prefix(64)), "is not known here") }
  }

  mutating func refuse(_ name: String, _ reason: String) { reasons[name, default: []].append(reason) }

  /// Whether the body has a member of that name which isn't null.
  func has(_ name: String) -> Bool { body[name].map { $0 != .null } ?? false }

  /// Whether the body has a member of that name which is null.
  func isNull(_ name: String) -> Bool { body[name] == .null }

  /// - Throws: 400 where something was wrong.
  func finish() throws(APIError) {
    guard reasons.isEmpty else { throw refusal("the body doesn't fit", reasons) }
  }

  /// - Parameter length: in bytes of UTF-8.
  mutating func string(_ name: String, length: ClosedRange<Int>, isRequired: Bool = false) -> String? {
    guard let value = present(name, isRequired: isRequired) else { return nil }
    guard let text = value.string else {
      refuse(name, "must be a string, is \(value.kind)")
      return nil
    }
    guard length.contains(text.utf8.count) else {
      refuse(name, "must have \(length.lowerBound) to \(length.upperBound) bytes, has \(text.utf8.count)")
      return nil
    }
    // PostgreSQL's text can't hold U+0000.
    guard Self.sealedNames.contains(name) || !text.utf8.contains(0) else {
      refuse(name, "must not contain U+0000")
      return nil
    }
    return text
  }

  /// An array of distinct words, each of which `read` knows; nil where it is absent.
  mutating func words<Word: Hashable>(_ name: String, _ kind: String, as read: (String) -> Word?) -> Set<Word>? {
    guard let value = present(name) else { return nil }
    if case .array(let elements) = value, !elements.isEmpty {
      let words = Set(elements.compactMap { $0.string.flatMap(read) })
      if words.count == elements.count { return words }
    }
    refuse(name, "must be an array of \(kind), each once, and not empty")
    return nil
  }

  /// A text for people to read: without control characters.
  /// - Parameter length: in Unicode scalar values, as JSON Schema counts.
  mutating func text(_ name: String, length: ClosedRange<Int>, isRequired: Bool = false) -> String? {
    guard let text = string(name, length: 0...4 * length.upperBound, isRequired: isRequired) else { return nil }
    if !length.contains(text.unicodeScalars.count) {
      refuse(name, "must have \(length.lowerBound) to \(length.upperBound) characters")
    }
    if text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
      refuse(name, "must not contain control characters")
    }
    return text
  }

  mutating func bool(_ name: String) -> Bool? {
    guard let value = present(name) else { return nil }
    if value.bool == nil { refuse(name, "must be a boolean, is \(value.kind)") }
    return value.bool
  }

  mutating func id(_ name: String) -> UUID? {
    guard let value = present(name) else { return nil }
    let id = value.string.flatMap { UUID(rfc9562: $0) }
    if id == nil { refuse(name, "must be a UUID") }
    return id
  }

  mutating func timestamp(_ name: String) -> Date? {
    guard let value = present(name) else { return nil }
    let date = value.string.flatMap { Date(rfc3339: $0) }
    if date == nil { refuse(name, "must be a time of RFC 3339, such as 2030-01-31T00:00:00Z") }
    return date
  }

  private mutating func present(_ name: String, isRequired: Bool = false) -> JSONValue? {
    guard let value = body[name], value != .null else {
      if isRequired { refuse(name, "is required") }
      return nil
    }
    return value
  }
}

extension Date {
  /// A time of RFC 3339, with or without a fraction.
  init?(rfc3339 text: String) {
    let form =
      /(\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?)(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))/
    guard text.utf8.count <= 35, let match = text.wholeMatch(of: form.asciiOnlyDigits()) else { return nil }
    let (_, local, sign, hours, minutes) = match.output
    do {
      // The parser would carry 30 February over into March.
      let midnight = text.prefix(10) + "T00:00:00Z"
      guard try Date.ISO8601FormatStyle().parse(String(midnight)).formatted(.iso8601) == midnight else { return nil }
      let zulu = try Date.ISO8601FormatStyle(includingFractionalSeconds: local.contains(".")).parse(local + "Z")
      // By hand, since the parser knows no offset beyond 18 hours.
      let offset = 3_600 * (hours.flatMap { Double($0) } ?? 0) + 60 * (minutes.flatMap { Double($0) } ?? 0)
      let date = zulu.addingTimeInterval(sign == "-" ? offset : -offset)
      // An offset may lead out of the years that four digits write, and then it couldn't be answered.
      guard (Self.earliest...Self.latest).contains(date) else { return nil }
      self = date
    } catch { return nil }
  }

  /// The first and the last millisecond of the years 1 to 9999, by the calendar that times are written by: before 1582
  /// it is the Julian one.
  private static let earliest = Date(timeIntervalSince1970: -62_135_769_600)
  private static let latest = Date(timeIntervalSince1970: 253_402_300_799.999)
}
