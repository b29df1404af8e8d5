internal import Cryptography
internal import FoundationEssentials
internal import HTTPClient
internal import JSON

/// What AWS KMS answered to a request in its JSON 1.1 protocol.
struct KMSAnswer {
  let members: JSONValue
  private let plaintext: SecretBytes?
  private let stage: VerificationStage

  /// Takes an answer apart and wipes it.
  /// - Throws: the failure that its error code means, or `.unreachable` for what is no answer of KMS.
  init(_ response: consuming HTTPResponse, stage: VerificationStage) throws(KMSFailure) {
    let status = response.status
    let type = response.header("x-amzn-errortype")
    self.stage = stage
    plaintext = response.body.takePlaintext(named: "Plaintext")
    do throws(JSONError) {
      members = try JSONValue(parsing: response.body, maximumLength: 64 << 10, maximumDepth: 8)
    } catch {
      throw .garbage("not with the JSON expected", from: AWSService.kms, status: status, stage: stage)
    }
    guard status != 200 else { return }
    // `com.amazonaws.kms#DisabledException:http://…`: awsJson1_1 allows a namespace before and a link behind the name.
    let text = members["__type"]?.string ?? type ?? ""
    let code = text.split(separator: "#").last?.prefix { $0 != ":" } ?? ""
    guard !code.isEmpty else {
      throw .garbage("without an error code", from: AWSService.kms, status: status, stage: stage)
    }
    let message = members["message"]?.string ?? members["Message"]?.string ?? ""
    let error = ErrorAnswer(service: AWSService.kms, code: String(code), message: message)
    throw KMSFailure(error, by: AWSFailureTable.rows, stage: stage)
  }

  /// The key that answered.
  func keyARN() throws(KMSFailure) -> ARN {
    guard let arn = members["KeyId"]?.string.flatMap(ARN.init), arn.isKMSKey, !arn.isAlias else {
      throw .garbage("without the ARN of the key that answered", from: AWSService.kms, status: 200, stage: stage)
    }
    return arn
  }

  /// The ciphertext of an `Encrypt`: KMS makes at most 6144 bytes.
  func ciphertext() throws(KMSFailure) -> [UInt8] {
    guard let text = members["CiphertextBlob"]?.string, let bytes = Data(base64Encoded: text),
      (1...6144).contains(bytes.count)
    else { throw .garbage("without a ciphertext", from: AWSService.kms, status: 200, stage: stage) }
    return Array(bytes)
  }

  /// The plaintext of a `Decrypt`: at most 4096 bytes.
  func decrypted() throws(KMSFailure) -> SecretBytes {
    guard let plaintext, (1...4096).contains(plaintext.count) else {
      throw .garbage("without a plaintext", from: AWSService.kms, status: 200, stage: stage)
    }
    return plaintext
  }
}
