import FoundationEssentials
import Repository

/// What surrounds every page of who is signed in.
struct PageFrame {
  let tenant: String
  let role: String
  let links: [Link]

  /// A way to a section.
  struct Link {
    let name: String
    let path: String
    let isCurrent: Bool
  }

  /// - Parameter section: where the page belongs.
  init(_ tenant: Tenant, _ identity: AdminIdentity, in section: PageSection) {
    self.tenant = tenant.slug
    role = identity.role.rawValue
    links = PageSection.allCases.filter { $0.route.roles.contains(identity.role) }
      .map { Link(name: $0.name, path: $0.path, isCurrent: $0 == section) }
  }
}

/// A time as the page shows it.
struct PageTime {
  /// RFC 3339.
  let exact: String
  /// `2030-01-31 14:05:09 UTC`.
  let text: String

  init(_ date: Date) {
    exact = .timestamp(date)
    text = exact.prefix(19).replacing("T", with: " ") + " UTC"
  }
}

extension Int {
  /// With commas between the thousands.
  var grouped: String {
    let digits = String(magnitude)
    let groups = stride(from: digits.count, to: 0, by: -3).map { end in
      String(digits.dropFirst(Swift.max(0, end - 3)).prefix(Swift.min(3, end)))
    }
    return (self < 0 ? "-" : "") + groups.reversed().joined(separator: ",")
  }
}
