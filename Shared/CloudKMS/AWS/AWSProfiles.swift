/// The profiles of the two shared files, each a section of names and values. Where both have a name, that of the
/// credentials file counts.
struct AWSProfiles: Sendable, Equatable {
  /// The longest file read, in bytes.
  private static let maximumLength = 1 << 20

  private var sections: [String: [String: String]] = [:]

  init(configPath: String, credentialsPath: String) {
    if let text = Self.text(of: configPath) { add(text, sectionsArePrefixed: true) }
    if let text = Self.text(of: credentialsPath) { add(text, sectionsArePrefixed: false) }
  }

  init(config: String, credentials: String) {
    add(config, sectionsArePrefixed: true)
    add(credentials, sectionsArePrefixed: false)
  }

  var isEmpty: Bool { sections.isEmpty }

  subscript(_ profile: String) -> [String: String]? { sections[profile] }

  /// In the config file sections are `[profile NAME]`, but for `[default]`, among others of no interest here.
  private mutating func add(_ text: String, sectionsArePrefixed: Bool) {
    var section: String?
    for line in text.split(whereSeparator: \.isNewline) {
      let trimmed = line.trimmed
      guard let first = trimmed.first, first != "#", first != ";" else { continue }
      if first == "[" {
        section = Self.profile(named: trimmed.dropFirst().prefix { $0 != "]" }, isPrefixed: sectionsArePrefixed)
        if let section { sections[section, default: [:]].merge([:]) { $1 } }
        continue
      }
      // Indented lines belong to a nested setting, of which none matters here.
      guard let section, line.first?.isWhitespace == false, let equals = trimmed.firstIndex(of: "=") else { continue }
      let value = trimmed[trimmed.index(after: equals)...].withoutComment.trimmed
      sections[section]?[trimmed[..<equals].trimmed.lowercased()] = String(value)
    }
  }

  private static func profile(named heading: Substring, isPrefixed: Bool) -> String? {
    let words = heading.split(whereSeparator: \.isWhitespace)
    guard isPrefixed, words != ["default"] else { return words.count == 1 ? String(words[0]) : nil }
    return words.count == 2 && words[0] == "profile" ? String(words[1]) : nil
  }

  private static func text(of path: String) -> String? {
    do throws(SmallFileError) {
      return String(decoding: try SmallFile.bytes(at: path, maximumLength: maximumLength), as: UTF8.self)
    } catch { return nil }
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var rest = drop(while: \.isWhitespace)
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return rest
  }

  /// A comment behind a value begins with white space and `#` or `;`.
  fileprivate var withoutComment: Substring {
    var previous: Character?
    for index in indices {
      if self[index] == "#" || self[index] == ";", previous?.isWhitespace == true { return self[..<index] }
      previous = self[index]
    }
    return self
  }
}
