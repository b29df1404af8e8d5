/// The ARN of a KMS key itself, never of an alias, which can be pointed at another key.
public struct AWSKeyName: CloudKeyName {
  /// What it looks like.
  public static let grammar = "arn:aws:kms:REGION:ACCOUNT:key/ID"

  /// The key's ARN.
  public let arn: ARN
  let partition: AWSPartition

  /// Parses an ARN; nil where the text is none, or of anything but a key.
  public init?(_ text: String) {
    guard let arn = ARN(text), arn.isKMSKey, !arn.isAlias, let partition = AWSPartition.named(arn.partition),
      partition.owns(region: arn.region)
    else { return nil }
    self.arn = arn
    self.partition = partition
  }

  /// The ARN as text.
  public var description: String { arn.description }
}
