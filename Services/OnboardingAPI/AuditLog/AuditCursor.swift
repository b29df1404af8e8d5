import Cryptography
import FoundationEssentials
import Repository

/// A place in the feed as clients hold it: opaque to them, 48 hexadecimal digits to us.
///
/// It needs no authentication: it selects among the rows that the caller's own tenant may read, and no others.
struct AuditCursor: Sendable, Equatable {
  let position: AuditLog.Position

  init(position: AuditLog.Position) { self.position = position }

  /// Nil for what is no cursor.
  init?(_ text: String) {
    guard text.utf8.count == 48, let bytes = [UInt8](hexadecimal: text) else { return nil }
    let number = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    let id = bytes[8...].withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    position = AuditLog.Position(transactionID: number, id: id)
  }

  var text: String {
    let number = withUnsafeBytes(of: position.transactionID.bigEndian) { [UInt8]($0) }
    return (number + withUnsafeBytes(of: position.id.uuid) { [UInt8]($0) }).hexadecimal
  }
}
