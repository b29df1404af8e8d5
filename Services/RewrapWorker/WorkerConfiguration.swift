import CloudKMS
import Configuration
import ServiceKit

/// What a rewrap worker is told by its environment.
struct WorkerConfiguration: Sendable {
  let common: CommonSettings
  let database: DatabaseSettings
  let platform: PlatformSettings
  let health: HealthSettings
  let masterKey: LocalKeyEncryptionKey
  let pace: Pace
  /// How long a job must have stood still before this worker carries it on, and how often it looks.
  let stallInterval: Duration

  /// How a job is cut up.
  struct Pace: Sendable {
    /// The most rows of one transaction.
    let batchRows: Int32
    /// How many ranges of one job are worked on at once.
    let window: Int32
    /// How many batches this process works on at once.
    let concurrency: Int
  }

  static let batchRows = Setting("REWRAP_BATCH_ROWS", "the most rows of one batch, 1 to 10000", default: "10000")
  static let window = Setting("REWRAP_WINDOW", "how many batches of one job are in flight, 1 to 64", default: "4")
  static let concurrency = Setting(
    "REWRAP_CONCURRENCY", "how many batches one worker works on at once, 1 to 64, fewer than DATABASE_CONNECTIONS",
    default: "4")
  static let stall = Setting(
    "REWRAP_STALLED_SECONDS", "after how long a job that stands still is carried on, 1 to 3600", default: "30")

  /// A worker that freezes in the midst of a batch holds rows, for which the tenant's clients wait, for whom its next
  /// rotation waits. So the server ends its session. A cloud may keep a batch waiting for longer, for a key: that one is
  /// tried again, with the key in memory.
  static let longestIdleInBatch = Duration.seconds(10)

  /// Every setting of this service.
  static let settings =
    CommonSettings.all + CommonSettings.database + PlatformSettings.all + PlatformSettings.masterKeySettings
    + HealthSettings.all + [batchRows, window, concurrency, stall]

  init(provider: any ConfigProvider = EnvironmentVariablesProvider()) throws {
    var settings = SettingsReader(provider: provider)
    let rows = settings.read(Self.batchRows, as: Setting.integer(1...10_000))
    let window = settings.read(Self.window, as: Setting.integer(1...64))
    let concurrency = settings.read(Self.concurrency, as: Setting.integer(1...64))
    let stall = settings.read(Self.stall, as: Setting.seconds(1...3_600))
    database = try DatabaseSettings(
      &settings, service: "rewrap-worker", idleInTransactionTimeout: Self.longestIdleInBatch)
    platform = try PlatformSettings(&settings)
    health = try HealthSettings(&settings)
    masterKey = try PlatformSettings.masterKey(&settings)
    common = try CommonSettings(&settings, service: "rewrap-worker")
    if let concurrency, concurrency >= database.connections {
      settings.note(
        """
        \(Self.concurrency.name): must be less than DATABASE_CONNECTIONS, which is \(database.connections): each batch \
        holds a connection, and looks keys up over another
        """)
    }
    let own = try settings.require(rows, window, concurrency, stall)
    pace = Pace(batchRows: Int32(own.0), window: Int32(own.1), concurrency: own.2)
    stallInterval = own.3
  }
}
