/// What a key that serves tells about itself, as far as the platform happens to be allowed to look.
struct KeyInspection: Sendable, Hashable {
  /// One sentence.
  var detail: String
  /// What its owner and the operator should know, though it doesn't forbid the key.
  var warnings: [String] = []

  /// Told where a key could rotate by itself, and doesn't.
  static let rotationIsOff =
    "Automatic rotation of the key's material is off. Nothing here depends on it: rotating the tenant's own key versions "
    + "does not need it."
}

/// A key that tells something about itself. What can't be seen is no failure: nobody is asked to allow more than wrapping
/// and unwrapping.
protocol InspectableKey: KeyEncryptionKey {
  /// Looks at the key; `context` is one that it serves.
  func inspect(context: EncryptionContext) async -> KeyInspection
}
