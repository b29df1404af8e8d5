public import Commands
import Locking

extension MasterKeys {
  /// Forgets what another process has made out of date.
  public func hear(_ event: TenantEvent) {
    switch event.kind {
    case .tenantSealed, .keyRotated, .keyRevoked: evict(event.tenantID)
    // A seal isn't remembered: every miss reads the database.
    case .tenantUnsealed, .rewrapProgress: break
    }
  }

  /// Takes note of whether what the other processes broadcast arrives. Whatever is held when it does again is wiped:
  /// nobody knows what was missed.
  public func linkChanged(isUp: Bool) {
    let now = epoch()
    lostAt.withLock { $0 = isUp ? nil : $0 ?? now }
    if isUp { evictAll() }
  }
}
