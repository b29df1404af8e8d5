/// What an envelope holds, and under what.
public enum EnvelopeKind: UInt8, Sendable, Hashable, CaseIterable {
  /// The data key of one stored value, under a version of the tenant's master key.
  case dataKey = 1
  /// A stored value itself, under its data key.
  case payload = 2
  /// A tenant's master key under the deployment's own key.
  case masterKey = 3

  /// Whether it holds a key of 32 bytes.
  var holdsKey: Bool { self != .payload }
}
