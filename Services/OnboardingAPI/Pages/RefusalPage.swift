import HTTPTypes

/// What `refusal.mustache` shows in a page's place.
struct RefusalPage {
  let assets = Asset.folder
  let heading: String
  let message: String
  let requestID: String

  init(_ error: APIError, requestID: String) {
    heading = error.status.code >= 500 ? "Not at the moment" : "Not possible"
    message = error.message
    self.requestID = requestID
  }
}
