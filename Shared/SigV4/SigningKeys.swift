internal import Cryptography

/// The signing keys of one region and service, derived once a day for each secret.
///
/// A key is found by the identity of its secret, which is held weakly: the cache never makes a secret live longer, needs
/// no digest of it, and drops a key whose secret is gone. Eviction frees the authenticator, which wipes its key.
struct SigningKeys {
  private struct Entry {
    weak var secret: SecretBytes?
    let date: String
    let authenticator: HMACSHA256
  }

  private let region: String
  private let service: String
  private let capacity: Int
  private var entries: [Entry] = []

  init(region: String, service: String, capacity: Int) {
    self.region = region
    self.service = service
    self.capacity = capacity
  }

  /// How many keys are held.
  var count: Int { entries.count }

  /// An authenticator under the signing key of a secret and a day.
  mutating func authenticator(for secret: SecretBytes, date: String) -> HMACSHA256 {
    if let known = entries.first(where: { $0.secret === secret && $0.date == date }) { return known.authenticator }
    entries.removeAll { $0.secret == nil }
    if entries.count == capacity { entries.removeFirst() }
    let entry = Entry(secret: secret, date: date, authenticator: derive(from: secret, date: date))
    entries.append(entry)
    return entry.authenticator
  }

  /// AWS: "Create a signed API request", step 3.
  private func derive(from secret: SecretBytes, date: String) -> HMACSHA256 {
    let prefix = "AWS4".utf8
    let secretKey = SecretBytes(count: prefix.count + secret.count) { buffer in
      buffer.copyBytes(from: prefix)
      secret.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[prefix.count...]).copyMemory(from: $0) }
    }
    let parts = [date, region, service, "aws4_request"]
    return HMACSHA256(
      key: parts.reduce(secretKey) { key, part in
        HMACSHA256(key: key).deriveKey(for: part.utf8)
      })
  }
}
