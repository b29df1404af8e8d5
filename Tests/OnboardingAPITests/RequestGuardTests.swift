import HTTPTypes
import JSON
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import Testing

@testable import onboarding_api

@Suite struct RequestGuardTests {
  let channel = EmbeddedChannel()

  init() throws {
    try channel.pipeline.syncOperations.addHandler(RequestGuard(timeout: .seconds(30), isSecure: false))
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
  }

  @Test func `a request within bounds passes through, and its answer`() throws {
    try arrive(head(), .body(ByteBuffer(string: "body")), .end(nil))
    #expect(try passed() == 3)
    try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
    try channel.writeOutbound(HTTPResponsePart.end(nil))
    #expect(try sent().status == .ok)
    channel.embeddedEventLoop.advanceTime(by: .hours(1))
    #expect(channel.isActive)
  }

  @Test func `a body that no call takes is refused while it arrives, and never buffered`() throws {
    try arrive(head())
    let piece = ByteBuffer(repeating: 0, count: 64 << 10)
    let count = RequestGuard.maximumBodyLength / piece.readableBytes
    for _ in 0..<count { try arrive(.body(piece)) }
    #expect(try passed() == 1 + count)
    try arrive(.body(piece), .body(piece))
    #expect(try passed() == 0)
    try expectRefusal(.contentTooLarge)
  }

  @Test func `a body has so long to arrive, however busily it trickles`() throws {
    try arrive(head())
    for _ in 0..<29 {
      channel.embeddedEventLoop.advanceTime(by: .seconds(1))
      try arrive(.body(ByteBuffer(string: "x")))
    }
    #expect(channel.isActive)
    channel.embeddedEventLoop.advanceTime(by: .seconds(1))
    try expectRefusal(.requestTimeout)
  }

  @Test func `a body that has arrived is waited for no more`() throws {
    try arrive(head())
    try arrive(.end(nil))
    channel.embeddedEventLoop.advanceTime(by: .minutes(10))
    #expect(channel.isActive)
    #expect(try channel.readOutbound(as: HTTPResponsePart.self) == nil)
  }

  @Test func `headers that are too long are told as that`() throws {
    channel.pipeline.fireErrorCaught(HTTPParserError.headerOverflow)
    try expectRefusal(.requestHeaderFieldsTooLarge)
  }

  @Test func `any other defect of a request is the application's to answer`() throws {
    channel.pipeline.fireErrorCaught(HTTPParserError.invalidHeaderToken)
    #expect(throws: HTTPParserError.self) { try channel.throwIfErrorCaught() }
    #expect(try channel.readOutbound(as: HTTPResponsePart.self) == nil)
  }

  @Test func `an answer that has begun is not followed by another`() throws {
    try arrive(head())
    try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
    channel.pipeline.fireErrorCaught(HTTPParserError.headerOverflow)
    channel.embeddedEventLoop.run()
    #expect(try sent().status == .ok)
    #expect(try channel.readOutbound(as: HTTPResponsePart.self) == nil)
    #expect(!channel.isActive)
  }

  @Test func `a request that is being handled isn't answered for the one behind it`() throws {
    try arrive(head(), .end(nil))
    channel.pipeline.fireErrorCaught(HTTPParserError.headerOverflow)
    channel.embeddedEventLoop.run()
    #expect(try channel.readOutbound(as: HTTPResponsePart.self) == nil)
    #expect(!channel.isActive)
  }

  @Test func `a request that was answered before its body came isn't answered twice`() throws {
    try arrive(head())
    try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .unauthorized)))
    try channel.writeOutbound(HTTPResponsePart.end(nil))
    #expect(try sent().status == .unauthorized)
    #expect(try channel.readOutbound(as: HTTPResponsePart.self) == .end(nil))
    channel.embeddedEventLoop.advanceTime(by: .seconds(31))
    #expect(try channel.readOutbound(as: HTTPResponsePart.self) == nil)
    #expect(!channel.isActive)
  }

  @Test(arguments: [nil, "4", "x", String(RequestGuard.maximumBodyLength)])
  func `who waits to be told to go on is told`(length: String?) throws {
    try arrive(head([.expect: "100-Continue", .contentLength: length]))
    #expect(try sent().status == .continue)
    try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
    #expect(try sent().status == .ok)
  }

  @Test func `who announces too much isn't told to send it`() throws {
    try arrive(head([.expect: "100-continue", .contentLength: String(RequestGuard.maximumBodyLength + 1)]))
    #expect(try channel.readOutbound(as: HTTPResponsePart.self) == nil)
    #expect(try passed() == 1)
  }

  private func head(_ fields: [HTTPField.Name: String?] = [:]) -> HTTPRequestPart {
    var headers = HTTPFields()
    for (name, value) in fields { headers[name] = value }
    return .head(
      HTTPRequest(method: .post, scheme: "http", authority: "localhost", path: "/", headerFields: headers))
  }

  private func arrive(_ parts: HTTPRequestPart...) throws {
    for part in parts { channel.pipeline.fireChannelRead(part) }
    channel.pipeline.fireChannelReadComplete()
  }

  /// How many parts reached the application.
  private func passed() throws -> Int {
    var count = 0
    while try channel.readInbound(as: HTTPRequestPart.self) != nil { count += 1 }
    return count
  }

  private func sent() throws -> HTTPResponse {
    guard case .head(let head) = try #require(try channel.readOutbound(as: HTTPResponsePart.self)) else {
      throw NotAHead()
    }
    return head
  }

  private struct NotAHead: Error {}

  /// An answer of our form, whole, and then the end of the connection, whatever the application still says.
  private func expectRefusal(_ status: HTTPResponse.Status) throws {
    let head = try sent()
    #expect(head.status == status)
    #expect(head.headerFields[.connection] == "close")
    #expect(head.headerFields[.xContentTypeOptions] == "nosniff")
    guard case .body(let body) = try #require(try channel.readOutbound(as: HTTPResponsePart.self)) else {
      throw NotAHead()
    }
    let json = try JSONValue(parsing: Array(buffer: body))
    #expect(json["error"]?["type"] == "invalid_request")
    #expect(json["error"]?["request_id"]?.string == head.headerFields[.requestID])
    #expect(head.headerFields[.contentLength] == String(body.readableBytes))
    guard case .end = try #require(try channel.readOutbound(as: HTTPResponsePart.self)) else { throw NotAHead() }
    #expect(throws: ChannelError.self) {
      try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
    }
    channel.embeddedEventLoop.advanceTime(by: .seconds(1))
    #expect(!channel.isActive)
  }
}
