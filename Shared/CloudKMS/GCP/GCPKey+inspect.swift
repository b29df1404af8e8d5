internal import FoundationEssentials
internal import JSON

extension GCPKey: InspectableKey {
  /// Looks at the key and its primary version, where the service account may (Cloud KMS, `cryptoKeys.get`).
  func inspect(context: EncryptionContext) async -> KeyInspection {
    let answer: JSONValue
    do throws(KMSFailure) {
      answer = try await call("\(keyName)", nil, stage: .keyState).members
    } catch { return KeyInspection(detail: "the service account may not look at the key") }
    let primary = answer["primary"]
    let words = ["algorithm", "protectionLevel", "state"].compactMap {
      primary?[$0]?.string.flatMap(KMSFailure.presentable)
    }
    return KeyInspection(
      detail: words.isEmpty ? "the key tells nothing of its primary version" : words.joined(separator: ", "),
      warnings: Self.warnings(about: answer))
  }

  private static func warnings(about key: JSONValue) -> [String] {
    let primary = key["primary"]
    var warnings: [String] = []
    if primary?["importJob"] != nil || primary?["importTime"] != nil || key["importOnly"] == true {
      warnings.append(
        "The key's material was imported: whoever made it may hold a copy of it elsewhere, and Cloud KMS doesn't rotate "
          + "it by itself.")
    } else if primary?["protectionLevel"]?.string?.hasPrefix("EXTERNAL") != true, key["nextRotationTime"] == nil {
      warnings.append(KeyInspection.rotationIsOff)
    }
    if let text = primary?["destroyTime"]?.string, let date = Date(rfc3339: text) {
      warnings.append(
        "The key's primary version is scheduled for destruction on \(date.day): restore it, or onboard another key "
          + "before.")
    }
    return warnings
  }
}
