import Cryptography
import FoundationEssentials
import SigV4

/// Signs a KMS Decrypt with temporary credentials, whose token has 600 bytes.
enum SigV4Part {
  static let body = Array(#"{"KeyId":"\#(key)","CiphertextBlob":"\#(String(repeating: "A", count: 224))"}"#.utf8)
  private static let key = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  /// Those of AWS's own examples.
  static let credentials = AWSCredentials(
    accessKeyID: "ASIAIOSFODNN7EXAMPLE",
    secretAccessKey: SecretBytes(copying: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".utf8),
    sessionToken: String(repeating: "FwoGZXIvYXdz", count: 50))
  static let date = Date(timeIntervalSince1970: 1_795_492_814)

  static func request(to host: String) -> SigningRequest {
    SigningRequest(
      method: "POST",
      headers: [
        HeaderField(name: "Host", value: host),
        HeaderField(name: "Content-Type", value: "application/x-amz-json-1.1"),
        HeaderField(name: "X-Amz-Target", value: "TrentService.Decrypt"),
      ], body: body)
  }

  static func sign(_ count: Int) throws {
    let signer = try SigV4Signer(region: "us-east-1", service: "kms")
    let stopwatch = Stopwatch()
    var signed: SignedRequest?
    for _ in 0..<count {
      signed = try signer.sign(request(to: "kms.us-east-1.amazonaws.com"), credentials: credentials, at: date)
    }
    stopwatch.report()
    // What the floor hashes and authenticates as well.
    if let signed { print(body.count, signed.canonicalRequest.utf8.count, signed.stringToSign.utf8.count) }
  }
}
