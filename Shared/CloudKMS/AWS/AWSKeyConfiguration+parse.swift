extension AWSKeyConfiguration {
  /// Reads `{"kms_key_ref","config":{"region","role_arn","external_id"}}`.
  public init?(reading fields: inout FieldReader) {
    let key = fields.keyARN()
    guard fields.object("config") else { return nil }
    fields.refuseUnknown(except: ["region", "role_arn", "external_id"], in: "config")
    let region = fields.region(of: key)
    let role = fields.roleARN(partition: key?.partition)
    let externalID = fields.string("config.external_id", length: 2...1224)
    if let externalID, !Self.isExternalID(externalID) {
      fields.refuse("config.external_id", "may contain letters, digits and _ + = , . @ : / - only")
    }
    guard let key, let region, let role, let externalID else { return nil }
    self.init(keyARN: key, region: region, roleARN: role, externalID: externalID)
  }
}

extension FieldReader {
  fileprivate mutating func keyARN() -> ARN? {
    guard let text = string("kms_key_ref", length: 1...ARN.maximumLength) else { return nil }
    guard let arn = ARN(text), arn.isKMSKey else {
      refuse(
        "kms_key_ref", "must be the ARN of a KMS key or alias: arn:aws:kms:REGION:ACCOUNT:key/ID or …:alias/NAME")
      return nil
    }
    if arn.isAWSManagedAlias { refuse("kms_key_ref", "is a key of AWS's own, which can't be shared") }
    guard let partition = AWSPartition.named(arn.partition) else {
      refuse("kms_key_ref", "is in a partition that this version does not know")
      return arn
    }
    if !partition.owns(region: arn.region) {
      refuse("kms_key_ref", "names a region that is none of the partition \(partition.id)")
    }
    return arn
  }

  fileprivate mutating func region(of key: ARN?) -> String? {
    guard let region = string("config.region", length: 1...32) else { return nil }
    if let key, key.region != region { refuse("config.region", "must be the region in kms_key_ref") }
    return region
  }

  fileprivate mutating func roleARN(partition: String?) -> ARN? {
    guard let text = string("config.role_arn", length: 1...ARN.maximumLength) else { return nil }
    guard let arn = ARN(text), arn.isRole else {
      refuse("config.role_arn", "must be the ARN of an IAM role: arn:aws:iam::ACCOUNT:role/NAME")
      return nil
    }
    if let partition, arn.partition != partition {
      refuse("config.role_arn", "must be in the same partition as kms_key_ref")
    }
    return arn
  }
}
