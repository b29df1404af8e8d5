import Foundation
import JSON
import Testing

/// What the API does about requests that are too long, too slow or never come, on real connections.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot) struct HTTPLimitTests {
  static let pace = ["HTTP_REQUEST_TIMEOUT_SECONDS": "1", "HTTP_IDLE_TIMEOUT_SECONDS": "2"]

  @Test func `headers are bounded in size and in number, each and together`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let long = String(repeating: "a", count: 17 << 10)
      let many = (1...101).map { "X-\($0): x\r\n" }.joined()
      let large = (1...3).map { "X-\($0): \(String(repeating: "a", count: 15 << 10))\r\n" }.joined()
      for fields in ["X: \(long)\r\n", many, large, "\(long): x\r\n"] {
        let answer = try await deployment.exchange("GET /healthz HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 431 "), "\(answer.prefix(200))")
        #expect(answer.contains(#""type":"invalid_request""#))
      }
      let fits = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: \(long.prefix(15 << 10))\r\n\r\n"
      #expect(try await deployment.exchange(fits).hasPrefix("HTTP/1.1 200 "))
      #expect(try await deployment.exchange("no HTTP\r\n\r\n").hasPrefix("HTTP/1.1 400 "))
    }
  }

  @Test func `a body is refused as soon as it is too long, announced or not`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let head = "POST /v1/agents HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(tenant.apiKey)\r\n"
      let piece = String(repeating: " ", count: 4096)
      let announced = head + "Connection: close\r\nContent-Length: 20480\r\n\r\n" + String(repeating: piece, count: 5)
      let chunk = "1000\r\n\(piece)\r\n"
      let chunked =
        head + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + String(repeating: chunk, count: 5)
        + "0\r\n\r\n"
      for request in [announced, chunked] {
        #expect(try await deployment.exchange(request).hasPrefix("HTTP/1.1 413 "))
      }
      // Nobody waits for the rest of what can't be accepted.
      let endless = try RawConnection(port: deployment.port)
      await endless.send(head + "Transfer-Encoding: chunked\r\n\r\n")
      let flood = "40000\r\n\(String(repeating: " ", count: 0x40000))\r\n"
      for _ in 0..<12 { await endless.send(flood) }
      #expect(try await endless.receive(until: "413").hasPrefix("HTTP/1.1 413 "))
    }
  }

  @Test func `who expects to be told to go on is told, once let in or not`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let body = #"{"name":"careful"}"#
      let connection = try RawConnection(port: deployment.port)
      await connection.send(
        """
        POST /v1/agents HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(tenant.apiKey)\r
        Content-Length: \(body.utf8.count)\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n
        """)
      #expect(try await connection.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
      await connection.send(body)
      #expect(try await connection.receive().hasPrefix("HTTP/1.1 201 "))
    }
  }

  @Test func `who keeps silent, or says half a request, is let go`() async throws {
    try await Deployment.with(Self.pace, verifies: false, workers: 0) { deployment in
      for words in ["", "GET /healthz HTTP/1.1\r\nHost: a\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"] {
        let answer = try await deployment.exchange(words)
        #expect(answer.isEmpty == !words.hasSuffix("\r\n\r\n"))
      }
      try await RawConnection(port: deployment.port).trickle("GET /healthz HTTP/1.1\r\nHost: a\r\nX: ", andThen: 0x61)
      let tenant = try await deployment.makeTenant()
      let answer = try await deployment.exchange(
        "POST /v1/agents HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(tenant.apiKey)\r\nContent-Length: 9\r\n\r\n{")
      #expect(answer.hasPrefix("HTTP/1.1 408 "), "\(answer)")
    }
  }

  @Test func `a flood from one address is told when to come back`() async throws {
    let settings = ["RATE_LIMIT_KEY_PER_SECOND": "1", "RATE_LIMIT_FAILURES_PER_MINUTE": "3"]
    try await Deployment.with(settings, verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      var refused = 0
      for _ in 0..<50 {
        let answer = try await deployment.client.get("/v1/agents", token: tenant.apiKey)
        guard answer.status != 200 else { continue }
        #expect(answer.status == 429)
        #expect(try answer.error["type"] == "rate_limited")
        #expect(answer.headers["retry-after"] == "1")
        refused += 1
      }
      #expect(refused > 0)
      for _ in 0..<3 { #expect(try await deployment.client.get("/v1/agents", token: "x").status == 401) }
      let late = try await deployment.client.get("/v1/agents", token: tenant.apiKey)
      #expect(late.status == 429)
      #expect(late.headers["retry-after"].flatMap { Int($0) }.map { (1...20).contains($0) } == true)
    }
  }
}

extension Deployment {
  var port: UInt16 { URLComponents(string: client.base)?.port.flatMap { UInt16($0) } ?? 0 }

  /// Says something on a connection of its own, and answers what came until the end.
  fileprivate func exchange(_ text: String) async throws -> String {
    let connection = try RawConnection(port: port)
    await connection.send(text)
    return try await connection.receive()
  }
}
