import ArgumentParser
import FoundationEssentials
import JSON
import Logging
import Postgres
import Repository
import ServiceKit

/// `onboarding-api user`
struct UserCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "user",
    abstract: "Makes the people who sign in with a password, lists, disables, enables and unlocks them.",
    subcommands: [
      Create.self, List.self, Disable.self, Enable.self, Unlock.self, SetPassword.self, AuthenticatorCommand.self,
    ])

  /// Who the audit chain says did it.
  static let actorID = "operator"

  /// `onboarding-api user create`
  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a person of a tenant; a password that is generated is shown once.")

    @Option(help: "The tenant's id.")
    var tenant: UUIDArgument

    @Option(help: "What they sign in by.")
    var email: EmailAddress

    @Option(help: "owner, admin, member or viewer.")
    var role: UserRole

    @OptionGroup var password: PasswordOption

    func run() async throws {
      let password = try password.read()
      let now = Date.wholeMilliseconds
      let user = User(id: .v7(at: now), tenantID: tenant.id, email: email, role: role, createdAt: now)
      let hash = try PasswordHash(of: password.secret)
      try await UserCommand.withUsers { try await $0.create(user, password: hash, actorID: UserCommand.actorID) }
      var members = user.members
      if password.isGenerated { members["password"] = .string(password.exposed()) }
      print(JSONValue.object(members).canonicalText)
    }
  }

  /// `onboarding-api user list`
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Prints a line of JSON for each person of a tenant.")

    @Option(help: "The tenant's id.")
    var tenant: UUIDArgument

    func run() async throws {
      let tenantID = tenant.id
      for user in try await UserCommand.withUsers({ try await $0.users(of: tenantID) }) {
        print(JSONValue.object(user.members).canonicalText)
      }
    }
  }

  /// `onboarding-api user disable`
  struct Disable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Keeps a person from signing in, and ends what they are signed in to.")

    @OptionGroup var who: UserOption

    func run() async throws {
      try await who.change { try await $0.setDisabled(true, $1, actorID: UserCommand.actorID, at: $2) }
    }
  }

  /// `onboarding-api user enable`
  struct Enable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lets a disabled person sign in again.")

    @OptionGroup var who: UserOption

    func run() async throws {
      try await who.change { try await $0.setDisabled(false, $1, actorID: UserCommand.actorID, at: $2) }
    }
  }

  /// `onboarding-api user unlock`
  struct Unlock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Gives a person all attempts at their password and their codes back.",
      discussion: "Those of a network address, which its users share, come back with time alone.")

    @OptionGroup var who: UserOption

    func run() async throws {
      try await who.change { try await $0.unlock($1, actorID: UserCommand.actorID, at: $2) }
    }
  }

  /// `onboarding-api user set-password`
  struct SetPassword: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Gives a person another password, and ends what they are signed in to.")

    @OptionGroup var who: UserOption
    @OptionGroup var password: PasswordOption

    func run() async throws {
      let password = try password.read()
      let hash = try PasswordHash(of: password.secret)
      try await who.change { try await $0.setPassword(hash, of: $1, actorID: UserCommand.actorID, at: $2) }
      if password.isGenerated {
        let answer: JSONValue = ["email": .string(who.email.text), "password": .string(password.exposed())]
        print(answer.canonicalText)
      }
    }
  }

  static func withUsers<Result: Sendable>(_ body: (UserStore) async throws -> Result) async throws -> Result {
    var settings = SettingsReader()
    let database = try DatabaseSettings(&settings, service: "onboarding-api user")
    let pool = PostgresPool(
      configuration: database.configuration, size: 1,
      logger: Logger(label: "user", factory: { _ in SwiftLogNoOpLogHandler() }))
    let result = try await body(UserStore(pool: pool))
    await pool.shutdown()
    return result
  }
}

/// The person meant.
struct UserOption: ParsableArguments {
  @Option(help: "What they sign in by.")
  var email: EmailAddress

  func change(_ body: (UserStore, User, Date) async throws -> Void) async throws {
    try await UserCommand.withUsers { users in
      guard let user = try await users.user(email) else { throw UserError.noSuchUser }
      try await body(users, user, .wholeMilliseconds)
    }
  }
}

extension User {
  fileprivate var members: [String: JSONValue] {
    [
      "id": .id(id), "tenant_id": .id(tenantID), "email": .string(email.text), "role": .string(role.rawValue),
      "has_authenticator": .bool(hasAuthenticator), "created_at": .timestamp(createdAt),
      "disabled_at": .timestamp(disabledAt),
    ]
  }
}
