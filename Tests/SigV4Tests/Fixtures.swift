import Cryptography
import FoundationEssentials
import SigV4

extension AWSCredentials {
  /// The credentials of AWS's documentation.
  static var example: AWSCredentials {
    AWSCredentials(
      accessKeyID: "AKIDEXAMPLE",
      secretAccessKey: SecretBytes(copying: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".utf8))
  }

  func with(sessionToken: String?) -> AWSCredentials {
    AWSCredentials(accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: sessionToken)
  }
}

extension SigningRequest {
  /// A request of the kind that KMS gets.
  static let decrypt = SigningRequest(
    method: "POST",
    headers: [
      HeaderField(name: "Host", value: "kms.eu-central-1.amazonaws.com"),
      HeaderField(name: "Content-Type", value: "application/x-amz-json-1.1"),
      HeaderField(name: "X-Amz-Target", value: "TrentService.Decrypt"),
    ],
    body: Array(#"{"CiphertextBlob":"AQID"}"#.utf8))

  func adding(_ name: String, _ value: String) -> SigningRequest {
    var request = self
    request.headers.append(HeaderField(name: name, value: value))
    return request
  }
}

extension SignedRequest {
  func header(_ name: String) -> String? {
    headers.first { $0.name == name }?.value
  }
}

extension Date {
  /// 2015-08-30T12:36:00Z, the instant of AWS's examples.
  static let example = Date(timeIntervalSince1970: 1_440_938_160)
}
