import Cryptography
import Envelope
import FoundationEssentials
import Testing

extension ValueAddress {
  /// An address whose bytes are all different from one another's.
  static let sample = ValueAddress(
    tenantID: UUID(uuid: (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)), table: .secretValues,
    rowID: UUID(uuid: (16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31)), valueVersion: 0x2021_2223)

  /// Addresses that each differ from ``sample`` in one bit, and the one with its two ids swapped.
  static let neighbours: [ValueAddress] = {
    let tenants = (0..<128).map { sample.with(tenantID: sample.tenantID.flipping($0)) }
    let tables = (0..<8).map { sample.with(table: TableTag(rawValue: sample.table.rawValue ^ 1 << $0)) }
    let rows = (0..<128).map { sample.with(rowID: sample.rowID.flipping($0)) }
    let versions = (0..<32).map { sample.with(valueVersion: sample.valueVersion ^ 1 << $0) }
    return tenants + tables + rows + versions + [sample.with(tenantID: sample.rowID, rowID: sample.tenantID)]
  }()

  private func with(
    tenantID: UUID? = nil, table: TableTag? = nil, rowID: UUID? = nil, valueVersion: UInt32? = nil
  ) -> ValueAddress {
    ValueAddress(
      tenantID: tenantID ?? self.tenantID, table: table ?? self.table, rowID: rowID ?? self.rowID,
      valueVersion: valueVersion ?? self.valueVersion)
  }
}

extension UUID {
  fileprivate func flipping(_ bit: Int) -> UUID {
    var flipped = uuid
    withUnsafeMutableBytes(of: &flipped) { $0[bit / 8] ^= 1 << UInt8(bit % 8) }
    return UUID(uuid: flipped)
  }
}

extension [UInt8] {
  func flipping(_ bit: Int) -> [UInt8] {
    var flipped = self
    flipped[bit / 8] ^= 1 << UInt8(bit % 8)
    return flipped
  }
}

/// Expects the one error that tells nothing.
func expectCannotOpen<Result>(
  _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws(EnvelopeError) -> Result
) {
  do throws(EnvelopeError) {
    _ = try body()
    Issue.record(comment ?? "it was opened", sourceLocation: sourceLocation)
  } catch {
    #expect(error.code == .cannotOpen, comment, sourceLocation: sourceLocation)
    #expect(error.description == "cannotOpen: the envelope can't be opened", comment, sourceLocation: sourceLocation)
  }
}
