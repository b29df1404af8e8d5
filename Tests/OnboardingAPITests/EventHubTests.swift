import Foundation
import HTTPTypes
import Logging
import ServiceLifecycle
import Testing

@testable import onboarding_api

@Suite(.timeLimit(.minutes(1))) struct EventHubTests {
  @Test func `a watcher is woken when something happens to its tenant, or may have to anybody`() async throws {
    let hub = EventHub()
    let tenantID = UUID()
    let watch = try hub.watch(tenantID)
    var wakeUps = watch.wakeUps.makeAsyncIterator()
    hub.wake(tenantID)
    #expect(await wakeUps.next() != nil)
    hub.wakeAll()
    #expect(await wakeUps.next() != nil)
  }

  @Test func `what happens to others wakes nobody`() async throws {
    let hub = EventHub()
    let watch = try hub.watch(UUID())
    var wakeUps = watch.wakeUps.makeAsyncIterator()
    hub.wake(UUID())
    watch.end()
    #expect(await wakeUps.next() == nil)
  }

  @Test func `who comes late looks once, however much has happened`() async throws {
    let hub = EventHub()
    let tenantID = UUID()
    let watch = try hub.watch(tenantID)
    for _ in 0..<100 { hub.wake(tenantID) }
    watch.end()
    var count = 0
    for await _ in watch.wakeUps { count += 1 }
    #expect(count == 1)
  }

  @Test func `a tenant has so many streams and no more, and each that ends makes room`() throws {
    let hub = EventHub()
    let tenantID = UUID()
    var watches = try (0..<EventHub.streamsPerTenant).map { _ in try hub.watch(tenantID) }
    let refused = #expect(throws: APIError.self) { try hub.watch(tenantID) }
    #expect(refused?.status == .tooManyRequests)
    #expect(refused?.type == "too_many_streams")
    _ = try hub.watch(UUID())
    watches.removeLast()
    watches.append(try hub.watch(tenantID))
    #expect(watches.count == EventHub.streamsPerTenant)
  }

  @Test func `a graceful shutdown ends every stream and begins none`() async throws {
    let hub = EventHub()
    let watch = try hub.watch(UUID())
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let group = ServiceGroup(configuration: .init(services: [.init(service: hub)], logger: logger))
    async let running: Void = group.run()
    await group.triggerGracefulShutdown()
    try await running
    for await _ in watch.wakeUps {}
    let refused = #expect(throws: APIError.self) { try hub.watch(UUID()) }
    #expect(refused?.status == .serviceUnavailable)
  }
}
