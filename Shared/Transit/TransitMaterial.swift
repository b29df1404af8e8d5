internal import Cryptography
internal import FoundationEssentials

/// One version of a transit key, unsealed.
struct TransitMaterial: Sendable {
  /// The row that it is sealed in.
  let id: UUID
  let tenantID: UUID
  let keyID: UUID
  let version: Int32
  /// 32 bytes; wiped when the last holder lets go.
  let key: SecretBytes
  /// Until when this process may hold it.
  let deadline: Duration

  /// What every ciphertext under it is bound to: `tenant_id[16] ‖ key_id[16] ‖ version[4]`, big-endian.
  var additionalData: [UInt8] {
    withUnsafeBytes(of: tenantID.uuid) { [UInt8]($0) } + withUnsafeBytes(of: keyID.uuid) { [UInt8]($0) }
      + withUnsafeBytes(of: version.bigEndian) { [UInt8]($0) }
  }
}
