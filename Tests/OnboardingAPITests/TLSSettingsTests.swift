import Configuration
import Foundation
import JWTKit
import NIOSSL
import ServiceKit
import Testing

@testable import onboarding_api

@Suite struct TLSSettingsTests {
  /// Inside the certificate's time.
  static let now = Date(timeIntervalSince1970: 1_900_000_000)

  @Test func `a certificate and its key are taken`() throws {
    let (tls, problems) = read(["HTTP_TLS_CERTIFICATE": Self.certificate, "HTTP_TLS_KEY": Self.key])
    #expect(problems == [])
    let configuration = try #require(tls?.configuration)
    #expect(configuration.minimumTLSVersion == .tlsv12)
    #expect(configuration.certificateChain.count == 1)
    #expect(!configuration.cipherSuiteValues.isEmpty)
  }

  @Test func `those that vouch for it come along`() throws {
    let chain = Self.certificate + "\n" + Self.certificate
    let (tls, problems) = read(["HTTP_TLS_CERTIFICATE": chain, "HTTP_TLS_KEY": Self.key])
    #expect(problems == [])
    #expect(tls?.configuration.certificateChain.count == 2)
  }

  @Test func `without both there is no TLS, and nothing wrong`() {
    for variables in [[:], ["HTTP_TLS_CERTIFICATE": "", "HTTP_TLS_KEY": "", "HTTP_TLS_KEY_FILE": ""]] {
      let (tls, problems) = read(variables)
      #expect(tls == nil)
      #expect(problems == [])
    }
  }

  @Test func `one without the other is told`() {
    let alone = read(["HTTP_TLS_CERTIFICATE": Self.certificate])
    #expect(alone.tls == nil)
    #expect(alone.problems == ["HTTP_TLS_KEY: missing (the PEM of its private key, not encrypted)"])
    let key = read(["HTTP_TLS_KEY": Self.key])
    #expect(key.tls == nil)
    #expect(key.problems.count == 1)
    #expect(key.problems.first?.hasPrefix("HTTP_TLS_CERTIFICATE: missing (") == true)
  }

  @Test func `everything that is wrong is told at once`() {
    let wrong = read(["HTTP_TLS_CERTIFICATE": Self.key, "HTTP_TLS_KEY": Self.certificate])
    #expect(wrong.tls == nil)
    #expect(
      wrong.problems == [
        "HTTP_TLS_CERTIFICATE: not the PEM of one or more certificates",
        "HTTP_TLS_KEY: not the PEM of a private key without a passphrase",
      ])
    let absent = read(["HTTP_TLS_CERTIFICATE_FILE": "/nonexistent/c", "HTTP_TLS_KEY_FILE": "/nonexistent/k"])
    #expect(
      absent.problems == [
        "HTTP_TLS_CERTIFICATE_FILE: can't read /nonexistent/c", "HTTP_TLS_KEY_FILE: can't read /nonexistent/k",
      ])
  }

  @Test(arguments: ["hunter2", "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----", encryptedKey])
  func `what is no key, or needs a passphrase, is refused and not shown`(key: String) {
    let (tls, problems) = read(["HTTP_TLS_CERTIFICATE": Self.certificate, "HTTP_TLS_KEY": key])
    #expect(tls == nil)
    #expect(problems == ["HTTP_TLS_KEY: not the PEM of a private key without a passphrase"])
  }

  @Test func `a key of something else is told`() {
    let other = ES256PrivateKey().pemRepresentation
    let (tls, problems) = read(["HTTP_TLS_CERTIFICATE": Self.certificate, "HTTP_TLS_KEY": other])
    #expect(tls == nil)
    #expect(problems == ["HTTP_TLS_KEY: not the key of the first certificate in HTTP_TLS_CERTIFICATE"])
  }

  @Test(
    arguments: [
      (5_000_000_000, "HTTP_TLS_CERTIFICATE: the certificate expired at 2126-11-05T08:29:54Z; renew it"),
      (1_700_000_000, "HTTP_TLS_CERTIFICATE: the certificate isn't valid before 2026-11-29T08:29:54Z"),
    ] as [(TimeInterval, String)])
  func `a certificate whose time is over, or still to come, is told`(seconds: TimeInterval, problem: String) {
    let (tls, problems) = read(
      ["HTTP_TLS_CERTIFICATE": Self.certificate, "HTTP_TLS_KEY": Self.key], at: Date(timeIntervalSince1970: seconds))
    #expect(tls == nil)
    #expect(problems == [problem])
  }

  private func read(
    _ variables: [String: String], at now: Date = now
  ) -> (tls: TLSSettings?, problems: [String]) {
    var settings = SettingsReader(provider: EnvironmentVariablesProvider(environmentVariables: variables))
    let tls = TLSSettings(&settings, now: now)
    do { try settings.finish() } catch { return (tls, error.problems) }
    return (tls, [])
  }

  /// Valid from November 2026 for a hundred years, for kms.example, which doesn't exist.
  private static let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIBmzCCAUGgAwIBAgIUGqdIGGpWmMQEJqLiRKrdt3Ep5RcwCgYIKoZIzj0EAwIw
    FjEUMBIGA1UEAwwLa21zLmV4YW1wbGUwIBcNMjYxMTI5MDgyOTU0WhgPMjEyNjEx
    MDUwODI5NTRaMBYxFDASBgNVBAMMC2ttcy5leGFtcGxlMFkwEwYHKoZIzj0CAQYI
    KoZIzj0DAQcDQgAEuiZNREg+7JWwwgFeu/BNJttYpI9mYyjrO6/oegFyKKjb9PdL
    RrfvIgX/MM60lAIrluqzpZ/Z0vxFT3CxO9RtJaNrMGkwHQYDVR0OBBYEFCfakQV9
    Q6++K7RSmZepo8ucYmanMB8GA1UdIwQYMBaAFCfakQV9Q6++K7RSmZepo8ucYman
    MA8GA1UdEwEB/wQFMAMBAf8wFgYDVR0RBA8wDYILa21zLmV4YW1wbGUwCgYIKoZI
    zj0EAwIDSAAwRQIhAPIy/T/X+nQOZmRho2VDyaEE5e5Iytu7dN5FxjH17zuJAiB1
    KKYbR+yJH3Q8a431m3UNy5ImXbc75qG7xlli9V+tyQ==
    -----END CERTIFICATE-----
    """

  private static let key = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgkmm+qAXyZEZL9j+n
    f8laRFXf+uFCz8Ia7KMrDE7Y3rChRANCAAS6Jk1ESD7slbDCAV678E0m21ikj2Zj
    KOs7r+h6AXIoqNv090tGt+8iBf8wzrSUAiuW6rOln9nS/EVPcLE71G0l
    -----END PRIVATE KEY-----
    """

  /// The same, under the passphrase `hunter2`.
  private static let encryptedKey = """
    -----BEGIN ENCRYPTED PRIVATE KEY-----
    MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjqTKzyQ1dopAICCAAw
    DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEJ6x5VkZzxdpXKrk75ETd5wEgZDm
    yKpquGU+78ar26F2YUzKrzaj8+/XOhK+r3ANbIHnGafBzT8Zpu26zHtnlwESIvSm
    PvWovAQ52NnuSiIBGoZeyilQk4boLsbOXziSmCciSote9KQ+cLhCk2l2E5uuhgf3
    Q86mscWzHl3UQbtxyB5+2LRNgvMeNLYCunxl27V9yZqC18lvBKJ3mL3QeNsigok=
    -----END ENCRYPTED PRIVATE KEY-----
    """
}
