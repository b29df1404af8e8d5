import Hummingbird

/// Bounds what one client address may ask, and more narrowly how often it may fail to authenticate: a key or a token has
/// too many bits to be guessed, but each guess costs a look into the database.
struct AddressLimits: RouterMiddleware {
  /// Nil for any number.
  let requests: RateLimiter?
  let failures: RateLimiter
  /// How many proxies stand before us.
  let proxies: Int

  func handle(
    _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    let address = ClientAddress(of: request, from: context.peer, proxies: proxies).text
    if let seconds = failures.wait(of: address) {
      throw APIError.rateLimited(
        "too many requests of your address failed to authenticate; wait, then try again", retryAfter: seconds)
    }
    if let seconds = requests?.take(address) {
      throw APIError.rateLimited("too many requests of your address; wait, then try again", retryAfter: seconds)
    }
    do { return try await next(request, context) } catch {
      if (error as? any APIErrorConvertible)?.apiError?.type == "authentication_error" { _ = failures.take(address) }
      throw error
    }
  }
}
