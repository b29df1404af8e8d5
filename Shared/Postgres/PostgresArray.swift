/// A one-dimensional array parameter, built in the very bytes that go to the server (`array_send`, arrayfuncs.c).
///
/// Elements are appended straight into the message, so thousands of them cost one allocation:
///
/// ```swift
/// var keys = PostgresArray(of: .bytea, capacity: rows.count, elementSize: 69)
/// for row in rows { keys.append { bytes in … } }
/// ```
public struct PostgresArray: Sendable {
  /// The number of elements.
  public private(set) var count: Int
  let type: PostgresType
  private(set) var bytes: [UInt8]

  /// What stands before the elements: dimensions, null flag, element type, length, lower bound.
  private static let headerSize = 20

  /// Begins an empty array.
  /// - Parameters:
  ///   - element: the elements' type; one of boolean, smallint, integer, bigint, text, uuid, bytea, tid.
  ///   - capacity: the number of elements to reserve room for; a hint.
  ///   - elementSize: the bytes an element takes; a hint.
  public init(of element: ElementType, capacity: Int = 0, elementSize: Int = 0) {
    count = 0
    type = element.array
    bytes = []
    bytes.reserveCapacity(Self.headerSize + capacity * (4 + elementSize))
    bytes.append(bigEndian: Int32(1))
    bytes.append(bigEndian: Int32(0))
    bytes.append(bigEndian: element.type.rawValue)
    bytes.append(bigEndian: Int32(0))
    bytes.append(bigEndian: Int32(1))
  }

  /// Makes an array of elements of one size that stand one behind the other already, as
  /// ``PostgresRows/packed(column:cellSize:)`` returns them.
  /// - Parameters:
  ///   - element: the elements' type.
  ///   - packed: the elements in Postgres's binary format, a whole number of them.
  ///   - elementSize: the bytes that each takes, at least 1.
  public init(of element: ElementType, packed: [UInt8], elementSize: Int) {
    precondition(elementSize > 0 && packed.count.isMultiple(of: elementSize), "the elements don't have that size")
    self.init(of: element)
    count = packed.count / elementSize
    bytes.replace(bigEndian: Int32(count), at: 12)
    let header = bytes
    let stride = 4 + elementSize
    let length = Int32(elementSize).bigEndian
    bytes = unsafe [UInt8](unsafeUninitializedCapacity: header.count + count * stride) { output, initializedCount in
      let output = UnsafeMutableRawBufferPointer(output)
      unsafe output.copyBytes(from: header)
      unsafe packed.withUnsafeBytes { packed in
        for index in 0..<count {
          let place = header.count + index * stride
          unsafe output.storeBytes(of: length, toByteOffset: place, as: Int32.self)
          let element = unsafe packed[index * elementSize..<(index + 1) * elementSize]
          unsafe UnsafeMutableRawBufferPointer(rebasing: output[(place + 4)...]).copyBytes(from: element)
        }
      }
      initializedCount = output.count
    }
  }

  init<Elements: Collection>(
    of element: ElementType, _ elements: Elements, elementSize: Int,
    write: (Elements.Element, inout [UInt8]) -> Void
  ) {
    self.init(of: element, capacity: elements.count, elementSize: elementSize)
    for value in elements { append { write(value, &$0) } }
  }

  /// Appends an element of bytes that are already in Postgres's binary format: for `bytea` and `text` the bytes themselves.
  public mutating func append(_ element: some Collection<UInt8>) {
    append { $0.append(contentsOf: element) }
  }

  /// Appends an element that a closure writes in place.
  /// - Parameter write: appends the element's binary format to the array it is given, and changes nothing before that.
  public mutating func append(_ write: (inout [UInt8]) throws -> Void) rethrows {
    let start = bytes.count
    bytes.append(bigEndian: Int32(0))
    do {
      try write(&bytes)
    } catch {
      bytes.removeSubrange(start...)
      throw error
    }
    bytes.replace(bigEndian: Int32(bytes.count - start - 4), at: start)
    count += 1
    bytes.replace(bigEndian: Int32(count), at: 12)
  }
}

extension PostgresArray {
  /// The type of an array's elements.
  public struct ElementType: Sendable, Hashable {
    let type: PostgresType
    let array: PostgresType

    /// `boolean`, one byte.
    public static let bool = ElementType(type: .bool, array: .boolArray)
    /// `smallint`, two bytes, big-endian.
    public static let int2 = ElementType(type: .int2, array: .int2Array)
    /// `integer`, four bytes, big-endian.
    public static let int4 = ElementType(type: .int4, array: .int4Array)
    /// `bigint`, eight bytes, big-endian.
    public static let int8 = ElementType(type: .int8, array: .int8Array)
    /// `text`, UTF-8.
    public static let text = ElementType(type: .text, array: .textArray)
    /// `uuid`, sixteen bytes.
    public static let uuid = ElementType(type: .uuid, array: .uuidArray)
    /// `bytea`, as it is.
    public static let bytea = ElementType(type: .bytea, array: .byteaArray)
    /// `tid`, four bytes of block and two of offset, big-endian.
    public static let tid = ElementType(type: .tid, array: .tidArray)
  }
}
