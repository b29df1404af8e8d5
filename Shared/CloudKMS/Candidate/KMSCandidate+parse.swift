public import JSON

extension KMSCandidate {
  /// Reads an onboarding body: `{"provider","kms_key_ref","config":{…}}`.
  ///
  /// Credentials are looked for first, whatever else is wrong, so that who sent some learns that. Asks nobody.
  /// - Throws: `.staticCredentials` at the first path that holds some, else `.invalid` with everything that is wrong.
  public static func parse(_ json: JSONValue) throws(CandidateRejection) -> KMSCandidate {
    if let path = StaticCredentialScan.firstPath(in: json) { throw .staticCredentials(path: path) }
    guard case .object = json else { throw .invalid(fields: ["": ["must be an object, is \(json.kind)"]]) }
    var fields = FieldReader(json)
    fields.refuseUnknown(except: ["provider", "kms_key_ref", "config"], in: "")
    guard let cloud = fields.cloud() else { throw .invalid(fields: fields.reasons) }
    let configuration = cloud.configuration(in: &fields)
    guard let configuration, fields.reasons.isEmpty else { throw .invalid(fields: fields.reasons) }
    return KMSCandidate(provider: cloud.provider, configuration: configuration)
  }
}

extension FieldReader {
  fileprivate mutating func cloud() -> (any CloudPlatform.Type)? {
    guard let name = string("provider", length: 1...16) else { return nil }
    guard let cloud = Clouds.all.first(where: { $0.provider.rawValue == name }) else {
      refuse("provider", "must be one of \(Clouds.all.map { $0.provider.rawValue }.joined(separator: ", "))")
      return nil
    }
    return cloud
  }
}
