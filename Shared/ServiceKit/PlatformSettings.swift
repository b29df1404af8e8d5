public import CloudKMS
public import HTTPClient
public import Monitoring

/// How this platform stands towards the clouds: its own master key, its own identity, its way out.
public struct PlatformSettings: Sendable {
  /// The clouds' variables that are set: none is required, since a cloud may serve none.
  private let variables: [String: String]
  /// Where secrets are looked up that tenants' configurations name.
  private let secrets: SettingsReader
  /// How long a connection to a cloud may take.
  public let connectTimeout: Duration
  /// How long a whole call to a cloud may take.
  public let totalTimeout: Duration

  static let connectTimeout = Setting(
    "KMS_CONNECT_TIMEOUT_SECONDS", "the longest that connecting to a cloud may take, 1 to 60", default: "5")
  static let totalTimeout = Setting(
    "KMS_TOTAL_TIMEOUT_SECONDS", "the longest that one call to a cloud may take, 1 to 120", default: "10")
  static let masterKey = Setting(
    "MASTER_KEY_B64", "base64 of the 32 bytes that wrap tenants without a key of their own", isSecret: true)

  static let formerMasterKey = Setting(
    "MASTER_KEY_ACCEPTED_B64", "base64 of the former such key, which still unwraps while keys are changed",
    isSecret: true)

  /// The setting of what makes keys of the platform's own wrapping: each says itself by what to unwrap it.
  public static let operatorKey = Setting(
    "OPERATOR_KMS_KEY",
    "a KMS key of the platform's own that wraps new keys of such tenants instead: "
      + OperatorKeyReference.grammars.joined(separator: ", "))

  /// The settings of services that call a cloud.
  public static let all =
    [connectTimeout, totalTimeout]
    + Clouds.variables.map(Setting.init)
  /// The setting of services that unwrap keys of the platform's own wrapping.
  public static let masterKeySettings = [masterKey, formerMasterKey]

  /// Reads them.
  /// - Throws: ``ConfigurationError`` with everything wrong so far, also in settings read before.
  public init(_ settings: inout SettingsReader) throws(ConfigurationError) {
    var variables: [String: String] = [:]
    for variable in Clouds.variables {
      variables[variable.name] = settings.readOptional(Setting(variable)) { text in
        switch variable.kind {
        case .origin where !text.isHTTPURL, .plaintextURL where !text.isHTTPURL:
          throw SettingError("not an http:// or https:// URL")
        case .plaintextHost where text.wholeMatch(of: /[A-Za-z0-9.-]+(?::[0-9]{1,5})?/) == nil:
          throw SettingError("not HOST or HOST:PORT")
        default: return text
        }
      }
      variables[variable.name] = variables[variable.name] ?? variable.defaultValue
    }
    self.variables = variables
    secrets = settings
    let connect = settings.read(Self.connectTimeout, as: Setting.seconds(1...60))
    let total = settings.read(Self.totalTimeout, as: Setting.seconds(1...120))
    (connectTimeout, totalTimeout) = try settings.require(connect, total)
  }

  /// Reads the deployment's master key, and the former one that it takes the place of.
  /// - Throws: ``ConfigurationError`` with everything wrong so far.
  public static func masterKey(_ settings: inout SettingsReader) throws(ConfigurationError) -> LocalKeyEncryptionKey {
    let former = settings.readOptional(formerMasterKey, as: Setting.key256)
    let key = settings.read(masterKey, as: Setting.key256)
    return try settings.require(key.flatMap { LocalKeyEncryptionKey(masterKey: $0, alsoAccepting: former) })
  }

  /// Reads the KMS key of the platform's own; nil where there is none.
  /// - Throws: ``ConfigurationError`` with everything wrong so far.
  public static func operatorKey(
    _ settings: inout SettingsReader
  ) throws(ConfigurationError) -> OperatorKeyReference? {
    let key = settings.readOptional(operatorKey) { text throws(SettingError) in
      guard let key = OperatorKeyReference(text) else {
        throw SettingError(
          "names no KMS key itself, neither an alias nor a version: it must be "
            + OperatorKeyReference.grammars.joined(separator: ", or "))
      }
      return key
    }
    try settings.finish()
    return key
  }

  /// Where the AWS services are; nil for AWS itself.
  public var awsEndpoint: String? { variables["AWS_ENDPOINT_URL"] }

  /// The region whose STS tells who the platform is.
  public var awsRegion: String { variables["AWS_REGION"] ?? AWSPlatform.defaultRegion }

  /// The platform's standing at each cloud.
  /// - Parameters:
  ///   - client: sends the calls.
  ///   - metrics: where calls are counted, as `tenant_kms_kms_call_seconds`.
  public func makeClouds(client: HTTPClient, metrics: MetricRegistry) -> Clouds {
    Clouds { makeEnvironment(of: $0, client: client, metrics: metrics) }
  }

  /// What the platform's standing at one cloud is made of.
  /// - Parameters:
  ///   - provider: which cloud.
  ///   - client: sends the calls.
  ///   - metrics: likewise.
  public func makeEnvironment(
    of provider: KMSProvider, client: HTTPClient, metrics: MetricRegistry
  ) -> CloudEnvironment {
    let (variables, secrets) = (variables, secrets)
    return CloudEnvironment(
      transport: MeteredTransport(client, provider: provider.rawValue, metrics: metrics)
    ) { name in variables[name] ?? (Clouds.mayHoldSecret(name) ? secrets.secret(named: name) : nil) }
  }

  /// A client for calls to clouds; shut it down before the process exits.
  /// - Parameter maximumConnections: the most connections open at once; 64 unless told.
  public func makeHTTPClient(maximumConnections: Int = 64) -> HTTPClient {
    var configuration = HTTPClientConfiguration()
    configuration.maximumConnections = maximumConnections
    configuration.connectTimeout = connectTimeout
    configuration.totalTimeout = totalTimeout
    configuration.allowsPlaintext = Clouds.variables.contains { variable in
      variable.kind == .origin && variables[variable.name]?.hasPrefix("http://") == true
    }
    configuration.plaintextHosts = Clouds.plaintextHosts { variables[$0] }
    return HTTPClient(configuration: configuration)
  }
}

extension String {
  fileprivate var isHTTPURL: Bool { hasPrefix("https://") || hasPrefix("http://") }
}

extension Setting {
  fileprivate init(_ variable: CloudVariable) {
    self.init(
      variable.name, variable.summary, default: variable.defaultValue, isSecret: variable.kind == .secret)
  }
}
