import HTTPClient
import Testing

@Suite struct HTTPClientTests {
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Kind: plain\r\n\r\nok"

  /// Runs a body with a server and a client on it, and ends both.
  private func withServer(
    _ configure: (inout HTTPClientConfiguration) -> Void = { _ in }, greeting: String = "",
    reply: @escaping @Sendable (String) -> LoopbackServer.Reply,
    body: (LoopbackServer, HTTPClient) async throws -> Void
  ) async throws {
    let server = try LoopbackServer(greeting: greeting, reply: reply)
    defer { server.stop() }
    var configuration = HTTPClientConfiguration()
    configuration.allowsPlaintext = true
    configure(&configuration)
    let client = HTTPClient(configuration: configuration)
    try await body(server, client)
    await client.shutdown()
  }

  private func failure(_ client: HTTPClient, _ request: HTTPRequest) async -> HTTPClientError? {
    do {
      _ = try await client.send(request)
      return nil
    } catch { return error }
  }

  @Test func anAnswerArrivesWhole() async throws {
    try await withServer(reply: { _ in .bytes(Self.ok) }) { server, client in
      let response = try await client.send(HTTPRequest(method: "GET", url: server.url + "/a?b=c"))
      #expect(response.status == 200)
      #expect(response.header("x-kind") == "plain")
      #expect(response.body == Array("ok".utf8))
      #expect(server.requests.first?.hasPrefix("GET /a?b=c HTTP/1.1\r\n") == true)
    }
  }

  @Test func aRequestIsSentAsGiven() async throws {
    try await withServer(reply: { _ in .bytes(Self.ok) }) { server, client in
      let request = HTTPRequest(
        method: "POST", url: server.url + "/a/../b",
        headers: [HTTPHeader("Host", "kms.example"), HTTPHeader("X-Empty", "")], body: Array("payload".utf8))
      _ = try await client.send(request)
      let lines = try #require(server.requests.first).split(separator: "\r\n")
      #expect(lines.first == "POST /a/../b HTTP/1.1")
      #expect(lines.last == "payload")
      let names = lines.dropFirst().dropLast().map { $0.prefix { $0 != ":" } }
      #expect(Set(names) == ["Host", "X-Empty", "Content-Length"])
      #expect(lines.contains("Host: kms.example"))
    }
  }

  @Test(arguments: ["POST", "PUT", "DELETE", "HEAD", "GET"])
  func aBodyMayBeEmpty(_ method: String) async throws {
    try await withServer(reply: { _ in .bytes("HTTP/1.1 204 No Content\r\n\r\n") }) { server, client in
      let response = try await client.send(HTTPRequest(method: method, url: server.url))
      #expect(response.status == 204)
      #expect(server.requests.first?.hasPrefix("\(method) / ") == true)
    }
  }

  @Test func aConnectionIsReused() async throws {
    try await withServer(reply: { _ in .bytes(Self.ok) }) { server, client in
      for _ in 0..<5 { _ = try await client.send(HTTPRequest(method: "GET", url: server.url)) }
      #expect(server.requests.count == 5)
      #expect(server.connections == 1)
    }
  }

