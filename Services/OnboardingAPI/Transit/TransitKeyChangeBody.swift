import JSON
import Repository

/// The body of `PATCH /v1/crypto/keys/{name}`, checked: what it doesn't name stays.
struct TransitKeyChangeBody: Sendable, Equatable {
  let change: TransitKeyChange

  /// - Throws: 400 `validation_error` with everything that is wrong.
  init(_ json: JSONValue) throws(APIError) {
    var fields = try BodyReader(json, knownNames: ["deletion_allowed", "description"])
    let allowsDeletion = fields.bool("deletion_allowed")
    let description = fields.string("description", length: TransitKeyBody.descriptionLength)
    if fields.isNull("deletion_allowed") { fields.refuse("deletion_allowed", "must be a boolean, is null") }
    try fields.finish()
    change = TransitKeyChange(
      allowsDeletion: Update(allowsDeletion), description: fields.optionalUpdate("description", description))
  }
}
