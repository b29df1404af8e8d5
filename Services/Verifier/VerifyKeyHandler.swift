import AMQP
import CloudKMS
import Commands
import FoundationEssentials
import JSON
import Logging
import ServiceKit

/// `kms.verify`: runs the stages of the contract against a candidate key and, once they pass, wraps a new tenant master
/// key under it. The new key never leaves this process unwrapped.
struct VerifyKeyHandler: Sendable {
  let verifier: KeyVerifier
  let authenticator: CommandAuthenticator
  let publisher: AMQPPublisher
  let logger: Logger

  func handle(
    _ command: VerifyKey, _ delivery: AMQPDelivery
  ) async throws -> CommandHandler<VerifyKey>.Outcome {
    guard let replyTo = delivery.replyTo, let correlationID = delivery.message.correlationID,
      let question = delivery.message.messageID.flatMap({ UUID(uuidString: $0) })
    else { return .hopeless("no reply address") }
    guard Date() < command.deadline else {
      logger.info("verification expired before it began", metadata: ["tenant_id": "\(command.tenantID)"])
      return .done
    }
    let outcome = await outcome(of: command)
    var reply = try authenticator.sign(VerifyKeyReply(inReplyTo: question, outcome: outcome)).message
    reply.correlationID = correlationID
    do { try await publisher.publish(reply, exchange: "", routingKey: replyTo) } catch let error as AMQPError
      where error.code == .unroutable
    {
      logger.info("nobody waits for the verification any more", metadata: ["tenant_id": "\(command.tenantID)"])
    }
    return .done
  }

  private func outcome(of command: VerifyKey) async -> VerifyKeyReply.Outcome {
    do {
      let candidate = try KMSCandidate.parse(JSONValue(parsing: Array(command.candidate.utf8)))
      let report = try await verifier.verify(
        candidate, tenantID: command.tenantID, keyVersion: UInt32(command.keyVersion), deadline: command.deadline)
      let wrapped = command.wrapsNewKey ? try await wrapNewKey(candidate, report, command) : nil
      return .verified(
        .init(
          checks: report.checks.map { .init(stage: $0.stage.rawValue, ok: $0.ok, ms: $0.ms, detail: $0.detail) },
          warnings: report.warnings, wrappingKey: report.keyReference, wrappedKey: wrapped))
    } catch let failure as KMSFailure {
      logger.info(
        "verification refused",
        metadata: ["tenant_id": "\(command.tenantID)", "failure": "\(failure)"])
      return .refused(VerifyKeyReply.Refusal(failure))
    } catch {
      return .refused(
        .init(
          reason: "invalid_request", stage: VerificationStage.validate.rawValue, providerCode: nil,
          hint: "The candidate is not one that this verifier understands: \(error)"))
    }
  }

  private func wrapNewKey(
    _ candidate: KMSCandidate, _ report: VerificationReport, _ command: VerifyKey
  ) async throws -> Data {
    let wrapped = try await verifier.wrapNewKey(
      candidate, tenantID: command.tenantID, keyVersion: UInt32(command.keyVersion), deadline: command.deadline)
    guard wrapped.keyReference == report.keyReference else {
      throw KMSFailure(
        reason: .keyChanged, stage: .encrypt, isPermanent: true, seal: .reject,
        hint: "Another key, or another version of it, answered a moment ago. Onboard again once it is settled.")
    }
    return Data(wrapped.ciphertext)
  }
}

extension VerifyKeyReply.Refusal {
  init(_ failure: KMSFailure) {
    self.init(
      reason: failure.reason.rawValue, stage: failure.stage?.rawValue ?? VerificationStage.validate.rawValue,
      providerCode: failure.providerCode, hint: failure.hint)
  }
}
