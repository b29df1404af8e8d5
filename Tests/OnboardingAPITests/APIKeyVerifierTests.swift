import Foundation
import Locking
import Repository
import Testing

@testable import onboarding_api

@Suite struct APIKeyVerifierTests {
  /// A database of keys that counts who asks, and clocks that stand still until told.
  final class World: Sendable {
    struct State {
      var keys: [String: VerifiedAPIKey] = [:]
      var loads = 0
      var moment = Duration.zero
      var written: [[String: Date]] = []
      var isBroken = false
    }

    static let start = Date(timeIntervalSince1970: 1_795_492_814)

    struct Broken: Error {}

    let state = Guarded(State())

    var loads: Int { state.withLock { $0.loads } }

    func add(_ key: APIKey, expiresIn seconds: TimeInterval? = nil, of tenantID: UUID = UUID()) {
      let verified = VerifiedAPIKey(
        id: key.id, tenantID: tenantID, scopes: [.cryptoUse],
        expiresAt: seconds.map { Self.start.addingTimeInterval($0) })
      state.withLock { $0.keys[key.exposed()] = verified }
    }

    func remove(_ key: APIKey) { state.withLock { $0.keys[key.exposed()] = nil } }

    func wait(_ duration: Duration) { state.withLock { $0.moment += duration } }

    func makeVerifier(whileLoading: @escaping @Sendable () -> Void = {}) -> APIKeyVerifier {
      APIKeyVerifier(
        load: { key in
          let found = self.state.withLock { state in
            state.loads += 1
            return state.keys[key.exposed()]
          }
          whileLoading()
          return found
        },
        noteUse: { used in
          try self.state.withLock { state in
            if state.isBroken { throw Broken() }
            state.written.append(used)
          }
        },
        now: { Self.start.addingTimeInterval(self.state.withLock { $0.moment } / .seconds(1)) },
        elapsed: { self.state.withLock { $0.moment } })
    }
  }

  let world = World()
  let key = APIKey.generate()

  @Test func `a right key is asked about once in ten seconds`() async throws {
    world.add(key)
    let verifier = world.makeVerifier()
    for _ in 0..<100 { #expect(try await verifier.verify(key.exposed()).id == key.id) }
    #expect(world.loads == 1)
    world.wait(.seconds(10))
    _ = try await verifier.verify(key.exposed())
    #expect(world.loads == 2)
  }

  @Test func `a revoked key is good for ten seconds more, or until somebody says so`() async throws {
    let tenantID = UUID()
    let other = APIKey.generate()
    world.add(key, of: tenantID)
    world.add(other)
    let verifier = world.makeVerifier()
    _ = try await verifier.verify(key.exposed())
    _ = try await verifier.verify(other.exposed())
    world.remove(key)
    world.wait(.seconds(10) - .milliseconds(1))
    #expect(try await verifier.verify(key.exposed()).id == key.id)
    verifier.forgetKeys(of: tenantID)
    await #expect(throws: APIError.self) { try await verifier.verify(key.exposed()) }
    #expect(world.loads == 3)
    _ = try await verifier.verify(other.exposed())
    #expect(world.loads == 3)
  }

  @Test func `what was read before a revocation isn't remembered after it`() async throws {
    let tenantID = UUID()
    world.add(key, of: tenantID)
    let verifier = Guarded<APIKeyVerifier?>(nil)
    let made = world.makeVerifier { verifier.withLock { $0 }?.forgetKeys(of: tenantID) }
    verifier.withLock { $0 = made }
    for _ in 0..<3 { _ = try await made.verify(key.exposed()) }
    #expect(world.loads == 3)
  }

  @Test func `a wrong key is refused each time and remembered never`() async throws {
    world.add(key)
    let verifier = world.makeVerifier()
    _ = try await verifier.verify(key.exposed())
    let mixed = "tk_live_\(key.id)\(APIKey.generate().exposed().dropFirst(24))"
    for text in [mixed, APIKey.generate().exposed(), String(key.exposed().dropLast()), key.exposed() + "A", "", "x"] {
      for _ in 0..<2 {
        let error = await #expect(throws: APIError.self) { try await verifier.verify(text) }
        #expect(error?.type == "authentication_error")
      }
    }
    #expect(world.loads == 5)
    let late = APIKey.generate()
    await #expect(throws: APIError.self) { try await verifier.verify(late.exposed()) }
    world.add(late)
    #expect(try await verifier.verify(late.exposed()).id == late.id)
  }

  @Test func `a key expires on the second, also a remembered one`() async throws {
    world.add(key, expiresIn: 5)
    let verifier = world.makeVerifier()
    _ = try await verifier.verify(key.exposed())
    world.wait(.milliseconds(4_999))
    _ = try await verifier.verify(key.exposed())
    world.wait(.milliseconds(1))
    await #expect(throws: APIError.self) { try await verifier.verify(key.exposed()) }
    #expect(world.loads == 1)
  }

  @Test func `the last use is written off the path, once for many uses`() async throws {
    world.add(key)
    let verifier = world.makeVerifier()
    for _ in 0..<3 {
      _ = try await verifier.verify(key.exposed())
      world.wait(.seconds(10))
    }
    #expect(world.state.withLock { $0.written.isEmpty })
    await verifier.writeUse()
    await verifier.writeUse()
    #expect(world.state.withLock { $0.written } == [[key.id: World.start.addingTimeInterval(20)]])
  }

  @Test func `a last use that can't be written harms nobody`() async throws {
    world.add(key)
    let verifier = world.makeVerifier()
    _ = try await verifier.verify(key.exposed())
    world.state.withLock { $0.isBroken = true }
    await verifier.writeUse()
    #expect(try await verifier.verify(key.exposed()).id == key.id)
  }

  @Test func `no more keys are remembered than there is room for`() async throws {
    let verifier = APIKeyVerifier(
      load: { VerifiedAPIKey(id: $0.id, tenantID: UUID(), scopes: []) }, elapsed: { .zero })
    for _ in 0...APIKeyVerifier.capacity { _ = try await verifier.verify(APIKey.generate().exposed()) }
    #expect(verifier.rememberedCount == 1)
  }
}
