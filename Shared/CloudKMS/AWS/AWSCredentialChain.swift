internal import FoundationEssentials
internal import HTTPClient
public import SigV4

/// The platform's own AWS identity as the AWS SDKs find it: the first source that is there counts ("AWS SDKs and Tools
/// Reference Guide", "Standardized credential providers").
///
/// Temporary credentials are kept until shortly before they expire, and fetched once for all who wait.
public struct AWSCredentialChain: AWSCredentialProvider {
  /// How long before their expiry credentials are replaced, in seconds.
  static let margin = 300.0

  private let sources: [any AWSCredentialSource]
  private let clock: KMSClock
  private let cache = CredentialCache<SourcedCredentials>(margin: margin)

  /// Creates a chain; asks nobody yet.
  /// - Parameter environment: its variables say what is there.
  public init(_ environment: CloudEnvironment) {
    let exchange = AWSTokenExchange(environment)
    self.init(
      sources: [
        EnvironmentCredentials(variable: environment.variable),
        WebIdentitySource(environment, exchange: exchange),
        ProfileSource(environment, exchange: exchange),
        ContainerSource(environment),
        InstanceSource(environment),
      ], clock: environment.clock)
  }

  init(sources: [any AWSCredentialSource], clock: KMSClock) {
    self.sources = sources
    self.clock = clock
  }

  /// The credentials at hand, or those of the first source that has some.
  /// - Throws: `.noCredentials`, whose hint names the kinds of sources, and whose detail for the operator says of each
  ///   source why it has none. A source that is set up and fails ends the search: another one's would be another identity.
  public func credentials(refreshing: Bool) async throws(KMSFailure) -> AWSCredentials {
    try await cache.credential(refreshing: refreshing, at: clock.now()) { () throws(KMSFailure) in
      var tried: [TriedSource] = []
      for source in sources {
        do throws(AWSSourceFailure) {
          return try await source.credentials()
        } catch {
          tried.append(source.tried(error))
          guard error.isAbsence else { break }
        }
      }
      throw .noAWSCredentials(tried)
    }.credentials
  }
}

extension KMSFailure {
  static func noAWSCredentials(_ tried: [TriedSource]) -> KMSFailure {
    .noIdentity("no AWS credentials of its own", tried: tried)
  }
}
