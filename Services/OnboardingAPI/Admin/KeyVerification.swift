import AMQP
import CloudKMS
import Commands
import FoundationEssentials
import HTTPTypes
import JSON
import ServiceKit

/// Asks a verifier about a candidate key, over AMQP, and waits for its answer.
struct KeyVerification: Sendable {
  let rpc: AMQPRPCClient
  let authenticator: CommandAuthenticator
  /// How long a verification may take in all.
  let timeout: Duration
  /// The platform's own KMS key, if it has one, which no tenant may bring.
  let platformKey: OperatorKeyReference?

  /// Told of each step of a verification, while it goes.
  typealias Progress = @Sendable (VerifyKeyProgress) -> Void

  /// Verifies a candidate and has a new tenant master key wrapped under it.
  /// - Parameter progress: told of each step as it comes; nobody unless told.
  /// - Throws: ``APIError`` with `kms_verify_failed`, `kms_verify_timeout` or `dependency_unavailable`; with
  ///   `invalid_request` for the platform's own key.
  func verify(
    _ candidate: KMSCandidate, for tenantID: UUID, keyVersion: Int32, wrapsNewKey: Bool,
    progress: Progress? = nil
  ) async throws -> VerifyKeyReply.Verification {
    if let platformKey, platformKey.isBrought(by: candidate) {
      throw APIError.invalidRequest("the body doesn't fit", fields: ["kms_key_ref": ["is not a key of yours"]])
    }
    let command = VerifyKey(
      tenantID: tenantID, candidate: candidate.json.canonicalText, keyVersion: keyVersion, wrapsNewKey: wrapsNewKey,
      tellsProgress: progress != nil, deadline: Date().addingTimeInterval(timeout / .seconds(1)))
    let question = try authenticator.sign(command)
    var message = question.message
    // It doesn't expire: the broker takes what expired for a dead letter. The deadline keeps it from being probed late.
    message.isPersistent = false
    let answer = try await call(message) { [authenticator] reply in
      guard reply.type == VerifyKeyProgress.name else { return false }
      // What isn't authentic, or of another question, is passed over: it decides nothing.
      if let step = try? authenticator.open(VerifyKeyProgress.self, from: SignedCommand(reply)),
        step.inReplyTo == question.messageID
      {
        progress?(step)
      }
      return true
    }
    let reply = try authenticator.open(VerifyKeyReply.self, from: SignedCommand(answer))
    guard reply.inReplyTo == question.messageID else { throw CommandError(code: .notAuthentic) }
    switch reply.outcome {
    case .verified(let verification): return verification
    case .refused(let refusal): throw APIError.verificationFailed(refusal)
    }
  }

  private func call(
    _ message: AMQPMessage, isInterim: @escaping @Sendable (AMQPMessage) -> Bool
  ) async throws -> AMQPMessage {
    do {
      return try await rpc.call(
        message, exchange: CommandTopology.exchange, routingKey: VerifyKey.name, timeout: timeout,
        isInterim: isInterim)
    } catch let error as AMQPError where error.code == .timeout {
      throw APIError(
        status: .gatewayTimeout, type: "kms_verify_timeout",
        message: "the key was not verified within \(timeout / .seconds(1)) seconds; nothing was changed, try again")
    } catch let error as AMQPError where error.code == .unroutable || error.code == .notFound {
      throw APIError.unavailable("the verifier")
    }
  }
}

extension APIError {
  static func verificationFailed(_ refusal: VerifyKeyReply.Refusal) -> APIError {
    APIError(
      status: .badRequest, type: "kms_verify_failed",
      message: "the key can't be used (\(refusal.reason) at \(refusal.stage)); nothing was changed",
      extra: [
        "reason": .string(refusal.reason), "stage": .string(refusal.stage),
        "provider_code": refusal.providerCode.map { .string($0) } ?? .null, "hint": .string(refusal.hint),
      ])
  }
}
