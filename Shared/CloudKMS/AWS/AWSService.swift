/// The AWS services spoken to.
enum AWSService: String, CloudService {
  case kms
  case sts

  static let cloud = "AWS"

  /// The service's name in sentences.
  var name: String { self == .kms ? "AWS KMS" : "AWS STS" }

  /// The regional endpoint; STS in the key's region too, since the global one is in us-east-1 alone.
  func origin(region: String, partition: AWSPartition) -> String {
    "https://\(rawValue).\(region).\(partition.dnsSuffix)"
  }
}
