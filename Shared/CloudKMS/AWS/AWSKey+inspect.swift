internal import Cryptography
internal import FoundationEssentials
internal import JSON

extension AWSKey: InspectableKey {
  /// Describes the key and its rotation, where the role may, and tries to encrypt without the context, which it should
  /// not be able to.
  func inspect(context: EncryptionContext) async -> KeyInspection {
    var inspection = KeyInspection(detail: "the role may not describe the key")
    if let key = await answer("DescribeKey", ["KeyId": .string(key.description)])?["KeyMetadata"] {
      inspection = KeyInspection(detail: Self.summary(of: key), warnings: Self.warnings(about: key))
      if key["Origin"] == "AWS_KMS", let arn = key["Arn"],
        await answer("GetKeyRotationStatus", ["KeyId": arn])?["KeyRotationEnabled"] == false
      {
        inspection.warnings.append(KeyInspection.rotationIsOff)
      }
    }
    if await encryptsWithoutContext() {
      inspection.warnings.append(
        "The role may encrypt without the encryption context, and so for other purposes than this tenant's. Add the "
          + "condition StringEquals kms:EncryptionContext:tenant_id to its permission policy: GET "
          + "/admin/tenant-kms/platform shows it.")
    }
    return inspection
  }

  /// When the key will be deleted, where the role may know.
  func deletionDate() async -> Date? {
    let key = await answer("DescribeKey", ["KeyId": .string(key.description)])?["KeyMetadata"]
    return key?["DeletionDate"]?.epochDate
  }

  private func answer(_ action: String, _ members: JSONValue) async -> JSONValue? {
    var body = members.canonicalBytes
    do throws(KMSFailure) {
      return try await send(&body, target: "TrentService.\(action)", stage: .keyState).members
    } catch { return nil }
  }

  private func encryptsWithoutContext() async -> Bool {
    let nothing = Data(repeating: 0, count: 32).base64EncodedString()
    return await answer("Encrypt", ["KeyId": .string(key.description), "Plaintext": .string(nothing)]) != nil
  }

  /// AWS's words for spec, usage and state, if they look like such.
  private static func summary(of key: JSONValue) -> String {
    let words = ["KeySpec", "KeyUsage", "KeyState"].compactMap { key[$0]?.string.flatMap(KMSFailure.presentable) }
    return words.joined(separator: ", ")
  }

  private static func warnings(about key: JSONValue) -> [String] {
    var warnings: [String] = []
    if key["ExpirationModel"] == "KEY_MATERIAL_EXPIRES", let date = key["ValidTo"]?.epochDate {
      warnings.append(
        "The key's imported material expires on \(date.day): from then on nothing that it wrapped can be decrypted, until "
          + "the same material is imported again.")
    }
    if let date = key["DeletionDate"]?.epochDate {
      warnings.append("The key is scheduled for deletion on \(date.day): cancel that, or onboard another key before.")
    }
    return warnings
  }
}

extension JSONValue {
  /// Seconds since the epoch, with or without a fraction.
  fileprivate var epochDate: Date? {
    guard case .number(let seconds) = self, seconds > 0 else { return nil }
    return Date(timeIntervalSince1970: seconds)
  }
}
