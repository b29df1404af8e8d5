internal import Cryptography
internal import FoundationEssentials
internal import HTTPClient
internal import JSON

/// What a key vault, Entra ID or the instance metadata service answered.
struct AzureAnswer {
  /// What was wrapped or unwrapped, which is in no member any more.
  let value: SecretBytes?
  let members: JSONValue
  private let service: AzureService
  private let stage: VerificationStage

  /// Takes an answer apart and wipes it.
  /// - Throws: the failure that its error means, or `.unreachable` for what is no answer of Microsoft's.
  init(_ response: consuming HTTPResponse, from service: AzureService, stage: VerificationStage) throws(KMSFailure) {
    let status = response.status
    self.service = service
    self.stage = stage
    value = response.body.takePlaintext(named: "value", in: .urls)
    do throws(JSONError) {
      members = try JSONValue(parsing: response.body, maximumLength: 256 << 10, maximumDepth: 16)
    } catch {
      throw .garbage("not with the JSON expected", from: service, status: status, stage: stage)
    }
    guard status != 200 else { return }
    let codes = service == .vault ? Self.vaultCodes(of: members) : Self.signInCodes(of: members)
    let message = members["error"]?["message"]?.string ?? members["error_description"]?.string ?? ""
    let errors = (status == 429 ? codes + ["429"] : codes).map {
      ErrorAnswer(service: service, code: $0, message: message)
    }
    guard let first = errors.first, !codes.isEmpty else {
      throw .garbage("without an error code", from: service, status: status, stage: stage)
    }
    let known = errors.first { error in AzureFailureTable.rows.contains { $0.matches(error) } }
    var failure = KMSFailure(known ?? first, by: AzureFailureTable.rows, stage: stage)
    // The most exact code is the one to search for, whichever of them decided.
    failure.providerCode = KMSFailure.presentable(first.code)
    throw failure
  }

  /// A text that must be there.
  func text(_ name: String) throws(KMSFailure) -> String {
    guard let text = members[name]?.string else {
      throw .garbage("without \(name)", from: service, status: 200, stage: stage)
    }
    return text
  }

  /// A token as of RFC 6749, section 5.1, whose lifetime the metadata service writes as a string.
  func token(at now: Date) throws(KMSFailure) -> AccessToken {
    let seconds = members["expires_in"]?.integer ?? members["expires_in"]?.string.flatMap { Int($0) }
    guard let seconds, (1...172_800).contains(seconds),
      let token = AccessToken(try text("access_token"), expiresAt: now + Double(seconds))
    else { throw .garbage("without a token", from: service, status: 200, stage: stage) }
    return token
  }

  /// `{"error":{"code","message","innererror":{"code"}}}`, the inner one first (Key Vault, "Authentication, requests and
  /// responses").
  private static func vaultCodes(of members: JSONValue) -> [String] {
    let error = members["error"]
    return [error?["innererror"]?["code"]?.string, error?["code"]?.string].compactMap(\.self)
  }

  /// `AADSTS` and the number, which stands in the description or apart, then the error of RFC 6749, section 5.2.
  private static func signInCodes(of members: JSONValue) -> [String] {
    var number: String?
    if case .array(let numbers)? = members["error_codes"] { number = numbers.first?.integer.map { String($0) } }
    if number == nil, let text = members["error_description"]?.string, text.hasPrefix("AADSTS") {
      let digits = text.dropFirst("AADSTS".count).prefix { $0.isASCII && $0.isNumber }
      if (1...10).contains(digits.count) { number = String(digits) }
    }
    return [number.map { "AADSTS\($0)" }, members["error"]?.string].compactMap(\.self)
  }
}
