import ArgumentParser
import Commands
import FoundationEssentials
import Repository
import ServiceKit

/// `onboarding-api token`
struct TokenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Prints an admin token, where the API verifies tokens with ADMIN_JWT_HS256_KEY_B64.")

  @Option(help: "The tenant's id.")
  var tenant: UUIDArgument

  @Option(help: "owner, admin, member or viewer.")
  var role: AdminIdentity.Role = .owner

  @Option(help: "Who the token is for; stands in the audit log.")
  var subject = "operator"

  @Option(help: "For how many seconds it is valid, 1 to 86400.")
  var expiresIn = 3600

  func validate() throws {
    guard (1...86_400).contains(expiresIn) else { throw ValidationError("--expires-in must be from 1 to 86400") }
  }

  func run() async throws {
    var settings = SettingsReader()
    let key = settings.read(IdentitySettings.hmacKey, as: Setting.key256)
    let issuer = settings.read(IdentitySettings.issuer) { $0 }
    let audience = settings.read(IdentitySettings.audience) { $0 }
    let all = try settings.require(key, issuer, audience)
    print(
      try await AdminTokenIssuer(key: all.0, issuer: all.1, audience: all.2).issue(
        to: subject, of: tenant.id, as: role, expiresAt: Date().addingTimeInterval(TimeInterval(expiresIn))))
  }
}

/// A UUID on the command line.
struct UUIDArgument: ExpressibleByArgument {
  let id: UUID

  init?(argument: String) {
    guard let id = UUID(rfc9562: argument) else { return nil }
    self.id = id
  }
}
