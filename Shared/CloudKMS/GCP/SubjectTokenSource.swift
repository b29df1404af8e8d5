internal import HTTPClient
internal import JSON

/// Where the token is that proves elsewhere who the platform is (AIP-4117, `credential_source`).
enum SubjectTokenSource: Sendable, Equatable {
  /// A file, such as Kubernetes and others keep and replace.
  case file(String, TokenFormat)
  /// An address to ask, such as Azure's instance metadata service.
  case url(String, [HTTPHeader], TokenFormat)
  /// A request to AWS that only the platform's AWS identity could have signed; the address is a template of STS's.
  case aws(String)

  /// The kind of token that ``aws(_:)`` makes.
  static let awsType = "urn:ietf:params:aws:token-type:aws4_request"
  /// The kinds of tokens that Google takes.
  static let types: Set = [
    awsType, "urn:ietf:params:oauth:token-type:jwt", "urn:ietf:params:oauth:token-type:id_token",
    "urn:ietf:params:oauth:token-type:saml2",
  ]
  /// The longest path or URL, in bytes.
  private static let maximumLength = 4096
  /// The most header fields.
  private static let maximumHeaders = 16

  /// Reads `credential_source`.
  /// - Throws: `.platformCredentials` with what is wrong.
  init(_ json: JSONValue, tokenType: String) throws(KMSFailure) {
    if json["executable"] != nil {
      throw .badKeyFile(
        "its credential_source is an executable, which this service never runs for a token: have it write a file, and "
          + "name that")
    }
    if json["certificate"] != nil {
      throw .badKeyFile("its credential_source is a certificate, which this version does not take")
    }
    guard let environment = json["environment_id"] else {
      self = try Self.token(json, tokenType)
      return
    }
    guard environment == "aws1", tokenType == Self.awsType else {
      throw .badKeyFile("its environment_id is not aws1 with the subject_token_type \(Self.awsType)")
    }
    guard let template = json["regional_cred_verification_url"]?.string, template.utf8.count <= 256 else {
      throw .badKeyFile("its credential_source lacks regional_cred_verification_url")
    }
    self = .aws(template)
  }

  private static func token(_ json: JSONValue, _ tokenType: String) throws(KMSFailure) -> SubjectTokenSource {
    guard tokenType != awsType else { throw .badKeyFile("its credential_source lacks environment_id") }
    let format = try TokenFormat(json["format"])
    switch (json["file"]?.string, json["url"]?.string) {
    case (let path?, nil) where (1...maximumLength).contains(path.utf8.count): return .file(path, format)
    case (nil, let url?) where (1...maximumLength).contains(url.utf8.count):
      guard !url.prefix(while: { $0 != "?" }).contains("@") else {
        throw .badKeyFile("the url of its credential_source has user information, or an @ in its path")
      }
      return .url(url, try headers(json["headers"]), format)
    default: throw .badKeyFile("its credential_source names neither a file nor a url, or both")
    }
  }

  private static func headers(_ json: JSONValue?) throws(KMSFailure) -> [HTTPHeader] {
    guard let json else { return [] }
    guard case .object(let members) = json, members.count <= maximumHeaders else {
      throw .badKeyFile("the headers of its credential_source are no object of \(maximumHeaders) texts at most")
    }
    var headers: [HTTPHeader] = []
    for (name, value) in members.sorted(by: { $0.key < $1.key }) {
      guard let value = value.string else { throw .badKeyFile("a header of its credential_source is no text") }
      headers.append(HTTPHeader(name, value))
    }
    return headers
  }
}

/// How a token stands in what holds it.
enum TokenFormat: Sendable, Equatable {
  /// Alone.
  case text
  /// As a member of a JSON object.
  case json(String)

  /// Reads `format`; text where there is none.
  init(_ json: JSONValue?) throws(KMSFailure) {
    switch (json?["type"]?.string ?? "text", json?["subject_token_field_name"]?.string) {
    case ("text", _): self = .text
    case ("json", let name?): self = .json(name)
    case ("json", nil): throw .badKeyFile("the format of its credential_source lacks subject_token_field_name")
    default: throw .badKeyFile("the format of its credential_source is neither text nor json")
    }
  }

  /// The token in what was read; nil where there is none.
  func token(in bytes: [UInt8]) -> String? {
    switch self {
    case .text: return String(token: bytes)
    case .json(let name):
      do throws(JSONError) {
        let json = try JSONValue(parsing: bytes, maximumLength: SubjectTokenSupplier.maximumLength, maximumDepth: 8)
        return json[name]?.string.flatMap { String(token: Array($0.utf8)) }
      } catch { return nil }
    }
  }
}
