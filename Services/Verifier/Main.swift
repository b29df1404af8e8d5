import ServiceKit

/// Probes customers' keys for the other services, what `kms.verify` asks, and checks over and over that they answer.
@main enum Verifier {
  static func main() async {
    await ServiceProcess.main {
      let configuration = try VerifierConfiguration()
      try ServiceProcess.protectMemory()
      configuration.common.logFormat.bootstrap(level: configuration.common.logLevel)
      try await buildVerifier(configuration).run()
    }
  }
}
