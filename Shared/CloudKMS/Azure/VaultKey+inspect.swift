internal import FoundationEssentials
internal import JSON

extension VaultKey: InspectableKey {
  /// Looks at the newest version's attributes.
  func inspect(context: EncryptionContext) async -> KeyInspection {
    let answer: JSONValue
    do throws(KMSFailure) { answer = try await call("GET", keyName.path, stage: .keyState).members } catch {
      return KeyInspection(detail: "the application may not look at the key")
    }
    let type = answer["key"]?["kty"]?.string.flatMap(KMSFailure.presentable) ?? "of an unknown type"
    guard let seconds = answer["attributes"]?["exp"]?.integer, seconds > 0 else { return KeyInspection(detail: type) }
    let day = Date(timeIntervalSince1970: Double(seconds)).day
    return KeyInspection(
      detail: "\(type), expires on \(day)",
      warnings: [
        "The key expires on \(day): from then on it still unwraps, but no new key version can be wrapped. Set a later "
          + "expiration date, or make a new version, before."
      ])
  }
}
