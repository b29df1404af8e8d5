import FoundationEssentials
import HummingbirdTLS
import NIOSSL
import ServiceKit

/// What the API proves itself with where it speaks TLS itself, instead of a proxy before it. Read once, at the start.
struct TLSSettings: Sendable {
  /// TLS 1.2 and 1.3 (RFC 9325, section 3.1.1); in 1.2 only what is forward secret and authenticated encryption
  /// (section 4.2). No certificate is asked of clients.
  let configuration: TLSConfiguration

  static let certificate = Setting(
    "HTTP_TLS_CERTIFICATE",
    "the PEM of the API's certificate, followed by those that vouch for it; plain HTTP if absent")
  static let key = Setting("HTTP_TLS_KEY", "the PEM of its private key, not encrypted", isSecret: true)

  /// Both settings.
  static let all = [certificate, key]

  /// Reads both.
  /// - Parameters:
  ///   - settings: learns what is wrong, with either of them and with the two together.
  ///   - now: when the certificate must be valid.
  /// - Returns: nil where neither is given, and where something is wrong.
  init?(_ settings: inout SettingsReader, now: Date = Date()) {
    guard Self.all.contains(where: { settings.isPresent($0) }) else { return nil }
    let chain = settings.read(Self.certificate) { try Self.chain($0, at: now) }
    let key = settings.read(Self.key, as: Self.privateKey)
    guard let chain, let key else { return nil }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.cipherSuites = "ECDHE+AESGCM:ECDHE+CHACHA20"
    configuration.applicationProtocols = ["http/1.1"]
    guard (try? NIOSSLContext(configuration: configuration)) != nil else {
      settings.note("\(Self.key.name): not the key of the first certificate in \(Self.certificate.name)")
      return nil
    }
    self.configuration = configuration
  }

  /// Whether those that vouch for it are valid is for clients to say: some serve an expired one on purpose.
  private static func chain(_ pem: String, at now: Date) throws(SettingError) -> [NIOSSLCertificate] {
    guard let chain = try? NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)), let own = chain.first else {
      throw SettingError("not the PEM of one or more certificates")
    }
    let (start, end) = (date(own.notValidBefore), date(own.notValidAfter))
    guard now >= start else { throw SettingError("the certificate isn't valid before \(start.formatted(.iso8601))") }
    guard now < end else { throw SettingError("the certificate expired at \(end.formatted(.iso8601)); renew it") }
    return chain
  }

  private static func date(_ seconds: Int) -> Date { Date(timeIntervalSince1970: TimeInterval(seconds)) }

  private static func privateKey(_ pem: String) throws(SettingError) -> NIOSSLPrivateKey {
    guard let key = try? NIOSSLPrivateKey(bytes: Array(pem.utf8), format: .pem) else {
      throw SettingError("not the PEM of a private key without a passphrase")
    }
    return key
  }
}
