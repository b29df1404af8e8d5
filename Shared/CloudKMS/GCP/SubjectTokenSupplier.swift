internal import FoundationEssentials
internal import HTTPClient
internal import JSON
internal import SigV4

/// Gets the token that proves elsewhere who the platform is, anew each time: whoever made it replaces it.
struct SubjectTokenSupplier: Sendable {
  /// The longest file or answer that holds a token, in bytes.
  static let maximumLength = 64 << 10

  /// To which hosts, as `HOST` or `HOST:PORT`, plain `http://` is allowed.
  let plaintextHosts: [String]
  /// The platform's AWS identity, and the region whose STS it is proven by; nil where that can't be asked for.
  let aws: (credentials: any AWSCredentialProvider, region: String)?

  /// The token for a provider of a pool's. Reads a small file, and blocks for that, or asks an address.
  /// - Throws: `.platformCredentials` or `.unreachable`, with the step and the place for the operator.
  func token(
    from source: SubjectTokenSource, for audience: String, through caller: GCPCaller
  ) async throws(KMSFailure) -> String {
    switch source {
    case .file(let path, let format):
      var bytes: [UInt8]
      do throws(SmallFileError) { bytes = try SmallFile.bytes(at: path, maximumLength: Self.maximumLength) } catch {
        throw .noSubjectToken("the file \(path): \(error.why)")
      }
      defer { bytes.wipe() }
      guard let token = format.token(in: bytes) else { throw .noSubjectToken("the file \(path): \(format.absence)") }
      return token
    case .url(let url, let headers, let format):
      let place = "the address \(url.prefix { $0 != "?" })"
      guard isAllowed(url) else {
        throw .noSubjectToken(
          "\(place) is neither https:// nor of a host to which plain http:// is allowed: a metadata service, or the one "
            + "in GCP_IDENTITY_HOST")
      }
      let request = HTTPRequest(method: "GET", url: url, headers: headers)
      let response: HTTPResponse
      do throws(KMSFailure) {
        response = try await caller.send(
          request, to: .subjectToken, stage: .credentials, atMost: MetadataRequest.patience)
      } catch { throw .subjectTokenOutOfReach("\(place) gave no answer (\(error.hint))") }
      guard response.status == 200 else {
        let why = "\(place) answered with status \(response.status)"
        throw response.status == 429 || response.status >= 500 ? .subjectTokenOutOfReach(why) : .noSubjectToken(why)
      }
      guard response.body.count <= Self.maximumLength, let token = format.token(in: response.body) else {
        throw .noSubjectToken("the answer of \(place.dropFirst("the address ".count)): \(format.absence)")
      }
      return token
    case .aws(let template):
      return try await signedRequest(to: template, for: audience, at: caller.platform.clock.now())
    }
  }

  private func isAllowed(_ url: String) -> Bool {
    if url.hasPrefix("https://") { return true }
    guard url.hasPrefix("http://") else { return false }
    return plaintextHosts.contains(String(url.dropFirst("http://".count).prefix { !"/?#".contains($0) }))
  }

  /// `GetCallerIdentity`, signed for whoever sends it on: Google, and nobody but the provider that it names (IAM, "Workload
  /// identity federation with AWS").
  private func signedRequest(
    to template: String, for audience: String, at now: Date
  ) async throws(KMSFailure) -> String {
    guard let aws else { throw .noSubjectToken("the platform's AWS identity can't be asked for here") }
    let url = template.replacing("{region}", with: aws.region)
    let query = "Action=GetCallerIdentity&Version=2011-06-15"
    guard let partition = AWSPartition.all.first(where: { $0.owns(region: aws.region) }),
      case let origin = AWSService.sts.origin(region: aws.region, partition: partition),
      url == "\(origin)?\(query)" || url == "\(origin)/?\(query)"
    else {
      throw .badKeyFile(
        "its regional_cred_verification_url is not https://sts.{region}.amazonaws.com?\(query), or AWS_REGION names no "
          + "region of AWS")
    }
    let credentials: AWSCredentials
    do throws(KMSFailure) { credentials = try await aws.credentials.credentials(refreshing: false) } catch {
      throw .noSubjectToken("the platform's AWS identity: \(error.operatorHint)")
    }
    do throws(SigV4Error) {
      let request = SigningRequest(
        method: "POST", path: "/", query: query,
        headers: [
          HeaderField(name: "host", value: String(origin.dropFirst("https://".count))),
          HeaderField(name: "x-goog-cloud-target-resource", value: audience),
        ])
      let signed = try SigV4Signer(region: aws.region, service: AWSService.sts.rawValue)
        .sign(request, credentials: credentials, at: now)
      let fields: [JSONValue] = signed.headers.map { ["key": .string($0.name), "value": .string($0.value)] }
      let token: JSONValue = ["url": .string(url), "method": "POST", "headers": .array(fields)]
      return token.canonicalText.percentEncoded
    } catch { throw .noSubjectToken("the platform's AWS credentials can't sign: \(error)") }
  }
}

extension TokenFormat {
  /// What is wrong with what holds no token.
  fileprivate var absence: String {
    switch self {
    case .text: "it holds no token"
    case .json(let name): "it is no JSON with a token in \(name.presentable)"
    }
  }
}

extension KMSFailure {
  /// - Parameter detail: likewise.
  fileprivate static func subjectTokenOutOfReach(_ detail: String) -> KMSFailure {
    var failure = unreachable(
      "Whoever gives the platform the token that proves its identity could not be asked; it is tried again.",
      stage: .credentials)
    failure.operatorDetail = "Of the token exchange's steps, getting the subject token failed: \(detail)."
    return failure
  }

  /// - Parameter detail: the place, and what is wrong with it, for the operator.
  fileprivate static func noSubjectToken(_ detail: String) -> KMSFailure {
    KMSFailure(
      reason: .platformCredentials, stage: .credentials, isPermanent: true, seal: .untilTTL,
      hint: "The platform's identity in Google Cloud is that of a workload elsewhere, and the token that proves it "
        + "can't be had. This is the operator's to mend, not the customer's.",
      operatorDetail: "Of the token exchange's steps, getting the subject token failed: \(detail).")
  }
}
