internal import FoundationEssentials
internal import JSON

/// Looks for long-lived credentials anywhere in a body: by the names of members, by the looks of values, and inside of
/// strings that are JSON themselves, plain or in base64.
enum StaticCredentialScan {
  /// The deepest nesting looked into, strings that hold JSON included.
  private static let maximumDepth = 40

  /// The path of the first credential, in the order of names; nil where there is none.
  static func firstPath(in json: JSONValue) -> String? {
    firstPath(in: json, at: "", depth: 0)
  }

  private static func firstPath(in value: JSONValue, at path: String, depth: Int) -> String? {
    // Deeper than any honest body: what can't be looked into can't be let in.
    guard depth <= maximumDepth else { return path }
    switch value {
    case .null, .bool, .number: return nil
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        if let found = firstPath(in: element, at: "\(path)[\(index)]", depth: depth + 1) { return found }
      }
      return nil
    case .object(let members):
      for (name, member) in members.sorted(by: { $0.key < $1.key }) {
        let place = (path.isEmpty ? "" : path + ".") + (name.looksLikeCredential ? "(unprintable)" : name.presentable)
        if name.looksLikeCredential || name.namesCredential { return place }
        if name.isNameOfVariable, let text = member.string, !text.isVariableName { return place }
        if let found = firstPath(in: member, at: place, depth: depth + 1) { return found }
      }
      return nil
    case .string(let text):
      if text.looksLikeCredential { return path }
      return text.nestedJSON.flatMap { firstPath(in: $0, at: path, depth: depth + 1) }
    }
  }
}

extension String {
  /// JSON inside of a string, as when a service account's file is pasted whole, or its base64.
  fileprivate var nestedJSON: JSONValue? {
    let bytes = Array(utf8)
    guard let first = bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else { return nil }
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      return parsed(bytes)
    }
    guard let decoded = Data(base64Encoded: self), decoded.first == UInt8(ascii: "{") else { return nil }
    return parsed(Array(decoded))
  }

  /// What is no JSON after all is an ordinary string, for the shape's check to judge.
  private func parsed(_ bytes: [UInt8]) -> JSONValue? {
    do { return try JSONValue(parsing: bytes) } catch { return nil }
  }
}
