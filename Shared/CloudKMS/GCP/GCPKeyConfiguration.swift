public import JSON

/// A customer's Cloud KMS key, and the service account that the platform impersonates to use it.
public struct GCPKeyConfiguration: KeyConfiguration {
  /// The key.
  public let keyName: GCPKeyName
  /// The e-mail address of the service account in the customer's project.
  public let serviceAccount: String
  /// The key's project, where the tenant names it a second time.
  public let projectID: String?

  /// Creates a configuration; nil unless every part is well-formed and the project is the key's.
  public init?(keyName: GCPKeyName, serviceAccount: String, projectID: String? = nil) {
    guard Self.isServiceAccount(serviceAccount), projectID == nil || projectID == keyName.project else { return nil }
    self.keyName = keyName
    self.serviceAccount = serviceAccount
    self.projectID = projectID
  }

  /// Reads a stored configuration.
  public init(keyReference: String, configuration: JSONValue) throws(KMSFailure) {
    guard let keyName = GCPKeyName(keyReference),
      let serviceAccount = configuration["impersonate_service_account"]?.string,
      let stored = Self(
        keyName: keyName, serviceAccount: serviceAccount, projectID: configuration["project_id"]?.string)
    else { throw .damagedConfiguration }
    self = stored
  }

  /// The key's resource name.
  public var keyReference: String { keyName.description }

  /// The service account and, if given, the project.
  public var json: JSONValue {
    var members: [String: JSONValue] = ["impersonate_service_account": .string(serviceAccount)]
    if let projectID { members["project_id"] = .string(projectID) }
    return .object(members)
  }

  /// The key, its ring and its location.
  public var keySummary: String { "\(keyName.key) of \(keyName.keyRing) in \(keyName.location)" }

  /// The service account.
  public var accessSummary: String { "impersonated \(serviceAccount)" }

  /// `NAME@PROJECT.iam.gserviceaccount.com` and the addresses of service accounts that Google makes.
  static func isServiceAccount(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard text.utf8.count <= 254, parts.count == 2, let first = parts[0].utf8.first, first.isLowercase || first.isDigit,
      parts[0].utf8.allSatisfy(\.isLowercaseNameCharacter), parts[1].hasSuffix(".gserviceaccount.com")
    else { return false }
    let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
    return labels.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(\.isLowercaseNameCharacter) }
  }
}

extension GCPKeyConfiguration: CustomStringConvertible {
  /// Key and service account.
  public var description: String { "\(keyName) through \(serviceAccount)" }
}
