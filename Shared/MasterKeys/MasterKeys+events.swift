public import Commands
import Locking
public import Repository

extension MasterKeys {
  /// Forgets what another process has made out of date.
  public func hear(_ event: TenantEvent) {
    // A seal isn't remembered: every miss reads the database.
    if event.outdatesKeys { evict(event.tenantID) }
  }

  /// Takes note of whether what the other processes broadcast arrives. Whatever is held when it does again is wiped:
  /// nobody knows what was missed.
  public func linkChanged(isUp: Bool) {
    let now = epoch()
    lostAt.withLock { $0 = isUp ? nil : $0 ?? now }
    if isUp { evictAll() }
  }
}

extension MasterKeys.TimeToLive {
  /// How long after its version is no more a key may still be in the memory of a process that hasn't heard: its time to
  /// live, and the second in which it's wiped.
  public func longestHold(of version: KeyVersion) -> Duration { bound(of: version) + .seconds(1) }

  /// How long ago a process that may still hold a key was seen: that, and the age that its entry may have had.
  public func holderWindow(of version: KeyVersion) -> Duration { longestHold(of: version) + KeyHolder.freshness * 2 }
}

extension TenantEvent {
  /// Whether who hears this has to drop the tenant's keys, and whatever was unsealed with them.
  package var outdatesKeys: Bool {
    switch kind {
    case .tenantSealed, .keyRotated, .keyRevoked: true
    case .tenantUnsealed, .rewrapProgress: false
    }
  }
}
