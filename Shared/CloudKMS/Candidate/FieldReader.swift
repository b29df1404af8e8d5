public import JSON

/// Reads members of a JSON object by their dotted paths and gathers what is wrong with them.
public struct FieldReader {
  /// What is wrong, by path.
  public private(set) var reasons: [String: [String]] = [:]
  private let root: JSONValue

  /// Reads this value.
  public init(_ root: JSONValue) {
    self.root = root
  }

  /// Notes that something is wrong at a path.
  public mutating func refuse(_ path: String, _ reason: String) {
    reasons[path, default: []].append(reason)
  }

  /// A string that must be there, its length in UTF-8 bytes.
  public mutating func string(_ path: String, length: ClosedRange<Int>) -> String? {
    guard let value = value(path) else {
      refuse(path, "is required")
      return nil
    }
    guard case .string(let text) = value else {
      refuse(path, "must be a string, is \(value.kind)")
      return nil
    }
    guard length.contains(text.utf8.count) else {
      refuse(path, "must be \(length.lowerBound) to \(length.upperBound) characters long")
      return nil
    }
    return text
  }

  /// A string that may be absent, its length in UTF-8 bytes.
  public mutating func optionalString(_ path: String, length: ClosedRange<Int>) -> String? {
    value(path) == nil ? nil : string(path, length: length)
  }

  /// Whether there is an object, as there must be.
  public mutating func object(_ path: String) -> Bool {
    switch value(path) {
    case .object: return true
    case .none: refuse(path, "is required")
    case .some(let other): refuse(path, "must be an object, is \(other.kind)")
    }
    return false
  }

  /// Notes every member of an object that has none of these names.
  public mutating func refuseUnknown(except names: Set<String>, in path: String) {
    guard case .object(let members) = path.isEmpty ? root : value(path) else { return }
    for name in members.keys where !names.contains(name) {
      refuse((path.isEmpty ? "" : path + ".") + name.presentable, "is not known")
    }
  }

  private func value(_ path: String) -> JSONValue? {
    path.split(separator: ".").reduce(root) { $0?[String($1)] }
  }
}

extension String {
  /// A member's name as it may be repeated to its sender and in logs: short, printable ASCII.
  var presentable: String {
    guard (1...64).contains(utf8.count), utf8.allSatisfy({ $0.isAlphanumeric || "_-".utf8.contains($0) }) else {
      return "(unprintable)"
    }
    return self
  }
}
