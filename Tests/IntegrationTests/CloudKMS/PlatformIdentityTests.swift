import Foundation
import JSON
import Testing

/// Who the services are in the clouds, found as on a machine of theirs, and told to tenants.
@Suite(.enabled(if: Deployment.isPossible && StandInCloud.arePlayed), .deploymentSlot) struct PlatformIdentityTests {
  /// No credentials in the variables that deployments usually have.
  private static let unnamed = [
    "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_CONFIG_FILE": "/nonexistent",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", "VERIFY_PATIENCE_SECONDS": "0",
  ]

  @Test func `services act as the profile that they are told, once its file has keys`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    let file = FileManager.default.temporaryDirectory.appending(path: "credentials-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    let profile = ["AWS_PROFILE": "platform", "AWS_SHARED_CREDENTIALS_FILE": file.path()]
    try await Deployment.with(Self.unnamed.merging(profile) { $1 }) { deployment in
      let tenant = try await deployment.makeTenant()
      let values = try await deployment.makeSecrets(3, for: tenant)
      let early = try await deployment.client.post("/admin/tenant-kms", token: tenant.ownerToken, account.candidate)
      #expect(try early.error["reason"] == "no_credentials", "\(early)")
      let keys = """
        [platform]
        aws_access_key_id = \(account.platformAccessKeyID)
        aws_secret_access_key = \(account.platformSecretAccessKey)
        """
      try Data(keys.utf8).write(to: file)
      try await deployment.onboard(account.candidate, for: tenant)
      #expect(try await deployment.finishedRewrap(of: tenant)["status"] == "completed")
      #expect(try await deployment.revealedSecrets(of: tenant) == values)
    }
  }

  @Test func `a metadata service that hangs costs seconds, and the refusal says what was tried`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    let endpoint = try FaultProxy(to: 1, .hang)
    defer { endpoint.stop() }
    let origin = ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:\(endpoint.port)"]
    try await Deployment.with(Self.unnamed.merging(origin) { $1 }, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let answer = try await deployment.client.post("/admin/tenant-kms", token: tenant.ownerToken, account.candidate)
      #expect(answer.status == 400, "\(answer)")
      let error = try answer.error
      #expect(error["reason"] == "no_credentials")
      #expect(error["stage"] == "credentials")
      let hint = try #require(error["hint"]?.string)
      #expect(
        hint.contains("the environment; a web identity; a shared profile; a container's role; an instance's role"),
        "\(hint)")
      #expect(!hint.contains("127.0.0.1"), "\(hint)")
    }
  }

  @Test func `a tenant is told whom to trust in each cloud`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await CustomerGCPProject.with { project in
      let token = FileManager.default.temporaryDirectory.appending(path: "federated-\(UUID().uuidString)")
      try Data("ey.J.1".utf8).write(to: token)
      defer { try? FileManager.default.removeItem(at: token) }
      let client = UUID().uuidString.lowercased()
      let azure = ["AZURE_FEDERATED_TOKEN_FILE": token.path(), "AZURE_CLIENT_ID": client]
      try await Deployment.with(project.settings.merging(azure) { $1 }, verifies: false, workers: 0, as: account) {
        deployment in
        let tenant = try await deployment.makeTenant()
        let answer = try await deployment.client.get("/admin/tenant-kms/platform", token: tenant.ownerToken)
        #expect(answer.status == 200, "\(answer)")
        let json = try answer.json
        #expect(json["aws"]?["account_id"]?.string == StandInAWS.platformAccount)
        #expect(json["aws"]?["principal_arn"]?.string == account.platformPrincipalARN)
        #expect(json["aws"]?["trust_policy"]?.string?.contains(account.platformPrincipalARN) == true)
        #expect(json["aws"]?["permission_policy"]?.string?.contains(tenant.id.uuidString.lowercased()) == true)
        #expect(json["gcp"]?["principal_email"]?.string == project.platformAccount)
        #expect(json["azure"]?["client_id"]?.string == client)
      }
    }
  }
}
