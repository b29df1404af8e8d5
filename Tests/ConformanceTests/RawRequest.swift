import SigV4

/// A request in the text form of the suite: a request line, header lines, an empty line and a body.
struct RawRequest: Equatable {
  let method: String
  let path: String
  let query: String?
  let headers: [HeaderField]
  let body: String

  struct Malformed: Error {}

  init(_ text: String) throws {
    let end = text.firstRange(of: "\n\n")
    let head = text[..<(end?.lowerBound ?? text.endIndex)].split(separator: "\n")
    body = end.map { String(text[$0.upperBound...]) } ?? ""
    guard let line = head.first, let first = line.firstIndex(of: " "), let last = line.lastIndex(of: " "), first < last
    else { throw Malformed() }
    method = String(line[..<first])
    let target = line[line.index(after: first)..<last].split(separator: "?", maxSplits: 1).map(String.init)
    path = target[0]
    query = target.count > 1 ? target[1] : nil

    var headers: [HeaderField] = []
    for line in head.dropFirst() {
      if line.first == " ", let folded = headers.popLast() {
        // RFC 9112 section 5.2: a receiver replaces a line fold with spaces before it interprets the value.
        headers.append(HeaderField(name: folded.name, value: folded.value + line))
      } else {
        guard let colon = line.firstIndex(of: ":") else { throw Malformed() }
        headers.append(HeaderField(name: String(line[..<colon]), value: String(line[line.index(after: colon)...])))
      }
    }
    self.headers = headers
  }

  init(_ request: SignedRequest, body: [UInt8]) {
    method = request.method
    path = request.path
    query = request.query
    headers = request.headers
    self.body = String(decoding: body, as: UTF8.self)
  }

  var signingRequest: SigningRequest {
    SigningRequest(method: method, path: path, query: query, headers: headers, body: Array(body.utf8))
  }

  /// The header in an order that doesn't matter on the wire: the suite adds its fields in another one.
  var sortedHeaders: [HeaderField] {
    headers.sorted { ($0.name.lowercased(), $0.value) < ($1.name.lowercased(), $1.value) }
  }
}
