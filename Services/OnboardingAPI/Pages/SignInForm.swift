import Hummingbird
import JSON
import NIOCore

/// The fields of the sign-in page's form, checked as the body of `POST /admin/auth/login` is.
struct SignInForm: Decodable {
  /// The longest body accepted: every byte of it may be written as three.
  static let limit = 4 << 10

  let email: String
  let password: String
  let next: String?

  /// - Throws: 400, 413.
  static func read(_ request: Request) async throws -> SignInForm {
    let body: ByteBuffer
    do { body = try await request.body.collect(upTo: limit) } catch is NIOTooManyBytesError {
      throw HTTPError(.contentTooLarge)
    }
    do { return try URLEncodedFormDecoder().decode(SignInForm.self, from: String(buffer: body)) } catch {
      throw APIError.invalidRequest("the form must have the fields email and password")
    }
  }

  /// - Throws: 400 with everything that is wrong.
  func credentials() throws(APIError) -> LoginBody {
    try LoginBody(["email": .string(email), "password": .string(password)])
  }

  /// Where to go once signed in: a page of ours, whatever the form says.
  var destination: String { Self.page(next) }

  /// A path of this origin; `/` for anything else, so that no link to here leads elsewhere.
  static func page(_ text: String?) -> String {
    guard let text, text.utf8.count <= 256, text.hasPrefix("/"), !text.hasPrefix("//"),
      text.utf8.allSatisfy({ (0x21..<0x7F).contains($0) && $0 != UInt8(ascii: "\\") })
    else { return "/" }
    return text
  }
}
