public import FoundationEssentials

extension PostgresValue {
  /// `boolean[]`.
  public static func boolArray(_ elements: some Collection<Bool>) -> PostgresValue {
    array(PostgresArray(of: .bool, elements, elementSize: 1) { $1.append($0 ? 1 : 0) })
  }

  /// `smallint[]`.
  public static func int2Array(_ elements: some Collection<Int16>) -> PostgresValue {
    array(PostgresArray(of: .int2, elements, elementSize: 2) { $1.append(bigEndian: $0) })
  }

  /// `integer[]`.
  public static func int4Array(_ elements: some Collection<Int32>) -> PostgresValue {
    array(PostgresArray(of: .int4, elements, elementSize: 4) { $1.append(bigEndian: $0) })
  }

  /// `bigint[]`.
  public static func int8Array(_ elements: some Collection<Int64>) -> PostgresValue {
    array(PostgresArray(of: .int8, elements, elementSize: 8) { $1.append(bigEndian: $0) })
  }

  /// `text[]`.
  public static func textArray(_ elements: some Collection<String>) -> PostgresValue {
    array(PostgresArray(of: .text, elements, elementSize: 16) { $1.append(contentsOf: $0.utf8) })
  }

  /// `uuid[]`.
  public static func uuidArray(_ elements: some Collection<UUID>) -> PostgresValue {
    array(PostgresArray(of: .uuid, elements, elementSize: 16) { $1.append(uuid: $0) })
  }

  /// `bytea[]`, of arrays or slices; build a ``PostgresArray`` in place where even one copy an element is too much.
  public static func byteaArray<Bytes: Collection<UInt8>>(_ elements: some Collection<Bytes>) -> PostgresValue {
    array(PostgresArray(of: .bytea, elements, elementSize: elements.first?.count ?? 0) { $1.append(contentsOf: $0) })
  }

  /// `tid[]`, of rows' places.
  public static func tidArray(_ elements: some Collection<PostgresRowLocation>) -> PostgresValue {
    array(
      PostgresArray(of: .tid, elements, elementSize: 6) {
        $1.append(bigEndian: $0.block)
        $1.append(bigEndian: $0.offset)
      })
  }
}
