/// The texts of a small XML document's leaf elements by their paths: `ErrorResponse/Error/Code`.
///
/// STS answers in XML, of which four texts matter. A general parser would bring libxml2 and with it entities, external
/// references and a document as large as the sender likes into the process that holds keys; this takes elements, text
/// and the predefined entities of XML 1.0, and refuses everything else: declarations of types, comments, CDATA sections,
/// elements that are nested deeper than `maximumDepth`, left open, or doubled.
struct XMLLeaves {
  static let maximumLength = 64 << 10
  static let maximumDepth = 16

  private var texts: [String: [UInt8]] = [:]

  /// The text of the leaf at a path, if there is one and it is UTF-8.
  func text(_ path: String) -> String? {
    texts[path].flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// Parses a document; nil where it is not one of this kind.
  init?(_ bytes: [UInt8]) {
    guard bytes.count <= Self.maximumLength else { return nil }
    var rest = bytes[...]
    rest.skipSpace()
    if rest.starts(with: "<?xml".utf8) {
      guard let end = rest.firstIndex(of: UInt8(ascii: ">")), rest[end - 1] == UInt8(ascii: "?") else { return nil }
      rest = rest[(end + 1)...]
      rest.skipSpace()
    }
    guard rest.first == UInt8(ascii: "<"), readElements(&rest) else { return nil }
    rest.skipSpace()
    guard rest.isEmpty else { return nil }
  }

  /// Reads one element with all that is in it.
  private mutating func readElements(_ rest: inout ArraySlice<UInt8>) -> Bool {
    var path: [String] = []
    var isLeaf = false
    repeat {
      let text = rest.take { $0 != UInt8(ascii: "<") }
      var tag = rest.dropFirst().prefix { $0 != UInt8(ascii: ">") }
      guard tag.endIndex < rest.endIndex else { return false }
      rest = rest[(tag.endIndex + 1)...]
      let closes = tag.first == UInt8(ascii: "/")
      let isEmpty = tag.last == UInt8(ascii: "/")
      if closes { tag.removeFirst() } else if isEmpty { tag.removeLast() }
      guard let name = tag.elementName else { return false }
      if !closes {
        guard path.count < Self.maximumDepth else { return false }
        path.append(name)
      }
      if closes || isEmpty {
        guard path.last == name, !(isLeaf || isEmpty) || add(closes ? text : [], at: path) else { return false }
        path.removeLast()
      }
      isLeaf = !closes && !isEmpty
    } while !path.isEmpty
    return true
  }

  private mutating func add(_ text: ArraySlice<UInt8>, at path: [String]) -> Bool {
    guard let decoded = text.decodingEntities else { return false }
    return texts.updateValue(decoded, forKey: path.joined(separator: "/")) == nil
  }
}

extension ArraySlice<UInt8> {
  fileprivate mutating func take(while condition: (UInt8) -> Bool) -> ArraySlice {
    let taken = prefix(while: condition)
    self = dropFirst(taken.count)
    return taken
  }

  fileprivate mutating func skipSpace() {
    self = drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
  }

  /// The name that a tag begins with; attributes behind it, such as AWS's `xmlns`, are passed over.
  fileprivate var elementName: String? {
    let name = prefix { $0.isAlphanumeric || "_.-".utf8.contains($0) }
    guard let first = name.first, !first.isDigit else { return nil }
    guard name.count == count || [0x20, 0x09, 0x0A, 0x0D].contains(self[name.endIndex]) else { return nil }
    return String(decoding: name, as: UTF8.self)
  }
}

extension ArraySlice<UInt8> {
  /// The text with the five predefined entities in place (XML 1.0, section 4.6); nil where it holds any other.
  fileprivate var decodingEntities: [UInt8]? {
    let entities = ["amp;": "&", "lt;": "<", "gt;": ">", "quot;": "\"", "apos;": "'"]
    var decoded: [UInt8] = []
    var rest = self
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "&") else {
        decoded.append(byte)
        continue
      }
      guard let entity = entities.first(where: { rest.starts(with: $0.key.utf8) }) else { return nil }
      decoded += entity.value.utf8
      rest = rest.dropFirst(entity.key.utf8.count)
    }
    return decoded
  }
}
