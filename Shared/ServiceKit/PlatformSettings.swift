public import CloudKMS
public import HTTPClient

/// How this platform stands towards the clouds: its own master key, its own identity, its way out.
public struct PlatformSettings: Sendable {
  /// Where the AWS services are; nil for AWS itself.
  public let awsEndpoint: String?
  /// The variables of the platform's AWS identity that are set: none is required, since AWS may serve none.
  private let awsVariables: [String: String]
  /// How long a connection to a cloud may take.
  public let connectTimeout: Duration
  /// How long a whole call to a cloud may take.
  public let totalTimeout: Duration

  static let awsEndpoint = Setting(
    "AWS_ENDPOINT_URL", "stands in for every AWS endpoint, for tests; plain http:// is accepted only here")
  static let connectTimeout = Setting(
    "KMS_CONNECT_TIMEOUT_SECONDS", "the longest that connecting to a cloud may take, 1 to 60", default: "5")
  static let totalTimeout = Setting(
    "KMS_TOTAL_TIMEOUT_SECONDS", "the longest that one call to a cloud may take, 1 to 120", default: "10")
  static let awsIdentity = [
    Setting("AWS_ACCESS_KEY_ID", "the platform's own AWS identity, which customers' roles trust"),
    Setting("AWS_SECRET_ACCESS_KEY", "its secret", isSecret: true),
    Setting("AWS_SESSION_TOKEN", "its session token, if it has one", isSecret: true),
  ]
  static let masterKey = Setting(
    "MASTER_KEY_B64", "base64 of the 32 bytes that wrap tenants without a key of their own", isSecret: true)

  /// The settings of services that call a cloud.
  public static let all = [awsEndpoint, connectTimeout, totalTimeout] + awsIdentity
  /// The setting of services that unwrap keys of the platform's own wrapping.
  public static let masterKeySettings = [masterKey]

  /// Reads them.
  /// - Throws: ``ConfigurationError`` with everything wrong so far, also in settings read before.
  public init(_ settings: inout SettingsReader) throws(ConfigurationError) {
    awsEndpoint = settings.readOptional(Self.awsEndpoint) { text in
      guard text.hasPrefix("https://") || text.hasPrefix("http://") else {
        throw SettingError("not an http:// or https:// URL")
      }
      return text
    }
    var variables: [String: String] = [:]
    for setting in Self.awsIdentity { variables[setting.name] = settings.readOptional(setting) { $0 } }
    awsVariables = variables
    let connect = settings.read(Self.connectTimeout, as: Setting.seconds(1...60))
    let total = settings.read(Self.totalTimeout, as: Setting.seconds(1...120))
    (connectTimeout, totalTimeout) = try settings.require(connect, total)
  }

  /// Reads the deployment's master key.
  /// - Throws: ``ConfigurationError`` with everything wrong so far.
  public static func masterKey(_ settings: inout SettingsReader) throws(ConfigurationError) -> LocalKeyEncryptionKey {
    let key = settings.read(masterKey, as: Setting.key256).flatMap { LocalKeyEncryptionKey(masterKey: $0) }
    return try settings.require(key)
  }

  /// The platform's standing at AWS.
  public func makeAWSPlatform(client: HTTPClient) -> AWSPlatform {
    let variables = awsVariables
    return AWSPlatform(
      transport: client, credentials: EnvironmentCredentials { variables[$0] }, endpoint: awsEndpoint)
  }

  /// A client for calls to clouds; shut it down before the process exits.
  /// - Parameter maximumConnections: the most connections open at once; 64 unless told.
  public func makeHTTPClient(maximumConnections: Int = 64) -> HTTPClient {
    var configuration = HTTPClientConfiguration()
    configuration.maximumConnections = maximumConnections
    configuration.connectTimeout = connectTimeout
    configuration.totalTimeout = totalTimeout
    configuration.allowsPlaintext = awsEndpoint?.hasPrefix("http://") ?? false
    return HTTPClient(configuration: configuration)
  }
}
