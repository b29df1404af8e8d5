extension GCPKeyConfiguration {
  /// Reads `{"kms_key_ref","config":{"impersonate_service_account","project_id"}}`.
  public init?(reading fields: inout FieldReader) {
    let keyName = fields.gcpKeyName()
    guard fields.object("config") else { return nil }
    fields.refuseUnknown(except: ["impersonate_service_account", "project_id"], in: "config")
    let serviceAccount = fields.string("config.impersonate_service_account", length: 1...254)
    if let serviceAccount, !Self.isServiceAccount(serviceAccount) {
      fields.refuse(
        "config.impersonate_service_account",
        "must be the e-mail address of a service account: NAME@PROJECT.iam.gserviceaccount.com")
    }
    let projectID = fields.optionalString("config.project_id", length: 1...128)
    if let projectID, let keyName, projectID != keyName.project {
      fields.refuse("config.project_id", "must be the project in kms_key_ref")
    }
    guard let keyName, let serviceAccount else { return nil }
    self.init(keyName: keyName, serviceAccount: serviceAccount, projectID: projectID)
  }
}

extension FieldReader {
  fileprivate mutating func gcpKeyName() -> GCPKeyName? {
    guard let text = string("kms_key_ref", length: 1...GCPKeyName.maximumLength) else { return nil }
    guard let name = GCPKeyName(text) else {
      refuse(
        "kms_key_ref",
        "must name a Cloud KMS key, without a version: projects/P/locations/L/keyRings/R/cryptoKeys/K")
      return nil
    }
    return name
  }
}
