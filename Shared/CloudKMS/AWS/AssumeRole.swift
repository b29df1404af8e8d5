internal import Cryptography
internal import FoundationEssentials
internal import HTTPClient
internal import SigV4

/// STS `AssumeRole` in the query protocol: a form is sent, XML comes back.
struct AssumeRole: Sendable {
  let roleARN: ARN
  let tenantID: UUID
  /// The external ID to present; nil presents none.
  let externalID: String?

  /// How long the role's credentials live: the shortest that STS grants.
  static let duration = 900

  /// The form's body, encoded as the signature expects it.
  var body: [UInt8] {
    var form = [
      ("Action", "AssumeRole"), ("Version", "2011-06-15"), ("RoleArn", roleARN.description),
      ("RoleSessionName", "tenant-kms-\(tenantID.uuidString.lowercased())"),
    ]
    if let externalID { form.append(("ExternalId", externalID)) }
    form.append(("DurationSeconds", String(Self.duration)))
    return Array(form: form)
  }

  /// Assumes the role and answers its credentials, which nobody may keep: a kept one would outlive the kill switch.
  func send(
    through caller: AWSCaller, credentials: AWSCredentials, stage: VerificationStage
  ) async throws(KMSFailure) -> AWSCredentials {
    let type = HeaderField(name: "Content-Type", value: "application/x-www-form-urlencoded; charset=utf-8")
    let response = try await caller.post(body, to: .sts, headers: [type], credentials: credentials, stage: stage)
    let leaves = try XMLLeaves(answer: response, stage: stage)
    return try Self.credentials(in: leaves, stage: stage)
  }

  private static func credentials(
    in leaves: XMLLeaves, stage: VerificationStage
  ) throws(KMSFailure) -> AWSCredentials {
    let path = "AssumeRoleResponse/AssumeRoleResult/Credentials/"
    guard let id = leaves.text(path + "AccessKeyId"), (16...128).contains(id.utf8.count),
      id.utf8.allSatisfy(\.isAlphanumeric),
      let secret = leaves.text(path + "SecretAccessKey"), (1...256).contains(secret.utf8.count),
      let token = leaves.text(path + "SessionToken"), (1...8192).contains(token.utf8.count),
      token.utf8.allSatisfy({ (0x21..<0x7F).contains($0) })
    else { throw .garbage("without well-formed credentials", from: AWSService.sts, status: 200, stage: stage) }
    return AWSCredentials(
      accessKeyID: id, secretAccessKey: SecretBytes(copying: secret.utf8), sessionToken: token)
  }
}
