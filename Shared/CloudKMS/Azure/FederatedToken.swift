internal import FoundationEssentials
internal import JSON

/// A token that the machine's orchestrator keeps in a file, such as Kubernetes' for a service account (Entra ID,
/// "Workload identity federation"). It is read anew for each use, since it is replaced while the platform runs.
struct FederatedToken: Sendable {
  /// The longest token taken, in bytes.
  private static let maximumLength = 16 << 10

  let path: String

  /// Reads a small file, and blocks for that.
  /// - Throws: `.platformCredentials` where it holds no token.
  func text() throws(KMSFailure) -> String {
    let text: String?
    do throws(SmallFileError) { text = try SmallFile.token(at: path, maximumLength: Self.maximumLength) } catch {
      throw .badTokenFile(error.why, path)
    }
    guard let text, text.utf8.allSatisfy({ $0.isAlphanumeric || "-_.".utf8.contains($0) }) else {
      throw .badTokenFile("it holds no token", path)
    }
    return text
  }
}

extension KMSFailure {
  fileprivate static func badTokenFile(_ why: String, _ path: String) -> KMSFailure {
    KMSFailure(
      reason: .platformCredentials, stage: .credentials, isPermanent: true, seal: .untilTTL,
      hint: "The file that AZURE_FEDERATED_TOKEN_FILE names can't be used: \(why). This is the operator's to mend, not "
        + "the customer's.", operatorDetail: "AZURE_FEDERATED_TOKEN_FILE names \(path).")
  }

  static let noAzureClientID = KMSFailure(
    reason: .platformCredentials, stage: .credentials, isPermanent: true, seal: .untilTTL,
    hint: "AZURE_CLIENT_ID, which says as which application the token in AZURE_FEDERATED_TOKEN_FILE signs in, is not "
      + "set. The operator of the service has to set it, or client_id has to name an application.")
}
