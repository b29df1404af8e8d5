/// What an API key may be used for.
public enum APIKeyScope: String, Sendable, CaseIterable {
  /// To read what is known of secrets, which is never their values.
  case secretsRead = "secrets:read"
  /// To create, change and delete secrets.
  case secretsWrite = "secrets:write"
  /// To read what is known of transit keys.
  case cryptoRead = "crypto:read"
  /// To encrypt, decrypt and rewrap with transit keys.
  case cryptoUse = "crypto:use"
  /// To create, change and rotate transit keys, and to destroy their versions.
  case cryptoWrite = "crypto:write"
  /// To list agents.
  case agentsRead = "agents:read"
  /// To create and revoke agents.
  case agentsWrite = "agents:write"
  /// To read the audit log and the feed of events.
  case auditRead = "audit:read"
}
