import Foundation
import JSON
import Postgres
import Testing

extension Deployment {
  /// Every table's rows as text, bytes in hexadecimal and as they are.
  func dumpedTables() async throws -> [String: String] {
    let connection = try await database.connect()
    let tables = try await connection.execute(
      """
      SELECT tablename::text AS name, format('%I.%I', schemaname, tablename) AS path FROM pg_tables
      WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
      """
    ).map { (name: try $0.get("name", as: String.self), path: try $0.get("path", as: String.self)) }
    var dumped: [String: String] = [:]
    for table in tables {
      let rows = try await connection.execute(
        PostgresStatement(unchecked: "SELECT t::text AS text FROM \(table.path) t"))
      let bytes = try await connection.execute(
        PostgresStatement(
          unchecked: """
            SELECT encode(decode(m[1], 'hex'), 'escape') AS text
            FROM \(table.path) t, regexp_matches(t::text, '\\\\x([0-9a-f]+)', 'g') m
            """))
      for row in rows.map(\.self) + bytes.map(\.self) {
        dumped[table.name, default: ""] += try row.get("text", as: String.self) + "\n"
      }
    }
    await connection.close()
    return dumped
  }

  /// The whole database as text.
  func dump() async throws -> String { try await dumpedTables().values.joined() }

  /// What verifier and workers answer on their health ports.
  func metrics() async throws -> [String: String] {
    var texts: [String: String] = [:]
    for program in [verifier].compactMap(\.self) + workers {
      let open = try await program.line { $0.contains(#""message":"health port open""#) }
      let port = try #require(try JSONValue(parsing: Array(open.utf8))["port"]?.string)
      let client = APIClient(base: "http://127.0.0.1:\(port)")
      texts[program.name] = try await client.send("GET", "/metrics").text
      await client.close()
    }
    return texts
  }
}

extension VirtualHost {
  /// The messages of a queue as the management API shows them; they stay there.
  func peek(_ queue: String) async throws -> String {
    String(
      decoding: try await api.send(
        "POST", "queues/\(name)/\(queue)/get",
        json: #"{"count":100,"ackmode":"ack_requeue_true","encoding":"auto"}"#), as: UTF8.self)
  }
}
