import Cryptography
import HTTPTypes
import Hummingbird
import NIOCore

/// A file of the page that isn't a template: embedded in the executable, so that an image needs none beside it.
struct Asset: Sendable {
  let name: String
  let bytes: [UInt8]

  static let all = [
    Asset(name: "page.css", bytes: PackageResources.page_css),
    Asset(name: "account.js", bytes: PackageResources.account_js),
    Asset(name: "add-provider.js", bytes: PackageResources.add_provider_js),
    Asset(name: "agents.js", bytes: PackageResources.agents_js),
    Asset(name: "api-keys.js", bytes: PackageResources.api_keys_js),
    Asset(name: "api.js", bytes: PackageResources.api_js),
    Asset(name: "dialogs.js", bytes: PackageResources.dialogs_js),
    Asset(name: "page.js", bytes: PackageResources.page_js),
    Asset(name: "providers.js", bytes: PackageResources.providers_js),
    Asset(name: "secret.js", bytes: PackageResources.secret_js),
    Asset(name: "secrets.js", bytes: PackageResources.secrets_js),
    Asset(name: "stages.js", bytes: PackageResources.stages_js),
    Asset(name: "streams.js", bytes: PackageResources.streams_js),
    Asset(name: "tenant-kms.js", bytes: PackageResources.tenant_kms_js),
    Asset(name: "transit-key.js", bytes: PackageResources.transit_key_js),
    Asset(name: "transit-keys.js", bytes: PackageResources.transit_keys_js),
  ]

  /// The folder that they are served from, named by all their bytes: what a browser keeps of it is never out of date.
  static let folder = "/assets/" + [UInt8](SHA256.hash(all.flatMap(\.bytes))[..<8]).hexadecimal

  var response: Response {
    let type = name.hasSuffix(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8"
    return Response(
      status: .ok, headers: [.contentType: type, .cacheControl: "public, max-age=31536000, immutable"],
      body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
