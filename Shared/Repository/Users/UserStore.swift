public import FoundationEssentials
import JSON
public import Postgres

/// The people who sign in, and their sign-ins.
public struct UserStore: Sendable {
  let pool: PostgresPool

  /// Creates the store of a database.
  public init(pool: PostgresPool) { self.pool = pool }

  /// Stores a person and the hash of their password, with a row in the audit chain.
  /// - Throws: ``UserError`` with `emailTaken`; ``RepositoryError`` with `noSuchTenant`; `PostgresError`.
  public func create(_ user: User, password: PasswordHash, actorID: String) async throws {
    try await pool.tenant(user.tenantID).withTransaction { transaction in
      let tenants = try await transaction.execute(
        "SELECT 1 FROM tenants WHERE id = $1", [.uuid(user.tenantID)])
      guard !tenants.isEmpty else { throw RepositoryError(.noSuchTenant) }
      let inserted = try await transaction.execute(
        """
        INSERT INTO users (tenant_id, id, email, role, password_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (email) DO NOTHING
        """,
        [
          .uuid(user.tenantID), .uuid(user.id), .text(user.email.text), .text(user.role.rawValue),
          .text(password.text), .timestamp(user.createdAt),
        ])
      guard inserted.affectedRows == 1 else { throw UserError.emailTaken }
      try await AuditChain.append(
        AuditEntry(
          "user.create", user, actorID: actorID,
          details: ["email": .string(user.email.text), "role": .string(user.role.rawValue)]),
        at: user.createdAt, in: transaction)
    }
  }

  /// A tenant's people, oldest first.
  public func users(of tenantID: UUID) async throws -> [User] {
    try await pool.tenant(tenantID).execute(
      """
      SELECT tenant_id, id, email, role, created_at, disabled_at, totp_secret IS NOT NULL AS has_authenticator
      FROM users WHERE tenant_id = $1 ORDER BY id
      """, [.uuid(tenantID)]
    ).map { try User($0) }
  }

  /// Who has an email address, or nil.
  public func user(_ email: EmailAddress) async throws -> User? {
    try await credential(of: email)?.user
  }

  /// Who has an email address, and the hash of their password; nil where nobody has it.
  public func credential(of email: EmailAddress) async throws -> (user: User, password: PasswordHash)? {
    try await pool.tenant(ofUser: email).execute(
      """
      SELECT tenant_id, id, email, role, created_at, disabled_at, totp_secret IS NOT NULL AS has_authenticator,
        password_hash
      FROM users WHERE email = $1
      """, [.text(email.text)]
    ).first.map { (try User($0), try Self.password(of: $0)) }
  }

  static func password(of row: PostgresRow) throws -> PasswordHash {
    guard let hash = PasswordHash(try row.get("password_hash", as: String.self)) else {
      throw RepositoryError(.unknownValue(column: "password_hash", "of an unknown form"))
    }
    return hash
  }
}

extension User {
  init(_ row: PostgresRow) throws {
    let email = try row.get("email", as: String.self)
    let role = try row.get("role", as: String.self)
    guard let address = EmailAddress(email) else { throw RepositoryError(.unknownValue(column: "email", email)) }
    guard let known = UserRole(rawValue: role) else { throw RepositoryError(.unknownValue(column: "role", role)) }
    self.init(
      id: try row.get("id", as: UUID.self), tenantID: try row.get("tenant_id", as: UUID.self), email: address,
      role: known, createdAt: try row.get("created_at", as: Date.self))
    disabledAt = try row.get("disabled_at", as: Date?.self)
    hasAuthenticator = try row.get("has_authenticator", as: Bool.self)
  }
}
