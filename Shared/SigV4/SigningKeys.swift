internal import Cryptography

/// The signing keys of one region and service, derived once a day for each secret.
///
/// A key is found by the identity of its secret, which is held weakly: the cache never makes a secret live longer, needs
/// no digest of it, and drops a key whose secret is gone. Eviction frees the authenticator, which wipes its key.
struct SigningKeys {
  private struct Entry {
    weak var secret: SecretBytes?
    let day: Int
    let authenticator: HMACSHA256
  }

  private let capacity: Int
  private var entries: [Entry] = []

  init(capacity: Int) {
    self.capacity = capacity
  }

  /// How many keys are held.
  var count: Int { entries.count }

  /// An authenticator under the signing key of a secret in a scope.
  mutating func authenticator(for secret: SecretBytes, in scope: CredentialScope) -> HMACSHA256 {
    if let known = entries.first(where: { $0.day == scope.day && $0.secret === secret }) { return known.authenticator }
    entries.removeAll { $0.secret == nil }
    if entries.count == capacity { entries.removeFirst() }
    let entry = Entry(secret: secret, day: scope.day, authenticator: Self.derive(from: secret, in: scope))
    entries.append(entry)
    return entry.authenticator
  }

  /// AWS: "Create a signed API request", step 3: each part of the scope keys the next.
  static func derive(from secret: SecretBytes, in scope: CredentialScope) -> HMACSHA256 {
    let prefix = "AWS4".utf8
    let first = SecretBytes(count: prefix.count + secret.count) { buffer in
      buffer.copyBytes(from: prefix)
      secret.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[prefix.count...]).copyMemory(from: $0) }
    }
    let last = scope.text.split(separator: .slash).reduce(first) { key, part in
      HMACSHA256(key: key).deriveKey(for: part)
    }
    return HMACSHA256(key: last)
  }
}
