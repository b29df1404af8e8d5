import Configuration
import Foundation
import Testing

@testable import ServiceKit

@Suite struct SettingsReaderTests {
  let folder = TemporaryFolder()

  static let token = Setting("API_TOKEN", "the token", isSecret: true)
  static let level = Setting("LEVEL", "the level", default: "3")

  @Test func `a value comes from the environment, else from the default`() throws {
    var settings = SettingsReader(environment: ["API_TOKEN": "t"])
    #expect(settings.read(Self.token) { $0 } == "t")
    #expect(settings.read(Self.level, as: Setting.integer(1...9)) == 3)
    try settings.finish()
  }

  @Test func `an empty variable counts as absent`() throws {
    var settings = SettingsReader(environment: ["API_TOKEN": "", "LEVEL": "", "API_TOKEN_FILE": ""])
    #expect(settings.read(Self.level) { $0 } == "3")
    #expect(settings.readOptional(Self.token) { $0 } == nil)
    #expect(!settings.isPresent(Self.token))
    try settings.finish()
    #expect(settings.read(Self.token) { $0 } == nil)
    #expect(problems(of: settings) == ["API_TOKEN: missing (the token)"])
  }

  @Test func `an empty file counts as absent`() throws {
    let empty = try folder.write("")
    var settings = SettingsReader(environment: ["API_TOKEN_FILE": empty, "LEVEL_FILE": empty])
    #expect(settings.read(Self.level) { $0 } == "3")
    #expect(settings.readOptional(Self.token) { $0 } == nil)
    #expect(!settings.isPresent(Self.token))
    try settings.finish()
    #expect(settings.read(Self.token) { $0 } == nil)
    #expect(problems(of: settings) == ["API_TOKEN: missing (the token)"])
  }

  @Test func `everything that is wrong is told at once, in order`() {
    var settings = SettingsReader(environment: ["LEVEL": "many"])
    _ = settings.read(Self.token) { $0 }
    _ = settings.read(Self.level, as: Setting.integer(1...9))
    settings.note("one of the two is needed")
    #expect(
      problems(of: settings) == [
        "API_TOKEN: missing (the token)", "LEVEL: not a whole number from 1 to 9", "one of the two is needed",
      ])
    #expect(throws: ConfigurationError.self) { try settings.require(1 as Int?) }
  }

  @Test func `what was read is there, together or not at all`() throws {
    var settings = SettingsReader(environment: ["API_TOKEN": "t"])
    let token = settings.read(Self.token) { $0 }
    let level = settings.read(Self.level, as: Setting.integer(1...9))
    let both = try settings.require(token, level)
    #expect(both.0 == "t")
    #expect(both.1 == 3)
    #expect(throws: ConfigurationError.self) { try settings.require(token, nil as Int?) }
  }

  @Test(arguments: [("secret", "secret"), ("secret\n", "secret"), ("secret\r\n", "secret"), (" se cret ", " se cret ")])
  func `a file may hold the value, whose last line may end`(contents: String, value: String) throws {
    let path = try folder.write(contents)
    var settings = SettingsReader(environment: ["API_TOKEN_FILE": path])
    #expect(settings.isPresent(Self.token))
    #expect(settings.read(Self.token) { $0 } == value)
    try settings.finish()
  }

  @Test func `a value and a file are one too many`() throws {
    var settings = SettingsReader(environment: ["API_TOKEN": "t", "API_TOKEN_FILE": try folder.write("u")])
    #expect(settings.read(Self.token) { $0 } == nil)
    #expect(problems(of: settings) == ["API_TOKEN: both it and API_TOKEN_FILE are set; keep one"])
  }

  @Test func `a file that can't be read is named`() {
    var settings = SettingsReader(environment: ["API_TOKEN_FILE": "/nonexistent/token"])
    #expect(settings.read(Self.token) { $0 } == nil)
    #expect(problems(of: settings) == ["API_TOKEN_FILE: can't read /nonexistent/token"])
  }

  @Test func `a file of more than 64 KiB, or of no text, is refused`() throws {
    for contents in [Data(repeating: 0x61, count: (64 << 10) + 1), Data([0xFF, 0xFE])] {
      let path = try folder.write(contents)
      var settings = SettingsReader(environment: ["API_TOKEN_FILE": path])
      #expect(settings.read(Self.token) { $0 } == nil)
      #expect(problems(of: settings) == ["API_TOKEN_FILE: \(path) is not a text of at most 65536 bytes"])
    }
    var settings = SettingsReader(environment: [
      "API_TOKEN_FILE": try folder.write(Data(repeating: 0x61, count: 64 << 10))
    ])
    #expect(settings.read(Self.token) { $0.utf8.count } == 64 << 10)
  }

  /// Whatever a secret is wrong with, its value stands in no message.
  @Test func `a wrong secret is not repeated`() throws {
    let value = "s3cr3t-that-nobody-may-see"
    for variables in [["API_TOKEN": value], ["API_TOKEN_FILE": try folder.write(value)]] {
      var settings = SettingsReader(environment: variables)
      _ = settings.read(Self.token, as: Setting.key256)
      _ = settings.read(Self.token, as: Setting.integer(0...1))
      _ = settings.read(Self.token) { try Setting.choice($0, LogFormat.self) }
      let all = problems(of: settings).joined()
      #expect(all.contains("not the base64 of 32 bytes"))
      #expect(all.contains("not one of json, human"))
      #expect(!all.contains(value))
    }
  }

  @Test func `a secret that a configuration names is read when it is asked for, also from a file`() throws {
    let path = try folder.write("first\n")
    let settings = SettingsReader(environment: [
      "AZURE_CLIENT_SECRET_ACME_FILE": path, "AZURE_CLIENT_SECRET": "direct", "AZURE_CLIENT_SECRET_NONE": "",
    ])
    #expect(settings.secret(named: "AZURE_CLIENT_SECRET") == "direct")
    #expect(settings.secret(named: "AZURE_CLIENT_SECRET_ACME") == "first")
    try Data("second".utf8).write(to: URL(filePath: path))
    #expect(settings.secret(named: "AZURE_CLIENT_SECRET_ACME") == "second")
    #expect(settings.secret(named: "AZURE_CLIENT_SECRET_NONE") == nil)
    #expect(settings.secret(named: "AZURE_CLIENT_SECRET_OTHER") == nil)
  }
}

extension SettingsReader {
  init(environment: [String: String]) {
    self.init(provider: EnvironmentVariablesProvider(environmentVariables: environment))
  }
}

/// What a reader found wrong.
func problems(of settings: SettingsReader) -> [String] {
  do {
    try settings.finish()
    return []
  } catch { return error.problems }
}

/// A folder that goes with the test.
final class TemporaryFolder: Sendable {
  private let path = NSTemporaryDirectory() + "settings-\(UUID().uuidString)"

  deinit {
    do { try FileManager.default.removeItem(atPath: path) } catch CocoaError.fileNoSuchFile {} catch {
      Issue.record(error)
    }
  }

  func write(_ text: String) throws -> String { try write(Data(text.utf8)) }

  func write(_ contents: Data) throws -> String {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let file = path + "/" + UUID().uuidString
    try contents.write(to: URL(fileURLWithPath: file))
    return file
  }
}
