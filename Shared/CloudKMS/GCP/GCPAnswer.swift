internal import Cryptography
internal import FoundationEssentials
internal import HTTPClient
internal import JSON

/// What one of Google's JSON APIs answered.
struct GCPAnswer {
  /// The plaintext of a decryption, which is in no member any more.
  let plaintext: SecretBytes?
  let members: JSONValue
  private let service: GCPService
  private let stage: VerificationStage

  /// Takes an answer apart and wipes it.
  /// - Throws: the failure that its error means, or `.unreachable` for what is no answer of Google's.
  init(_ response: consuming HTTPResponse, from service: GCPService, stage: VerificationStage) throws(KMSFailure) {
    let status = response.status
    self.service = service
    self.stage = stage
    plaintext = response.body.takePlaintext(named: "plaintext")
    do throws(JSONError) {
      members = try JSONValue(parsing: response.body, maximumLength: 256 << 10, maximumDepth: 16)
    } catch {
      throw .garbage("not with the JSON expected", from: service, status: status, stage: stage)
    }
    guard status != 200 else { return }
    guard let code = Self.code(of: members, from: service) else {
      throw .garbage("without an error code", from: service, status: status, stage: stage)
    }
    let message = members["error"]?["message"]?.string ?? ""
    throw KMSFailure(
      ErrorAnswer(service: service, code: code, message: message), by: GCPFailureTable.rows, stage: stage)
  }

  /// A text that must be there.
  func text(_ name: String) throws(KMSFailure) -> String {
    guard let text = members[name]?.string else {
      throw .garbage("without \(name)", from: service, status: 200, stage: stage)
    }
    return text
  }

  /// A whole number, if there is one.
  func integer(_ name: String) -> Int? { members[name]?.integer }

  /// Bytes in base64 that must be there, with the checksum that goes with them.
  func checkedBytes(_ name: String, _ length: ClosedRange<Int>) throws(KMSFailure) -> [UInt8] {
    guard let data = Data(base64Encoded: try text(name)), length.contains(data.count) else {
      throw .garbage("without \(name)", from: service, status: 200, stage: stage)
    }
    let bytes = Array(data)
    try check(name, CRC32C.checksum(of: bytes))
    return bytes
  }

  /// - Throws: `.unreachable` where the checksum that came with a member is another.
  func check(_ name: String, _ checksum: UInt32) throws(KMSFailure) {
    guard members[name + "Crc32c"]?.string == String(checksum) else { throw .damagedOnTheWay(service, stage) }
  }

  /// - Throws: `.unreachable` unless the service says that it has checked what it was sent.
  func demandVerified(_ names: [String]) throws(KMSFailure) {
    guard names.allSatisfy({ members[$0]?.bool == true }) else { throw .damagedOnTheWay(service, stage) }
  }

  /// Google writes errors as `{"error":{"status","message","details"}}`, its token endpoint as RFC 6749 has it.
  private static func code(of members: JSONValue, from service: GCPService) -> String? {
    if case .array(let details)? = members["error"]?["details"] {
      let known = details.compactMap { $0["reason"]?.string }.first { reason in
        GCPFailureTable.rows.contains { $0.services.contains(service) && $0.codes.contains(reason) }
      }
      if let known { return known }
    }
    return members["error"]?["status"]?.string ?? members["error"]?.string
  }
}

extension KMSFailure {
  fileprivate static func damagedOnTheWay(_ service: GCPService, _ stage: VerificationStage) -> KMSFailure {
    .unreachable(
      "What \(service.name) was sent or answered was damaged on the way: a checksum differs. It is tried again.",
      stage: stage)
  }
}
