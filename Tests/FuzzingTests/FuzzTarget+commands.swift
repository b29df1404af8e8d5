import Cryptography
import Foundation

@testable import AMQP
@testable import Commands
@testable import Postgres

extension FuzzTarget {
  /// A signed command as four lines: signature, name, message id, body.
  static let command = FuzzTarget(
    name: "command", dictionary: ["kms.verify", "rewrap.batch", "\n", #"{"schema":1}"#, "00"],
    seeds: { CommandSample.authentic.map { Array($0.utf8) } }
  ) { bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    let lines = text.split(separator: "\n", maxSplits: 3, omittingEmptySubsequences: false)
    guard lines.count == 4, let id = UUID(rfc9562: String(lines[2])) else { return "no command" }
    let message = SignedCommand(
      name: String(lines[1]), messageID: id, body: Array(lines[3].utf8), signature: String(lines[0]))
    do throws(CommandError) { try CommandSample.authenticator.check(message) } catch { return error.code.rawValue }
    // Which letters a message id is written with doesn't matter: it stands for the same 16 bytes.
    let isOwn = CommandSample.authentic.contains { $0.lowercasedID == text.lowercasedID }
    try Violation.unless(isOwn, "nothing but what was signed is authentic")
    return "authentic"
  }

  /// The body of a command that one of our own signed, and so perhaps of another version of them.
  static let commandBody = FuzzTarget(
    name: "command-body",
    dictionary: [
      #"{"schema":1"#, #""schema":2"#, #""tenant_id":"0190a1b2-0000-7000-8000-000000000001""#, #""kind":"key.rotated""#,
      #""lease_id":"0190a1b2-0000-7000-8000-000000000001""#, #""version":-1"#, #""table":255"#, #""range":2147483647"#,
      "1e999", "null", ",", "{", "}", #""after":"#,
    ],
    seeds: { try CommandSample.bodies() }
  ) { bytes in
    var accepted: [String] = []
    func read<Content: Command>(_ type: Content.Type) throws {
      guard let content = try? Content(body: bytes) else { return }
      try Violation.unless(try Content(body: content.body()) == content, "a \(Content.name) is what it is written as")
      accepted.append(Content.name)
    }
    try read(VerifyKey.self)
    try read(VerifyKeyReply.self)
    try read(StartRewrap.self)
    try read(RewrapBatch.self)
    try read(TenantEvent.self)
    return accepted.isEmpty ? "refused" : accepted.joined(separator: " ")
  }

  static let brokerURL = FuzzTarget(
    name: "broker-url",
    dictionary: ["amqp://", "amqps://", ":CANARY@", "@", ":", "/", "%2f", "%00", "%zz", "[::1]", "?", "#", "65536"]
  ) { bytes in
    let url = String(decoding: bytes, as: UTF8.self)
    let endpoint: Endpoint
    let configuration: AMQPConfiguration
    do throws(AMQPError) {
      endpoint = try Endpoint(url: url)
      configuration = try AMQPConfiguration(url: url, connectionName: "fuzz")
    } catch {
      try Violation.unless(!"\(error)".contains(canary), "no error repeats the URL")
      return "\(error)"
    }
    let isElsewhere = (endpoint.host + endpoint.virtualHost).contains(canary)
    try Violation.unless(isElsewhere || !"\(configuration)\(endpoint)".contains(canary), "no password is shown")
    return endpoint.isTLS ? "TLS" : "plain"
  }

  static let databaseURL = FuzzTarget(
    name: "database-url",
    dictionary: [
      "postgres://", "postgresql://", ":CANARY@", "@", ":", "/", "?", "&password=CANARY", "sslmode=verify-full",
      "%zz", "%00", "[::1]", "options=", ",", "host=",
    ]
  ) { bytes in
    let url = String(decoding: bytes, as: UTF8.self)
    let configuration: PostgresConfiguration
    do throws(PostgresError) { configuration = try PostgresConfiguration(url: url) } catch {
      try Violation.unless(!"\(error)".contains(canary), "no error repeats the URL")
      return "\(error)"
    }
    let isElsewhere = ["user", "host", "port", "dbname"].contains {
      configuration.parameters[$0]?.contains(canary) == true
    }
    var shown = "\(configuration)"
    dump(configuration, to: &shown)
    try Violation.unless(isElsewhere || !shown.contains(canary), "no password is shown")
    return "accepted \(configuration.parameters.keys.sorted())"
  }
}

/// Commands that our own services signed.
enum CommandSample {
  static let authenticator = CommandAuthenticator(
    key: SecretBytes(copying: [UInt8](repeating: 1, count: 32)),
    alsoAccepting: SecretBytes(copying: [UInt8](repeating: 2, count: 32)))

  private static let id = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16))

  /// By either key, as ``FuzzTarget/command`` reads them.
  static let authentic: [String] = [UInt8(1), 2].flatMap { key -> [String] in
    let signer = CommandAuthenticator(key: SecretBytes(copying: [UInt8](repeating: key, count: 32)))
    let batch = RewrapBatch(leaseID: id, table: 2, range: 1, after: id)
    return [try? signer.sign(batch, messageID: id), try? signer.sign(StartRewrap(leaseID: id), messageID: id)]
      .compactMap { $0.map { "\($0.signature)\n\($0.name)\n\(id)\n" + String(decoding: $0.body, as: UTF8.self) } }
  }

  static func bodies() throws -> [[UInt8]] {
    let time = Date(timeIntervalSinceReferenceDate: 1e9)
    return [
      try VerifyKey(tenantID: id, candidate: "{}", keyVersion: 1, wrapsNewKey: true, deadline: time).body(),
      try StartRewrap(leaseID: id).body(), try RewrapBatch(leaseID: id, table: 2, range: 1, after: id).body(),
      try TenantEvent(.keyRotated, of: id, leaseID: id, version: 2).body(),
    ]
  }
}

extension String {
  /// The same with its third line, the message id, in lowercase.
  fileprivate var lowercasedID: String {
    var lines = split(separator: "\n", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
    if lines.count == 4 { lines[2] = lines[2].lowercased() }
    return lines.joined(separator: "\n")
  }
}
