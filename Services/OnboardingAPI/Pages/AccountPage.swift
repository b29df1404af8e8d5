/// What `account.mustache` shows.
struct AccountPage {
  let assets = Asset.folder
  let frame: PageFrame
  let hasAuthenticator: Bool
}
