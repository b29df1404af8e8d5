import FoundationEssentials
import Postgres

extension TransitKey {
  init(_ row: PostgresRow) throws {
    self.init(
      id: try row.get("id", as: UUID.self), name: try row.get("name", as: String.self),
      algorithm: try Self.decode(row, "key_type"), mode: try Self.decode(row, "mode"),
      currentVersion: try row.get("current_version", as: Int32.self),
      allowsDeletion: try row.get("deletion_allowed", as: Bool.self),
      description: try row.get("description", as: String?.self), createdAt: try row.get("created_at", as: Date.self),
      updatedAt: try row.get("updated_at", as: Date.self), createdBy: try row.get("created_by", as: String?.self))
  }

  private static func decode<Word: RawRepresentable<String>>(_ row: PostgresRow, _ column: String) throws -> Word {
    let text = try row.get(column, as: String.self)
    guard let word = Word(rawValue: text) else { throw RepositoryError(.unknownValue(column: column, text)) }
    return word
  }
}
