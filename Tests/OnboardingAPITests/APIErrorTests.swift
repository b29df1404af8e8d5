import CloudKMS
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import Repository
import Testing

@testable import MasterKeys
@testable import Repository
@testable import Postgres
@testable import onboarding_api

@Suite struct APIErrorTests {
  @Test func `an error is one object with type, message and request id`() async throws {
    let error = APIError.invalidRequest("no", fields: ["config.region": ["is required"]])
    let answer = try await Answer(error.response(requestID: "r1"))
    #expect(answer.status == .badRequest)
    #expect(
      answer.json == [
        "error": [
          "type": "invalid_request", "message": "no", "request_id": "r1",
          "fields": ["config.region": ["is required"]],
        ]
      ])
    #expect(answer.headers[.contentType] == "application/json")
  }

  @Test func `further members never hide the error's own`() async throws {
    let error = APIError(
      status: .badRequest, type: "t", message: "m", extra: ["type": "x", "message": "x", "request_id": "x"])
    let answer = try await Answer(error.response(requestID: "r1"))
    #expect(answer.json == ["error": ["type": "t", "message": "m", "request_id": "r1"]])
  }

  @Test func `a database lost in a commit is never told as nothing changed`() {
    let lost = PostgresError(.connectionLost, "lost").apiError
    let undecided = PostgresError(.commitUnknown, "lost").apiError
    #expect(lost == .unavailable("the database"))
    #expect(undecided == .undecided)
    #expect(undecided?.type == lost?.type)
    #expect(undecided?.message.contains("unknown") == true)
  }

  @Test func `a client is told when to come back and how to log in`() async throws {
    let unavailable = try await Answer(APIError.unavailable("the database").response(requestID: "r"))
    #expect(unavailable.status == .serviceUnavailable)
    #expect(unavailable.headers[.retryAfter] == "5")
    #expect(unavailable.json["error"]?["type"] == "dependency_unavailable")
    let refused = try await Answer(APIError.notAuthenticated("no").response(requestID: "r"))
    #expect(refused.headers[.wwwAuthenticate] == "Bearer")
    #expect(refused.headers[.retryAfter] == nil)
  }

  @Test(
    arguments: [
      (.noSuchTenant, 404, "not_found"), (.noSuchJob, 404, "not_found"), (.nameTaken, 409, "conflict"),
      (.keyVersionMoved, 409, "conflict"), (.externalIDInUse, 400, "external_id_in_use"), (.slugTaken, nil, nil),
      (.migrationEdited(1), nil, nil), (.schemaTooNew(found: 2, known: 1), nil, nil),
      (.schemaOutdated(missing: [2]), nil, nil), (.configurationExists, nil, nil), (.notTheOwner, nil, nil),
      (.unknownValue(column: "status", "x"), nil, nil),
    ] as [(RepositoryError.Code, Int?, String?)])
  func `the repository's errors have the contract's names, or none`(
    code: RepositoryError.Code, status: Int?, type: String?
  ) {
    let error = RepositoryError(code).apiError
    #expect(error?.status.code == status)
    #expect(error?.type == type)
  }

  @Test func `keys that can't be had are sealed or gone`() throws {
    let failure = KMSFailure(
      reason: .accessDenied, providerCode: "AccessDeniedException", isPermanent: true, seal: .now, hint: "Allow it.")
    let sealed = try #require(MasterKeyError(.sealed(failure)).apiError)
    #expect(sealed.status == .serviceUnavailable)
    #expect(sealed.type == "tenant_sealed")
    #expect(sealed.retryAfter == 30)
    #expect(sealed.message == "the tenant's key can't be used: access_denied: Allow it.")
    let revoked = try #require(MasterKeyError(.revoked(1)).apiError)
    #expect(revoked.status == .gone)
    #expect(revoked.type == "key_revoked")
    #expect(MasterKeyError(.noSuchVersion(1)).apiError == nil)
    let seal = TenantSeal(since: .distantPast, reason: "key_disabled at decrypt: Enable it.")
    #expect(MasterKeyError(.tenantSealed(seal)).apiError == .tenantSealed("key_disabled at decrypt: Enable it."))
    let platform = try #require(MasterKeyError(.platformKey(failure)).apiError)
    #expect(platform.status == .serviceUnavailable)
    #expect(platform.type == "dependency_unavailable")
    #expect(platform.retryAfter == 5)
    #expect(!platform.message.contains("access_denied") && !platform.message.contains(failure.hint))
    #expect(MasterKeyError(.outOfTouch).apiError == .unavailable("the message broker"))
  }

  @Test func `a credential in the body is named by its place alone`() throws {
    let error = try #require(CandidateRejection.staticCredentials(path: "config.secret").apiError)
    #expect(error.status == .badRequest)
    #expect(error.type == "static_credentials_rejected")
    #expect(error.extra["path"] == "config.secret")
    let invalid = try #require(CandidateRejection.invalid(fields: ["provider": ["is required"]]).apiError)
    #expect(invalid.type == "invalid_request")
    #expect(invalid.extra["fields"] == ["provider": ["is required"]])
  }
}
