internal import MasterKeys
public import ServiceLifecycle

extension TransitKeyring: Service {
  /// Wipes material as its time ends, to the second; returns on graceful shutdown, with all of it wiped.
  public func run() async throws {
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      try? await cancelWhenGracefulShutdown { try await self.clock.sleep(for: .seconds(1)) }
      evictExpired()
    }
    materials.evictAll()
  }

  func evictExpired() {
    materials.evictExpired()
    leases.evictExpired()
  }
}
