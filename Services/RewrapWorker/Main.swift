import ServiceKit

/// Re-encrypts the data encryption keys of tenants under their newest master key; any number of these may run.
@main enum RewrapWorker {
  static func main() async {
    await ServiceProcess.main {
      let configuration = try WorkerConfiguration()
      try ServiceProcess.protectMemory()
      configuration.common.logFormat.bootstrap(level: configuration.common.logLevel)
      try await buildWorker(configuration).run()
    }
  }
}
