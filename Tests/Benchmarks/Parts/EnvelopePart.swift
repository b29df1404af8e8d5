import Cryptography
import Envelope
import FoundationEssentials

/// Seals and opens in buffers of its own: a key of 32 bytes, or a payload of any other length.
enum EnvelopePart {
  static func sealAndOpen(byteCount: Int, _ count: Int) throws {
    let cipher = try EnvelopeCipher(
      key: .random(count: 32), kind: byteCount == 32 ? .dataKey : .payload, keyVersion: byteCount == 32 ? 7 : 0)
    let (tenantID, rowID) = (UUID(), UUID())
    let plaintext = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
    let envelope = UnsafeMutableRawBufferPointer.allocate(
      byteCount: EnvelopeFormat.byteCount(ofPlaintext: byteCount), alignment: 16)
    defer {
      plaintext.deallocate()
      envelope.deallocate()
    }
    plaintext.initializeMemory(as: UInt8.self, repeating: 7)
    let stopwatch = Stopwatch()
    for index in 0..<count {
      let address = ValueAddress(
        tenantID: tenantID, table: .secretValues, rowID: rowID, valueVersion: UInt32(truncatingIfNeeded: index))
      try cipher.seal(UnsafeRawBufferPointer(plaintext), at: address, into: envelope)
      try cipher.open(UnsafeRawBufferPointer(envelope), at: address, into: plaintext)
    }
    stopwatch.report()
  }
}
