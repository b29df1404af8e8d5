import Cryptography
import SigV4
import Testing

@Suite struct RedactionTests {
  private func texts(of value: Any) -> [String] {
    var dumped = ""
    dump(value, to: &dumped)
    return ["\(value)", String(reflecting: value), "\([value])", dumped]
  }

  @Test func credentialsShowTheirIDAlone() {
    for text in texts(of: AWSCredentials.example.with(sessionToken: "SESSION")) {
      #expect(text.contains("AKIDEXAMPLE"))
      #expect(!text.contains("wJalr"))
      #expect(!text.contains("SESSION"))
    }
  }

  @Test func requestsShowTheirMethodAndPathAlone() throws {
    var request = SigningRequest.decrypt.adding("X-Custom", "HIDDEN")
    request.query = "q=HIDDEN"
    request.body = Array("HIDDEN".utf8)
    let signer = try SigV4Signer(region: "eu-central-1", service: "kms")
    let signed = try signer.sign(request, credentials: .example.with(sessionToken: "HIDDEN"), at: .example)
    for text in texts(of: request) + texts(of: signed) {
      #expect(text.contains("POST /"))
      #expect(!text.contains("HIDDEN"))
      #expect(!text.contains(signed.signature))
    }
  }

  @Test func errorsNeverEchoTheirInput() throws {
    let signer = try SigV4Signer(region: "eu-central-1", service: "kms")
    let error = #expect(throws: SigV4Error.self) {
      try signer.sign(.decrypt.adding("X-Custom", "HIDDEN\n"), credentials: .example, at: .example)
    }
    #expect(
      error.map { "\($0)" } == "invalidHeader: a header's value has a control character or isn't ASCII")
  }
}
