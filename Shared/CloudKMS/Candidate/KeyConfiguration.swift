public import JSON

/// A key in one cloud and the way to it, as a tenant tells it: everything needed to use it but the platform's own
/// identity. What `description` says is for logs, so nothing confidential is in it.
public protocol KeyConfiguration: Sendable, Hashable, CustomStringConvertible {
  /// Reads `kms_key_ref` and `config` of an onboarding body; nil where something is wrong, all of which it notes.
  init?(reading fields: inout FieldReader)

  /// Reads a configuration that was stored when its candidate had passed: what may be stored was judged then.
  /// - Parameters:
  ///   - keyReference: ``keyReference``.
  ///   - configuration: ``json``.
  /// - Throws: `.invalidRequest`, which must not seal, where it is not what was stored.
  init(keyReference: String, configuration: JSONValue) throws(KMSFailure)

  /// `kms_key_ref`, as given.
  var keyReference: String { get }

  /// `config` for storage.
  var json: JSONValue { get }

  /// `config` for everybody to see. Default: as stored.
  var publicJSON: JSONValue { get }

  /// What no two tenants may share, since the cloud tells them apart by it. Default: nothing.
  var externalID: String? { get }

  /// What the operator should know, though it doesn't forbid the key. Default: nothing.
  var warnings: [String] { get }

  /// The key in a few words: `key/ID in us-east-1`.
  var keySummary: String { get }

  /// How the platform got in, in a few words.
  var accessSummary: String { get }
}

extension KeyConfiguration {
  /// As stored.
  public var publicJSON: JSONValue { json }
  /// Nothing.
  public var externalID: String? { nil }
  /// Nothing.
  public var warnings: [String] { [] }
}

extension KMSFailure {
  static let damagedConfiguration = KMSFailure(
    reason: .invalidRequest, stage: .validate, isPermanent: true, seal: .reject,
    hint: "The stored configuration of the key is damaged. Onboard the key again.")
}
