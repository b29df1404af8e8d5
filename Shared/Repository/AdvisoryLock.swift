/// The keys of the advisory locks that this schema uses; any other software in the same database must avoid them.
enum AdvisoryLock {
  /// Held by the process that migrates.
  static let migrations: Int64 = 0x6B63_7431_0000_0001
  /// Held to the end of each transaction that appends to the audit chain.
  static let auditChain: Int64 = 0x6B63_7431_0000_0002
}
