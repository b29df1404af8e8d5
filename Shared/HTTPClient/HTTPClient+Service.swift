public import ServiceLifecycle

extension HTTPClient: Service {
  /// Waits for graceful shutdown or cancellation, then shuts the client down. Requests may be sent before this runs.
  public func run() async throws {
    // Cancellation is the other way to end a service: both lead to the same shutdown.
    do { try await gracefulShutdown() } catch is CancellationError {}
    await shutdown()
  }
}
