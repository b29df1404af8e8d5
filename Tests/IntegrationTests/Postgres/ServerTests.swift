import Foundation
import Postgres
import Testing

@Suite(.serialized, .enabled(if: PrivateServer.isInstalled), .timeLimit(.minutes(2)))
struct ServerTests {
  @Test func certificatesAreVerified() async throws {
    try await PrivateServer.with { server in
      let trust = "sslmode=verify-full&sslrootcert=\(server.directory)/ca.crt"
      let connection = try await PostgresConnection.connect(
        PostgresConfiguration(url: server.url(host: "localhost", "\(trust)&hostaddr=127.0.0.1")))
      #expect(await connection.isEncrypted)
      let isEncrypted = try await connection.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
      #expect(try isEncrypted[0][0, as: Bool.self])
      try await cancelWhileEncrypted(connection, server)

      for (host, query) in [
        ("127.0.0.1", trust), ("wrong.example", "\(trust)&hostaddr=127.0.0.1"),
        ("localhost", "sslmode=verify-full&sslrootcert=/etc/ssl/certs/ca-certificates.crt&hostaddr=127.0.0.1"),
      ] {
        let error = await #expect(throws: PostgresError.self) {
          _ = try await PostgresConnection.connect(PostgresConfiguration(url: server.url(host: host, query)))
        }
        #expect(error?.code == .connectionFailed)
      }
    }
  }

  private func cancelWhileEncrypted(_ connection: PostgresConnection, _ server: PrivateServer) async throws {
    let other = try await PostgresConnection.connect(PostgresConfiguration(url: server.url(host: "127.0.0.1")))
    let processID = try await connection.processID
    try await other.execute("SELECT pg_advisory_lock(1)")
    try await withThrowingTaskGroup { group in
      group.addTask { _ = try await connection.execute("SELECT pg_advisory_lock(1)") }
      try await other.waitUntilBlocked(processID)
      group.cancelAll()
      let error = await #expect(throws: PostgresError.self) { try await group.waitForAll() }
      #expect(error?.code == .cancelled)
    }
    #expect(try await connection.processID == processID)
  }

  @Test func unixSocketsWork() async throws {
    try await PrivateServer.with { server in
      let url = "postgres://postgres@/postgres?host=\(server.directory)&port=\(server.port)"
      let connection = try await PostgresConnection.connect(PostgresConfiguration(url: url))
      #expect(try await connection.execute("SELECT inet_client_addr() IS NULL")[0][0, as: Bool.self])
    }
  }

  @Test func aPoolSurvivesARestart() async throws {
    try await PrivateServer.with { server in
      let pool = PostgresPool(
        configuration: try PostgresConfiguration(url: server.url(host: "127.0.0.1")), size: 3,
        logger: TestDatabase.logger)
      try await withThrowingTaskGroup { group in
        for _ in 0..<3 {
          group.addTask { try await pool.withConnection { _ = try await $0.execute("SELECT pg_sleep(0.01)") } }
        }
        try await group.waitForAll()
      }
      server.stop()
      for _ in 0..<4 {
        let error = await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1") }
        #expect(error?.isConnectivity == true && error?.isRetriable == true)
      }
      try await server.start()
      for _ in 0..<4 { #expect(try await pool.execute("SELECT 1").count == 1) }
      await pool.shutdown()
    }
  }

  /// A server that accepts connections and never speaks: its kernel acknowledges, so only the deadlines help.
  @Test func aStoppedServerDoesNotHoldAnybody() async throws {
    try await PrivateServer.with { server in
      let configuration = try PostgresConfiguration(
        url: server.url(host: "127.0.0.1"), connectTimeout: .milliseconds(300), statementTimeout: .milliseconds(100))
      let connection = try await PostgresConnection.connect(configuration)
      let backend = try await connection.processID
      let postmaster = try #require(server.processID)
      kill(postmaster, SIGSTOP)
      kill(backend, SIGSTOP)
      defer {
        kill(backend, SIGCONT)
        kill(postmaster, SIGCONT)
      }
      let slow = await #expect(throws: PostgresError.self) { try await connection.execute("SELECT 1") }
      #expect(slow?.code == .timeout)
      #expect(await !connection.isOpen)
      let refused = await #expect(throws: PostgresError.self) {
        _ = try await PostgresConnection.connect(configuration)
      }
      #expect(refused?.code == .connectionFailed && refused?.isRetriable == true)
    }
  }
}
