public import Configuration
import FoundationEssentials

/// Reads settings and collects everything that is wrong with them, so that an operator sees it all at once.
///
/// ```swift
/// var settings = SettingsReader()
/// let database = settings.read(.databaseURL) { try PostgresConfiguration(url: $0) }
/// try settings.finish()
/// ```
public struct SettingsReader: Sendable {
  /// The longest value accepted from a file, in bytes.
  static let maximumFileLength = 64 << 10

  private let environment: ConfigReader
  private var problems: [String] = []

  /// Creates a reader.
  /// - Parameter provider: where values come from; the process environment unless told.
  public init(provider: any ConfigProvider = EnvironmentVariablesProvider()) {
    environment = ConfigReader(provider: provider)
  }

  private init(_ environment: ConfigReader) { self.environment = environment }

  /// Reads a setting and makes something of it.
  /// - Returns: nil where that failed; ``finish()`` then says why. Never the value itself if it is secret.
  public mutating func read<Value>(_ setting: Setting, as make: (String) throws -> Value) -> Value? {
    guard let text = text(of: setting) else { return nil }
    do { return try make(text) } catch {
      problems.append("\(setting.name): \(error)")
      return nil
    }
  }

  /// Reads a setting that may be absent.
  /// - Returns: nil where it is absent, or where it is wrong and ``finish()`` says why.
  public mutating func readOptional<Value>(_ setting: Setting, as make: (String) throws -> Value) -> Value? {
    isPresent(setting) ? read(setting, as: make) : nil
  }

  /// Notes a problem that concerns several settings.
  public mutating func note(_ problem: String) { problems.append(problem) }

  /// Whether the setting is given.
  public func isPresent(_ setting: Setting) -> Bool {
    if value(of: setting.name, isSecret: setting.isSecret) != nil { return true }
    guard let path = value(of: setting.name + "_FILE", isSecret: false) else { return false }
    return FileManager.default.contents(atPath: path)?.isEmpty != true
  }

  /// The value of a variable that no ``Setting`` describes, or of the file that it names, as it is now.
  /// - Returns: nil where there is none.
  func secret(named name: String) -> String? {
    var fresh = SettingsReader(environment)
    return fresh.readOptional(Setting(name, "a secret", isSecret: true)) { $0 }
  }

  /// Ends the reading.
  /// - Throws: ``ConfigurationError`` with every problem found.
  public func finish() throws(ConfigurationError) {
    guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
  }

  /// What was read, if every one of the values is there; they are absent only where a problem was noted.
  public func require<each Value>(_ values: repeat (each Value)?) throws(ConfigurationError) -> (repeat each Value) {
    try finish()
    func unwrapped<Single>(_ value: Single?) throws(ConfigurationError) -> Single {
      guard let value else { throw ConfigurationError(problems: ["a required setting is missing"]) }
      return value
    }
    return (repeat try unwrapped(each values))
  }

  private mutating func text(of setting: Setting) -> String? {
    let direct = value(of: setting.name, isSecret: setting.isSecret)
    let path = value(of: setting.name + "_FILE", isSecret: false)
    switch (direct, path) {
    case (.some, .some):
      problems.append("\(setting.name): both it and \(setting.name)_FILE are set; keep one")
      return nil
    case (.some(let text), nil): return text
    case (nil, .some(let path)):
      guard let text = contents(of: path, for: setting) else { return nil }
      return text.isEmpty ? absent(setting) : text
    case (nil, nil): return absent(setting)
    }
  }

  private mutating func absent(_ setting: Setting) -> String? {
    if setting.defaultValue == nil { problems.append("\(setting.name): missing (\(setting.summary))") }
    return setting.defaultValue
  }

  private mutating func contents(of path: String, for setting: Setting) -> String? {
    guard let data = FileManager.default.contents(atPath: path) else {
      problems.append("\(setting.name)_FILE: can't read \(path)")
      return nil
    }
    guard data.count <= Self.maximumFileLength, let text = String(validating: data, as: UTF8.self) else {
      problems.append("\(setting.name)_FILE: \(path) is not a text of at most \(Self.maximumFileLength) bytes")
      return nil
    }
    return String(text.reversed().drop { $0.isNewline }.reversed())
  }

  /// An empty variable counts as absent, like an empty file: that is how compose files and shells leave one out.
  private func value(of name: String, isSecret: Bool) -> String? {
    let key = ConfigKey(name.lowercased().split(separator: "_").map(String.init))
    let text = environment.string(forKey: key, isSecret: isSecret)
    return text.flatMap { $0.isEmpty ? nil : $0 }
  }
}
