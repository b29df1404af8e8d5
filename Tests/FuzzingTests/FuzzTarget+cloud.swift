import Foundation
import HTTPClient
import JSON

@testable import CloudKMS

extension FuzzTarget {
  static let candidate = FuzzTarget(
    name: "candidate",
    dictionary: [
      #""provider":"aws""#, #""kms_key_ref":""#, #""config":{"#, #""region":"us-east-1""#, #""role_arn":""#,
      #""external_id":"CANARY""#, "AKIACANARYCANARYCANA", "-----BEGIN PRIVATE KEY-----CANARY",
      "wJalrXUtnFEMI/K7MDENG/CANARYEXAMPLEKEY12", #""aws_secret_access_key":"CANARY""#,
      #"{\"private_key\":\"CANARY\"}"#,
      "arn:aws:kms:us-east-1:111122223333:key/", "arn:aws-cn:", "arn:aws:iam::111122223333:role/", "evil.example", "@",
      "..", "/", "#", "{", "}", ",", ":",
    ]
  ) { bytes in
    let json: JSONValue
    do { json = try JSONValue(parsing: bytes) } catch { return "no JSON" }
    let candidate: KMSCandidate
    do throws(CandidateRejection) { candidate = try KMSCandidate.parse(json) } catch {
      let fields: [String: [String]] = if case .invalid(let fields) = error { fields } else { [:] }
      try Violation.unless(
        json.namesHold(canary) || !"\(error) \(fields)".contains(canary), "no rejection repeats a value")
      return "\(error)".count > 60 ? String("\(error)".prefix(60)) : "\(error)"
    }
    try Violation.unless(try KMSCandidate.parse(candidate.json) == candidate, "a candidate is what it is written as")
    let stored = try KMSCandidate.stored(
      candidate.provider.storedName, keyReference: candidate.keyReference, configuration: candidate.configurationJSON)
    try Violation.unless(stored == candidate, "a candidate is what it is stored as")
    guard let key = candidate.configuration as? AWSKeyConfiguration else { return candidate.provider.rawValue }
    let shown = "\(candidate) \(candidate.publicJSON.canonicalText)"
    try Violation.unless(
      shown.contains(canary) == "\(key.keyARN) \(key.roleARN)".contains(canary), "an external id isn't shown")
    try requireOwnEndpoints(key)
    return "accepted \(key.partition.id)"
  }

  /// A request can go nowhere but to a provider's own names: the region is one label of them.
  private static func requireOwnEndpoints(_ key: AWSKeyConfiguration) throws {
    for service in [AWSService.kms, .sts] {
      let url = service.origin(region: key.region, partition: key.partition)
      let host = URLComponents(string: url)?.host ?? ""
      let labels = host.split(separator: ".", omittingEmptySubsequences: false)
      try Violation.unless(url == "https://" + host, "an endpoint is a host and nothing else: \(url)")
      try Violation.unless(
        labels.first == service.rawValue[...] && labels.dropFirst(2).joined(separator: ".") == key.partition.dnsSuffix,
        "an endpoint is the partition's own: \(url)")
      try Violation.unless(
        labels[1].utf8.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "-") }, "a region is one label: \(url)")
    }
  }

  static let keyReference = FuzzTarget(
    name: "key-reference",
    dictionary: ["arn:", "aws", "kms", "iam", "us-east-1", "111122223333", "key/", "alias/", "role/", ":", "/", "é"]
  ) { bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    guard let arn = ARN(text) else { return "refused" }
    try Violation.unless(arn.description == text, "an ARN is written in one way")
    return arn.isKMSKey ? "key" : arn.isRole ? "role" : "other"
  }

  static let xml = FuzzTarget(
    name: "xml",
    dictionary: [
      "<a>", "</a>", "<a/>", "&amp;", "&lt;", "&#65;", "<!DOCTYPE a [<!ENTITY b \"c\">]>", "<![CDATA[", "]]>",
      "<?xml?>",
      "<!--", "-->", " xmlns=\"x\"", "<ErrorResponse><Error><Code>", "CANARY",
    ]
  ) { bytes in
    guard let leaves = XMLLeaves(bytes) else { return "refused" }
    return leaves.text("ErrorResponse/Error/Code") == nil ? "other" : "error"
  }

  static let cloudAnswer = FuzzTarget(
    name: "cloud-answer",
    dictionary: [
      #""Plaintext":"Q0FOQVJZ""#, #""KeyId":"arn:aws:kms:us-east-1:111122223333:key/a""#, #""CiphertextBlob":"AA==""#,
      #""__type":"AccessDeniedException""#, "KMSInvalidStateException", "DisabledException", #""message":"m""#, "#",
      ":",
      "{", "}", ",",
    ]
  ) { bytes in
    guard let first = bytes.first else { return "nothing" }
    let status = [200, 400, 403, 500][Int(first % 4)]
    let response = HTTPResponse(status: status, body: Array(bytes.dropFirst()))
    let answer: KMSAnswer
    do throws(KMSFailure) { answer = try KMSAnswer(response, stage: .decrypt) } catch { return error.reason.rawValue }
    try Violation.unless(status == 200, "what isn't 200 is a failure")
    var parts = ["answer"]
    if (try? answer.keyARN()) != nil { parts.append("key") }
    if (try? answer.ciphertext()) != nil { parts.append("ciphertext") }
    if (try? answer.decrypted()) != nil { parts.append("plaintext") }
    return parts.joined(separator: " ")
  }
}
