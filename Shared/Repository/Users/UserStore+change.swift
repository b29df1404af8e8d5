import Commands
public import FoundationEssentials
import JSON
import Postgres

extension UserStore {
  /// Keeps a person from signing in and ends their sign-ins, or lets them again; once is as good as twice.
  /// - Throws: ``UserError`` with `noSuchUser`; `PostgresError`.
  public func setDisabled(_ isDisabled: Bool, _ user: User, actorID: String, at time: Date) async throws {
    try await change(user, isDisabled ? "user.disable" : "user.enable", actorID: actorID, at: time) { transaction in
      try await transaction.execute(
        """
        UPDATE users SET disabled_at = CASE WHEN $3 THEN coalesce(disabled_at, $4) END
        WHERE tenant_id = $1 AND id = $2
        """, [.uuid(user.tenantID), .uuid(user.id), .bool(isDisabled), .timestamp(time)])
    }
  }

  /// Gives a person another password and ends their sign-ins.
  /// - Throws: ``UserError`` with `noSuchUser`; `PostgresError`.
  public func setPassword(_ password: PasswordHash, of user: User, actorID: String, at time: Date) async throws {
    try await change(user, "user.set_password", actorID: actorID, at: time) { transaction in
      try await transaction.execute(
        "UPDATE users SET password_hash = $3 WHERE tenant_id = $1 AND id = $2",
        [.uuid(user.tenantID), .uuid(user.id), .text(password.text)])
    }
  }

  /// Gives a person all attempts at their password and their one-time codes back, with a row in the audit chain; their
  /// sign-ins go on.
  /// - Throws: ``UserError`` with `noSuchUser`; `PostgresError`.
  public func unlock(_ user: User, actorID: String, at time: Date) async throws {
    try await pool.tenant(user.tenantID).withTransaction { transaction in
      let found = try await transaction.execute(
        "SELECT 1 FROM users WHERE tenant_id = $1 AND id = $2 FOR KEY SHARE", [.uuid(user.tenantID), .uuid(user.id)])
      guard !found.isEmpty else { throw UserError.noSuchUser }
      for subject in [AttemptSubject.account(user.email), .authenticator(user.id)] {
        try await transaction.execute(
          "DELETE FROM attempt_budgets WHERE subject = $1", [.bytes(subject.digest)])
      }
      try await AuditChain.append(
        AuditEntry("user.unlock", user, actorID: actorID, details: ["email": .string(user.email.text)]), at: time,
        in: transaction)
    }
  }

  /// Keeps a person's password under a newer hash, and their sign-ins: nothing changes for them.
  /// - Parameters:
  ///   - former: the hash that it must still have.
  ///   - hash: another of the same password.
  ///   - user: whose.
  /// - Returns: false where the password was changed or rehashed meanwhile.
  public func rehash(_ former: PasswordHash, as hash: PasswordHash, of user: User) async throws -> Bool {
    try await pool.tenant(user.tenantID).execute(
      "UPDATE users SET password_hash = $4 WHERE tenant_id = $1 AND id = $2 AND password_hash = $3",
      [.uuid(user.tenantID), .uuid(user.id), .text(former.text), .text(hash.text)]
    ).affectedRows == 1
  }

  /// Changes a person's row, ends their sign-ins and says so in the audit chain, all or nothing.
  func change(
    _ user: User, _ action: String, actorID: String, at time: Date,
    _ update: (PostgresTransaction) async throws -> PostgresRows
  ) async throws {
    try await pool.tenant(user.tenantID).withTransaction { transaction in
      guard try await update(transaction).affectedRows == 1 else { throw UserError.noSuchUser }
      try await transaction.execute(
        "DELETE FROM user_sessions WHERE tenant_id = $1 AND user_id = $2", [.uuid(user.tenantID), .uuid(user.id)])
      try await AuditChain.append(
        AuditEntry(action, user, actorID: actorID, details: ["email": .string(user.email.text)]), at: time,
        in: transaction)
    }
  }
}

extension AuditEntry {
  /// Something that happened to a person's means to sign in.
  init(_ action: String, _ user: User, actorID: String, details: JSONValue) {
    self.init(
      tenantID: user.tenantID, actorID: actorID, action: action, resourceType: "user",
      resourceID: user.id.text, details: details)
  }
}
