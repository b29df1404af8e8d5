import Foundation
import JSON
import Testing

/// A tenant all of whose secrets are canaries, and those of the platform that it is on.
struct CanaryTenant {
  let tenant: Deployment.Tenant
  let account: CustomerAWSAccount
  let person: (email: String, password: String)
  let secretValue = "canary-value-\(UUID().uuidString)"
  let idempotencyKey = "canary-idempotency-\(UUID().uuidString)"
  let rejectedCredential = "canaryREJECTED/\(UUID().uuidString.replacing("-", with: ""))"
  let forgedCommand = "canary-forged-\(UUID().uuidString)"
  private(set) var canaries: [Canary] = []

  static func make(on deployment: Deployment, _ account: CustomerAWSAccount) async throws -> CanaryTenant {
    let tenant = try await deployment.makeTenant()
    let made = try await deployment.makeUser(of: tenant, "ada@example.com")
    let password = "canary password \(UUID().uuidString)"
    _ = try await deployment.run(
      ["user", "set-password", "--email", made.email, "--password-stdin"], input: password + "\n")
    var result = CanaryTenant(tenant: tenant, account: account, person: (made.email, password))
    result.learn(.secretValue, result.secretValue)
    result.learn(.idempotencyKey, result.idempotencyKey)
    result.learn(.rejectedCredential, result.rejectedCredential)
    result.learn(.forgedCommand, result.forgedCommand)
    result.learn(.password, password)
    result.learn(.apiKey, String(tenant.apiKey.suffix(43)))
    result.learn(token: tenant.ownerToken, .adminToken)
    result.learn(.externalID, account.externalID)
    result.learn(.platformCredential, account.platformSecretAccessKey)
    for (kind, name) in [
      (Canary.Kind.masterKey, "MASTER_KEY_B64"), (.commandKey, "COMMAND_KEY_B64"),
      (.tokenKey, "ADMIN_JWT_HS256_KEY_B64"),
    ] {
      let text = try #require(deployment.environment[name])
      result.canaries.append(Canary(kind, text, bytes: Data(base64Encoded: text).map { [UInt8]($0) }))
    }
    for (kind, name) in [(Canary.Kind.databasePassword, "DATABASE_URL"), (.brokerPassword, "AMQP_URL")] {
      let password = URLComponents(string: try #require(deployment.environment[name]))?.password
      result.learn(kind, try #require(password))
    }
    return result
  }

  mutating func learn(_ kind: Canary.Kind, _ text: String) { canaries.append(Canary(kind, text)) }

  /// A token's signature is what makes it one; its claims are no secret.
  mutating func learn(token: String, _ kind: Canary.Kind) {
    learn(kind, String(token.split(separator: ".").last ?? "none"))
  }

  /// Learns an authenticator's secret, written in base32.
  mutating func learnAuthenticator(uri: String) throws {
    let secret = try #require(uri.firstMatch(of: /secret=([A-Z2-7]+)/)).1
    canaries.append(Canary(.authenticatorSecret, String(secret), bytes: OneTimePassword.bytes(ofBase32: secret)))
  }

  /// All at once, for whoever would write down what they are sent.
  var everything: String { canaries.map(\.text).joined(separator: " ") }
}
