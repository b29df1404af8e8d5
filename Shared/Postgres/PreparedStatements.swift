/// What one connection has prepared on its server: for each statement, one or more variants by parameter types.
///
/// A parameter that is NULL fits every variant, so a statement has as many variants as its callers use different types.
struct PreparedStatements {
  /// A statement prepared under a name.
  final class Variant {
    let name: String
    let types: [PostgresType]
    /// The columns of its results: they can't change while the plan lives, so they are described once.
    var columns: PostgresColumns?

    init(name: String, types: [PostgresType]) {
      self.name = name
      self.types = types
    }

    func accepts(_ values: [PostgresValue]) -> Bool {
      types.count == values.count
        && zip(types, values).allSatisfy { type, value in
          if case .null = value { true } else { type == value.type }
        }
    }
  }

  /// What makes the server forget them all.
  static let deallocation: StaticString = "DEALLOCATE ALL"

  /// How many a connection keeps before it starts afresh; statements are constants, so few processes reach it.
  let limit: Int
  private var variants: [PostgresStatement: [Variant]] = [:]
  private(set) var count = 0
  private var serial = 0
  /// True if the server still holds statements that this cache has forgotten.
  var hasLeftovers = false

  init(limit: Int = 512) { self.limit = limit }

  /// The variant that takes these values, if one is prepared.
  func variant(of statement: PostgresStatement, for values: [PostgresValue]) -> Variant? {
    variants[statement]?.first { $0.accepts(values) }
  }

  /// Adds a variant for these values; a type left open by NULL is taken from an earlier variant.
  mutating func add(_ statement: PostgresStatement, for values: [PostgresValue]) -> Variant {
    let earlier = variants[statement]?.last { $0.types.count == values.count }
    let types = values.indices.map { index in
      if case .null = values[index] { earlier?.types[index] ?? .unspecified } else { values[index].type }
    }
    serial += 1
    count += 1
    let variant = Variant(name: "s\(serial)", types: types)
    variants[statement, default: []].append(variant)
    return variant
  }

  /// Forgets a variant that the server refused to prepare.
  mutating func remove(_ variant: Variant, of statement: PostgresStatement) {
    guard let index = variants[statement]?.firstIndex(where: { $0 === variant }) else { return }
    variants[statement]?.remove(at: index)
    count -= 1
  }

  /// Forgets everything; the names are not used again.
  mutating func removeAll() {
    hasLeftovers = hasLeftovers || count > 0
    variants.removeAll(keepingCapacity: true)
    count = 0
  }
}
