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
    let rows = try (0..<20).map { try tenant.row(under: Int32($0 % 3)) }
    let rewrapped = try await rewrapper().rewrap(rows.map(\.row), .secretValues, tenant.id, 3)
    #expect(rewrapped.count == rows.count)
    for (row, result) in zip(rows, rewrapped) {
      guard case .rewrapped(let envelope) = result else {
        Issue.record("\(result)")
        continue
      }
      #expect(try tenant.open(envelope, of: row.row, under: 3) == row.dataKey)
      #expect(envelope != row.row.wrappedKey)
    }
  }

  @Test func `a row that is there already is wrapped again, and harmed by nothing`() async throws {
    let row = try tenant.row(under: 3)
    let rewrapped = try await rewrapper().rewrap([row.row], .secretValues, tenant.id, 3)
    guard case .rewrapped(let envelope)? = rewrapped.first else { throw UnexpectedResult() }
    #expect(try tenant.open(envelope, of: row.row, under: 3) == row.dataKey)
  }

  @Test func `a broken row fails alone`() async throws {
    let good = try (0..<2).map { _ in try tenant.row(under: 1).row }
    let whole = try tenant.row(under: 1).row
    let broken = [
      whole.with(wrappedKey: []), whole.with(wrappedKey: Array(whole.wrappedKey.dropLast())),
      whole.with(wrappedKey: whole.wrappedKey.dropLast() + [whole.wrappedKey[68] ^ 1]),
      // What it is bound to: its row, its value's version, its key's version.
      whole.with(id: UUID()), whole.with(valueVersion: 2), whole.with(keyVersion: 2),
    ]
    let rewrapped = try await rewrapper().rewrap([good[0]] + broken + [good[1]], .secretValues, tenant.id, 3)
    #expect(rewrapped.dropFirst().dropLast() == ArraySlice(broken.map { _ in .failed("cannot_open") }))
    for result in [rewrapped.first, rewrapped.last] {
      guard case .rewrapped? = result else { throw UnexpectedResult() }
    }
  }

  @Test func `a row of another table or tenant doesn't open`() async throws {
    let row = try tenant.row(under: 1).row
    let rewrapper = rewrapper()
    #expect(try await rewrapper.rewrap([row], .transitKeys, tenant.id, 3) == [.failed("cannot_open")])
  }

  @Test func `rows whose version is gone fail by the reason, the others don't`() async throws {
    let rows = [try tenant.row(under: 0).row, try tenant.row(under: 1).row, try tenant.row(under: 2).row]
    let rewrapper = rewrapper(failing: [0: .revoked, 2: .missing])
    let rewrapped = try await rewrapper.rewrap(rows, .secretValues, tenant.id, 3)
    #expect(rewrapped[0] == .failed("key_revoked"))
    #expect(rewrapped[2] == .failed("no_such_version"))
    guard case .rewrapped = rewrapped[1] else { throw UnexpectedResult() }
  }

  @Test(arguments: [1, 3] as [Int32])
  func `a sealed version stops the batch, source or target`(version: Int32) async throws {
    let rows = [try tenant.row(under: 0).row, try tenant.row(under: 1).row]
    let error = await #expect(throws: MasterKeyError.self) {
      try await rewrapper(failing: [version: .sealed]).rewrap(rows, .secretValues, tenant.id, 3)
    }
    guard case .sealed? = error?.code else { throw UnexpectedResult() }
  }

  @Test func `a revoked target stops the batch`() async throws {
    let error = await #expect(throws: MasterKeyError.self) {
      try await rewrapper(failing: [3: .revoked]).rewrap([tenant.row(under: 0).row], .secretValues, tenant.id, 3)
    }
    #expect(error?.code == .revoked(3))
  }

  private func rewrapper(failing failures: [Int32: SampleTenant.Loss] = [:]) -> Rewrapper {
    Rewrapper(masterKeys: tenant.masterKeys(failing: failures))
  }
}

struct UnexpectedResult: Error {}

extension WrappedRow {
  func with(
    id: UUID? = nil, valueVersion: Int32? = nil, keyVersion: Int32? = nil, wrappedKey: [UInt8]? = nil
  ) -> WrappedRow {
    WrappedRow(
      id: id ?? self.id, valueVersion: valueVersion ?? self.valueVersion, keyVersion: keyVersion ?? self.keyVersion,
      wrappedKey: wrappedKey ?? self.wrappedKey)
  }
}
