extension [UInt8] {
  /// The body of a form (`application/x-www-form-urlencoded`), in order; names are taken as they are.
  init(form fields: [(name: String, value: String)]) {
    self = Array(fields.map { "\($0.name)=\($0.value.percentEncoded)" }.joined(separator: "&").utf8)
  }
}

extension String {
  /// RFC 3986, section 2.3: everything but unreserved characters is encoded.
  var percentEncoded: String {
    utf8.reduce(into: "") { text, byte in
      if byte.isAlphanumeric || "-_.~".utf8.contains(byte) {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        text += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
      }
    }
  }
}
