import Commands
import Repository

/// What `secrets.mustache` shows.
struct SecretsPage {
  let assets = Asset.folder
  let frame: PageFrame
  let canWrite: Bool
  let list: ListView
  let rows: [Row]
  let types = SecretBody.types

  struct Row {
    let id: String
    let name: String
    let type: String
    let environments: Int
    let created: PageTime
    let expires: PageTime?

    init(_ secret: Secret, environments: Int) {
      id = secret.id.text
      name = secret.name
      type = secret.type
      self.environments = environments
      created = PageTime(secret.createdAt)
      expires = secret.expiresAt.map { PageTime($0) }
    }
  }
}

/// What `secret.mustache` shows.
struct SecretPage {
  let assets = Asset.folder
  let frame: PageFrame
  let canWrite: Bool
  let secret: SecretsPage.Row
  let baseEnvironment: String
  let isExpiryStrict: Bool
  let values: [Value]

  /// The value of an environment, as far as it may be shown.
  struct Value {
    let environment: String
    let version: Int32
    let written: PageTime
  }

  init(
    frame: PageFrame, canWrite: Bool, _ found: (secret: Secret, environments: [Secret.Environment])
  ) {
    self.frame = frame
    self.canWrite = canWrite
    secret = SecretsPage.Row(found.secret, environments: found.environments.count)
    baseEnvironment = found.secret.baseEnvironment
    isExpiryStrict = found.secret.isExpiryStrict
    values = found.environments.map {
      Value(environment: $0.name, version: $0.valueVersion, written: PageTime($0.updatedAt))
    }
  }
}
