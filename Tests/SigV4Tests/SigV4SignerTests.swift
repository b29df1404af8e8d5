import Cryptography
import FoundationEssentials
import SigV4
import Testing

/// What AWS's suite, which the conformance tests read, leaves open.
@Suite struct SigV4SignerTests {
  private let signer: SigV4Signer

  init() throws {
    signer = try SigV4Signer(region: "eu-central-1", service: "kms")
  }

  /// The example of the AWS IAM user guide: GET iam ListUsers.
  @Test func answersTheExampleOfTheUserGuide() throws {
    let signer = try SigV4Signer(region: "us-east-1", service: "iam")
    let request = SigningRequest(
      method: "GET", query: "Action=ListUsers&Version=2010-05-08",
      headers: [
        HeaderField(name: "Content-Type", value: "application/x-www-form-urlencoded; charset=utf-8"),
        HeaderField(name: "Host", value: "iam.amazonaws.com"),
      ])
    let signed = try signer.sign(request, credentials: .example, at: .example)
    #expect(signed.signature == "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
    #expect(
      signed.header("Authorization")
        == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        + "SignedHeaders=content-type;host;x-amz-date, "
        + "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
  }

  @Test func signsWhatKMSGets() throws {
    let signed = try signer.sign(.decrypt, credentials: .example.with(sessionToken: "Token+/="), at: .example)
    let lines = signed.canonicalRequest.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines.dropLast() == [
        "POST", "/", "", "content-type:application/x-amz-json-1.1", "host:kms.eu-central-1.amazonaws.com",
        "x-amz-date:20150830T123600Z", "x-amz-security-token:Token+/=", "x-amz-target:TrentService.Decrypt", "",
        "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
      ])
    #expect(signed.headers.prefix(3) == SigningRequest.decrypt.headers[...])
    #expect(signed.header("X-Amz-Date") == "20150830T123600Z")
    #expect(signed.header("X-Amz-Security-Token") == "Token+/=")
    #expect(signed.query == nil)
  }

  @Test func coversEveryPartOfTheRequest() throws {
    var requests = [SigningRequest.decrypt]
    requests.append(.decrypt.adding("X-Custom", "1"))
    requests.append(.decrypt.adding("X-Custom", "2"))
    for change: (inout SigningRequest) -> Void in [
      { $0.method = "PUT" }, { $0.path = "/a" }, { $0.query = "a=1" }, { $0.body.append(0) },
      { $0.headers[0].value = "kms.eu-central-2.amazonaws.com" },
    ] {
      var request = SigningRequest.decrypt
      change(&request)
      requests.append(request)
    }
    let signatures = try requests.map { try signer.sign($0, credentials: .example, at: .example).signature }
    #expect(Set(signatures).count == requests.count)
  }

  @Test func coversTheScopeTheDateAndTheSecret() throws {
    let other = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: SecretBytes(copying: "other".utf8))
    let signatures = [
      try signer.sign(.decrypt, credentials: .example, at: .example).signature,
      try signer.sign(.decrypt, credentials: .example, at: .example + 1).signature,
      try signer.sign(.decrypt, credentials: .example, at: .example + 86400).signature,
      try signer.sign(.decrypt, credentials: other, at: .example).signature,
      try SigV4Signer(region: "eu-central-1", service: "sts")
        .sign(.decrypt, credentials: .example, at: .example).signature,
      try SigV4Signer(region: "eu-central-2", service: "kms")
        .sign(.decrypt, credentials: .example, at: .example).signature,
    ]
    #expect(Set(signatures).count == signatures.count)
  }

  @Test func leavesOutWhatProxiesChange() throws {
    let plain = try signer.sign(.decrypt, credentials: .example, at: .example)
    for name in ["User-Agent", "connection", "Expect", "Transfer-Encoding", "Upgrade", "X-Amzn-Trace-Id"] {
      let signed = try signer.sign(.decrypt.adding(name, "anything"), credentials: .example, at: .example)
      #expect(signed.signature == plain.signature, "\(name) was signed")
      #expect(signed.header(name) == "anything", "\(name) was dropped")
    }
  }

  @Test func foldsBlanksAndJoinsDuplicates() throws {
    let request = SigningRequest.decrypt.adding("X-B", "  a \t  b  ").adding("x-b", "c").adding("X-b", "\t")
    let signed = try signer.sign(request, credentials: .example, at: .example)
    #expect(signed.canonicalRequest.contains("\nx-b:a b,c,\n"))
    #expect(signed.canonicalRequest.contains(";x-b\n"))
  }

  @Test func ordersAndRecodesTheQuery() throws {
    var request = SigningRequest.decrypt
    request.query = "b=2&a=%2f&&a=&c&=x&a-b=1&a=+%7E&d=1=2"
    let signed = try signer.sign(request, credentials: .example, at: .example)
    let line = signed.canonicalRequest.split(separator: "\n", omittingEmptySubsequences: false)[2]
    #expect(line == "=x&a=&a=%2B~&a=%2F&a-b=1&b=2&c=&d=1%3D2")
    #expect(signed.query == request.query)
  }

  @Test func encodesThePathOnceMoreThanItIsSent() throws {
    var request = SigningRequest.decrypt
    request.path = "/a%20b/c=d/../é"
    let normalized = try signer.sign(request, credentials: .example, at: .example)
    #expect(normalized.canonicalRequest.hasPrefix("POST\n/a%2520b/%C3%A9\n"))
    let plain = try SigV4Signer(
      region: "eu-central-1", service: "kms", options: SigV4Options(normalizesPath: false))
    #expect(
      try plain.sign(request, credentials: .example, at: .example)
        .canonicalRequest.hasPrefix("POST\n/a%2520b/c%3Dd/../%C3%A9\n"))
    #expect(normalized.path == request.path)
  }

  @Test func presignsForAWhile() throws {
    let signed = try signer.presign(
      .decrypt, credentials: .example.with(sessionToken: "T/"), at: .example, expiresIn: .seconds(60))
    #expect(signed.headers == SigningRequest.decrypt.headers)
    #expect(
      signed.query
        == "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Feu-central-1%2Fkms%2Faws4_request"
        + "&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-target&X-Amz-Expires=60"
        + "&X-Amz-Security-Token=T%2F&X-Amz-Signature=\(signed.signature)")
  }

  @Test(arguments: [Duration.zero, .milliseconds(999), .seconds(604_801), .seconds(-1)])
  func refusesALifetimeOutOfRange(lifetime: Duration) {
    let error = #expect(throws: SigV4Error.self) {
      try signer.presign(.decrypt, credentials: .example, at: .example, expiresIn: lifetime)
    }
    #expect(error?.code == .invalidExpiry)
  }

  @Test func isSharedByManyTasks() async throws {
    let shared = AWSCredentials.example
    let expected = try signer.sign(.decrypt, credentials: shared, at: .example).signature
    let signatures = try await withThrowingTaskGroup(of: [String].self) { group in
      for _ in 0..<8 {
        group.addTask { [signer] in
          // Every other secret is a new one, so that the cache turns over under contention.
          try (0..<50).map { round in
            try signer.sign(.decrypt, credentials: round.isMultiple(of: 2) ? shared : .example, at: .example).signature
          }
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(signatures.count == 400)
    #expect(signatures.allSatisfy { $0 == expected })
  }
}
