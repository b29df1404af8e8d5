/// The Google services spoken to.
enum GCPService: String, CloudService {
  case kms = "cloudkms"
  case iamCredentials = "iamcredentials"
  /// Where the platform's own identity is exchanged for a token.
  case token = "oauth2"
  /// Where the identity that the platform has elsewhere is exchanged for a token.
  case sts
  /// The same as ``iamCredentials``, asked for a token of the platform's own service account.
  case impersonation
  /// Whoever gives the platform a token of that identity.
  case subjectToken
  /// What a machine of Google's knows about itself.
  case metadata

  static let cloud = "Google Cloud"

  /// The service's name in sentences.
  var name: String {
    switch self {
    case .kms: "Cloud KMS"
    case .iamCredentials: "IAM Credentials"
    case .token: "Google's token endpoint"
    case .sts: "Google's Security Token Service"
    case .impersonation: "IAM Credentials"
    case .subjectToken: "the address of the subject token"
    case .metadata: "the metadata server"
    }
  }
}
