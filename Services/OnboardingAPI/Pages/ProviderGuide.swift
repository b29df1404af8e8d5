/// What the page says about one cloud, and what it asks for.
struct ProviderGuide {
  /// As `POST /admin/tenant-kms` calls it.
  let provider: String
  let name: String
  /// Where the customer does their part.
  let place: String
  /// Whether it is the one to begin with.
  var isFirst = false
  /// Why we can't say who we are there.
  let unknown: String?
  let facts: [Fact]
  let steps: [Step]
  let fields: [Field]

  /// What the customer has to know of us.
  struct Fact {
    let id: String
    let name: String
    let text: String
    /// Whether it changes with what is typed in the form.
    var isBlank = false
  }

  /// What the customer does there; what stands in capitals is filled in from the form.
  struct Step {
    let id: String
    let title: String
    let why: String
    let text: String
  }

  /// A field of the form.
  struct Field {
    /// The path in the body: `config.region`.
    let name: String
    let label: String
    let placeholder: String
    /// In characters.
    let length: Int
    var isRequired = true
    var value = ""
  }
}
