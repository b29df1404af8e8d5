import HTTPTypes
import Hummingbird
import HummingbirdCore
import JSON
import NIOCore

/// What clients are told of the API, in the words of OpenAPI 3.1: `openapi.json`, which is part of the executable. Tests
/// hold it against the router, the tables of routes and the bounds in the code.
struct OpenAPIDocument: Sendable {
  /// A path of the document, and what can be done there.
  private struct Path {
    /// Each the text that must stand there; nil for a parameter.
    let segments: [Substring?]
    let methods: [HTTPRequest.Method]

    var literals: Int { segments.count { $0 != nil } }

    func matches(_ path: [Substring]) -> Bool {
      segments.count == path.count && zip(segments, path).allSatisfy { $0 == nil || $0 == $1 }
    }
  }

  /// The document, read at its first use: what it says is a megabyte in memory meanwhile.
  static let ours = Result { () throws(JSONError) in try OpenAPIDocument() }

  private let paths: [Path]
  private let buffer: ByteBuffer

  /// What it says.
  static var json: JSONValue {
    get throws(JSONError) { try JSONValue(parsing: PackageResources.openapi_json) }
  }

  /// Reads the document.
  /// - Throws: only where the executable was built wrong.
  private init() throws(JSONError) {
    let json = try Self.json
    buffer = ByteBuffer(bytes: json.canonicalBytes)
    guard case .object(let members)? = json["paths"] else {
      paths = []
      return
    }
    paths = members.map { path, operations in
      var methods: [HTTPRequest.Method] = []
      if case .object(let operations) = operations {
        methods = operations.keys.sorted().compactMap { HTTPRequest.Method($0.uppercased()) }
      }
      return Path(
        segments: path.split(separator: "/").map { $0.hasPrefix("{") ? nil : $0 }, methods: methods)
    }
  }

  /// What `GET /openapi.json` is answered.
  var response: Response {
    Response(status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: buffer))
  }

  /// What can be done at a path; nothing where there is no such path.
  func methods(at path: String) -> [HTTPRequest.Method] {
    let segments = path.split(separator: "/")
    return paths.filter { $0.matches(segments) }.max { $0.literals < $1.literals }?.methods ?? []
  }
}
