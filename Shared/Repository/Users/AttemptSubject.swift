import Commands
import Cryptography
public import FoundationEssentials

/// Who or what makes attempts at guessing a credential.
public enum AttemptSubject: Sendable, Hashable {
  /// Passwords for an email address, whether or not anybody has it.
  case account(EmailAddress)
  /// Passwords from a network address.
  case address(String)
  /// One-time codes of a person.
  case authenticator(UUID)

  /// How many attempts there are at once.
  ///
  /// An office may have one address for all who work there.
  public var capacity: Int {
    switch self {
    case .account, .authenticator: 5
    case .address: 50
    }
  }

  /// After how many seconds one more attempt is there: 15 minutes for all of them.
  public var seconds: Int { 900 / capacity }

  /// What the row is found by.
  var digest: [UInt8] {
    let text =
      switch self {
      case .account(let email): "account \(email.text)"
      case .address(let address): "address \(address)"
      case .authenticator(let userID): "authenticator \(userID.text)"
      }
    return SHA256.hash(Array(text.utf8))
  }
}

/// All attempts are used up for now.
public struct AttemptsExhausted: Error, Sendable, Equatable, CustomStringConvertible {
  /// After how many seconds there is one again, 1 or more.
  public let retryAfter: Int

  /// One sentence for the log.
  public var description: String { "too many attempts; the next is possible in \(retryAfter) seconds" }
}
