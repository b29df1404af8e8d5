import Cryptography
import SigV4
import Testing

@Suite struct SigningRequestValidationTests {
  private let signer: SigV4Signer

  init() throws {
    signer = try SigV4Signer(region: "eu-central-1", service: "kms")
  }

  private func expect(
    _ code: SigV4Error.Code, _ request: SigningRequest, credentials: AWSCredentials = .example,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let signing = #expect(throws: SigV4Error.self, sourceLocation: sourceLocation) {
      try signer.sign(request, credentials: credentials, at: .example)
    }
    #expect(signing?.code == code, sourceLocation: sourceLocation)
    let presigning = #expect(throws: SigV4Error.self, sourceLocation: sourceLocation) {
      try signer.presign(request, credentials: credentials, at: .example, expiresIn: .seconds(60))
    }
    #expect(presigning?.code == code, sourceLocation: sourceLocation)
  }

  private func decrypt(_ change: (inout SigningRequest) -> Void) -> SigningRequest {
    var request = SigningRequest.decrypt
    change(&request)
    return request
  }

  @Test(arguments: ["a\r\nX-Injected: 1", "a\nb", "a\rb", "\0", "a\u{7F}", "é", "a\u{1}b", "x\n folded"])
  func refusesAHeaderValueThatIsNotOneLineOfASCII(value: String) {
    expect(.invalidHeader, .decrypt.adding("X-Custom", value))
  }

  @Test(arguments: ["", "a b", "a:b", "a\n", "a\r", "é", "(a)", "a\u{0}"])
  func refusesAHeaderNameThatIsNoToken(name: String) {
    expect(.invalidHeader, .decrypt.adding(name, "1"))
  }

  @Test(arguments: ["Authorization", "x-amz-date", "X-AMZ-SECURITY-TOKEN", "X-Amz-Content-Sha256"])
  func refusesAHeaderThatIsItsOwnToAdd(name: String) {
    expect(.invalidHeader, .decrypt.adding(name, "1"))
  }

  @Test func refusesARequestWithoutOneHost() {
    expect(.missingHost, decrypt { $0.headers.removeFirst() })
    expect(.missingHost, .decrypt.adding("host", "other"))
  }

  @Test(arguments: ["", "get", "GE T", "GET\r\n", "ABCDEFGHIJKLMNOPQ"])
  func refusesAMethod(method: String) {
    expect(.invalidMethod, decrypt { $0.method = method })
  }

  @Test(arguments: ["", "a", "/a?b", "/a#b", "/a\r\n", "/\0"])
  func refusesAPath(path: String) {
    expect(.invalidPath, decrypt { $0.path = path })
  }

  @Test(arguments: [
    "a#b", "a\r\nb", "%", "a=%4", "a=%zz", "a=%+1", "X-Amz-Date=1", "a=1&x-amz-signature=2",
  ])
  func refusesAQuery(query: String) {
    expect(.invalidQuery, decrypt { $0.query = query })
  }

  @Test func refusesWhatIsTooLarge() {
    let long = String(repeating: "a", count: SigningRequest.maximumTargetByteCount)
    #expect(throws: Never.self) {
      try signer.sign(decrypt { $0.query = long }, credentials: .example, at: .example)
    }
    expect(.tooLarge, decrypt { $0.query = long + "a" })
    expect(.tooLarge, decrypt { $0.path = "/" + long })
    expect(.tooLarge, decrypt { $0.headers += (0..<62).map { HeaderField(name: "X-\($0)", value: "") } })
    expect(
      .tooLarge, .decrypt.adding("X-Long", String(repeating: "a", count: SigningRequest.maximumHeaderByteCount)))
    expect(.tooLarge, decrypt { $0.body = [UInt8](repeating: 0, count: SigningRequest.maximumBodyByteCount + 1) })
  }

  @Test(arguments: ["", "AKID/EXAMPLE", "AKID EXAMPLE", "AKID\n", String(repeating: "A", count: 129)])
  func refusesAnAccessKeyID(id: String) {
    let credentials = AWSCredentials(accessKeyID: id, secretAccessKey: AWSCredentials.example.secretAccessKey)
    expect(.invalidCredentials, .decrypt, credentials: credentials)
  }

  @Test(arguments: [0, 257])
  func refusesASecretOfAnotherLength(count: Int) {
    let secret = SecretBytes(count: count) { _ in }
    expect(.invalidCredentials, .decrypt, credentials: AWSCredentials(accessKeyID: "A", secretAccessKey: secret))
  }

  @Test(arguments: ["", "a b", "a\r\nb", "é", String(repeating: "a", count: 8193)])
  func refusesASessionToken(token: String) {
    expect(.invalidCredentials, .decrypt, credentials: .example.with(sessionToken: token))
  }

  @Test(arguments: ["", "EU-CENTRAL-1", "a/b", "a\n", String(repeating: "a", count: 65)])
  func refusesAScope(part: String) {
    let region = #expect(throws: SigV4Error.self) { try SigV4Signer(region: part, service: "kms") }
    #expect(region?.code == .invalidScope)
    let service = #expect(throws: SigV4Error.self) { try SigV4Signer(region: "eu-central-1", service: part) }
    #expect(service?.code == .invalidScope)
  }
}
