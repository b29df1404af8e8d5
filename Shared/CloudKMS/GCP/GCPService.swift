/// The Google services spoken to.
enum GCPService: String, CloudService {
  case kms = "cloudkms"
  case iamCredentials = "iamcredentials"
  /// Where the platform's own identity is exchanged for a token.
  case token = "oauth2"
  /// What a machine of Google's knows about itself.
  case metadata

  static let cloud = "Google Cloud"

  /// The service's name in sentences.
  var name: String {
    switch self {
    case .kms: "Cloud KMS"
    case .iamCredentials: "IAM Credentials"
    case .token: "Google's token endpoint"
    case .metadata: "the metadata server"
    }
  }
}
