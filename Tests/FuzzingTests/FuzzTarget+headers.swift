import Commands
import Cryptography
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import JSON
import NIOCore
import Repository
import Testing
import TracePropagation

@testable import onboarding_api

extension FuzzTarget {
  /// The method on the first line, a header on each of the others: what the edge reads before any route does.
  static let headers = FuzzTarget(
    name: "headers",
    dictionary: [
      "GET\n", "POST\n", "\nAuthorization: Bearer ", "\nCookie: __Host-tenant-kms=", "\nX-KnoxCall-CSRF: 1",
      "\nSec-Fetch-Site: cross-site", "\nSec-Fetch-Site: same-origin", "\nOrigin: https://evil.example",
      "\nOrigin: https://kms.example", "\nIdempotency-Key: ", "\nX-Idempotency-Key: ", "\ntraceparent: 00-",
      "\nKnoxCall-Version: 2026-01-31", "-01", "; ", "=", "CANARY", "null", " ", "\t",
    ]
  ) { bytes in
    let request = request(writtenAs: String(decoding: bytes, as: UTF8.self))
    let behaviour = [
      try adminToken(of: request), try idempotencyKey(of: request), try version(of: request), try trace(of: request),
    ]
    return behaviour.joined(separator: " ")
  }

  /// What a route demands who must have stepped up: nothing passes but the token itself, for whom it was given.
  static let stepUp = FuzzTarget(
    name: "step-up", dictionary: ["eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzI1NiJ9", ".", "e30", "=", "-", "_"],
    seeds: { [Array(StepUpSample.token.utf8)] }
  ) { bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    let request = request([.stepUp: text])
    do throws(APIError) {
      try await StepUpSample.authority().demand(within: .seconds(300), by: StepUpSample.identity, in: request)
    } catch {
      try Violation.unless(
        error == .stepUpRequired(maximumAge: .seconds(300)), "no fault of a token is told from another")
      return TokenHeader(of: text) == nil ? "no header" : "refused"
    }
    try Violation.unless(request.headers[.stepUp] == StepUpSample.token, "nothing but the token itself is good")
    return "accepted"
  }

  /// The sign-in page's form: it leads to a page of ours or nowhere.
  static let form = FuzzTarget(
    name: "form",
    dictionary: [
      "email=", "&password=CANARY", "&next=", "%2F", "%2f%2fevil.example", "/\\", "//", "https://evil.example", "%00",
      "%zz", "+", "[]", "[a]=", "=", "&", "\u{2028}", "javascript:",
    ]
  ) { bytes in
    let own = try #require(URL(string: "https://kms.example"))
    let form: SignInForm
    do { form = try await SignInForm.read(request([:], body: bytes)) } catch let error as APIError {
      try Violation.unless(error.status == .badRequest && !told(error).contains(canary), "no error repeats a password")
      return "refused"
    }
    let destination = URL(string: form.destination, relativeTo: own)?.absoluteURL
    try Violation.unless(
      destination?.host() == "kms.example" && destination?.scheme == "https" && form.destination.hasPrefix("/"),
      "it leads nowhere else: \(form.destination)")
    do throws(APIError) { _ = try form.credentials() } catch {
      try Violation.unless(error.status == .badRequest && !told(error).contains(canary), "no error repeats a password")
      return "no credentials"
    }
    return form.next == nil ? "credentials" : form.destination == form.next ? "taken there" : "kept here"
  }

  private static func adminToken(of request: Request) throws -> String {
    let token: String
    do { token = try request.adminToken() } catch let error as APIError {
      try Violation.unless(
        [.unauthorized, .forbidden].contains(error.status) && !told(error).contains(canary), "no error repeats a token")
      return "\(error.status.code)"
    }
    if request.headers[.authorization] != nil {
      try Violation.unless(!token.isEmpty && (try request.bearerToken()) == token, "the header goes before the cookie")
      return "bearer"
    }
    let isWrite = ![.get, .head].contains(request.method)
    let isForeign =
      request.headers[.fetchSite].map { $0 != "same-origin" }
      ?? request.headers[.origin].map { !$0.hasSuffix("/kms.example") } ?? false
    try Violation.unless(
      !isWrite || request.headers[.antiForgery] == "1" && !isForeign, "no other origin's page writes with the cookie")
    return isWrite ? "cookie for a write" : "cookie"
  }

  private static func idempotencyKey(of request: Request) throws -> String {
    let key: IdempotencyKey?
    do throws(APIError) { key = try IdempotencyKey(request.headers) } catch {
      try Violation.unless(error.status == .badRequest && !told(error).contains(canary), "no error repeats a key")
      return "bad key"
    }
    guard let text = key?.text.utf8 else { return "no key" }
    try Violation.unless(
      (1...255).contains(text.count) && text.allSatisfy { (0x21...0x7E).contains($0) }, "a key is visible ASCII")
    return "key"
  }

  private static func version(of request: Request) throws -> String {
    let version: APIVersion?
    do throws(APIError) { version = try APIVersion(of: request) } catch {
      try Violation.unless(error.status == .badRequest && !told(error).contains(canary), "no error repeats a header")
      return "bad version"
    }
    guard let text = version?.text else { return "no version" }
    try Violation.unless(text.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}/) != nil, "a version is a date")
    return "version"
  }

  private static func trace(of request: Request) throws -> String {
    guard let text = request.headers[.traceParent], let context = TraceContext(header: text) else { return "no trace" }
    try Violation.unless(TraceContext(header: context.headerValue) == context, "a trace is the same written and read")
    try Violation.unless(context.headerValue.utf8.count == 55 && text.contains(context.traceID), "and is the caller's")
    try Violation.unless(
      context.child.traceID == context.traceID && context.child.spanID != context.spanID, "a step is in its trace")
    return "trace"
  }

  private static func told(_ error: APIError) -> String { "\(error.message) \(error.extra)" }

  private static func request(writtenAs text: String) -> Request {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).makeIterator()
    let method = lines.next().flatMap { HTTPRequest.Method(String($0)) } ?? .get
    var fields = HTTPFields()
    while let line = lines.next() {
      let parts = line.split(separator: ":", maxSplits: 1)
      // No other header leaves the parser.
      guard parts.count == 2, let name = HTTPField.Name(String(parts[0])) else { continue }
      fields.append(HTTPField(name: name, value: String(parts[1].drop { $0 == " " })))
    }
    return request(fields, method: method)
  }

  private static func request(
    _ fields: HTTPFields, method: HTTPRequest.Method = .post, body: [UInt8] = []
  ) -> Request {
    let head = HTTPRequest(method: method, scheme: "https", authority: "kms.example", path: "/", headerFields: fields)
    return Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body)))
  }
}

/// A step-up token that is good, and what accepts it.
private enum StepUpSample {
  static let identity = AdminIdentity(
    subject: "ada", tenantID: UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)), role: .owner,
    expiresAt: TokenSample.time + 60)

  private static let key = SecretBytes(copying: [UInt8](repeating: 8, count: 32))

  static let token = TokenSample.signed(
    [
      "sub": .string(identity.subject), "tenant_id": .string(identity.tenantID.text),
      "aud": .string(StepUpAuthority.audience), "iat": .number(TokenSample.time.timeIntervalSince1970),
      "exp": .number(TokenSample.time.timeIntervalSince1970 + 300),
    ], key: key)

  static func authority() async -> StepUpAuthority {
    await StepUpAuthority(key: key, now: { TokenSample.time })
  }
}
