internal import Cryptography
public import FoundationEssentials

/// The 36 characters of RFC 9562 section 4: hexadecimal digits with hyphens in four places.
///
/// Foundation reads and writes them by way of C's `sscanf` and `snprintf`, which is felt in each request.
extension UUID {
  /// Reads digits of either case.
  ///
  /// Foundation's own initializer also takes a space where a pair's first digit is zero, so that an id would have several
  /// spellings; what comes from outside is read by this one.
  /// - Returns: nil for any other text.
  public init?(rfc9562 text: String) {
    guard text.utf8.count == 36 else { return nil }
    var id: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    var count = 0
    for (position, character) in text.utf8.enumerated() {
      switch position {
      case 8, 13, 18, 23: guard character == UInt8(ascii: "-") else { return nil }
      default:
        guard let digit = character.hexadecimalValue else { return nil }
        withUnsafeMutableBytes(of: &id) { $0[count / 2] = $0[count / 2] << 4 | digit }
        count += 1
      }
    }
    self.init(uuid: id)
  }

  /// The text in lowercase, as it is stored, sent and shown everywhere.
  public var text: String {
    withUnsafeBytes(of: uuid) { bytes in
      String(unsafeUninitializedCapacity: 36) { characters in
        var end = 0
        for (index, byte) in bytes.enumerated() {
          if index == 4 || index == 6 || index == 8 || index == 10 {
            characters[end] = UInt8(ascii: "-")
            end += 1
          }
          (characters[end], characters[end + 1]) = byte.hexadecimalDigits
          end += 2
        }
        return end
      }
    }
  }
}
