import HTTPTypes
import Hummingbird
import Mustache
import NIOCore

/// The page's templates, embedded in the executable; compiled at their first use, since many deployments never show a page.
struct PageTemplates: Sendable {
  /// Fails only where a template is wrong, which is a defect of this version.
  private static let library = Result {
    MustacheLibrary(
      templates: try [
        "layout": PackageResources.layout_mustache, "paging": PackageResources.paging_mustache,
        "search": PackageResources.search_mustache, "shown": PackageResources.shown_mustache,
        "account": PackageResources.account_mustache, "add-provider": PackageResources.add_provider_mustache,
        "agents": PackageResources.agents_mustache, "api-keys": PackageResources.api_keys_mustache,
        "refusal": PackageResources.refusal_mustache, "secret": PackageResources.secret_mustache,
        "secrets": PackageResources.secrets_mustache, "sign-in": PackageResources.sign_in_mustache,
        "tenant-kms": PackageResources.tenant_kms_mustache, "transit-key": PackageResources.transit_key_mustache,
        "transit-keys": PackageResources.transit_keys_mustache,
      ].mapValues { try MustacheTemplate(string: String(decoding: $0, as: UTF8.self)) })
  }

  /// A page as its answer: never kept, never framed, without anything that is not ours (CSP level 3).
  /// - Throws: where there is no such template, or a wrong one: a defect.
  func page(_ name: String, _ content: Any, status: HTTPResponse.Status = .ok) throws -> Response {
    guard let html = try html(name, content) else { throw APIError.internal }
    return Response(
      status: status,
      headers: [
        .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
        .contentSecurityPolicy: Self.policy,
      ], body: .init(byteBuffer: ByteBuffer(string: html)))
  }

  /// The page's HTML, everything of the content's escaped; nil where there is no such template.
  /// - Throws: where a template is wrong.
  func html(_ name: String, _ content: Any) throws -> String? {
    try Self.library.get().render(content, withTemplate: name)
  }

  /// No inline script, no other origin; `data:` for the QR code of an authenticator.
  static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}
