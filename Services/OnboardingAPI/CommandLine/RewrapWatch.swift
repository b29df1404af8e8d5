import HTTPClient
import JSON

/// Asks the API about one job again and again, and shows what it says, until the job ends.
struct RewrapWatch: Sendable {
  /// Why a job can't be watched.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// How often in a row an API that doesn't answer is asked again.
  static let patience = 60

  let transport: any HTTPTransport
  let request: HTTPRequest
  /// Takes a line, and whether it is the last; called only where the line differs from the one before.
  let show: @Sendable (_ line: String, _ isLast: Bool) -> Void
  /// Waits for the time between two questions.
  let sleep: @Sendable () async throws -> Void

  /// Watches until the job ends.
  /// - Throws: ``Failure`` where the API refuses, or hasn't answered for ``patience`` questions.
  func run() async throws -> RewrapProgress {
    var shown = ""
    var misses = 0
    while true {
      let line: String
      switch try await ask() {
      case .success(let progress):
        misses = 0
        line = progress.line
        if progress.isOver {
          show(line, true)
          return progress
        }
      case .failure(let failure):
        misses += 1
        guard misses < Self.patience else { throw failure }
        line = "\(failure); asking again"
      }
      if line != shown { show(line, false) }
      shown = line
      try await sleep()
    }
  }

  /// - Returns: a failure where asking again may help.
  private func ask() async throws -> Result<RewrapProgress, Failure> {
    let response: HTTPResponse
    do { response = try await transport.send(request) } catch {
      if error.code == .cancelled { throw CancellationError() }
      return .failure(Failure(description: "the API doesn't answer (\(error))"))
    }
    guard response.status != 200 else {
      guard let json = try? JSONValue(parsing: response.body), let progress = RewrapProgress(json) else {
        throw Failure(description: "what answers there isn't the API: it shows no rewrap job")
      }
      return .success(progress)
    }
    let failure = Failure(description: "the API answers \(response.status)\(Self.reason(in: response.body))")
    guard response.status >= 500 || response.status == 429 else { throw failure }
    return .failure(failure)
  }

  private static func reason(in body: [UInt8]) -> String {
    (try? JSONValue(parsing: body))?["error"]?["message"]?.string.map { ": \($0)" } ?? ""
  }
}
