public import FoundationEssentials
public import Postgres

/// Whose rows a transaction is about.
///
/// Services log in as roles that own nothing, and the policies of migration 20 show such a role the rows of one tenant,
/// the one that the transaction has named in the setting `tenant_kms.tenant_id`; where none is named, no row at all. So
/// whatever touches a tenant's rows goes through one of the functions here:
///
/// ```swift
/// try await pool.tenant(tenantID).execute("SELECT name FROM secrets WHERE tenant_id = $1", [.uuid(tenantID)])
/// try await pool.tenant(ofRewrap: jobID).withTransaction { transaction in … }
/// ```
///
/// The setting travels in the round trip of the first statement and ends with its transaction. Statements name the tenant
/// all the same: that is what indexes are for, and the policy is for the statement that doesn't. A new table with a
/// `tenant_id` needs a policy and grants in the migration that makes it (`CatalogTests` find one that has none); what
/// works across tenants by nature gets a policy for one role, or a function of the owner's, and a sentence why.
extension PostgresPool {
  /// The pool as seen by a tenant.
  public func tenant(_ id: UUID) -> PostgresScope {
    PostgresScope(self, PostgresPreamble("SELECT set_config('tenant_kms.tenant_id', $1::text, true)", [.uuid(id)]))
  }

  /// The pool as seen by the tenant that an API key belongs to; by none if there is no such key.
  /// - Parameter id: its public part.
  public func tenant(ofAPIKey id: String) -> PostgresScope {
    PostgresScope(
      self,
      PostgresPreamble(
        "SELECT set_config('tenant_kms.tenant_id', coalesce(tenant_of_api_key($1)::text, ''), true)", [.text(id)]))
  }

  /// The pool as seen by the tenant that an agent belongs to; by none if there is no such agent.
  /// - Parameter id: its public identifier, `agt_…`.
  public func tenant(ofAgent id: String) -> PostgresScope {
    PostgresScope(
      self,
      PostgresPreamble(
        "SELECT set_config('tenant_kms.tenant_id', coalesce(tenant_of_agent($1)::text, ''), true)", [.text(id)]))
  }

  /// The pool as seen by the tenant of the person with an email address; by none if there is no such person.
  public func tenant(ofUser email: EmailAddress) -> PostgresScope {
    PostgresScope(
      self,
      PostgresPreamble(
        "SELECT set_config('tenant_kms.tenant_id', coalesce(tenant_of_user($1)::text, ''), true)", [.text(email.text)]))
  }

  /// The pool as seen by the tenant that a rewrap job belongs to; by none if there is no such job.
  public func tenant(ofRewrap id: UUID) -> PostgresScope {
    PostgresScope(
      self,
      PostgresPreamble(
        "SELECT set_config('tenant_kms.tenant_id', coalesce(tenant_of_rewrap($1)::text, ''), true)", [.uuid(id)]))
  }
}
