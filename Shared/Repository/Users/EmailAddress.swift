/// The address that a person signs in by, in lowercase.
///
/// Not RFC 5322's grammar, which allows far more than any mailbox has: something before and after one `@`, of visible
/// ASCII characters, 3 to 254 in all (RFC 5321, section 4.5.3.1.3).
public struct EmailAddress: Sendable, Hashable, CustomStringConvertible {
  /// The address.
  public let text: String

  /// Reads an address in either case; nil where it is none.
  public init?(_ text: String) {
    guard (3...254).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    self.text = text.lowercased()
  }

  /// The address.
  public var description: String { text }
}
