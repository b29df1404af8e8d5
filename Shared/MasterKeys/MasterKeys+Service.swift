public import ServiceLifecycle

extension MasterKeys: Service {
  /// Wipes keys as their time ends, to the second; returns on graceful shutdown, with every key wiped.
  public func run() async throws {
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      try? await cancelWhenGracefulShutdown { try await self.clock.sleep(for: .seconds(1)) }
      evictExpired()
    }
    evictAll()
  }
}
