/// The Microsoft services spoken to.
enum AzureService: String, CloudService {
  case vault
  /// Where applications sign in.
  case entra
  /// What a machine of Azure's knows about itself.
  case metadata

  static let cloud = "Azure"

  /// The service's name in sentences.
  var name: String {
    switch self {
    case .vault: "the key vault"
    case .entra: "Entra ID"
    case .metadata: "the instance metadata service"
    }
  }
}
