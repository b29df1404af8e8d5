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
    Asset(name: "api.js", bytes: PackageResources.api_js),
    Asset(name: "dialogs.js", bytes: PackageResources.dialogs_js),
    Asset(name: "plot.js", bytes: PackageResources.plot_js),
    Asset(name: "stages.js", bytes: PackageResources.stages_js),
    Asset(name: "streams.js", bytes: PackageResources.streams_js),
    Asset(name: "tenant-kms.js", bytes: PackageResources.tenant_kms_js),
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
