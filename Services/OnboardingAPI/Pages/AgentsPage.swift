import Commands
import Repository

/// What `agents.mustache` shows.
struct AgentsPage {
  let assets = Asset.folder
  let frame: PageFrame
  let canWrite: Bool
  let list: ListView
  let rows: [Row]

  struct Row {
    let id: String
    let name: String
    let agentID: String
    let status: String
    let created: PageTime
    let lastSession: PageTime?
    let hasTamperEvents: Bool
    let mayRevoke: Bool

    init(_ agent: Agent, canWrite: Bool) {
      id = agent.id.text
      name = agent.name
      agentID = agent.agentID
      status = agent.revokedAt == nil ? "active" : "revoked"
      created = PageTime(agent.createdAt)
      lastSession = agent.lastSessionIssuedAt.map { PageTime($0) }
      hasTamperEvents = agent.hasTamperEvents
      mayRevoke = canWrite && agent.revokedAt == nil
    }
  }
}
