/// What `sign-in.mustache` shows; nobody is signed in yet, so it has no frame.
struct SignInPage {
  let assets = Asset.folder
  /// Where to go then.
  let next: String
  var email = ""
  var failure: String?
}
