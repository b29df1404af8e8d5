/// The table of a sealed value, as one byte of what authenticates it: an open set.
///
/// A tag is part of every envelope of its table for ever: never change or reuse one.
public struct TableTag: RawRepresentable, Hashable, Sendable {
  /// The byte.
  public let rawValue: UInt8

  /// Names a table by its byte.
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// The versions of the tenants' master keys.
  public static let tenantKeys = TableTag(rawValue: 1)
  /// The values of secrets.
  public static let secretValues = TableTag(rawValue: 2)
  /// The versions of transit keys.
  public static let transitKeys = TableTag(rawValue: 3)
  /// The secrets of users' authenticators.
  public static let users = TableTag(rawValue: 4)
}
