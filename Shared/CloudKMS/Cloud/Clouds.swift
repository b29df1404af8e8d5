internal import Cryptography
public import FoundationEssentials

/// The clouds whose keys tenants may bring, as this platform stands towards each.
public struct Clouds: Sendable {
  /// Every cloud that this version knows: a further one is a folder beside theirs, and a line here.
  static let all: [any CloudPlatform.Type] = [AWSPlatform.self, GCPPlatform.self, AzurePlatform.self]

  private let platforms: [any CloudPlatform]

  /// Stands towards these clouds alone.
  public init(_ platforms: [any CloudPlatform]) {
    self.platforms = platforms
  }

  /// Stands towards every cloud, as the operator's variables say.
  /// - Parameter environment: what the platform's side of a cloud is made of.
  public init(_ environment: (KMSProvider) -> CloudEnvironment) {
    platforms = Self.all.map { $0.init(environment($0.provider)) }
  }

  /// The variables of all of them.
  public static var variables: [CloudVariable] { all.flatMap { $0.variables } }

  /// Who the platform is at each cloud, in a sentence, or why it is nobody there: each in turn.
  public func identities(for use: KeyUse) async -> [(provider: KMSProvider, identity: Result<String, KMSFailure>)] {
    var identities: [(provider: KMSProvider, identity: Result<String, KMSFailure>)] = []
    for platform in platforms {
      let identity: Result<String, KMSFailure>
      do throws(KMSFailure) { identity = .success(try await platform.identity(for: use)) } catch {
        identity = .failure(error)
      }
      identities.append((type(of: platform).provider, identity))
    }
    return identities
  }

  /// The hosts to which plain `http://` is allowed: the metadata services of machines and containers speak nothing else.
  /// - Parameter variable: looks one of ``variables`` up.
  public static func plaintextHosts(_ variable: (String) -> String?) -> [String] {
    let named = variables.compactMap { known -> String? in
      guard let value = variable(known.name) else { return nil }
      switch known.kind {
      case .plaintextHost: return value
      case .plaintextURL where value.hasPrefix("http://"):
        return String(value.dropFirst("http://".count).prefix { !"/?#".contains($0) })
      default: return nil
      }
    }
    return all.flatMap { $0.plaintextHosts } + named
  }

  /// Whether a variable may hold a secret that a tenant's configuration names.
  public static func mayHoldSecret(_ variable: String) -> Bool {
    all.compactMap { $0.secretPrefix }.contains { variable.hasPrefix($0) }
  }

  /// The key that a candidate describes; asks nobody yet.
  /// - Parameters:
  ///   - candidate: the key and the way to it.
  ///   - deadline: after which nobody waits for an answer any more. Default: none.
  /// - Throws: `.invalidRequest`, which must not seal, for a cloud that this is not about.
  public func key(_ candidate: KMSCandidate, deadline: Date? = nil) throws(KMSFailure) -> any KeyEncryptionKey {
    for platform in platforms {
      if let key = platform.key(candidate, deadline: deadline) { return key }
    }
    throw .unsupportedProvider
  }

  /// A key of the platform's own; asks nobody yet.
  /// - Parameters:
  ///   - reference: which.
  ///   - deadline: after which nobody waits for an answer any more. Default: none.
  /// - Throws: `.invalidRequest` for a cloud that this is not about.
  public func key(
    _ reference: OperatorKeyReference, deadline: Date? = nil
  ) throws(KMSFailure) -> any KeyEncryptionKey {
    for platform in platforms {
      if let key = platform.key(reference, deadline: deadline) { return key }
    }
    throw .unsupportedProvider
  }

  func probe(_ candidate: KMSCandidate, for use: KeyUse, random: RandomSource) throws(KMSFailure) -> Probe {
    for platform in platforms {
      if let probe = platform.probe(candidate, for: use, random: random) { return probe }
    }
    throw .unsupportedProvider
  }
}

extension KMSFailure {
  static let unsupportedProvider = KMSFailure(
    reason: .invalidRequest, stage: .validate, isPermanent: true, seal: .reject,
    hint: "The stored configuration is of a provider that this version does not support.")
}
