public import FoundationEssentials
import Postgres

extension UserStore {
  /// Commits a sign-in; only then may its token leave.
  ///
  /// Whoever disables the person or changes their password either waits for this and then ends it, or comes first and
  /// makes it fail.
  /// - Parameters:
  ///   - session: the sign-in.
  ///   - user: whose.
  ///   - password: the one that they proved.
  /// - Throws: ``UserError`` with `notAuthenticated` where they were disabled or their password changed meanwhile;
  ///   `PostgresError`.
  public func open(_ session: UserSession, of user: User, password: PasswordHash) async throws {
    try await pool.tenant(user.tenantID).withTransaction { transaction in
      let found = try await transaction.execute(
        """
        SELECT 1 FROM users WHERE tenant_id = $1 AND id = $2 AND password_hash = $3 AND disabled_at IS NULL FOR SHARE
        """, [.uuid(user.tenantID), .uuid(user.id), .text(password.text)])
      guard !found.isEmpty else { throw UserError.notAuthenticated }
      try await transaction.execute(
        "INSERT INTO user_sessions (tenant_id, id, user_id, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        [
          .uuid(user.tenantID), .uuid(session.id), .uuid(user.id), .timestamp(session.issuedAt),
          .timestamp(session.expiresAt),
        ])
      // More than a sign-in adds, so that the table doesn't grow with time.
      try await transaction.execute(
        """
        DELETE FROM user_sessions WHERE (tenant_id, id) IN (
          SELECT tenant_id, id FROM user_sessions WHERE tenant_id = $1 AND expires_at < $2
          ORDER BY expires_at LIMIT 10 FOR UPDATE SKIP LOCKED)
        """, [.uuid(user.tenantID), .timestamp(session.issuedAt)])
    }
  }

  /// Whether a sign-in hasn't ended, in whatever way.
  public func isOpen(_ sessionID: UUID, of tenantID: UUID, at time: Date) async throws -> Bool {
    try await !pool.tenant(tenantID).execute(
      "SELECT 1 FROM user_sessions WHERE tenant_id = $1 AND id = $2 AND expires_at > $3",
      [.uuid(tenantID), .uuid(sessionID), .timestamp(time)]
    ).isEmpty
  }

  /// Ends a sign-in; once is as good as twice.
  public func end(_ sessionID: UUID, of tenantID: UUID) async throws {
    try await pool.tenant(tenantID).execute(
      "DELETE FROM user_sessions WHERE tenant_id = $1 AND id = $2", [.uuid(tenantID), .uuid(sessionID)])
  }
}
