import SigV4
import Testing

/// AWS's own test suite for Signature Version 4: every case, by header and by query.
@Suite(.disabled(if: Vectors.areAbsent, Comment(rawValue: Vectors.absence)))
struct SigV4ConformanceTests {
  @Test func theSuiteIsWhole() {
    #expect(SigV4Vector.names.count >= 38)
  }

  @Test(arguments: SigV4Vector.names)
  func signsByHeader(_ name: String) throws {
    let vector = try SigV4Vector(name)
    let signed = try vector.signer.sign(vector.request, credentials: vector.credentials, at: vector.date)
    try expect(signed, vector, "header")
  }

  @Test(arguments: SigV4Vector.names)
  func signsByQuery(_ name: String) throws {
    let vector = try SigV4Vector(name)
    let signed = try vector.signer.presign(
      vector.request, credentials: vector.credentials, at: vector.date, expiresIn: vector.lifetime)
    try expect(signed, vector, "query")
  }

  private func expect(_ signed: SignedRequest, _ vector: SigV4Vector, _ kind: String) throws {
    let expected = try vector.expectation(kind)
    #expect(signed.canonicalRequest == expected.canonicalRequest)
    #expect(signed.stringToSign == expected.stringToSign)
    #expect(signed.signature == expected.signature)

    let raw = RawRequest(signed, body: vector.request.body)
    #expect(raw.method == expected.signedRequest.method)
    #expect(raw.path == expected.signedRequest.path)
    #expect(raw.query == expected.signedRequest.query)
    #expect(raw.sortedHeaders == expected.signedRequest.sortedHeaders)
    #expect(raw.body == expected.signedRequest.body)
  }
}
