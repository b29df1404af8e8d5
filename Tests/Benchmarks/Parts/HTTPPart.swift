import HTTPClient
import SigV4

/// Signs calls of KMS and sends them, 16 in flight, over connections that are kept.
enum HTTPPart {
  static let inFlight = 16

  static func call(_ url: String, _ count: Int) async throws {
    var configuration = HTTPClientConfiguration()
    configuration.allowsPlaintext = true
    let client = HTTPClient(configuration: configuration)
    let signer = try SigV4Signer(region: "us-east-1", service: "kms")
    let host = String(url.drop { $0 != ":" }.dropFirst(3))
    let stopwatch = Stopwatch()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for caller in 0..<inFlight {
        group.addTask {
          for _ in 0..<(count / inFlight + (caller < count % inFlight ? 1 : 0)) {
            let signed = try signer.sign(
              SigV4Part.request(to: host), credentials: SigV4Part.credentials, at: SigV4Part.date)
            let answer = try await client.send(
              HTTPRequest(
                method: "POST", url: url + "/", headers: signed.headers.map { HTTPHeader($0.name, $0.value) },
                body: SigV4Part.body))
            guard answer.status == 200 else { throw Refused(status: answer.status) }
          }
        }
      }
      try await group.waitForAll()
    }
    stopwatch.report()
    await client.shutdown()
  }

  private struct Refused: Error {
    let status: Int
  }
}
