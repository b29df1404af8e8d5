import HTTPClient
import JSON
import Locking
import Testing

@testable import onboarding_api

@Suite struct RewrapWatchTests {
  /// Answers what it was told to, one after another; the last again and again.
  private final class Script: HTTPTransport {
    private let answers: Guarded<[Result<HTTPResponse, HTTPClientError>]>

    init(_ answers: [Result<HTTPResponse, HTTPClientError>]) { self.answers = Guarded(answers) }

    func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
      try answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }.get()
    }
  }

  @Test func `a job is followed until it is completed`() async throws {
    let (progress, lines) = try await watch([
      job("running", processed: 0), job("running", processed: 40, rate: 20, left: 3), job("completed", processed: 100),
    ])
    #expect(progress.isComplete)
    #expect(
      lines == [
        "[------------------------------]  0 %  0/100 rows  running",
        "[############------------------]  40 %  40/100 rows  20 rows/s  ETA 0:03  running",
        "[##############################]  100 %  100/100 rows  completed",
      ])
  }

  @Test func `a line that says the same is not said again`() async throws {
    let (_, lines) = try await watch([
      job("paused", processed: 1), job("paused", processed: 1), job("completed", processed: 100),
    ])
    #expect(lines.count == 2)
  }

  @Test(arguments: ["completed_with_failures", "superseded"])
  func `a job that ends otherwise is over, not complete`(status: String) async throws {
    let (progress, lines) = try await watch([job(status, processed: 90, failed: 10)])
    #expect(progress.isOver && !progress.isComplete)
    #expect(lines == ["[##############################]  100 %  90/100 rows  10 failed  \(status)"])
  }

  @Test func `an API out of reach is asked again`() async throws {
    let (progress, lines) = try await watch([
      .failure(HTTPClientError(code: .connect, reason: "refused")),
      .success(HTTPResponse(status: 503, body: Array(#"{"error":{"message":"the database is away"}}"#.utf8))),
      job("completed", processed: 100),
    ])
    #expect(progress.isComplete)
    #expect(lines.count == 3)
    #expect(lines[1] == "the API answers 503: the database is away; asking again")
  }

  @Test func `but not for ever`() async {
    await #expect(throws: RewrapWatch.Failure.self) {
      _ = try await watch([.failure(HTTPClientError(code: .connect, reason: "refused"))])
    }
  }

  @Test(arguments: [401, 403, 404]) func `a refusal is final`(status: Int) async {
    await #expect(throws: RewrapWatch.Failure.self) {
      _ = try await watch([.success(HTTPResponse(status: status)), job("completed", processed: 100)])
    }
  }

  @Test func `what shows no job isn't the API`() async {
    await #expect(throws: RewrapWatch.Failure.self) {
      _ = try await watch([.success(HTTPResponse(status: 200, body: Array("<html>".utf8)))])
    }
  }

  @Test func `a job of no rows is done when it is completed, and lasts hours where it must`() throws {
    #expect(try #require(RewrapProgress(json("completed", total: 0, processed: 0))).line.contains("100 %"))
    #expect(try #require(RewrapProgress(json("running", total: 0, processed: 0))).line.contains("0 %"))
    let long = try #require(RewrapProgress(json("running", processed: 1, rate: 1, left: 3_723)))
    #expect(long.line.contains("ETA 1:02:03"))
  }

  private func watch(
    _ answers: [Result<HTTPResponse, HTTPClientError>]
  ) async throws -> (RewrapProgress, lines: [String]) {
    let lines = Guarded<[String]>([])
    let watch = RewrapWatch(
      transport: Script(answers), request: HTTPRequest(method: "GET", url: "http://localhost/"),
      show: { line, _ in lines.withLock { $0.append(line) } }, sleep: {})
    let progress = try await watch.run()
    return (progress, lines.withLock { $0 })
  }

  private func job(
    _ status: String, processed: Int, failed: Int = 0, rate: Int? = nil, left: Int? = nil
  ) -> Result<HTTPResponse, HTTPClientError> {
    let json = json(status, processed: processed, failed: failed, rate: rate, left: left)
    return .success(HTTPResponse(status: 200, body: json.canonicalBytes))
  }

  private func json(
    _ status: String, total: Int = 100, processed: Int, failed: Int = 0, rate: Int? = nil, left: Int? = nil
  ) -> JSONValue {
    [
      "status": .string(status), "total": .integer(total), "processed": .integer(processed),
      "failed": .integer(failed), "rows_per_second": rate.map { .integer($0) } ?? .null,
      "eta_seconds": left.map { .integer($0) } ?? .null,
    ]
  }
}