  @Test func manyRequestsAreUnderWayAtOnce() async throws {
    try await withServer(reply: { _ in .bytes(Self.ok) }) { server, client in
      let url = server.url
      let answers = try await withThrowingTaskGroup { group in
        for _ in 0..<100 { group.addTask { try await client.send(HTTPRequest(method: "GET", url: url)).status } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(answers == Array(repeating: 200, count: 100))
      #expect(server.connections <= HTTPClientConfiguration().maximumConnections)
    }
  }

  @Test func aSlowAnswerDelaysNobodyElse() async throws {
    try await withServer(reply: { $0.contains("/slow") ? .hang("") : .bytes(Self.ok) }) { server, client in
      let url = server.url
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { _ = try await client.send(HTTPRequest(method: "GET", url: url + "/slow")) }
        await server.waitForRequests(1)
        for _ in 0..<10 { _ = try await client.send(HTTPRequest(method: "GET", url: url)) }
        group.cancelAll()
        await #expect(throws: HTTPClientError.self) { try await group.waitForAll() }
      }
    }
  }

  @Test func aRedirectIsAnAnswer() async throws {
    let moved = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    try await withServer(reply: { _ in .bytes(moved) }) { server, client in
      let response = try await client.send(HTTPRequest(method: "GET", url: server.url))
      #expect(response.status == 302)
      #expect(response.header("Location") == "http://127.0.0.1:1/")
    }
  }

  @Test func cookiesAreNotKept() async throws {
    let cookie = "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
    try await withServer(reply: { _ in .bytes(cookie) }) { server, client in
      for _ in 0..<2 { _ = try await client.send(HTTPRequest(method: "GET", url: server.url)) }
      #expect(server.requests.allSatisfy { !$0.lowercased().contains("cookie") })
    }
  }

  @Test func anInterimAnswerIsNotShown() async throws {
    let both = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + Self.ok
    try await withServer(reply: { _ in .bytes(both) }) { server, client in
      let response = try await client.send(HTTPRequest(method: "GET", url: server.url))
      #expect(response.status == 200)
      #expect(response.header("link") == nil)
    }
  }

  @Test func aConnectionClosedWhileIdleIsReplaced() async throws {
    try await withServer(reply: { _ in .last(Self.ok) }) { server, client in
      for _ in 0..<3 {
        let response = try await client.send(HTTPRequest(method: "POST", url: server.url))
        #expect(response.status == 200)
      }
      #expect(server.connections == 3)
    }
  }

  /// The phase in which a request times out. A busy machine may not get that far in a short time, so more is given
  /// until the request does.
  private func phaseOfTimeout(
    _ client: HTTPClient, _ url: String, expecting phase: HTTPClientError.Phase
  ) async -> HTTPClientError? {
    var error: HTTPClientError?
    for milliseconds in [50, 200, 1000, 5000] {
      error = await failure(client, HTTPRequest(method: "GET", url: url, timeout: .milliseconds(milliseconds)))
      if error?.code == .timeout(phase) { break }
    }
    return error
  }

  @Test func aSilentServerTimesOutBeforeTheResponse() async throws {
    try await withServer(reply: { _ in .hang("") }) { server, client in
      let error = await phaseOfTimeout(client, server.url, expecting: .response)
      #expect(error?.code == .timeout(.response))
      #expect(error?.isRetriable == true)
    }
  }

  @Test func aSilentServerTimesOutOnAReusedConnectionToo() async throws {
    try await withServer(reply: { $0.contains("/slow") ? .hang("") : .bytes(Self.ok) }) { server, client in
      _ = try await client.send(HTTPRequest(method: "GET", url: server.url))
      let error = await phaseOfTimeout(client, server.url + "/slow", expecting: .response)
      #expect(error?.code == .timeout(.response))
      #expect(server.connections == 1)
    }
  }

  @Test func anAnswerThatStopsTimesOutInTheBody() async throws {
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"
    try await withServer(reply: { _ in .hang(half) }) { server, client in
      #expect(await phaseOfTimeout(client, server.url, expecting: .body)?.code == .timeout(.body))
    }
  }

  @Test func aRequestMayShortenItsTimeButNotLengthenIt() async throws {
    try await withServer({ $0.totalTimeout = .milliseconds(50) }, reply: { _ in .hang("") }) { server, client in
      let request = HTTPRequest(method: "GET", url: server.url, timeout: .seconds(3600))
      #expect(await failure(client, request)?.code.isTimeout == true)
    }
  }

  @Test func aSilentHandshakeTimesOutWhileConnecting() async throws {
    try await withServer({ $0.connectTimeout = .milliseconds(50) }, reply: { _ in .reset }) { server, client in
      let error = await failure(client, HTTPRequest(method: "GET", url: "https://127.0.0.1:\(server.port)/"))
      #expect(error?.code == .timeout(.connect))
    }
  }

  @Test func aPeerThatSpeaksNoTLSIsATLSError() async throws {
    try await withServer(greeting: "HTTP/1.1 400 Bad Request\r\n\r\n", reply: { _ in .reset }) { server, client in
      let error = await failure(client, HTTPRequest(method: "GET", url: "https://127.0.0.1:\(server.port)/"))
      #expect(error?.code == .tls)
      #expect(error?.isRetriable == false)
    }
  }

  @Test func aRefusedConnectionIsAConnectError() async throws {
    let server = try LoopbackServer { _ in .reset }
    server.stop()
    var configuration = HTTPClientConfiguration()
    configuration.allowsPlaintext = true
    let client = HTTPClient(configuration: configuration)
    let error = await failure(client, HTTPRequest(method: "GET", url: server.url))
    #expect(error?.code == .connect)
    await client.shutdown()
  }

  @Test func aNameThatDoesNotExistIsAResolveError() async throws {
    try await withServer(reply: { _ in .reset }) { _, client in
      // RFC 6761: `.invalid` resolves nowhere; a resolver that is not there at all may take its time instead.
      let request = HTTPRequest(method: "GET", url: "http://kms.invalid/", timeout: .seconds(2))
      let error = await failure(client, request)
      #expect(error?.code == .resolve || error?.code == .timeout(.resolve))
    }
  }

  @Test(arguments: [
    LoopbackServer.Reply.reset, .last(""), .last("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
    .last("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha"),
  ])
  func aPeerThatLeavesEarlyIsAReset(_ reply: LoopbackServer.Reply) async throws {
    try await withServer(reply: { _ in reply }) { server, client in
      let error = await failure(client, HTTPRequest(method: "GET", url: server.url))
      #expect(error?.code == .reset)
      #expect(error?.isRetriable == true)
    }
  }

  @Test(arguments: [
    "garbage\r\n\r\n", "\u{0}\u{1}\u{2}", "HTTP/9.9 200 OK\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n",
  ])
  func garbageIsAProtocolError(_ garbage: String) async throws {
    try await withServer(reply: { _ in .last(garbage) }) { server, client in
      let error = await failure(client, HTTPRequest(method: "GET", url: server.url))
      #expect(error?.code == .protocolError)
      #expect(error?.isRetriable == false)
    }
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + String(repeating: "x", count: 101),
    "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
    "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 101),
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + String(repeating: "x", count: 101)
      + "\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\n" + String(repeating: "X-Filler: 0123456789\r\n", count: 100) + "\r\n",
  ])
  func anAnswerBeyondTheLimitsIsRefused(_ answer: String) async throws {
    func limit(_ configuration: inout HTTPClientConfiguration) {
      configuration.maximumResponseBytes = 100
      configuration.maximumHeaderBytes = 1000
    }
    try await withServer(limit, reply: { _ in .last(answer) }) { server, client in
      let error = await failure(client, HTTPRequest(method: "GET", url: server.url))
      #expect(error?.code == .responseTooLarge)
    }
  }

  @Test func anAnswerAtTheLimitIsAccepted() async throws {
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n" + String(repeating: "x", count: 3000)
    try await withServer({ $0.maximumResponseBytes = 3000 }, reply: { _ in .bytes(answer) }) { server, client in
      let response = try await client.send(HTTPRequest(method: "GET", url: server.url))
      #expect(response.body == Array(repeating: UInt8(ascii: "x"), count: 3000))
    }
  }

  @Test func connectToOverridesTheAddressOnly() async throws {
    let server = try LoopbackServer { _ in .bytes(Self.ok) }
    defer { server.stop() }
    var configuration = HTTPClientConfiguration()
    configuration.allowsPlaintext = true
    configuration.connectTo = ["kms.us-east-1.amazonaws.com:80:127.0.0.1:\(server.port)"]
    let client = HTTPClient(configuration: configuration)
    let response = try await client.send(HTTPRequest(method: "GET", url: "http://kms.us-east-1.amazonaws.com/"))
    #expect(response.status == 200)
    #expect(server.requests.first?.contains("Host: kms.us-east-1.amazonaws.com\r\n") == true)
    await client.shutdown()
  }

  @Test func cancellationEndsTheTransfer() async throws {
    try await withServer(reply: { _ in .hang("") }) { server, client in
      let url = server.url
      let task = Task { await self.failure(client, HTTPRequest(method: "GET", url: url)) }
      await server.waitForRequests(1)
      task.cancel()
      #expect(await task.value?.code == .cancelled)
      await server.waitForDepartures(1)
    }
  }

  @Test func aCancelledTaskSendsNothing() async throws {
    try await withServer(reply: { _ in .bytes(Self.ok) }) { server, client in
      let url = server.url
      let error = await withTaskGroup(of: HTTPClientError?.self) { group in
        group.cancelAll()
        group.addTask { await self.failure(client, HTTPRequest(method: "GET", url: url)) }
        return await group.next().flatMap(\.self)
      }
      #expect(error?.code == .cancelled)
      #expect(server.connections == 0)
    }
  }

  @Test func whenTheDriverIsCancelledAnotherTakesOver() async throws {
    try await withServer(reply: { _ in .hang("") }) { server, client in
      let url = server.url
      let tasks = (0..<4).map { number in
        Task { await self.failure(client, HTTPRequest(method: "GET", url: "\(url)/\(number)")) }
      }
      await server.waitForRequests(4)
      for task in tasks {
        task.cancel()
        #expect(await task.value?.code == .cancelled)
      }
      await server.waitForDepartures(4)
    }
  }

  @Test func shutdownEndsEveryTransfer() async throws {
    try await withServer(reply: { _ in .hang("") }) { server, client in
      let url = server.url
      let tasks = (0..<4).map { _ in Task { await self.failure(client, HTTPRequest(method: "GET", url: url)) } }
      await server.waitForRequests(4)
      await client.shutdown()
      for task in tasks { #expect(await task.value?.code == .shutDown) }
      await server.waitForDepartures(4)
      #expect(await failure(client, HTTPRequest(method: "GET", url: url))?.code == .shutDown)
      await client.shutdown()
    }
  }

  @Test func asAServiceItShutsDownWhenItIsEnded() async throws {
    let client = HTTPClient()
    let service = Task { try await client.run() }
    service.cancel()
    try await service.value
    #expect(await failure(client, HTTPRequest(method: "GET", url: "https://host/"))?.code == .shutDown)
  }
}
