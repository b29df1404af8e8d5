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
      let question = delivery.message.messageID.flatMap({ UUID(rfc9562: $0) })
    else { return .hopeless("no reply address") }
    guard Date() < command.deadline else {
      logger.info("verification expired before it began", metadata: ["tenant_id": .string(command.tenantID.text)])
      return .done
    }
    let asker = Asker(question: question, correlationID: correlationID, replyTo: replyTo)
    let outcome =
      if command.tellsProgress {
        await telling(asker) { progress in await self.outcome(of: command, progress: progress) }
      } else {
        await outcome(of: command) { _ in }
      }
    do { try await send(VerifyKeyReply(inReplyTo: question, outcome: outcome), to: asker) } catch let error as AMQPError
      where error.code == .unroutable
    {
      logger.info("nobody waits for the verification any more", metadata: ["tenant_id": .string(command.tenantID.text)])
    }
    return .done
  }

  /// Who waits for the answer.
  private struct Asker {
    let question: UUID
    let correlationID: String
    let replyTo: String
  }

  private func send(_ reply: some Command, to asker: Asker) async throws {
    var message = try authenticator.sign(reply).message
    message.correlationID = asker.correlationID
    try await publisher.publish(message, exchange: CommandTopology.replies, routingKey: asker.replyTo)
  }

  /// Runs a probe and tells the asker of each step, in order, before it returns. What can't be told is left out: the
  /// answer says it all again.
  private func telling(
    _ asker: Asker, _ probe: (@escaping @Sendable (VerificationProgress) -> Void) async -> VerifyKeyReply.Outcome
  ) async -> VerifyKeyReply.Outcome {
    let (steps, continuation) = AsyncStream.makeStream(of: VerificationProgress.self)
    async let told: Void = {
      for await step in steps {
        do { try await send(VerifyKeyProgress(step, inReplyTo: asker.question), to: asker) } catch {
          // Else each further step might hold the answer up for as long.
          logger.debug("progress not told any more", metadata: ["error": "\(error)"])
          return
        }
      }
    }()
    let outcome = await probe { continuation.yield($0) }
    continuation.finish()
    await told
    return outcome
  }

  private func outcome(
    of command: VerifyKey, progress: @escaping @Sendable (VerificationProgress) -> Void
  ) async -> VerifyKeyReply.Outcome {
    do {
      let candidate = try KMSCandidate.parse(JSONValue(parsing: Array(command.candidate.utf8)))
      let report = try await verifier.verify(
        candidate, tenantID: command.tenantID, keyVersion: UInt32(command.keyVersion), deadline: command.deadline,
        progress: progress)
      let wrapped = command.wrapsNewKey ? try await wrapNewKey(candidate, report, command) : nil
      return .verified(
        .init(
          checks: report.checks.map { .init(stage: $0.stage.rawValue, ok: $0.ok, ms: $0.ms, detail: $0.detail) },
          warnings: report.warnings, wrappingKey: report.keyReference, wrappedKey: wrapped))
    } catch let failure as KMSFailure {
      var metadata: Logger.Metadata = ["tenant_id": .string(command.tenantID.text), "failure": "\(failure)"]
      if let detail = failure.operatorDetail { metadata["detail"] = "\(detail)" }
      logger.info("verification refused", metadata: metadata)
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

extension VerifyKeyProgress {
  init(_ progress: VerificationProgress, inReplyTo question: UUID) {
    switch progress {
    case .started(let stage): self.init(inReplyTo: question, stage: stage.rawValue, state: .started)
    case .waiting(let stage, let failure):
      self.init(inReplyTo: question, stage: stage.rawValue, state: .waiting, detail: failure.hint)
    case .finished(let check):
      self.init(
        inReplyTo: question, stage: check.stage.rawValue, state: check.ok ? .passed : .failed, ms: check.ms,
        detail: check.detail)
    }
  }
}
