import HTTPClient
import Testing

@Suite struct HTTPRequestTests {
  private func rejection(
    _ request: HTTPRequest, allowsPlaintext: Bool = false, plaintextHosts: [String] = []
  ) async -> HTTPClientError? {
    var configuration = HTTPClientConfiguration()
    configuration.allowsPlaintext = allowsPlaintext
    configuration.plaintextHosts = plaintextHosts
    // Nothing may reach the network: every connection would be refused, with another code.
    configuration.connectTo = ["::127.0.0.1:1"]
    let client = HTTPClient(configuration: configuration)
    defer { withExtendedLifetime(client) {} }
    do {
      _ = try await client.send(request)
      return nil
    } catch { return error }
  }

  @Test(arguments: [
    "ftp://host/", "file:///etc/passwd", "host/", "", "https://", "https:///path", "https://user:secret@host/",
    "https://host/a b", "https://host/\r\nX: y", "https://host/\u{e9}", "http://host/",
    "https://host/" + String(repeating: "a", count: 9000),
  ])
  func aBadURLIsRefused(_ url: String) async {
    let error = await rejection(HTTPRequest(method: "GET", url: url))
    #expect(error?.code == .invalidRequest)
    #expect(error?.isRetriable == false)
    #expect(error?.description.contains("secret") == false)
  }

  @Test func aPlaintextURLReachesTheNetworkOnlyWhereAllowed() async {
    let request = HTTPRequest(method: "GET", url: "http://host/")
    #expect(await rejection(request, allowsPlaintext: true)?.code == .connect)
  }

  @Test func aPlaintextURLToAHostThatIsAllowedReachesTheNetworkAndNoOtherDoes() async {
    let hosts = ["metadata.example", "127.0.0.1:8080"]
    for url in ["http://metadata.example/a?b=c", "http://127.0.0.1:8080"] {
      #expect(await rejection(HTTPRequest(method: "GET", url: url), plaintextHosts: hosts)?.code == .connect)
    }
    for url in [
      "http://host/metadata.example", "http://metadata.example.evil/", "http://metadata.example:81/",
      "http://metadata.example@host/", "http://127.0.0.1/",
    ] {
      #expect(await rejection(HTTPRequest(method: "GET", url: url), plaintextHosts: hosts)?.code == .invalidRequest)
    }
  }

  @Test(arguments: ["", "get", "GET / HTTP/1.1\r\nX:", "GE T"])
  func aBadMethodIsRefused(_ method: String) async {
    #expect(await rejection(HTTPRequest(method: method, url: "https://host/"))?.code == .invalidRequest)
  }

  @Test(arguments: [
    HTTPHeader("X-A", "b\r\nX-Injected: c"), HTTPHeader("X-A", "b\nc"), HTTPHeader("X-A", "b\u{0}c"),
    HTTPHeader("X-A: b\r\nX-B", "c"), HTTPHeader("", "a"), HTTPHeader("X A", "b"), HTTPHeader("X-A:", "b"),
    HTTPHeader("X-A", "caf\u{e9}"), HTTPHeader("Content-Length", "3"), HTTPHeader("transfer-encoding", "chunked"),
    HTTPHeader("Connection", "close"), HTTPHeader("X-A", String(repeating: "a", count: 40_000)),
  ])
  func aBadHeaderIsRefused(_ header: HTTPHeader) async {
    let request = HTTPRequest(method: "GET", url: "https://host/", headers: [header])
    #expect(await rejection(request)?.code == .invalidRequest)
  }

  @Test func nothingPrintsWhatMustStaySecret() async {
    let request = HTTPRequest(
      method: "POST", url: "https://host/path?token=secret", headers: [HTTPHeader("Authorization", "secret")],
      body: Array("secret".utf8))
    let response = HTTPResponse(status: 200, headers: [HTTPHeader("X", "secret")], body: Array("secret".utf8))
    var dumped = ""
    dump((request, response), to: &dumped)
    let error = await rejection(request)
    let texts = ["\(request)", "\(response)", "\([request])", String(reflecting: request), dumped, "\(error as Any)"]
    for text in texts {
      #expect(!text.contains("secret"))
      #expect(!text.contains("115"), "a byte of the body")
    }
    #expect("\(request)" == "POST https://host/path")
    #expect("\(response)" == "200, 6 bytes")
    #expect(error?.code == .connect)
    #expect(error?.reason.hasPrefix("host: ") == true)
  }
}
