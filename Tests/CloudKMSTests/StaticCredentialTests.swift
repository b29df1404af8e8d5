import CloudKMS
import Foundation
import JSON
import Testing

/// Long-lived credentials are refused wherever they stand, and never repeated.
@Suite struct StaticCredentialTests {
  private func rejection(_ json: JSONValue) -> CandidateRejection? {
    do {
      _ = try KMSCandidate.parse(json)
      return nil
    } catch { return error }
  }

  private func path(_ json: JSONValue) -> String? {
    guard case .staticCredentials(let path) = rejection(json) else { return nil }
    return path
  }

  @Test(arguments: [
    "access_key_id", "aws_access_key_id", "AWS_ACCESS_KEY_ID", "accessKeyId", "AccessKeyID", "aws-access-key-id",
    "aws_secret_access_key", "secretAccessKey", "AWS_SECRET_ACCESS_KEY", "secret_key", "access_key", "session_token",
    "aws_session_token", "private_key", "privateKey", "private_key_id", "client_secret", "clientSecret",
    "azure_client_secret", "service_account_json", "service_account_key", "credentials", "credentials_json",
    "google_application_credentials", "refresh_token", "access_token", "password", "connection_string", "sas_token",
  ])
  func aMemberWhoseNameSaysIt(_ name: String) {
    #expect(path(Sample.body(config: [name: "harmless"])) == "config.\(name)")
    #expect(path(Sample.body(adding: [name: nil])) == name)
    #expect(path(Sample.body(config: ["a": ["b": [1, [name: 2]]]])) == "config.a.b[1].\(name)")
  }

  @Test(arguments: [
    "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE", "key=AKIAIOSFODNN7EXAMPLE;",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "-----BEGIN PRIVATE KEY-----\nMIIE", "-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN CERTIFICATE-----",
    "abC8Q~0123456789abcdefghijABCDEFGHIJ0123", "AIzaSyA0123456789abcdefghijklmnopqrstuv",
  ])
  func aValueThatLooksLikeIt(_ value: String) {
    for name in ["external_id", "region", "note"] {
      let found = rejection(Sample.body(config: [name: .string(value)]))
      #expect(found == .staticCredentials(path: "config.\(name)"))
      #expect(!"\(found as Any)".contains(value))
    }
    #expect(path(Sample.body(config: [value: 1])) == "config.(unprintable)")
    #expect(path(Sample.body(config: ["list": ["a", .string(value)]])) == "config.list[1]")
  }

  private static let serviceAccount = """
     {"type": "service_account", "project_id": "p", "private_key_id": "1", "private_key": "-----BEGIN PRIVATE KEY-----"}
    """

  @Test func aServiceAccountsFileInsideOfAString() throws {
    let plain = JSONValue.string(Self.serviceAccount)
    #expect(path(Sample.body(config: ["sa": plain])) == "config.sa")
    let tokenless = JSONValue.string(#"{"private_key":1}"#)
    #expect(path(Sample.body(config: ["sa": tokenless])) == "config.sa.private_key")
    let base64 = JSONValue.string(Data(#"{"client_email":"e","private_key":1}"#.utf8).base64EncodedString())
    #expect(path(Sample.body(config: ["sa": base64])) == "config.sa.private_key")
    let twice = JSONValue.string(JSONValue.array([tokenless]).canonicalText)
    #expect(path(Sample.body(config: ["sa": twice])) == "config.sa[0].private_key")
  }

  @Test func credentialsAreToldBeforeAnythingElseThatIsWrong() {
    let json: JSONValue = ["provider": 7, "config": ["region": 1, "secret_access_key": "x"], "unknown": []]
    #expect(path(json) == "config.secret_access_key")
  }

  @Test func theFirstPathIsTheSameEveryTime() {
    let json = Sample.body(config: ["b_password": 1, "a_password": 1, "c_password": 1])
    for _ in 0..<20 { #expect(path(json) == "config.a_password") }
  }

  @Test func whatIsNestedTooDeeplyIsNotLetIn() {
    let deep = (0..<50).reduce(JSONValue.string("x")) { inner, _ in .array([inner]) }
    #expect(path(Sample.body(config: ["a": deep]))?.hasPrefix("config.a[0]") == true)
  }

  @Test func azuresVariableNameIsNoCredentialButASecretInItsPlaceIs() {
    let name = Sample.body(provider: "azure", config: ["client_secret_env_var": "AZURE_CLIENT_SECRET"])
    #expect(path(name) == nil)
    for secret in ["abC8Q~0123456789abcdefghijABCDEFGHIJ0123", "s3cret value", "", "p@ss"] {
      let body = Sample.body(provider: "azure", config: ["client_secret_env_var": .string(secret)])
      #expect(path(body) == "config.client_secret_env_var")
    }
  }

  @Test(arguments: [
    Sample.externalID, "0123456789abcdef0123456789abcdef01234567", "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCd",
    "AKIA-style", "PASIAN1", "acme/prod:tenant-kms@2026", "eyJ",
  ])
  func anHonestExternalIDIsNone(_ externalID: String) {
    #expect(rejection(Sample.body(config: ["external_id": .string(externalID)])) == nil)
  }
}
