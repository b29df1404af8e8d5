import Cryptography

/// What a chain commits to: its length and the hash of its last row.
///
/// Rows cut off the end of a chain leave no trace in what remains. So an auditor writes the head down somewhere else,
/// and has a later verification look for it.
public struct AuditHead: Sendable, Equatable, CustomStringConvertible {
  /// The last row's sequence number; 0 for an empty chain.
  public let sequenceNumber: Int64
  /// The last row's hash; 32 zero bytes for an empty chain.
  public let hash: [UInt8]

  init(sequenceNumber: Int64, hash: [UInt8]) {
    self.sequenceNumber = sequenceNumber
    self.hash = hash
  }

  /// Reads what ``description`` wrote.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let number = Int64(parts[0]), number >= 0,
      let hash = [UInt8](hexadecimal: String(parts[1])), hash.count == 32
    else { return nil }
    self.init(sequenceNumber: number, hash: hash)
  }

  /// `7:` and 64 hexadecimal digits.
  public var description: String { "\(sequenceNumber):\(hash.hexadecimal)" }
}
