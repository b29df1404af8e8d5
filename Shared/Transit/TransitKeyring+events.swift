public import Commands
internal import FoundationEssentials
internal import MasterKeys

extension TransitKeyring {
  /// Wipes what was unsealed with a master key that another process has made out of date. Call it after
  /// `MasterKeys.hear(_:)`, so that nothing is unsealed with the old one in between, and before whatever says that it is
  /// gone.
  public func hear(_ event: TenantEvent) {
    if event.outdatesKeys { materials.evict(event.tenantID) }
  }

  /// Takes note of whether what the other processes broadcast arrives. Whatever is held when it does again is wiped:
  /// nobody knows what was missed. Call it after `MasterKeys.linkChanged(isUp:)`.
  public func linkChanged(isUp: Bool) {
    if isUp { materials.evictAll() }
  }
}
