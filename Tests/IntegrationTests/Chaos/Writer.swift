import FoundationEssentials
import HTTPClient
import JSON
import Seeded
import Testing

/// A client that creates, overwrites and deletes secrets of its own, one request after the other, whatever happens to
/// the service, and keeps account of what it was told.
struct Writer {
  /// Its secrets' ids by name.
  private var owned: [String: String]
  private var names: [String]
  private(set) var ledger: Ledger
  private(set) var acknowledged = 0
  private var count = 0
  private let number: Int
  private let base: String
  private let apiKey: String
  private var generator: SeededGenerator

  /// - Parameters:
  ///   - secrets: what nobody else writes, by name.
  ///   - base: where the API is.
  init(
    _ number: Int, owning secrets: [String: InsertedSecret], base: String, apiKey: String,
    generator: SeededGenerator
  ) {
    self.number = number
    owned = secrets.mapValues(\.id.uuidString)
    names = secrets.keys.sorted()
    ledger = Ledger(secrets.mapValues(\.value))
    self.base = base
    self.apiKey = apiKey
    self.generator = generator
  }

  /// Writes until the whistle.
  mutating func run(until whistle: Whistle) async throws {
    while !whistle.isBlown {
      count += 1
      let chance = Int.random(in: 0..<10, using: &generator)
      if chance < 3 || names.isEmpty {
        try await create()
      } else {
        let index = Int.random(in: 0..<names.count, using: &generator)
        try await change(index, deleting: chance == 3)
      }
    }
  }

  /// What the client learned from one request.
  private enum Told {
    case done(APIAnswer)
    case refused
    case nothing
  }

  private mutating func create() async throws {
    let name = "W\(number)_\(count)"
    let value = "value \(number) \(count)"
    switch try await ask("POST", "/v1/secrets", ["name": .string(name), "value": .string(value)], expecting: 201) {
    case .done(let answer):
      ledger.record(name, is: value)
      owned[name] = try answer.json["data"]?["id"]?.string
      names.append(name)
    case .refused: break
    case .nothing: ledger.record(name, maybe: value)
    }
  }

  /// A secret of which we were told nothing is left alone from then on, else a request that was under way might be
  /// taken for a later one.
  private mutating func change(_ index: Int, deleting: Bool) async throws {
    let name = names[index]
    let path = "/v1/secrets/" + (owned[name] ?? "")
    let value = deleting ? nil : "value \(number) \(count)"
    let told =
      if let value { try await ask("PUT", path + "/value", ["value": .string(value)], expecting: 200) } else {
        try await ask("DELETE", path, nil, expecting: 204)
      }
    switch told {
    case .done: ledger.record(name, is: value)
    case .refused: return
    case .nothing: ledger.record(name, maybe: value)
    }
    if case .done = told, !deleting { return }
    names.remove(at: index)
  }

  private mutating func ask(_ method: String, _ path: String, _ body: JSONValue?, expecting status: Int) async throws
    -> Told
  {
    // A client, and so a connection, for each request: on one that was used before, it might be sent again.
    let client = APIClient(base: base)
    let outcome = await outcome { try await client.send(method, path, token: apiKey, body: body?.canonicalBytes) }
    await client.close()
    let answer: APIAnswer
    do { answer = try outcome.get() } catch let error as HTTPClientError {
      // Nobody listens: nothing was sent. Any other failure leaves open what came of the request.
      guard error.code == .connect else { return .nothing }
      try await Task.sleep(for: .milliseconds(20))
      return .refused
    }
    if answer.status == status {
      acknowledged += 1
      return .done(answer)
    }
    if answer.status == 409 { return .refused }
    #expect(answer.status == 503, "\(method) \(path): \(answer)")
    return try answer.error["message"]?.string?.contains("unknown") == true ? .nothing : .refused
  }
}
