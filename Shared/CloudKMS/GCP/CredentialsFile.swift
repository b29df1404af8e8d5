internal import JSON

/// The platform's own identity as a file says it: a service account's key, or how a workload that is somebody elsewhere is
/// let in. It is read anew for each token, so that it may be replaced while the platform runs.
struct CredentialsFile: GCPTokenSource {
  /// The longest file read, in bytes.
  private static let maximumLength = 64 << 10

  /// What a file may hold.
  private enum Content {
    case serviceAccount(ServiceAccountKey)
    case externalAccount(ExternalAccount)
  }

  /// Where the file is; nil where none was named.
  let path: String?
  /// What proves to others who the platform is.
  let supplier: SubjectTokenSupplier

  var absence: TriedSource {
    TriedSource(kind: "a credentials file", name: "the variable GOOGLE_APPLICATION_CREDENTIALS", why: "not set")
  }

  /// Reads a small file, and blocks for that.
  func token(through caller: GCPCaller) async throws(KMSFailure) -> AccessToken? {
    guard let path else { return nil }
    do throws(KMSFailure) {
      switch try content(at: path) {
      case .serviceAccount(let key): return try await key.token(through: caller)
      case .externalAccount(let account): return try await account.token(through: caller, by: supplier)
      }
    } catch { throw error.located(in: path) }
  }

  /// Reads it likewise.
  func email(through _: GCPCaller) async throws(KMSFailure) -> String? {
    guard let path else { return nil }
    do throws(KMSFailure) {
      switch try content(at: path) {
      case .serviceAccount(let key): return key.email
      case .externalAccount(let account):
        guard let email = account.impersonation?.email else { throw .unnamedPrincipal }
        return email
      }
    } catch { throw error.located(in: path) }
  }

  private func content(at path: String) throws(KMSFailure) -> Content {
    var bytes: [UInt8]
    do throws(SmallFileError) { bytes = try SmallFile.bytes(at: path, maximumLength: Self.maximumLength) } catch {
      throw .badKeyFile(error.why)
    }
    defer { bytes.wipe() }
    // Before it is parsed: strings can't be wiped.
    let privateKey = bytes.takeText(named: "private_key")
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONValue(parsing: bytes, maximumLength: Self.maximumLength, maximumDepth: 8)
    } catch { throw .badKeyFile("it is not JSON") }
    switch json["type"] {
    case "service_account": return .serviceAccount(try ServiceAccountKey(json, privateKeyPEM: privateKey))
    case "external_account": return .externalAccount(try ExternalAccount(json))
    default:
      throw .badKeyFile("its type is neither service_account nor external_account, the ones that this version takes")
    }
  }
}

extension KMSFailure {
  static func badKeyFile(_ why: String) -> KMSFailure {
    KMSFailure(
      reason: .platformCredentials, stage: .credentials, isPermanent: true, seal: .untilTTL,
      hint: "The file that GOOGLE_APPLICATION_CREDENTIALS names can't be used: \(why). This is the operator's to mend, "
        + "not the customer's.")
  }

  /// Only an account that is impersonated has an address that customers can name.
  fileprivate static let unnamedPrincipal = KMSFailure(
    reason: .platformCredentials, stage: .credentials, isPermanent: true, seal: .untilTTL,
    hint: "The platform's identity in Google Cloud is one of a workload identity pool, which can't be told from here. "
      + "Ask the operator of the service for the principal to trust.",
    operatorDetail: "Add service_account_impersonation_url, so that customers trust a service account of yours.")

  /// Which file it is about, for the operator.
  fileprivate func located(in path: String) -> KMSFailure {
    var failure = self
    failure.operatorDetail = (operatorDetail.map { $0 + " " } ?? "") + "GOOGLE_APPLICATION_CREDENTIALS names \(path)."
    return failure
  }
}
