internal import Cryptography
internal import FoundationEssentials
internal import JSON

/// What a service account's key file says (IAM, "Create and delete service account keys").
struct ServiceAccountKey: Sendable {
  let id: String
  let email: String
  let tokenURL: String
  let privateKeyPEM: SecretBytes

  /// Reads a file.
  /// - Throws: `.platformCredentials` where it isn't one.
  init(path: String, maximumLength: Int) throws(KMSFailure) {
    let data: Data
    do { data = try Data(contentsOf: URL(filePath: path)) } catch { throw .badKeyFile("it can't be read") }
    let json: JSONValue
    do {
      json = try JSONValue(parsing: Array(data), maximumLength: maximumLength, maximumDepth: 8)
    } catch { throw .badKeyFile("it is not JSON") }
    guard json["type"] == "service_account" else {
      throw .badKeyFile("its type is not service_account, the only one that this version takes")
    }
    guard let id = json["private_key_id"]?.string, let email = json["client_email"]?.string,
      let tokenURL = json["token_uri"]?.string, let pem = json["private_key"]?.string
    else { throw .badKeyFile("it lacks private_key_id, client_email, token_uri or private_key") }
    self.id = id
    self.email = email
    self.tokenURL = tokenURL
    privateKeyPEM = SecretBytes(copying: pem.utf8)
  }
}

extension KMSFailure {
  static func badKeyFile(_ why: String) -> KMSFailure {
    KMSFailure(
      reason: .platformCredentials, stage: .credentials, isPermanent: true, seal: .untilTTL,
      hint: "The file that GOOGLE_APPLICATION_CREDENTIALS names can't be used: \(why). This is the operator's to mend, "
        + "not the customer's.")
  }
}
