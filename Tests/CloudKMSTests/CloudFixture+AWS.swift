import CloudKMS
import HTTPClient

extension CloudFixture {
  static let aws = CloudFixture(
    provider: .aws, body: Sample.body(),
    stages: [.validate, .credentials, .assumeRole, .confusedDeputy, .encrypt, .decrypt, .keyState],
    wrappingKey: Sample.keyARN,
    killSwitches: [
      Fault("disabled", at: .decrypt, .keyDisabled, .success(.kmsError("DisabledException"))),
      Fault(
        "pending deletion", at: .decrypt, .keyPendingDeletion,
        .success(.kmsError("KMSInvalidStateException", message: "k is pending deletion."))),
      Fault("policy", at: .decrypt, .accessDenied, .success(.kmsError("AccessDeniedException"))),
      Fault("gone", at: .decrypt, .keyNotFound, .success(.kmsError("NotFoundException"))),
      Fault("role or trust policy", at: .assumeRole, .accessDenied, .success(.stsError("AccessDenied"))),
    ],
    troubles: [
      .timeout, .reset, .proxy,
      Fault("throttled", at: .decrypt, .throttled, .success(.kmsError("ThrottlingException"))),
      Fault("internal error", at: .decrypt, .unreachable, .success(.kmsError("KMSInternalException", status: 500))),
      Fault("unknown code", at: .decrypt, .unreachable, .success(.kmsError("SomethingNewException"))),
    ],
    clouds: { fault in
      let aws = ScriptedAWS { action throws(HTTPClientError) in
        guard let fault, action.stage == fault.stage else { return nil }
        return try fault.answer.get()
      }
      return Clouds([Sample.platform(aws)])
    },
    strangers: { Clouds([AWSPlatform(transport: ScriptedAWS(), credentials: EnvironmentCredentials { _ in nil })]) })
}

extension ScriptedAWS.Action {
  fileprivate var stage: VerificationStage {
    switch self {
    case .assumeRole(Sample.externalID): .assumeRole
    case .assumeRole: .confusedDeputy
    case .encrypt: .encrypt
    case .decrypt: .decrypt
    case .encryptWithoutContext, .describe, .rotation: .keyState
    }
  }
}
