import CloudKMS
import Commands
import Cryptography
import FoundationEssentials
import HTTPClient
import JSON
import Locking
import Logging
import Monitoring
import Repository
import SigV4
import Testing

@testable import MasterKeys

@Suite struct KeyUnwrapperTests {
  let tenantID = UUID()
  let keyID = UUID()
  let aws = DenyingAWS()
  let pauses = Pauses()
  let log = RecordingLog()
  let metrics = MetricRegistry()

  @Test func `what the deployment's key wrapped comes back`() async throws {
    let key = SecretBytes.random(count: 32)
    let version = try wrapped(key)
    #expect(try await unwrapper().unwrap(version) == key)
    #expect(aws.requests == 0)
  }

  @Test func `a revoked version isn't even tried`() async throws {
    let version = try wrapped(.random(count: 32), status: .revoked)
    let error = await #expect(throws: MasterKeyError.self) { try await unwrapper().unwrap(version) }
    #expect(error?.code == .revoked(3))
  }

  @Test func `another deployment's key doesn't open it`() async throws {
    let stranger = KeyUnwrapper(global: try .sample(2), platform: platformKeys, customer: customer)
    let version = try wrapped(.random(count: 32))
    let error = await #expect(throws: MasterKeyError.self) { try await stranger.unwrap(version) }
    #expect(failure(error)?.reason == .integrity)
  }

  @Test func `a wrapped key moved to another row, tenant or version doesn't open`() async throws {
    let bytes = try wrapped(.random(count: 32)).wrapping
    for (id, tenant, number) in [(UUID(), tenantID, Int32(3)), (keyID, UUID(), 3), (keyID, tenantID, 4)] {
      let moved = KeyVersion(
        id: id, tenantID: tenant, version: number, status: .active, wrapping: bytes, createdAt: .distantPast,
        retiredAt: nil)
      let error = await #expect(throws: MasterKeyError.self) { try await unwrapper().unwrap(moved) }
      #expect(failure(error)?.reason == .integrity)
    }
  }

  @Test func `a customer's denial seals once it is confirmed, and each try asks for the role anew`() async throws {
    let unwrapper = try unwrapper()
    for asked in [2, 4] {
      let error = await #expect(throws: MasterKeyError.self) { try await unwrapper.unwrap(customerVersion()) }
      #expect(failure(error)?.reason == .accessDenied)
      #expect(failure(error)?.seal == .now)
      #expect(aws.requests == asked)
      #expect(pauses.all.count == asked / 2)
    }
    #expect(Set(pauses.all) == [.milliseconds(500)])
  }

  @Test func `a failure that may pass is not asked about again`() async throws {
    aws.answer = (500, "")
    let error = await #expect(throws: MasterKeyError.self) { try await unwrapper().unwrap(customerVersion()) }
    #expect(failure(error)?.seal == .untilTTL)
    #expect(aws.requests == 1)
  }

  @Test func `a denial of a tenant that is sealed already needs no confirmation`() async throws {
    let sealed = customerVersion(seal: TenantSeal(since: .distantPast, reason: ""))
    await #expect(throws: MasterKeyError.self) { try await unwrapper().unwrap(sealed) }
    #expect(aws.requests == 1)
  }

  @Test func `a denial that the second try doesn't confirm seals nobody`() async throws {
    pauses.during = { [aws] in aws.answer = (500, "") }
    let error = await #expect(throws: MasterKeyError.self) { try await unwrapper().unwrap(customerVersion()) }
    #expect(failure(error)?.seal == .untilTTL)
    #expect(aws.requests == 2)
  }

  @Test func `what seals is a denial and anything else may pass, each with what to do about it`() {
    let denied = KMSFailure(reason: .keyDisabled, stage: .decrypt, isPermanent: true, seal: .now, hint: "Enable it.")
    #expect(GrantFinding(denied) == .denied("key_disabled at decrypt: Enable it."))
    for seal in [KMSFailure.Seal.untilTTL, .no, .reject] {
      let failure = KMSFailure(reason: .throttled, isPermanent: false, seal: seal, hint: "Wait.")
      #expect(GrantFinding(failure) == .faltered("throttled: Wait."))
    }
  }

