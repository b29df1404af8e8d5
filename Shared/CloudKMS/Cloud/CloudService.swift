/// The services of a cloud that are spoken to.
protocol CloudService: Sendable, Hashable {
  /// The cloud's name in sentences.
  static var cloud: String { get }
  /// The service's name in sentences.
  var name: String { get }
}
