import CloudKMS
import HTTPClient
import JSON

extension CloudFixture {
  static let gcp = CloudFixture(
    provider: .gcp, body: Sample.gcpBody(),
    stages: [.validate, .credentials, .assumeRole, .encrypt, .decrypt, .keyState],
    wrappingKey: ScriptedGCP.version,
    killSwitches: [
      Fault("disabled", at: .decrypt, .keyDisabled, .success(state("DISABLED"))),
      Fault("destruction", at: .decrypt, .keyPendingDeletion, .success(state("DESTROY_SCHEDULED"))),
      Fault("destroyed", at: .decrypt, .keyPendingDeletion, .success(state("DESTROYED"))),
      Fault("role on the key", at: .decrypt, .accessDenied, .success(.gcpError(403, "PERMISSION_DENIED"))),
      Fault("gone", at: .decrypt, .keyNotFound, .success(.gcpError(404, "NOT_FOUND"))),
      Fault("token creator", at: .assumeRole, .accessDenied, .success(.gcpError(403, "PERMISSION_DENIED"))),
      Fault("service account", at: .assumeRole, .accessDenied, .success(.gcpError(404, "NOT_FOUND"))),
    ],
    troubles: [
      .timeout, .reset, .proxy,
      Fault("throttled", at: .decrypt, .throttled, .success(.gcpError(429, "RESOURCE_EXHAUSTED"))),
      Fault("internal error", at: .decrypt, .unreachable, .success(.gcpError(500, "INTERNAL"))),
      Fault("unavailable", at: .assumeRole, .unreachable, .success(.gcpError(503, "UNAVAILABLE"))),
      Fault("unknown code", at: .decrypt, .unreachable, .success(.gcpError(400, "SOMETHING_NEW"))),
      Fault(
        "damaged answer", at: .decrypt, .unreachable,
        .success(.json(200, ["plaintext": "AAAA", "plaintextCrc32c": "1"]))),
    ],
    clouds: { fault in
      let gcp = ScriptedGCP { action throws(HTTPClientError) in
        guard let fault, action.stage == fault.stage else { return nil }
        return try fault.answer.get()
      }
      return Clouds([Sample.gcpPlatform(gcp)])
    },
    strangers: {
      let nowhere = ScriptedGCP { action throws(HTTPClientError) in
        guard action == .metadata else { return nil }
        throw HTTPClientError(code: .resolve, reason: "metadata.google.internal")
      }
      return Clouds([Sample.gcpPlatform(nowhere)])
    })

  private static func state(_ name: String) -> HTTPResponse {
    .gcpError(
      400, "FAILED_PRECONDITION", message: "\(ScriptedGCP.version) is not enabled, current state is: \(name).")
  }
}

extension ScriptedGCP.Action {
  fileprivate var stage: VerificationStage {
    switch self {
    case .metadata, .token, .subjectToken, .exchange, .impersonateOwn: .credentials
    case .impersonate: .assumeRole
    case .encrypt: .encrypt
    case .decrypt: .decrypt
    case .get: .keyState
    }
  }
}
