import Commands
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import NIOCore

extension Request {
  /// Reads a JSON body, refusing a longer one before it is buffered.
  /// - Parameter limit: the most bytes accepted.
  func json(limit: Int) async throws -> JSONValue {
    try json(try await bytes(limit: limit), limit: limit)
  }

  /// Reads a JSON body likewise; nil where there is none.
  func jsonIfPresent(limit: Int) async throws -> JSONValue? {
    let bytes = try await bytes(limit: limit)
    // A bare nil would be JSON's null.
    return bytes.isEmpty ? Optional.none : try json(bytes, limit: limit)
  }

  /// Reads a body, refusing a longer one before it is buffered.
  /// - Parameter limit: the most bytes accepted.
  func bytes(limit: Int) async throws -> [UInt8] {
    if let length = headers.only(.contentLength).flatMap({ Int($0) }), length > limit {
      throw HTTPError(.contentTooLarge)
    }
    do { return Array(buffer: try await body.collect(upTo: limit)) } catch is NIOTooManyBytesError {
      throw HTTPError(.contentTooLarge)
    }
  }

  private func json(_ bytes: [UInt8], limit: Int) throws(APIError) -> JSONValue {
    do { return try JSONValue(parsing: bytes, maximumLength: limit) } catch {
      // The API of the admins has a word of its own for it.
      let refusal = uri.path.hasPrefix("/admin/") ? APIError.invalidRequest : APIError.validation
      throw refusal("the body is not JSON: \(error)", [:])
    }
  }

  /// The credential of an `Authorization: Bearer` header.
  /// - Throws: 401 where there is none.
  func bearerToken() throws -> String {
    let header = headers.only(.authorization) ?? ""
    let scheme = header.prefix { $0 != " " }
    let token = header[scheme.endIndex...].drop { $0 == " " }
    guard scheme.lowercased() == "bearer", !token.isEmpty else {
      throw APIError.notAuthenticated("send `Authorization: Bearer <token>`")
    }
    return String(token)
  }
}

extension RequestContext {
  /// The UUID in a path.
  /// - Throws: 404 where the text is no UUID: no such thing can exist.
  func id(_ name: String) throws -> UUID {
    guard let id = parameters.get(name).flatMap({ UUID(rfc9562: $0) }) else { throw APIError.notFound() }
    return id
  }
}
