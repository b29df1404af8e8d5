import HTTPTypes
import MasterKeys
import Repository
import Transit

extension TransitKeyError: APIErrorConvertible {
  var apiError: APIError? {
    switch self {
    case .noSuchKey, .noSuchVersion: .notFound(description)
    case .nameTaken, .tooManyKeys: APIError(status: .conflict, type: "conflict", message: description)
    case .deletionNotAllowed, .versionActive:
      APIError(status: .conflict, type: "deletion_not_allowed", message: description)
    }
  }
}

extension TransitError: APIErrorConvertible {
  var apiError: APIError? {
    switch self {
    case .malformed, .notImported, .unknownVersion, .cannotDecrypt: .ciphertext(description)
    case .destroyedVersion: APIError(status: .gone, type: "key_revoked", message: description)
    case .outdated: .unavailable("the database")
    }
  }
}

extension KeyUses.Exhausted: APIErrorConvertible {
  var apiError: APIError? { APIError(status: .conflict, type: "conflict", message: description) }
}