  @Test func `a stored configuration that isn't understood is refused without asking anybody`() async throws {
    for (name, configuration) in [
      ("customer_kms_aws", ["region": "us-east-1"]), ("customer_kms_of_tomorrow", [:]), ("customer_kms_aws", .null),
    ] as [(String, JSONValue)] {
      let version = customerVersion(name: name, configuration: configuration)
      let error = await #expect(throws: MasterKeyError.self) { try await unwrapper().unwrap(version) }
      #expect(failure(error)?.reason == .invalidRequest)
    }
    #expect(aws.requests == 0)
  }

  @Test func `what the platform's KMS key wrapped is unwrapped as the platform, by the key stored with it`()
    async throws
  {
    let key = SecretBytes.random(count: 32)
    let plaintext = key.withUnsafeBytes { Data($0).base64EncodedString() }
    aws.answer = (200, #"{"KeyId":"\#(Self.keyARN)","Plaintext":"\#(plaintext)"}"#)
    #expect(try await unwrapper().unwrap(operatorVersion()) == key)
    #expect(aws.targets == ["TrentService.Decrypt"])
    #expect(log.entries.isEmpty)
  }

  @Test(arguments: [
    (400, #"{"__type":"AccessDeniedException"}"#, KMSFailure.Reason.accessDenied),
    (400, #"{"__type":"DisabledException"}"#, .keyDisabled), (500, "", .unreachable),
  ])
  func `a failure of the platform's KMS key is nobody's seal: asked once, told to the operator`(
    status: Int, body: String, reason: KMSFailure.Reason
  ) async throws {
    aws.answer = (status, body)
    let version = operatorVersion()
    let error = await #expect(throws: MasterKeyError.self) { try await unwrapper().unwrap(version) }
    guard case .platformKey(let failure)? = error?.code else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(failure.reason == reason)
    #expect(aws.requests == 1)
    #expect(pauses.all.isEmpty)
    #expect(KeyDenial(version, MasterKeyError(.platformKey(failure))) == nil)
    let entry = try #require(log.entries.first)
    #expect(log.entries.count == 1)
    #expect(entry.level == .error)
    #expect(entry.metadata["kms_key_ref"] == "\(Self.keyARN)")
    #expect(entry.metadata["tenant_id"] == .string(tenantID.text))
    #expect(entry.metadata["hint"] == "\(failure.hint)")
    #expect(await metrics.text().contains("\ntenant_kms_platform_key_failures_total 1\n"))
  }

  /// Each method has a way of its own, whatever else is stored with the version.
  @Test func `the wrap method alone chooses what unwraps`() async throws {
    let stray = customerVersion().wrapping.provider
    let bytes = try wrapped(.random(count: 32)).wrapping.wrappedKey
    let global = version(Wrapping(method: .global, wrappedKey: bytes, provider: stray))
    #expect(try await unwrapper().unwrap(global).count == 32)
    #expect(aws.requests == 0)
    for (method, provider) in [
      (.operatorKMS, nil), (.operatorKMS, stray), (.customerKMS, nil),
      (.customerKMS, operatorVersion().wrapping.provider),
    ] as [(KeyVersion.WrapMethod, ProviderKey?)] {
      let odd = version(Wrapping(method: method, wrappedKey: bytes, provider: provider))
      let error = await #expect(throws: MasterKeyError.self) { try await unwrapper().unwrap(odd) }
      switch error?.code {
      case .platformKey(let failure): #expect(method == .operatorKMS && failure.reason == .invalidRequest)
      case .sealed(let failure): #expect(method == .customerKMS && failure.reason == .invalidRequest)
      default: Issue.record("\(String(describing: error))")
      }
    }
    #expect(aws.requests == 0)
  }

  @Test func `descriptions name the version or the cause, and no key`() {
    #expect(MasterKeyError(.noSuchVersion(3)).description == "the tenant has no key version 3")
    #expect(MasterKeyError(.revoked(3)).description == "key version 3 was revoked")
    #expect(MasterKeyError(.sealed(.sample)).description == "the tenant's key can't be unwrapped: unreachable")
    #expect(
      MasterKeyError(.platformKey(.sample)).description == "the platform's own KMS key can't be used: unreachable")
  }

  private var platform: AWSPlatform {
    AWSPlatform(
      transport: aws,
      credentials: FixedCredentials(
        AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: SecretBytes(copying: "secret".utf8))),
      clock: KMSClock(now: { Date(timeIntervalSince1970: 1_795_492_814) }, sleep: { _ in }))
  }

  private func unwrapper() throws -> KeyUnwrapper {
    KeyUnwrapper(global: try .sample(1), platform: platformKeys, customer: customer)
  }

  private var platformKeys: OperatorKeyUnwrapper {
    OperatorKeyUnwrapper(
      clouds: Clouds([platform]), metrics: metrics, logger: Logger(label: "test", factory: { _ in log }))
  }

  private var customer: CustomerKeyUnwrapper {
    CustomerKeyUnwrapper(clouds: Clouds([platform]), clock: KMSClock(now: { Date() }, sleep: pauses.sleep))
  }

  private func wrapped(_ key: SecretBytes, status: KeyVersion.Status = .active) throws -> KeyVersion {
    let bytes = try LocalKeyEncryptionKey.sample(1).wrap(key, tenantID: tenantID, keyID: keyID, keyVersion: 3)
    return KeyVersion(
      id: keyID, tenantID: tenantID, version: 3, status: status,
      wrapping: Wrapping(method: .global, wrappedKey: bytes, provider: nil), createdAt: .distantPast, retiredAt: nil)
  }

  private func customerVersion(
    name: String = "customer_kms_aws",
    configuration: JSONValue = [
      "region": "us-east-1", "role_arn": "arn:aws:iam::111122223333:role/Access",
      "external_id": "550e8400-e29b-41d4-a716-446655440000",
    ], seal: TenantSeal? = nil
  ) -> KeyVersion {
    let arn = "arn:aws:kms:us-east-1:111122223333:key/abcd"
    let provider = ProviderKey(name: name, keyReference: arn, configuration: configuration, wrappingKey: arn)
    return KeyVersion(
      id: keyID, tenantID: tenantID, version: 3, status: .active,
      wrapping: Wrapping(method: .customerKMS, wrappedKey: [1, 2, 3], provider: provider), createdAt: .distantPast,
      retiredAt: nil, seal: seal)
  }

  private static let keyARN = "arn:aws:kms:us-east-1:123456789012:key/saas"

  private func operatorVersion() -> KeyVersion {
    version(
      Wrapping(
        method: .operatorKMS, wrappedKey: [1, 2, 3],
        provider: ProviderKey(
          name: "operator_kms_aws", keyReference: Self.keyARN, configuration: [:], wrappingKey: Self.keyARN)))
  }

  private func version(_ wrapping: Wrapping) -> KeyVersion {
    KeyVersion(
      id: keyID, tenantID: tenantID, version: 3, status: .active, wrapping: wrapping, createdAt: .distantPast,
      retiredAt: nil)
  }

  private func failure(_ error: MasterKeyError?) -> KMSFailure? {
    guard case .sealed(let failure)? = error?.code else { return nil }
    return failure
  }
}

/// An AWS whose role doesn't trust us, until it is told to answer otherwise.
final class DenyingAWS: HTTPTransport {
  private static let denial = """
    <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>\
    <Code>AccessDenied</Code><Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>
    """

