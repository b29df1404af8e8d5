import CloudKMS
import Foundation
import HTTPClient
import JSON
import Testing

extension Sample {
  static let gcpKey = "projects/acme-prod/locations/europe-west3/keyRings/saas/cryptoKeys/tenant-kms"
  static let serviceAccount = "tenant-kms@acme-prod.iam.gserviceaccount.com"

  /// An onboarding body; nil leaves a member of `config` out.
  static func gcpBody(
    keyReference: JSONValue? = .string(gcpKey), serviceAccount: JSONValue? = .string(serviceAccount),
    adding others: [String: JSONValue] = [:]
  ) -> JSONValue {
    var config = others
    config["impersonate_service_account"] = serviceAccount
    var members: [String: JSONValue] = ["provider": "gcp", "config": .object(config)]
    members["kms_key_ref"] = keyReference
    return .object(members)
  }

  static func gcpPlatform(
    _ transport: some HTTPTransport, credentialsFile: String? = nil, endpoint: String? = nil,
    clock: KMSClock = KMSClock(now: { now }, sleep: { _ in })
  ) -> GCPPlatform {
    GCPPlatform(transport: transport, credentialsFile: credentialsFile, endpoint: endpoint, clock: clock)
  }

  static func gcpKEK(_ platform: GCPPlatform) throws -> any KeyEncryptionKey {
    try Clouds([platform]).key(KMSCandidate.parse(gcpBody()))
  }
}
