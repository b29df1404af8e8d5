internal import FoundationEssentials
internal import JSON

extension VaultKey: InspectableKey {
  /// Looks at the newest version's attributes, and at the rotation policy where the application may.
  func inspect(context: EncryptionContext) async -> KeyInspection {
    guard let key = await answer(keyName.path) else {
      return KeyInspection(detail: "the application may not look at the key")
    }
    var inspection = KeyInspection(
      detail: key["key"]?["kty"]?.string.flatMap(KMSFailure.presentable) ?? "of an unknown type")
    if let seconds = key["attributes"]?["exp"]?.integer, seconds > 0 {
      let day = Date(timeIntervalSince1970: Double(seconds)).day
      inspection.detail += ", expires on \(day)"
      inspection.warnings.append(
        "The key expires on \(day): from then on it still unwraps, but no new key version can be wrapped. Set a later "
          + "expiration date, or make a new version, before.")
    }
    if let policy = await answer("\(keyName.path)/rotationpolicy"), !Self.rotates(policy) {
      inspection.warnings.append(KeyInspection.rotationIsOff)
    }
    return inspection
  }

  private func answer(_ path: String) async -> JSONValue? {
    do throws(KMSFailure) { return try await call("GET", path, stage: .keyState).members } catch { return nil }
  }

  /// `{"lifetimeActions":[{"trigger":{…},"action":{"type":"Rotate"}}]}` (Key Vault REST API, "Get Key Rotation Policy").
  private static func rotates(_ policy: JSONValue) -> Bool {
    guard case .array(let actions)? = policy["lifetimeActions"] else { return false }
    return actions.contains { $0["action"]?["type"]?.string?.lowercased() == "rotate" }
  }
}