  private let state = Guarded((answer: (status: 403, body: denial), requests: [HTTPRequest]()))

  var requests: Int { state.withLock { $0.requests.count } }

  /// Which of KMS's actions were asked for.
  var targets: [String] {
    state.withLock { $0.requests }.compactMap { $0.headers.first { $0.name == "X-Amz-Target" }?.value }
  }

  var answer: (status: Int, body: String) {
    get { state.withLock { $0.answer } }
    set { state.withLock { $0.answer = newValue } }
  }

  func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
    let answer = state.withLock { state in
      state.requests.append(request)
      return state.answer
    }
    return HTTPResponse(status: answer.status, body: Array(answer.body.utf8))
  }
}

/// Pauses that take no time, and what happens during them.
final class Pauses: Sendable {
  private let state = Guarded((all: [Duration](), during: { @Sendable () -> Void in }))

  var all: [Duration] { state.withLock { $0.all } }

  var during: @Sendable () -> Void {
    get { state.withLock { $0.during } }
    set { state.withLock { $0.during = newValue } }
  }

  @Sendable func sleep(_ duration: Duration) async throws {
    let during = state.withLock { state in
      state.all.append(duration)
      return state.during
    }
    during()
  }
}

extension LocalKeyEncryptionKey {
  static func sample(_ byte: UInt8) throws -> LocalKeyEncryptionKey {
    try #require(LocalKeyEncryptionKey(masterKey: SecretBytes(copying: [UInt8](repeating: byte, count: 32))))
  }
}
