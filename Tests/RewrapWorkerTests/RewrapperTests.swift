import CloudKMS
import Cryptography
import Envelope
import FoundationEssentials
import MasterKeys
import Testing

@testable import Repository
@testable import rewrap_worker

@Suite struct RewrapperTests {
  let tenant = SampleTenant()

  @Test func `rows under several versions come out under the target, in their order`() async throws {
    let sealed = try (0..<20).map { try tenant.row(under: Int32($0 % 3)) }
    let rows = WrappedRows(sealed.map(\.row))
    let rewrapped = try await rewrapper().rewrap(rows, .secretValues, tenant.id, 3)
    #expect(rewrapped.count == rows.count)
    #expect(rewrapped.failures.isEmpty)
    for (index, row) in sealed.enumerated() {
      #expect(rewrapped[index] == rows[index])
      #expect(try tenant.open(rewrapped.wrappedKey(at: index), of: row.row, under: 3) == row.dataKey)
    }
  }

  @Test func `a row that is there already is wrapped again, and harmed by nothing`() async throws {
    let row = try tenant.row(under: 3)
    let rewrapped = try await rewrapper().rewrap(WrappedRows([row.row]), .secretValues, tenant.id, 3)
    #expect(try tenant.open(rewrapped.wrappedKey(at: 0), of: row.row, under: 3) == row.dataKey)
    #expect(Array(rewrapped.wrappedKey(at: 0)) != row.row.wrappedKey)
  }

  @Test func `a broken row fails alone`() async throws {
    let good = try (0..<2).map { _ in try tenant.row(under: 1) }
    let whole = try tenant.row(under: 1).row
    let broken = [
      // What stands for a key of a length that no envelope has.
      whole.with(wrappedKey: [UInt8](repeating: 0, count: 69)),
      whole.with(wrappedKey: whole.wrappedKey.dropLast() + [whole.wrappedKey[68] ^ 1]),
      // What it is bound to: its row, its value's version, its key's version.
      whole.with(id: UUID()), whole.with(valueVersion: 2), whole.with(keyVersion: 2),
    ]
    let rows = WrappedRows([good[0].row] + broken + [good[1].row])
    let rewrapped = try await rewrapper().rewrap(rows, .secretValues, tenant.id, 3)
    #expect(rewrapped.failures == Dictionary(uniqueKeysWithValues: (1...broken.count).map { ($0, "cannot_open") }))
    for (index, row) in [(0, good[0]), (rows.count - 1, good[1])] {
      #expect(try tenant.open(rewrapped.wrappedKey(at: index), of: row.row, under: 3) == row.dataKey)
    }
  }

  @Test func `a row of another table or tenant doesn't open`() async throws {
    let rows = WrappedRows([try tenant.row(under: 1).row])
    let rewrapper = rewrapper()
    #expect(try await rewrapper.rewrap(rows, .transitKeys, tenant.id, 3).failures == [0: "cannot_open"])
  }

  @Test func `rows whose version is gone fail by the reason, the others don't`() async throws {
    let rows = try WrappedRows((0..<3).map { try tenant.row(under: $0).row })
    let rewrapped = try await rewrapper(failing: [0: .revoked, 2: .missing]).rewrap(rows, .secretValues, tenant.id, 3)
    #expect(rewrapped.failures == [0: "key_revoked", 2: "no_such_version"])
  }

  @Test(arguments: [1, 3] as [Int32])
  func `a sealed version stops the batch, source or target`(version: Int32) async throws {
    let rows = WrappedRows([try tenant.row(under: 0).row, try tenant.row(under: 1).row])
    let error = await #expect(throws: MasterKeyError.self) {
      try await rewrapper(failing: [version: .sealed]).rewrap(rows, .secretValues, tenant.id, 3)
    }
    guard case .sealed? = error?.code else { throw UnexpectedResult() }
  }

  /// However final the denial sounds: no row of it is set aside.
  @Test(arguments: [1, 3] as [Int32])
  func `a version that the platform's KMS key won't unwrap stops the batch, source or target`(version: Int32)
    async throws
  {
    let rows = WrappedRows([try tenant.row(under: 0).row, try tenant.row(under: 1).row])
    let error = await #expect(throws: MasterKeyError.self) {
      try await rewrapper(failing: [version: .platformKey]).rewrap(rows, .secretValues, tenant.id, 3)
    }
    guard case .platformKey? = error?.code else { throw UnexpectedResult() }
  }

  @Test func `a revoked target stops the batch`() async throws {
    let error = await #expect(throws: MasterKeyError.self) {
      let rows = WrappedRows([try tenant.row(under: 0).row])
      _ = try await rewrapper(failing: [3: .revoked]).rewrap(rows, .secretValues, tenant.id, 3)
    }
    #expect(error?.code == .revoked(3))
  }

  private func rewrapper(failing failures: [Int32: SampleTenant.Loss] = [:]) -> Rewrapper {
    Rewrapper(masterKeys: tenant.masterKeys(failing: failures))
  }
}

struct UnexpectedResult: Error {}
