import AMQP
import CloudKMS
import Cryptography
import HTTPTypes
import Hummingbird
import JSON
import MasterKeys
import Postgres
import Repository

/// An error of a module that clients may be told about, in their terms.
protocol APIErrorConvertible: Error {
  /// The error for the client, or nil where it is a defect of ours.
  var apiError: APIError? { get }
}

extension APIError: APIErrorConvertible {
  var apiError: APIError? { self }
}

extension RepositoryError: APIErrorConvertible {
  var apiError: APIError? {
    switch code {
    case .noSuchTenant: .notFound("no such tenant")
    case .noSuchJob: .notFound("no such rewrap job")
    case .wrongJobState(let status, _):
      APIError(
        status: .conflict, type: "wrong_state", message: description, extra: ["status": .string(status.rawValue)])
    case .jobOutdated: APIError(status: .conflict, type: "wrong_state", message: description)
    case .noConfiguration: .noKMSConfiguration
    case .tenantSealed: .sealedAgainstChange
    case .noSuchVersion: .notFound(description)
    case .versionActive: APIError(status: .conflict, type: "version_active", message: description)
    case .rowsRemaining(let count):
      APIError(status: .conflict, type: "rows_remaining", message: description, extra: ["count": .integer(count)])
    case .confirmationMismatch: APIError(status: .badRequest, type: "confirmation_mismatch", message: description)
    case .nameTaken: APIError(status: .conflict, type: "conflict", message: description)
    case .externalIDInUse:
      APIError(
        status: .badRequest, type: "external_id_in_use",
        message: "this external ID belongs to another tenant; generate a new random UUID for yours")
    case .keyVersionMoved:
      APIError(
        status: .conflict, type: "conflict", message: "another change of this tenant's key is under way; try again",
        retryAfter: 1)
    case .noSuchPosition:
      .validation(
        "the query doesn't fit",
        fields: [
          "cursor": ["is not of this database as it is now; read from the start, and pass over the ids you have seen"]
        ])
    case .tooManyAPIKeys: APIError(status: .conflict, type: "conflict", message: description)
    case .migrationEdited, .schemaTooNew, .schemaOutdated, .slugTaken, .replacementNeeded, .configurationExists,
      .notTheOwner, .unknownValue:
      nil
    }
  }
}

extension PostgresError: APIErrorConvertible {
  var apiError: APIError? {
    if code == .commitUnknown { return .undecided }
    return isConnectivity || isRetriable ? .unavailable("the database") : nil
  }
}

extension AMQPError: APIErrorConvertible {
  var apiError: APIError? { isRetriable ? .unavailable("the message broker") : nil }
}

extension CandidateRejection: APIErrorConvertible {
  var apiError: APIError? {
    switch self {
    case .staticCredentials(let path):
      APIError(
        status: .badRequest, type: "static_credentials_rejected",
        message: "\(path) holds a long-lived credential, which is never accepted; grant access by a role instead",
        extra: ["path": .string(path)])
    case .invalid(let fields): .invalidRequest("the body doesn't fit", fields: fields)
    }
  }
}

extension MasterKeyError: APIErrorConvertible {
  var apiError: APIError? {
    switch code {
    case .noSuchVersion: nil
    case .revoked:
      APIError(
        status: .gone, type: "key_revoked", message: "the key version that encrypted this was revoked: it is gone")
    case .sealed(let failure): .tenantSealed("\(failure.reason.rawValue): \(failure.hint)")
    // Which key that is, and what is wrong with it, is no tenant's business.
    case .platformKey: .unavailable("the key service that wraps this tenant's key for the platform")
    case .tenantSealed(let seal): .tenantSealed(seal.reason)
    case .outOfTouch: .unavailable("the message broker")
    }
  }
}

extension HTTPError: APIErrorConvertible {
  var apiError: APIError? {
    switch status {
    case .notFound: .notFound("no such route")
    case .contentTooLarge:
      APIError(status: status, type: "invalid_request", message: "the body is longer than this call accepts")
    default: APIError(status: status, type: "invalid_request", message: body ?? status.reasonPhrase)
    }
  }
}

extension CryptographyError: APIErrorConvertible {
  /// Only what a client's password can meet: the memory that hashing it takes.
  var apiError: APIError? {
    guard code == .outOfMemory else { return nil }
    return APIError(
      status: .serviceUnavailable, type: "dependency_unavailable",
      message: "there is no memory to check the password with at the moment; try again", retryAfter: 5)
  }
}

extension AttemptsExhausted: APIErrorConvertible {
  var apiError: APIError? { .rateLimited("too many attempts; wait, then try again", retryAfter: retryAfter) }
}
