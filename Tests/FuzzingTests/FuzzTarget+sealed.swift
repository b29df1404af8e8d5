import Cryptography
import Foundation
import Seeded

@testable import Envelope

extension FuzzTarget {
  /// A wrapped data key or a payload under a known one: what isn't the original, bit by bit and at its own place, doesn't
  /// open.
  static let envelope = FuzzTarget(
    name: "envelope", dictionary: ["KCT1", "\u{1}", "\u{2}", "\u{3}"],
    seeds: { SealedSample.all.map(\.envelope) + [[]] }
  ) { bytes in
    var behaviour = "nothing"
    let header: EnvelopeHeader?
    do throws(EnvelopeError) { header = try EnvelopeHeader(parsing: bytes) } catch {
      try Violation.unless(error == .cannotOpen, "no fault is told from another")
      header = nil
    }
    if let header {
      try Violation.unless(bytes.starts(with: header.bytes), "a header is what it is written as")
      behaviour = "\(header.kind)"
    }
    for sample in SealedSample.all {
      let isOwn = sample.envelope == bytes
      try Violation.unless(
        try sample.opens(bytes, at: sample.address) == isOwn, "an envelope opens if and only if it is the original")
      guard isOwn else { continue }
      for other in sample.address.neighbours {
        try Violation.unless(try !sample.opens(bytes, at: other), "an envelope that was moved doesn't open")
      }
      behaviour += " opened"
    }
    return behaviour
  }

  /// Whole values: a wrapped key and a payload behind it.
  static let sealedValue = FuzzTarget(
    name: "sealed-value", dictionary: ["KCT1"],
    seeds: { [SealedSample.value.wrappedKey + SealedSample.value.payload, []] }
  ) { bytes in
    let split = min(bytes.count, EnvelopeFormat.wrappedKeyByteCount)
    let value = SealedValue(wrappedKey: Array(bytes[..<split]), payload: Array(bytes[split...]))
    let cipher = try SealedSample.cipher(.dataKey)
    let address = SealedSample.homeAddress
    do throws(EnvelopeError) { _ = try value.open(at: address, under: cipher) } catch {
      try Violation.unless(error == .cannotOpen, "no fault is told from another")
      return bytes.count < EnvelopeFormat.wrappedKeyByteCount ? "short" : "refused"
    }
    try Violation.unless(value == SealedSample.value, "a value opens only as it was sealed")
    return "opened"
  }
}

/// An authentic envelope, of each kind.
struct SealedSample: Sendable {
  let kind: EnvelopeKind
  let envelope: [UInt8]
  let address: ValueAddress

  static let homeAddress = ValueAddress(
    tenantID: UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)), table: .secretValues,
    rowID: UUID(uuid: (9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9)), valueVersion: 3)

  static func cipher(_ kind: EnvelopeKind) throws(EnvelopeError) -> EnvelopeCipher {
    try EnvelopeCipher(
      key: SecretBytes(copying: [UInt8](repeating: kind.rawValue, count: 32)), kind: kind,
      keyVersion: kind == .payload ? 0 : 7, random: .seeded(UInt64(kind.rawValue)))
  }

  static let all: [SealedSample] = [EnvelopeKind.dataKey, .payload, .masterKey].compactMap { kind in
    let plaintext = SecretBytes(copying: Array("the plaintext, 32 bytes of it ok".utf8))
    guard let sealed = try? cipher(kind).seal(plaintext, at: homeAddress) else { return nil }
    return SealedSample(kind: kind, envelope: sealed, address: homeAddress)
  }

  static let value: SealedValue = {
    guard
      let value = try? SealedValue.seal(
        SecretBytes(copying: Array("a value".utf8)), at: homeAddress, under: cipher(.dataKey))
    else { preconditionFailure("it can be sealed") }
    return value
  }()

  func opens(_ bytes: [UInt8], at address: ValueAddress) throws -> Bool {
    do throws(EnvelopeError) {
      _ = try Self.cipher(kind).open(bytes, at: address)
    } catch {
      try Violation.unless(error == .cannotOpen, "no fault is told from another")
      return false
    }
    return true
  }
}

extension ValueAddress {
  /// Another tenant's, another table's, another row's, and another version.
  fileprivate var neighbours: [ValueAddress] {
    let other = UUID(uuid: (7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7))
    return [
      ValueAddress(tenantID: other, table: table, rowID: rowID, valueVersion: valueVersion),
      ValueAddress(tenantID: rowID, table: table, rowID: tenantID, valueVersion: valueVersion),
      ValueAddress(tenantID: tenantID, table: .tenantKeys, rowID: rowID, valueVersion: valueVersion),
      ValueAddress(tenantID: tenantID, table: table, rowID: other, valueVersion: valueVersion),
      ValueAddress(tenantID: tenantID, table: table, rowID: rowID, valueVersion: valueVersion + 1),
    ]
  }
}
