import Repository

/// What `transit-keys.mustache` shows.
struct TransitKeysPage {
  let assets = Asset.folder
  let frame: PageFrame
  let canWrite: Bool
  let list: ListView
  let rows: [Row]
  let modes = TransitKey.Mode.allCases.map(\.rawValue)

  struct Row {
    let name: String
    let algorithm: String
    let mode: String
    let version: Int32
    let description: String
    let created: PageTime
    let updated: PageTime

    init(_ key: TransitKey) {
      name = key.name
      algorithm = key.algorithm.rawValue
      mode = key.mode.rawValue
      version = key.currentVersion
      description = key.description ?? ""
      created = PageTime(key.createdAt)
      updated = PageTime(key.updatedAt)
    }
  }
}

/// What `transit-key.mustache` shows.
struct TransitKeyPage {
  let assets = Asset.folder
  let frame: PageFrame
  let canWrite: Bool
  let key: TransitKeysPage.Row
  let allowsDeletion: Bool
  let versions: [Version]

  struct Version {
    let version: Int32
    let isCurrent: Bool
    let mayDestroy: Bool
  }

  init(frame: PageFrame, canWrite: Bool, _ key: TransitKey, _ kept: TransitKeyVersions) {
    self.frame = frame
    self.canWrite = canWrite
    self.key = TransitKeysPage.Row(key)
    allowsDeletion = key.allowsDeletion
    versions = kept.all.sorted(by: >).map { version in
      Version(
        version: version, isCurrent: version == kept.current,
        mayDestroy: canWrite && key.allowsDeletion && version != kept.current)
    }
  }
}
