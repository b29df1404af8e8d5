/// Who causes the rows of the audit log that a task writes, and from where: known at the edge, written far below it.
public struct AuditOrigin: Sendable {
  /// The origin of the task's rows; without a request, the operator at the command line.
  @TaskLocal public static var current = AuditOrigin(actorID: "operator")

  /// Who acts, where the act itself doesn't say.
  public let actorID: String
  private let address: @Sendable () -> String?

  /// - Parameters:
  ///   - actorID: who acts.
  ///   - ipAddress: the client's; asked for only where a row is written. None unless told.
  public init(actorID: String, ipAddress: @escaping @Sendable () -> String? = { nil }) {
    self.actorID = actorID
    address = ipAddress
  }

  /// The client's IP address; nil where nobody is connected.
  public var ipAddress: String? { address() }

  /// The same place with somebody else in it: whom the request turned out to be from.
  public func acting(as actorID: String) -> AuditOrigin { AuditOrigin(actorID: actorID, ipAddress: address) }
}
