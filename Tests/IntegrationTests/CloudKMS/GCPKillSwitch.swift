import CloudKMS

/// The ways in which a customer takes their key in Google Cloud away, and gives it back.
enum GCPKillSwitch: String, Sendable, CaseIterable {
  case disableVersion, scheduleDestruction, removeKeyRole, removeTokenCreator

  /// Those that are grants of permissions.
  static let grants = [removeKeyRole, removeTokenCreator]

  /// What it looks like from here.
  var reason: KMSFailure.Reason {
    switch self {
    case .disableVersion: .keyDisabled
    case .scheduleDestruction: .keyPendingDeletion
    case .removeKeyRole, .removeTokenCreator: .accessDenied
    }
  }

  /// Takes the key away from the platform.
  func pull(_ project: CustomerGCPProject) async throws {
    switch self {
    case .disableVersion: try await project.setState("DISABLED")
    case .scheduleDestruction: try await project.setState("DESTROY_SCHEDULED")
    case .removeKeyRole, .removeTokenCreator: try await set(granted: false, project)
    }
  }

  /// Gives the key back, as it was.
  func restore(_ project: CustomerGCPProject) async throws {
    switch self {
    case .disableVersion, .scheduleDestruction: try await project.setState("ENABLED")
    case .removeKeyRole, .removeTokenCreator: try await set(granted: true, project)
    }
  }

  private func set(granted: Bool, _ project: CustomerGCPProject) async throws {
    guard self == .removeKeyRole else {
      return try await project.set(
        "iam.serviceAccounts.getAccessToken", of: project.platformAccount,
        on: "projects/-/serviceAccounts/\(project.serviceAccount)", granted: granted)
    }
    for permission in ["cloudkms.cryptoKeyVersions.useToEncrypt", "cloudkms.cryptoKeyVersions.useToDecrypt"] {
      try await project.set(permission, of: project.serviceAccount, on: project.keyName, granted: granted)
    }
  }
}
