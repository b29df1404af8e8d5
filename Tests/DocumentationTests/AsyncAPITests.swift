import AMQP
import Commands
import Foundation
import JSON
import ServiceKit
import Testing

/// The AsyncAPI document says what the services exchange: the same queues, messages and members as the code's.
@Suite struct AsyncAPITests {
  /// A command with all that it can have, and with as little as it can.
  struct Example: Sendable, CustomTestStringConvertible {
    let title: String
    let name: String
    let bodies: @Sendable () throws -> [[UInt8]]

    init<Content: Command>(_ title: String, _ contents: Content...) {
      self.title = title
      name = Content.name
      bodies = { try contents.map { try $0.body() } }
    }

    var testDescription: String { title }
  }

  private static let id = UUID()
  static let examples = [
    Example(
      "VerifyKey", VerifyKey(tenantID: id, candidate: "{}", keyVersion: 1, wrapsNewKey: true, deadline: .now)),
    Example(
      "VerifyKeyProgress", VerifyKeyProgress(inReplyTo: id, stage: "encrypt", state: .passed, ms: 3, detail: "Done."),
      VerifyKeyProgress(inReplyTo: id, stage: "encrypt", state: .started)),
    Example(
      "VerifyKeyReply",
      VerifyKeyReply(
        inReplyTo: id,
        outcome: .verified(
          .init(
            checks: [.init(stage: "encrypt", ok: true, ms: 3, detail: "Done.")], warnings: ["An alias."],
            wrappingKey: "arn", wrappedKey: Data([1, 2, 3])))),
      VerifyKeyReply(
        inReplyTo: id, outcome: .verified(.init(checks: [], warnings: [], wrappingKey: "arn", wrappedKey: nil))),
      VerifyKeyReply(
        inReplyTo: id,
        outcome: .refused(.init(reason: "key_disabled", stage: "encrypt", providerCode: "Disabled", hint: "Enable it."))
      ),
      VerifyKeyReply(
        inReplyTo: id, outcome: .refused(.init(reason: "timeout", stage: "encrypt", providerCode: nil, hint: "Wait.")))),
    Example("StartRewrap", StartRewrap(leaseID: id)),
    Example("RewrapBatch", RewrapBatch(leaseID: id, table: 1, range: 0, after: id)),
    Example(
      "TenantEvent", TenantEvent(.keyRotated, of: id, leaseID: id, version: 2), TenantEvent(.tenantSealed, of: id)),
  ]

  private let document: JSONValue
  private let schemas: JSONValue

  init() throws {
    let path = URL(filePath: #filePath).appending(path: "../../../Shared/Commands/AsyncAPI/asyncapi.json")
      .standardized
    document = try JSONValue(parsing: Array(Data(contentsOf: path)))
    schemas = try #require(document["components"]?["schemas"])
  }

  @Test(arguments: examples) func `a message has the name and exactly the members of the code's`(
    example: Example
  ) throws {
    let message = try #require(document["components"]?["messages"]?[example.title])
    #expect(message["name"]?.string == example.name)
    let schema = try #require(schemas[example.title])
    let bodies = try example.bodies().map { try JSONValue(parsing: $0) }
    for body in bodies { expect(body, fits: schema) }
    // What no example shows is in the document alone.
    for members in [schema] + nested(in: example.title) {
      let shown = Set(bodies.flatMap { objects(in: $0) }.flatMap(\.keys))
      #expect(Set(names(of: members["properties"])).isSubset(of: shown))
    }
  }

  @Test func `no message is left out, nor a kind of event`() throws {
    #expect(names(of: document["components"]?["messages"]).sorted() == Self.examples.map(\.title).sorted())
    let kinds = schemas["TenantEvent"]?["properties"]?["kind"]?["enum"]
    #expect(kinds == .array(TenantEvent.Kind.allCases.map { .string($0.rawValue) }))
  }

  @Test func `its channels are the queues of commands, and the exchanges of events and replies`() throws {
    let channels = names(of: document["channels"])
    #expect(Set(channels) == Set(CommandTopology.queues + [CommandTopology.events, CommandTopology.replies]))
    for name in channels {
      let binding = try #require(document["channels"]?[name]?["bindings"]?["amqp"])
      #expect(document["channels"]?[name]?["address"]?.string == name)
      #expect((binding["is"] == "queue") == CommandTopology.queues.contains(name))
      let exchange = CommandTopology.topology.exchanges.first { $0.name == name }
      #expect(binding["exchange"]?["type"]?.string == exchange.map { "\($0.kind)" })
    }
    let text = try #require(document["info"]?["description"]?.string)
    #expect(text.contains("at most \(CommandAuthenticator.maximumBodyLength) bytes"))
    #expect(text.contains("failed ten times") && CommandTopology.deliveryLimit == 10)
  }

  /// Expects what JSON Schema would, of the keywords that the document uses.
  private func expect(_ value: JSONValue, fits schema: JSONValue) {
    if let reference = schema["$ref"]?.string {
      guard let target = schemas[String(reference.split(separator: "/").last ?? "")] else {
        Issue.record("\(reference) leads nowhere")
        return
      }
      return expect(value, fits: target)
    }
    if case .array(let branches)? = schema["oneOf"] {
      let fitting = branches.filter { Set(names(of: $0["properties"])) == Set(names(of: value)) }
      #expect(fitting.count == 1)
      for branch in fitting { expect(value, fits: branch) }
      return
    }
    if let constant = schema["const"] { #expect(value == constant) }
    if case .array(let choices)? = schema["enum"] { #expect(choices.contains(value)) }
    switch (schema["type"]?.string, value) {
    case ("object", .object(let members)):
      #expect(Set(members.keys).isSubset(of: names(of: schema["properties"])), "members that the document lacks")
      guard case .array(let required)? = schema["required"] else { return }
      #expect(required.compactMap(\.string).allSatisfy { members[$0] != nil })
      for (name, member) in members { expect(member, fits: schema["properties"]?[name] ?? .null) }
    case ("array", .array(let elements)):
      for element in elements { expect(element, fits: schema["items"] ?? .null) }
    case ("string", .string(let text)):
      if schema["format"] == "uuid" { #expect(UUID(uuidString: text) != nil) }
    case ("integer", .number(let number)): #expect(number.rounded() == number)
    case ("number", .number), ("boolean", .bool): break
    case (nil, _): #expect(schema["const"] != nil || schema["enum"] != nil, "a schema that says nothing")
    case (let type, _): Issue.record("\(value.kind) where the document has \(type ?? "nothing")")
    }
  }

  /// The schemas that a message's refers to.
  private func nested(in title: String) -> [JSONValue] {
    title == "VerifyKeyReply" ? ["Verification", "Refusal"].compactMap { schemas[$0] } : []
  }

  /// Every object in a value, itself among them.
  private func objects(in value: JSONValue) -> [[String: JSONValue]] {
    switch value {
    case .object(let members): [members] + members.values.flatMap { objects(in: $0) }
    case .array(let elements): elements.flatMap { objects(in: $0) }
    default: []
    }
  }

  private func names(of value: JSONValue?) -> [String] {
    guard case .object(let members)? = value else { return [] }
    return Array(members.keys)
  }
}
