/// What the bar of every page leads to, and what it takes to read it.
enum PageSection: CaseIterable {
  case secrets, transitKeys, agents, apiKeys, security, account

  var name: String {
    switch self {
    case .secrets: "Secrets"
    case .transitKeys: "Transit keys"
    case .agents: "Agents"
    case .apiKeys: "API keys"
    case .security: "Security"
    case .account: "Account"
    }
  }

  var path: String {
    switch self {
    case .secrets: "/secrets"
    case .transitKeys: "/transit-keys"
    case .agents: "/agents"
    case .apiKeys: "/api-keys"
    case .security: "/settings/security/tenant-kms"
    case .account: "/settings/account"
    }
  }

  /// Who may ask the API for what the page shows may see the page.
  var route: AdminRoute {
    switch self {
    case .secrets: .secrets
    case .transitKeys: .transitKeys
    case .agents: .agents
    case .apiKeys: .apiKeys
    case .security: .configuration
    case .account: .enrolAuthenticator
    }
  }
}
