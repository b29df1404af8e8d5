import CloudKMS
import Cryptography
import FoundationEssentials
import HTTPClient
import JSON
import Locking
import Repository
import SigV4
import Testing

@testable import MasterKeys

@Suite struct PlatformWrappingTests {
  private static let keyARN = "arn:aws:kms:us-east-1:123456789012:key/saas"

  let tenantID = UUID()
  let time = Date(timeIntervalSince1970: 1_795_492_814)

  @Test func `without a KMS key of the platform's the deployment's own wraps`() async throws {
    let wrapping = PlatformWrapping(global: try .sample(1), operatorKey: nil, clouds: Clouds([]))
    #expect(wrapping.method == .global)
    let key = try await wrapping.newKey(4, of: tenantID, at: time)
    #expect(key.version == 4)
    #expect(key.wrapping.method == .global)
    #expect(key.wrapping.provider == nil)
    let unwrapped = try LocalKeyEncryptionKey.sample(1).unwrap(
      key.wrapping.wrappedKey, tenantID: tenantID, keyID: key.id, keyVersion: 4)
    #expect(unwrapped.count == 32)
    #expect(try await wrapping.tryOut(at: time) == nil)
  }

  @Test func `with one it wraps, has unwrapped once before, and what finds it again is stored`() async throws {
    let kms = EchoingKMS()
    let wrapping = try wrapping(kms)
    #expect(wrapping.method == .operatorKMS)
    let key = try await wrapping.newKey(4, of: tenantID, at: time)
    #expect(kms.targets == ["TrentService.Encrypt", "TrentService.Decrypt"])
    #expect(key.wrapping.method == .operatorKMS)
    #expect(
      key.wrapping.provider
        == ProviderKey(
          name: "operator_kms_aws", keyReference: Self.keyARN, configuration: [:], wrappingKey: Self.keyARN))
    let context: JSONValue = [
      "tenant_id": .string(tenantID.uuidString.lowercased()), "key_version": "4", "purpose": "tenant-master-key",
    ]
    #expect(kms.contexts == [context, context])
    #expect(wrapping.made(key.wrapping))
  }

  @Test func `a key that comes back changed, or not at all, is given to nobody`() async throws {
    for answer in [
      #"{"KeyId":"\#(Self.keyARN)","Plaintext":"\#(Data(repeating: 7, count: 32).base64EncodedString())"}"#,
      #"{"__type":"DisabledException"}"#,
    ] {
      let kms = EchoingKMS { $0 == "TrentService.Decrypt" ? answer : nil }
      let wrapping = try wrapping(kms)
      let error = await #expect(throws: MasterKeyError.self) { try await wrapping.newKey(4, of: tenantID, at: time) }
      guard case .platformKey? = error?.code else {
        Issue.record("\(String(describing: error))")
        continue
      }
      await #expect(throws: MasterKeyError.self) { try await wrapping.tryOut(at: time) }
    }
  }

  @Test func `a trial is for no tenant, and says what answered`() async throws {
    let kms = EchoingKMS()
    #expect(try await wrapping(kms).tryOut(at: time) == Self.keyARN)
    #expect(kms.contexts.map { $0["purpose"] } == ["verification", "verification"])
  }

  @Test func `what it made is told from what it didn't`() throws {
    func made(_ method: KeyVersion.WrapMethod, _ reference: String?) -> Wrapping {
      Wrapping(
        method: method, wrappedKey: [],
        provider: reference.map {
          ProviderKey(name: "operator_kms_aws", keyReference: $0, configuration: [:], wrappingKey: $0)
        })
    }
    let global = PlatformWrapping(global: try .sample(1), operatorKey: nil, clouds: Clouds([]))
    let ours = try wrapping(EchoingKMS())
    let all = [
      made(.global, nil), made(.operatorKMS, Self.keyARN), made(.operatorKMS, Self.keyARN + "2"),
      made(.customerKMS, Self.keyARN),
    ]
    #expect(all.map(global.made) == [true, false, false, false])
    #expect(all.map(ours.made) == [false, true, false, false])
  }

  private func wrapping(_ kms: EchoingKMS) throws -> PlatformWrapping {
    let credentials = AWSCredentials(
      accessKeyID: "AKIDEXAMPLE", secretAccessKey: SecretBytes(copying: "secret".utf8))
    let time = time
    let platform = AWSPlatform(
      transport: kms, credentials: FixedCredentials(credentials), clock: KMSClock(now: { time }, sleep: { _ in }))
    let key = try #require(OperatorKeyReference(Self.keyARN))
    return PlatformWrapping(global: try .sample(1), operatorKey: key, clouds: Clouds([platform]))
  }
}

/// A KMS whose ciphertext is the plaintext, unless a script answers instead.
final class EchoingKMS: HTTPTransport {
  private let script: @Sendable (_ target: String) -> String?
  private let log = Guarded<[(target: String, body: JSONValue)]>([])

  init(script: @escaping @Sendable (_ target: String) -> String? = { _ in nil }) { self.script = script }

  var targets: [String] { log.withLock { $0.map(\.target) } }
  var contexts: [JSONValue] { log.withLock { $0.compactMap { $0.body["EncryptionContext"] } } }

  func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
    let target = request.headers.first { $0.name == "X-Amz-Target" }?.value ?? ""
    let body = (try? JSONValue(parsing: request.body)) ?? .null
    log.withLock { $0.append((target, body)) }
    if let text = script(target) {
      return HTTPResponse(status: text.contains("__type") ? 400 : 200, body: Array(text.utf8))
    }
    let members: [String: JSONValue] =
      target == "TrentService.Encrypt"
      ? ["CiphertextBlob": body["Plaintext"] ?? .null] : ["Plaintext": body["CiphertextBlob"] ?? .null]
    return HTTPResponse(
      status: 200, body: JSONValue.object(members.merging(["KeyId": body["KeyId"] ?? .null]) { $1 }).canonicalBytes)
  }
}
