import FoundationEssentials
import Logging
import ServiceKit

/// Looks at everything that the API needs, in the order in which a fault of one explains those of the next.
struct Doctor: Sendable {
  /// Takes one finding, as soon as it is made.
  typealias Report = (Finding) -> Void

  static let silent = Logger(label: "doctor", factory: { _ in SwiftLogNoOpLogHandler() })

  let configuration: APIConfiguration

  /// Makes every check that can be made; those of the network take as long as their timeouts.
  /// - Parameters:
  ///   - tenantID: whose active key is opened too; nobody's if nil.
  ///   - report: told of each finding.
  func examine(tenantID: UUID?, report: Report) async {
    report(.ok("settings", "all of them are understood"))
    if await examineDatabase(report) {
      await examineSchema(report)
      if let tenantID { await examineKey(of: tenantID, report) }
    }
    await examineBroker(report)
    await examineIdentities(report)
    await examinePlatformKey(report)
  }
}
