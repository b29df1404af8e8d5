import Testing

/// The roles that the schema gives its rights to, one for each service.
enum ServiceRole: String, CaseIterable, CustomTestStringConvertible {
  case api = "tenant_kms_api"
  case verifier = "tenant_kms_verifier"
  case worker = "tenant_kms_worker"

  /// The executable that works as this role.
  var program: String {
    switch self {
    case .api: "onboarding-api"
    case .verifier: "verifier"
    case .worker: "rewrap-worker"
    }
  }

  var testDescription: String { rawValue }
}
