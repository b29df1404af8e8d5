import CloudKMS
import Cryptography
import HTTPClient
import JSON
import Testing

/// What is made of answers that no AWS gives, and of no answer at all.
@Suite struct AWSAnswerTests {
  private func wrap(_ aws: ScriptedAWS, keyReference: String = Sample.keyARN) async throws -> KMSFailure? {
    let kek = try Sample.kek(aws, keyReference: keyReference)
    return await failure { () throws(KMSFailure) in _ = try await kek.wrap(Sample.key, context: Sample.context) }
  }

  private func unwrap(_ aws: ScriptedAWS) async throws -> KMSFailure? {
    let kek = try Sample.kek(aws)
    let wrapped = WrappedKey(ciphertext: [1, 2, 3], keyReference: Sample.keyARN)
    return await failure { () throws(KMSFailure) in _ = try await kek.unwrap(wrapped, context: Sample.context) }
  }

  private func expectUnreachable(_ failure: KMSFailure?, at stage: VerificationStage, saying text: String = "") {
    #expect(failure?.reason == .unreachable)
    #expect(failure?.stage == stage)
    #expect(failure?.providerCode == nil)
    #expect(failure?.isPermanent == false)
    #expect(failure?.seal == .untilTTL)
    #expect(failure?.hint.contains(text) == true)
  }

  @Test(
    arguments: [
      "", "<html><body>Proxy</body></html>", "{}", "<AssumeRoleResponse>", "\u{0}", "<a><b></a></b>",
      ScriptedAWS.credentials.replacing("</SessionToken>", with: "</Token>"),
      ScriptedAWS.credentials.replacing("role-session-token==", with: ""),
      ScriptedAWS.credentials.replacing("role-session-token==", with: "a&#13;&#10;X-Injected: b"),
      ScriptedAWS.credentials.replacing("ASIAROLEROLEROLEROLE", with: "a b"),
      ScriptedAWS.credentials.replacing("<SecretAccessKey>", with: "<SecretAccessKey/><SecretAccessKey>"),
      "<!DOCTYPE a [<!ENTITY b \"c\">]>" + ScriptedAWS.credentials,
    ], [200, 302, 403, 502])
  func garbageFromSTS(_ body: String, status: Int) async throws {
    // Credentials under an error's status are no error that can be understood either.
    expectUnreachable(try await wrap(ScriptedAWS { _ in .xml(status, body) }), at: .assumeRole, saying: "\(status)")
  }

  @Test(
    arguments: [
      "", "null", "[]", "{", "<html/>", "\u{0}", #"{"KeyId":1}"#, #"{"__type":""}"#, #"{"__type":5}"#,
      #"{"KeyId":"alias/x","CiphertextBlob":"AAAA","Plaintext":"AAAA"}"#,
      #"{"KeyId":"\#(Sample.keyARN)"}"#, #"{"KeyId":"\#(Sample.keyARN)","CiphertextBlob":7,"Plaintext":7}"#,
      #"{"KeyId":"\#(Sample.keyARN)","CiphertextBlob":"%","Plaintext":"%"}"#,
      #"{"KeyId":"\#(Sample.keyARN)","CiphertextBlob":"","Plaintext":""}"#,
      #"{"KeyId":"\#(Sample.keyARN)","CiphertextBlob":"AAA","Plaintext":"AAA"}"#,
      #"{"KeyId":"\#(Sample.keyARN)x","CiphertextBlob":"AAAA","Plaintext":"AAAA"}"#,
      #"{"CiphertextBlob":"AAAA","Plaintext":"AAAA"}"#,
    ], [200, 400, 502])
  func garbageFromKMS(_ body: String, status: Int) async throws {
    let aws = ScriptedAWS { action in
      if case .assumeRole = action { nil } else { HTTPResponse(status: status, body: Array(body.utf8)) }
    }
    expectUnreachable(try await wrap(aws), at: .encrypt, saying: "\(status)")
    expectUnreachable(try await unwrap(aws), at: .decrypt, saying: "\(status)")
  }

  @Test(arguments: [
    HTTPClientError.Code.resolve, .connect, .tls, .timeout(.connect), .timeout(.response), .timeout(.body), .reset,
    .responseTooLarge, .protocolError, .cancelled, .shutDown,
  ])
  func noAnswer(_ code: HTTPClientError.Code) async throws {
    let silentSTS = ScriptedAWS { _ throws(HTTPClientError) in throw HTTPClientError(code: code, reason: "host: why") }
    expectUnreachable(try await wrap(silentSTS), at: .assumeRole, saying: "\(code)")
    let silentKMS = ScriptedAWS { action throws(HTTPClientError) in
      if case .assumeRole = action { return nil }
      throw HTTPClientError(code: code, reason: "host: why")
    }
    expectUnreachable(try await unwrap(silentKMS), at: .decrypt, saying: "AWS KMS")
  }

  @Test(arguments: [
    #"{"__type":"com.amazonaws.kms#DisabledException"}"#, #"{"__type":"DisabledException","Message":"m"}"#,
    #"{"__type":"DisabledException:http://internal.amazon.com/"}"#,
    #"{"__type":"a#b#DisabledException:http://x","message":7}"#,
  ])
  func anErrorCodeInAnyOfItsForms(_ body: String) async throws {
    let aws = ScriptedAWS { $0 == .decrypt ? HTTPResponse(status: 400, body: Array(body.utf8)) : nil }
    #expect(try await unwrap(aws)?.reason == .keyDisabled)
  }

  @Test func anErrorCodeInAHeader() async throws {
    let headers = [HTTPHeader("X-Amzn-ErrorType", "DisabledException:http://internal/")]
    let aws = ScriptedAWS { $0 == .decrypt ? HTTPResponse(status: 400, headers: headers, body: Array("{}".utf8)) : nil }
    #expect(try await unwrap(aws)?.reason == .keyDisabled)
  }

  @Test func theProvidersTextGoesNoFurther() async throws {
    let secret = "wJalrXUtnFEMI"
    let texts = [
      try await wrap(ScriptedAWS { _ in .stsError("AccessDenied", message: secret) }),
      try await wrap(ScriptedAWS { _ in .stsError("Code \(secret) &lt;b&gt;", message: secret) }),
      try await unwrap(ScriptedAWS { $0 == .decrypt ? .kmsError("<\(secret)>", message: secret) : nil }),
      try await unwrap(ScriptedAWS { $0 == .decrypt ? .kmsError("DisabledException", message: secret) : nil }),
    ].map { failure in
      var text = ""
      dump(failure, to: &text)
      return text + "\(failure as Any)"
    }
    for text in texts { #expect(!text.contains(secret)) }
  }
}
