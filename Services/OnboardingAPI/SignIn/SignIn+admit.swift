import Commands
import Cryptography
import Hummingbird
import Logging
import Repository

extension SignIn {
  /// Lets in who sent a request with an address and a password, and sees to it that the password's hash costs what new
  /// ones do.
  /// - Throws: as ``token(for:_:from:)``.
  func admit(_ body: LoginBody, _ request: Request, _ context: APIContext) async throws -> Issued {
    let address = ClientAddress(of: request, from: context.peer, proxies: proxies)
    let issued = try await token(for: body.email, body.password, from: address)
    context.logger.info(
      "signed in",
      metadata: [
        "tenant_id": .string(issued.user.tenantID.text), "user": .string(issued.user.id.text),
        "address": "\(address.text)",
      ])
    await keepHashCurrent(of: issued, body.password, context.logger)
    return issued
  }

  /// Whoever proved their password is let in, whether or not it can be hashed anew now.
  private func keepHashCurrent(of issued: Issued, _ password: SecretBytes, _ logger: Logger) async {
    let user: Logger.Metadata = ["user": .string(issued.user.id.text)]
    do {
      if try await rehash(password, of: issued) { logger.info("password rehashed", metadata: user) }
    } catch {
      logger.warning("password not rehashed", metadata: user.merging(["reason": "\(error)"]) { $1 })
    }
  }
}
