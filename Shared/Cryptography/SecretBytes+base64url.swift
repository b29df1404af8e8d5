extension SecretBytes {
  /// Decodes unpadded base64url (RFC 4648 section 5) as strictly as ``init(base64:)`` decodes base64: whoever was given a
  /// secret as text has exactly one text for it.
  public convenience init?(base64URL text: String) {
    guard text.utf8.count <= Self.maximumBase64Count, !text.utf8.contains(where: isForeignToBase64URL) else {
      return nil
    }
    let base64 = String(decoding: text.utf8.map(base64Character), as: UTF8.self)
    self.init(base64: base64 + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4))
  }

  /// The secret as unpadded base64url (RFC 4648 section 5), for whoever it is shown to once; nothing wipes the text.
  public func exposedBase64URL() -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var characters: [UInt8] = []
    var pending: UInt32 = 0
    var pendingBits: UInt32 = 0
    for byte in unsafe withUnsafeBytes({ unsafe [UInt8]($0) }) {
      pending = pending << 8 | UInt32(byte)
      pendingBits += 8
      while pendingBits >= 6 {
        pendingBits -= 6
        characters.append(alphabet[Int(pending >> pendingBits & 63)])
      }
    }
    if pendingBits > 0 { characters.append(alphabet[Int(pending << (6 - pendingBits) & 63)]) }
    return String(decoding: characters, as: UTF8.self)
  }
}

private func isForeignToBase64URL(_ character: UInt8) -> Bool { "+/=".utf8.contains(character) }

private func base64Character(_ character: UInt8) -> UInt8 {
  switch character {
  case UInt8(ascii: "-"): UInt8(ascii: "+")
  case UInt8(ascii: "_"): UInt8(ascii: "/")
  default: character
  }
}
