/// Why a request got no answer. An answer with an error status is not an error here.
public struct HTTPClientError: Error, Sendable, Hashable {
  /// What went wrong; more codes may be added.
  public struct Code: Sendable, Hashable {
    private enum Value: Hashable {
      case resolve, connect, tls, timeout(Phase), reset, responseTooLarge, protocolError, cancelled, shutDown
      case invalidRequest
    }

    private let value: Value

    /// The host's name did not resolve.
    public static let resolve = Code(value: .resolve)

    /// No connection came about.
    public static let connect = Code(value: .connect)

    /// The TLS handshake failed or the peer's certificate was not accepted.
    public static let tls = Code(value: .tls)

    /// The time was up, in this phase.
    public static func timeout(_ phase: Phase) -> Code { Code(value: .timeout(phase)) }

    /// The peer closed the connection before the answer was whole.
    public static let reset = Code(value: .reset)

    /// The answer exceeds the configured limits.
    public static let responseTooLarge = Code(value: .responseTooLarge)

    /// The peer does not speak HTTP, or speaks it wrongly.
    public static let protocolError = Code(value: .protocolError)

    /// The task that sent the request was cancelled.
    public static let cancelled = Code(value: .cancelled)

    /// The client was shut down.
    public static let shutDown = Code(value: .shutDown)

    /// The request was refused before anything was sent.
    public static let invalidRequest = Code(value: .invalidRequest)

    /// Whether this is a timeout, in any phase.
    public var isTimeout: Bool {
      if case .timeout = value { true } else { false }
    }
  }

  /// How far a request had come.
  public enum Phase: String, Sendable, Hashable {
    /// The host's name was being resolved.
    case resolve
    /// The connection was being opened, its TLS handshake included.
    case connect
    /// The request was being sent, or nothing of the answer had arrived yet.
    case response
    /// The answer's header or a part of it had arrived.
    case body
  }

  /// What went wrong.
  public let code: Code

  /// A sentence for people; holds the host at most, never a path, query, header or body.
  public let reason: String

  /// Whether the same request may well succeed a little later. The peer may have acted on it already.
  public var isRetriable: Bool {
    switch code {
    case .resolve, .connect, .reset: true
    default: code.isTimeout
    }
  }

  /// Creates an error, for stand-ins of the network in tests.
  public init(code: Code, reason: String) {
    self.code = code
    self.reason = reason
  }

  static func invalid(_ reason: String) -> HTTPClientError {
    HTTPClientError(code: .invalidRequest, reason: reason)
  }
}

extension HTTPClientError.Code: CustomStringConvertible {
  /// The code's name.
  public var description: String {
    switch value {
    case .timeout(let phase): "timeout in \(phase.rawValue)"
    default: "\(value)"
    }
  }
}

extension HTTPClientError: CustomStringConvertible {
  /// The code and the reason.
  public var description: String { "\(code): \(reason)" }
}
