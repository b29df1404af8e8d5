import CloudKMS
import HTTPClient
import JSON

extension CloudFixture {
  static let azure = CloudFixture(
    provider: .azure, body: Sample.azureBody(),
    stages: [.validate, .credentials, .assumeRole, .encrypt, .decrypt, .keyState],
    wrappingKey: ScriptedAzure.version,
    killSwitches: [
      Fault(
        "disabled", at: .decrypt, .keyDisabled, .success(.vaultError(403, "Forbidden", inner: "KeyDisabled"))),
      Fault(
        "role", at: .decrypt, .accessDenied, .success(.vaultError(403, "Forbidden", inner: "ForbiddenByRbac"))),
      Fault(
        "firewall", at: .decrypt, .networkDenied,
        .success(.vaultError(403, "Forbidden", inner: "ForbiddenByFirewall"))),
      Fault("gone", at: .decrypt, .keyNotFound, .success(.vaultError(404, "KeyNotFound"))),
    ],
    troubles: [
      .timeout, .reset, .proxy,
      Fault("throttled", at: .decrypt, .throttled, .success(.vaultError(429, "Throttled"))),
      Fault("internal error", at: .decrypt, .unreachable, .success(.vaultError(500, "InternalServerError"))),
      Fault("unknown code", at: .decrypt, .unreachable, .success(.vaultError(400, "SomethingNew"))),
      Fault("redirect", at: .decrypt, .unreachable, .success(HTTPResponse(status: 302))),
    ],
    clouds: { fault in
      let azure = ScriptedAzure { action throws(HTTPClientError) in
        guard let fault, action.stage == fault.stage else { return nil }
        return try fault.answer.get()
      }
      return Clouds([Sample.azurePlatform(azure)])
    },
    strangers: {
      let nowhere = ScriptedAzure { action throws(HTTPClientError) in
        guard action == .metadata else { return nil }
        throw HTTPClientError(code: .timeout(.connect), reason: "169.254.169.254")
      }
      return Clouds([Sample.azurePlatform(nowhere)])
    })
}

extension ScriptedAzure.Action {
  fileprivate var stage: VerificationStage? {
    switch self {
    case .metadata: .credentials
    case .challenge, .signIn: .assumeRole
    case .get, .wrap: .encrypt
    case .unwrap: .decrypt
    case .rotationPolicy: .keyState
    case .other: nil
    }
  }
}
