import HTTPClient
import Testing

/// Whom the client believes.
@Suite(.enabled(if: TLSServer.isAvailable, "there is no openssl command"))
struct TLSTests {
  private func result(
    host: String = TLSServer.name, options: [String] = [], trusting: Bool = true
  ) async throws -> Result<Int, HTTPClientError> {
    let server = try await TLSServer.start(options: options)
    var configuration = HTTPClientConfiguration()
    configuration.certificateAuthorities = trusting ? server.certificate : nil
    configuration.connectTo = ["\(host):443:127.0.0.1:\(server.port)"]
    let client = HTTPClient(configuration: configuration)
    let result: Result<Int, HTTPClientError>
    do {
      result = .success(try await client.send(HTTPRequest(method: "GET", url: "https://\(host)/")).status)
    } catch { result = .failure(error) }
    await client.shutdown()
    try server.stop()
    return result
  }

  private func code(_ result: Result<Int, HTTPClientError>) -> HTTPClientError.Code? {
    guard case .failure(let error) = result else { return nil }
    return error.code
  }

  @Test func aTrustedCertificateOfTheRightNameIsAccepted() async throws {
    #expect(try await result().get() == 200)
  }

  @Test func aCertificateThatNobodyTrustsIsRefused() async throws {
    #expect(code(try await result(trusting: false)) == .tls)
  }

  @Test func aTrustedCertificateOfAnotherNameIsRefused() async throws {
    #expect(code(try await result(host: "other.example")) == .tls)
  }

  @Test func anOldProtocolIsRefused() async throws {
    #expect(code(try await result(options: ["-no_tls1_3", "-no_tls1_2"])) == .tls)
  }
}
