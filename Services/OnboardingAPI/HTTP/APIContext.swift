import Commands
import FoundationEssentials
import Hummingbird
import Logging
import NIOCore
import Repository

/// What every request carries.
struct APIContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// Ours, never the client's: it stands in every answer and every log line of the request.
  let requestID: String
  /// The other end of the connection: the client, or the proxy before us.
  let peer: SocketAddress?
  /// Who asks, once an admin token was accepted.
  var admin: AdminIdentity?
  /// Whose data is asked for, and what for, once an API key was accepted.
  var apiKey: VerifiedAPIKey?

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    requestID = UUID.v7(at: Date()).text
    peer = source.channel.remoteAddress
    logger[metadataKey: "request_id"] = "\(requestID)"
  }
}

/// A request about one tenant's data, whether a person of the tenant's asks or a program.
protocol TenantDataContext: RequestContext {
  var tenantID: UUID { get }
  var requestID: String { get }
}

/// A request of somebody whose admin token was accepted.
struct AdminContext: ChildRequestContext, TenantDataContext {
  var coreContext: CoreRequestContextStorage
  let requestID: String
  let identity: AdminIdentity

  var tenantID: UUID { identity.tenantID }

  init(context: APIContext) throws {
    guard let admin = context.admin else { throw APIError.notAuthenticated("an admin token is needed") }
    coreContext = context.coreContext
    requestID = context.requestID
    identity = admin
  }
}

/// A request that presented a tenant's API key.
struct TenantContext: ChildRequestContext, TenantDataContext {
  var coreContext: CoreRequestContextStorage
  let requestID: String
  let apiKey: VerifiedAPIKey

  var tenantID: UUID { apiKey.tenantID }

  init(context: APIContext) throws {
    guard let apiKey = context.apiKey else { throw APIError.notAuthenticated("an API key is needed") }
    coreContext = context.coreContext
    requestID = context.requestID
    self.apiKey = apiKey
  }
}
