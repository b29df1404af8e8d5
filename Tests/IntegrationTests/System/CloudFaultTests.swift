import Foundation
import JSON
import Testing

/// What is wrong with the customer's side, or with the way there: `kms_verify_failed` with its reason, and no change.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot) struct CloudFaultTests {
  static let settings = [
    "VERIFY_PATIENCE_SECONDS": "0", "KMS_TOTAL_TIMEOUT_SECONDS": "4", "KMS_CONNECT_TIMEOUT_SECONDS": "4",
  ]

  @Test func `each fault of the customer's key or role is told apart`() async throws {
    let aws = StandInAWS(endpoint: try #require(StandInAWS.endpoint))
    let account = try await CustomerAWSAccount.create(on: aws)
    try await Deployment.with(Self.settings, workers: 0, as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let before = try await deployment.fingerprint()
      func expect(_ name: String, _ body: JSONValue? = nil, reason: String, stage: String) async throws {
        let answer = try await deployment.client.post(
          "/admin/tenant-kms", token: tenant.ownerToken, body ?? account.candidate)
        #expect(answer.status == 400, "\(name): \(answer)")
        let error = try answer.error
        #expect(error["type"] == "kms_verify_failed", "\(name): \(answer)")
        #expect(error["reason"]?.string == reason, "\(name): \(answer)")
        #expect(error["stage"]?.string == stage, "\(name): \(answer)")
        #expect(error["hint"]?.string?.isEmpty == false, "\(name)")
        #expect(!answer.text.contains(account.externalID), "\(name)")
      }
      func candidate(_ name: String, _ value: JSONValue) -> JSONValue {
        guard case .object(var body) = account.candidate, case .object(var config)? = body["config"] else {
          return .null
        }
        if name == "kms_key_ref" { body[name] = value } else { config[name] = value }
        body["config"] = .object(config)
        return .object(body)
      }
      try await expect(
        "wrong external ID", candidate("external_id", "not-the-right-one"), reason: "access_denied",
        stage: "assume_role")
      try await expect(
        "no such role", candidate("role_arn", .string(account.roleARN + "-absent")), reason: "access_denied",
        stage: "assume_role")
      try await expect(
        "absent key",
        candidate("kms_key_ref", "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000"),
        reason: "access_denied", stage: "encrypt")

      try await expect(
        "asymmetric key", candidate("kms_key_ref", .string(try await account.createAsymmetricKey())),
        reason: "wrong_key_type", stage: "encrypt")

      try await account.setTrustPolicy("Allow", conditional: false)
      try await expect("external ID not enforced", reason: "external_id_not_enforced", stage: "confused_deputy")
      try await account.setTrustPolicy("Allow")
      try await account.setInlinePolicy("Deny")
      try await expect("denied", reason: "access_denied", stage: "encrypt")
      try await account.setInlinePolicy("Allow")
      try await account.kms("DisableKey")
      try await expect("disabled", reason: "key_disabled", stage: "encrypt")
      try await account.kms("EnableKey")
      try await account.kms("ScheduleKeyDeletion", ["PendingWindowInDays": 7])
      try await expect("pending deletion", reason: "key_pending_deletion", stage: "encrypt")
      #expect(try await deployment.fingerprint() == before)
    }
  }

  @Test func `a cloud that hangs, resets or talks nonsense is unreachable`() async throws {
    let proxy = try FaultProxy(to: 1, .hang)
    defer { proxy.stop() }
    var settings = Self.settings
    settings["AWS_ENDPOINT_URL"] = "http://127.0.0.1:\(proxy.port)"
    try await Deployment.with(settings, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let before = try await deployment.fingerprint()
      let ok = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\n"
      let faults: [(String, FaultProxy.Behaviour)] = [
        ("hang", .hang), ("reset", .reset), ("garbage", .answer("garbage")), ("not XML", .answer(ok + "nope")),
        ("redirect", .answer("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")),
        ("500", .answer("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")),
        ("too long", .answer("HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")),
      ]
      for (name, behaviour) in faults {
        proxy.behave(behaviour)
        let answer = try await deployment.client.post(
          "/admin/tenant-kms", token: tenant.ownerToken, BadRequestTests.valid)
        #expect(answer.status == 400, "\(name): \(answer)")
        #expect(try answer.error["type"] == "kms_verify_failed", "\(name): \(answer)")
        #expect(try answer.error["reason"] == "unreachable", "\(name): \(answer)")
        #expect(try answer.error["stage"] == "assume_role", "\(name): \(answer)")
      }
      #expect(try await deployment.fingerprint() == before)
    }
  }

  /// STS has let us in, so the fault is the key's: the way there, or what stands at its end.
  @Test(.serialized, arguments: ["encrypt", "decrypt"])
  func `a KMS that hangs, resets or talks nonsense is unreachable, at the stage where it did`(stage: String)
    async throws
  {
    let endpoint = try #require(StandInAWS.endpoint.flatMap(URLComponents.init(string:)))
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(endpoint.string)))
    let proxy = try FaultProxy(to: endpoint.port ?? 80)
    defer { proxy.stop() }
    var settings = Self.settings
    settings["AWS_ENDPOINT_URL"] = "http://127.0.0.1:\(proxy.port)"
    try await Deployment.with(settings, workers: 0, as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let before = try await deployment.fingerprint()
      let ok = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\n"
      let faults: [(String, FaultProxy.Behaviour)] = [
        ("hang", .hang), ("reset", .reset), ("garbage", .answer("garbage")), ("not JSON", .answer(ok + "nope")),
      ]
      for (name, fault) in faults {
        let target = "TrentService.\(stage.capitalized)"
        let asked = proxy.count(of: target)
        proxy.behave(.until(target, fault))
        let answer = try await deployment.client.post("/admin/tenant-kms", token: tenant.ownerToken, account.candidate)
        #expect(answer.status == 400, "\(name): \(answer)")
        #expect(try answer.error["type"] == "kms_verify_failed", "\(name): \(answer)")
        #expect(try answer.error["reason"] == "unreachable", "\(name): \(answer)")
        #expect(try answer.error["stage"]?.string == stage, "\(name): \(answer)")
        #expect(proxy.count(of: target) > asked, "\(name): never asked")
      }
      #expect(try await deployment.fingerprint() == before)
    }
  }

  @Test func `an external ID that another tenant has proven is refused`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(Self.settings, workers: 0, as: account) { deployment in
      let first = try await deployment.makeTenant()
      let answer = try await deployment.client.post("/admin/tenant-kms", token: first.ownerToken, account.candidate)
      #expect(answer.status == 200, "\(answer)")
      let second = try await deployment.makeTenant()
      let before = try await deployment.fingerprint()
      let refused = try await deployment.client.post("/admin/tenant-kms", token: second.ownerToken, account.candidate)
      #expect(refused.status == 400)
      #expect(try refused.error["type"] == "external_id_in_use")
      #expect(try await deployment.fingerprint() == before)
    }
  }
}
