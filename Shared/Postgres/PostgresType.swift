/// The object identifier of a type (`pg_type.oid`): what a parameter is declared as, what a column holds.
public struct PostgresType: RawRepresentable, Sendable, Hashable {
  /// The OID.
  public let rawValue: UInt32

  /// Takes any OID, also of a user-defined type.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// 0: the server infers the type.
  static let unspecified = PostgresType(rawValue: 0)

  /// `boolean`.
  public static let bool = PostgresType(rawValue: 16)
  /// `bytea`.
  public static let bytea = PostgresType(rawValue: 17)
  /// `"char"`, one byte, of the system catalogue.
  public static let char = PostgresType(rawValue: 18)
  /// `name`, of the system catalogue.
  public static let name = PostgresType(rawValue: 19)
  /// `bigint`.
  public static let int8 = PostgresType(rawValue: 20)
  /// `smallint`.
  public static let int2 = PostgresType(rawValue: 21)
  /// `integer`.
  public static let int4 = PostgresType(rawValue: 23)
  /// `text`.
  public static let text = PostgresType(rawValue: 25)
  /// `oid`.
  public static let oid = PostgresType(rawValue: 26)
  /// `tid`: a row's place, its `ctid`.
  public static let tid = PostgresType(rawValue: 27)
  /// `json`.
  public static let json = PostgresType(rawValue: 114)
  /// `real`.
  public static let float4 = PostgresType(rawValue: 700)
  /// `double precision`.
  public static let float8 = PostgresType(rawValue: 701)
  /// `unknown`, of an untyped literal.
  public static let unknown = PostgresType(rawValue: 705)
  /// `char(n)`.
  public static let bpchar = PostgresType(rawValue: 1042)
  /// `varchar(n)`.
  public static let varchar = PostgresType(rawValue: 1043)
  /// `date`.
  public static let date = PostgresType(rawValue: 1082)
  /// `timestamp without time zone`, here always meant as UTC.
  public static let timestamp = PostgresType(rawValue: 1114)
  /// `timestamp with time zone`.
  public static let timestamptz = PostgresType(rawValue: 1184)
  /// `uuid`.
  public static let uuid = PostgresType(rawValue: 2950)
  /// `jsonb`.
  public static let jsonb = PostgresType(rawValue: 3802)
  /// `bytea[]`.
  public static let byteaArray = PostgresType(rawValue: 1001)
  /// `boolean[]`.
  public static let boolArray = PostgresType(rawValue: 1000)
  /// `smallint[]`.
  public static let int2Array = PostgresType(rawValue: 1005)
  /// `integer[]`.
  public static let int4Array = PostgresType(rawValue: 1007)
  /// `text[]`.
  public static let textArray = PostgresType(rawValue: 1009)
  /// `tid[]`.
  public static let tidArray = PostgresType(rawValue: 1010)
  /// `bigint[]`.
  public static let int8Array = PostgresType(rawValue: 1016)
  /// `uuid[]`.
  public static let uuidArray = PostgresType(rawValue: 2951)

  /// True for types that a `CREATE TYPE` made, among them every enumeration (FirstNormalObjectId, access/transam.h).
  var isUserDefined: Bool { rawValue >= 16384 }
}

extension PostgresType: CustomStringConvertible {
  static let names: [PostgresType: String] = [
    .bool: "boolean", .bytea: "bytea", .char: "\"char\"", .name: "name", .int8: "bigint", .int2: "smallint",
    .int4: "integer", .text: "text", .oid: "oid", .tid: "tid", .json: "json", .float4: "real",
    .float8: "double precision", .unknown: "unknown", .bpchar: "char", .varchar: "varchar", .date: "date",
    .timestamp: "timestamp", .timestamptz: "timestamptz", .uuid: "uuid", .jsonb: "jsonb", .byteaArray: "bytea[]",
    .boolArray: "boolean[]", .int2Array: "smallint[]", .int4Array: "integer[]", .textArray: "text[]",
    .tidArray: "tid[]", .int8Array: "bigint[]", .uuidArray: "uuid[]",
  ]

  /// The type's name in SQL, or its OID.
  public var description: String { Self.names[self] ?? "type \(rawValue)" }
}

extension PostgresType {
  private static let elements: [PostgresType: PostgresType] = [
    .byteaArray: .bytea, .boolArray: .bool, .int2Array: .int2, .int4Array: .int4, .int8Array: .int8,
    .textArray: .text, .tidArray: .tid, .uuidArray: .uuid,
  ]

  /// False if this is known not to be an array of such elements; of other arrays the cell's header is believed.
  func isArray(of element: PostgresType) -> Bool {
    guard Self.names[self] == nil else { return Self.elements[self] == element }
    return true
  }
}
