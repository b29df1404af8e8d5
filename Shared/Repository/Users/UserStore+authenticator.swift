public import FoundationEssentials
import JSON
import Postgres

extension UserStore {
  /// What a person of a tenant proves their presence by; nil where the tenant has no such person, or they are disabled.
  public func authenticatedUser(_ id: UUID, of tenantID: UUID) async throws -> AuthenticatedUser? {
    try await pool.tenant(tenantID).execute(
      """
      SELECT tenant_id, id, email, role, created_at, disabled_at, totp_secret IS NOT NULL AS has_authenticator,
        password_hash, totp_secret, totp_pending
      FROM users WHERE tenant_id = $1 AND id = $2 AND disabled_at IS NULL
      """, [.uuid(tenantID), .uuid(id)]
    ).first.map {
      AuthenticatedUser(
        user: try User($0), password: try Self.password(of: $0), secret: try $0.get("totp_secret", as: [UInt8]?.self),
        pendingSecret: try $0.get("totp_pending", as: [UInt8]?.self))
    }
  }

  /// Keeps the wrapped secret of an authenticator until a code confirms it; one that was pending is forgotten.
  /// - Throws: ``UserError`` with `noSuchUser`; `PostgresError`.
  public func setPending(_ wrappedSecret: [UInt8], of user: User) async throws {
    let updated = try await pool.tenant(user.tenantID).execute(
      "UPDATE users SET totp_pending = $3 WHERE tenant_id = $1 AND id = $2",
      [.uuid(user.tenantID), .uuid(user.id), .bytes(wrappedSecret)])
    guard updated.affectedRows == 1 else { throw UserError.noSuchUser }
  }

  /// Lets a pending secret count instead of the former, with a row in the audit chain.
  /// - Parameters:
  ///   - wrappedSecret: the pending one.
  ///   - step: of the code that confirmed it, which is used up by that.
  ///   - user: whose.
  ///   - actorID: who confirmed it.
  ///   - time: now.
  /// - Returns: false where it isn't pending any more.
  public func confirm(
    _ wrappedSecret: [UInt8], step: Int64, of user: User, actorID: String, at time: Date
  ) async throws -> Bool {
    try await pool.tenant(user.tenantID).withTransaction { transaction in
      let updated = try await transaction.execute(
        """
        UPDATE users SET totp_secret = totp_pending, totp_pending = NULL, totp_last_step = $4
        WHERE tenant_id = $1 AND id = $2 AND totp_pending = $3 AND disabled_at IS NULL
        """, [.uuid(user.tenantID), .uuid(user.id), .bytes(wrappedSecret), .int8(step)])
      guard updated.affectedRows == 1 else { return false }
      try await AuditChain.append(
        AuditEntry(
          "user.totp.confirm", user, actorID: actorID, details: ["email": .string(user.email.text)]), at: time,
        in: transaction)
      return true
    }
  }

  /// Uses up the code of a time step, and with it those of all earlier steps; of two who race, one gets it.
  /// - Parameters:
  ///   - step: of the code that was given.
  ///   - wrappedSecret: under which the code was right.
  ///   - user: who gave it.
  /// - Returns: false where it was used up already, the authenticator is another by now, or the person is disabled.
  public func accept(_ step: Int64, under wrappedSecret: [UInt8], of user: User) async throws -> Bool {
    try await pool.tenant(user.tenantID).execute(
      """
      UPDATE users SET totp_last_step = $4
      WHERE tenant_id = $1 AND id = $2 AND totp_secret = $3 AND disabled_at IS NULL
        AND (totp_last_step IS NULL OR totp_last_step < $4)
      """, [.uuid(user.tenantID), .uuid(user.id), .bytes(wrappedSecret), .int8(step)]
    ).affectedRows == 1
  }

  /// Takes a person's authenticator away, confirmed or not, and ends their sign-ins.
  /// - Throws: ``UserError`` with `noSuchUser`; `PostgresError`.
  public func removeAuthenticator(of user: User, actorID: String, at time: Date) async throws {
    try await change(user, "user.totp.remove", actorID: actorID, at: time) { transaction in
      try await transaction.execute(
        "UPDATE users SET totp_secret = NULL, totp_pending = NULL WHERE tenant_id = $1 AND id = $2",
        [.uuid(user.tenantID), .uuid(user.id)])
    }
  }
}
