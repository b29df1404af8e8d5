public import JSON

extension KMSCandidate {
  /// Reads an onboarding body: `{"provider","kms_key_ref","config":{"region","role_arn","external_id"}}`.
  ///
  /// Credentials are looked for first, whatever else is wrong, so that who sent some learns that. Asks nobody.
  /// - Throws: `.staticCredentials` at the first path that holds some, else `.invalid` with everything that is wrong.
  public static func parse(_ json: JSONValue) throws(CandidateRejection) -> KMSCandidate {
    if let path = StaticCredentialScan.firstPath(in: json) { throw .staticCredentials(path: path) }
    guard case .object = json else { throw .invalid(fields: ["": ["must be an object, is \(json.kind)"]]) }
    var fields = FieldReader(json)
    fields.refuseUnknown(except: ["provider", "kms_key_ref", "config"], in: "")
    guard let provider = fields.provider(), provider.isSupported else { throw .invalid(fields: fields.reasons) }
    let configuration = fields.awsConfiguration()
    guard let configuration, fields.reasons.isEmpty else { throw .invalid(fields: fields.reasons) }
    return KMSCandidate(provider: provider, aws: configuration)
  }
}

extension FieldReader {
  fileprivate mutating func provider() -> KMSProvider? {
    guard let name = string("provider", length: 1...16) else { return nil }
    guard let provider = KMSProvider(rawValue: name) else {
      refuse("provider", "must be one of aws, gcp, azure")
      return nil
    }
    if !provider.isSupported { refuse("provider", "\(provider.rawValue) is not supported by this version") }
    return provider
  }

  fileprivate mutating func awsConfiguration() -> AWSKeyConfiguration? {
    let key = keyARN()
    guard object("config") else { return nil }
    refuseUnknown(except: ["region", "role_arn", "external_id"], in: "config")
    let region = region(of: key)
    let role = roleARN(partition: key?.partition)
    let externalID = string("config.external_id", length: 2...1224)
    if let externalID, !AWSKeyConfiguration.isExternalID(externalID) {
      refuse("config.external_id", "may contain letters, digits and _ + = , . @ : / - only")
    }
    guard let key, let region, let role, let externalID else { return nil }
    return AWSKeyConfiguration(keyARN: key, region: region, roleARN: role, externalID: externalID)
  }

  private mutating func keyARN() -> ARN? {
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

  private mutating func region(of key: ARN?) -> String? {
    guard let region = string("config.region", length: 1...32) else { return nil }
    if let key, key.region != region { refuse("config.region", "must be the region in kms_key_ref") }
    return region
  }

  private mutating func roleARN(partition: String?) -> ARN? {
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
