extension SigningRequest {
  func validate() throws(SigV4Error) {
    guard (1...16).contains(method.utf8.count), method.isMade(of: \.isUppercase) else {
      throw SigV4Error(.invalidMethod, "a method has 1 to 16 upper-case letters")
    }
    try validateTarget()
    try validateHeaders()
    guard body.count <= Self.maximumBodyByteCount else {
      throw SigV4Error(.tooLarge, "the body is over 16 MiB")
    }
  }

  private func validateTarget() throws(SigV4Error) {
    let query = query ?? ""
    guard path.utf8.count <= Self.maximumTargetByteCount, query.utf8.count <= Self.maximumTargetByteCount else {
      throw SigV4Error(.tooLarge, "the path or the query is over 8 KiB")
    }
    guard path.utf8.first == .slash, path.isMade(of: { !$0.isControl && $0 != .hash && $0 != .questionMark })
    else {
      throw SigV4Error(.invalidPath, "a path begins with a slash and has no control character, '?' or '#'")
    }
    guard query.isMade(of: { !$0.isControl && $0 != .hash }) else {
      throw SigV4Error(.invalidQuery, "a query has no control character and no '#'")
    }
    guard !query.split(separator: "&").contains(where: { $0.lowercased().hasPrefix("x-amz-") }) else {
      throw SigV4Error(.invalidQuery, "a parameter of the query is one that the signer adds")
    }
  }

  private func validateHeaders() throws(SigV4Error) {
    guard
      headers.count <= Self.maximumHeaderCount,
      headers.reduce(0, { $0 + $1.name.utf8.count + $1.value.utf8.count }) <= Self.maximumHeaderByteCount
    else {
      throw SigV4Error(.tooLarge, "the header has over 64 fields or 32 KiB")
    }
    for field in headers {
      guard !field.name.isEmpty, field.name.isMade(of: \.isTokenCharacter) else {
        throw SigV4Error(.invalidHeader, "a header's name is not a token")
      }
      // A CR or LF here would smuggle in a header that the signature doesn't cover (RFC 9112 section 11.1).
      guard field.value.isMade(of: { (0x20...0x7E).contains($0) || $0 == .tab }) else {
        throw SigV4Error(.invalidHeader, "a header's value has a control character or isn't ASCII")
      }
    }
  }
}
