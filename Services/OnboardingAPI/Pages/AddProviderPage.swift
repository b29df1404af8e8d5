import CloudKMS
import FoundationEssentials
import JSON

/// What `add-provider.mustache` shows: our principal, and the policies with blanks that the script fills in.
struct AddProviderPage {
  let assets = Asset.folder
  let frame: PageFrame
  let heading: String
  let principal: Principal?
  /// Why the principal isn't known.
  let unknown: String
  let externalID: String
  let trustPolicy: String
  let permissionPolicy: String

  /// Whom the customer's role has to trust.
  struct Principal {
    let account: String
    let arn: String
    let externalID: String
  }

  init(frame: PageFrame, replaces: Bool, guide: PlatformGuide) {
    self.frame = frame
    heading = replaces ? "Replace provider" : "Add provider"
    externalID = guide.externalID
    principal = guide.principal.map { Principal(account: $0.accountID, arn: $0.roleARN, externalID: guide.externalID) }
    unknown = guide.failure?.hint ?? ""
    trustPolicy = guide.trustPolicy
    permissionPolicy = guide.permissionPolicy
  }
}
