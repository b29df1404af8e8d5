import CRabbitMQ

/// Values in librabbitmq's terms. The bytes lie in the link's pool: they stay valid until it's recycled.
extension Link {
  /// Copies text into the pool.
  func bytes(_ text: String) -> amqp_bytes_t {
    var text = text
    return text.withUTF8 { utf8 in
      var copy = unsafe amqp_bytes_t()
      guard let source = utf8.baseAddress, !utf8.isEmpty else { return unsafe copy }
      unsafe amqp_pool_alloc_bytes(pool, utf8.count, &copy)
      guard let target = unsafe copy.bytes else { fatalError("out of memory") }
      unsafe target.copyMemory(from: source, byteCount: utf8.count)
      return unsafe copy
    }
  }

  /// Copies named values into the pool.
  func table(_ values: [String: AMQPHeaderValue], also extra: (name: String, value: Int64)? = nil) -> amqp_table_t {
    let count = values.count + (extra == nil ? 0 : 1)
    guard count > 0 else { return unsafe amqp_empty_table }
    let entries = unsafe allocate(count, of: amqp_table_entry_t.self)
    var next = unsafe entries
    for (name, value) in values {
      unsafe next.initialize(to: amqp_table_entry_t(key: bytes(name), value: field(value)))
      unsafe next += 1
    }
    if let extra {
      unsafe next.initialize(to: amqp_table_entry_t(key: bytes(extra.name), value: field(.int(extra.value))))
    }
    return unsafe amqp_table_t(num_entries: CInt(count), entries: entries)
  }

  private func field(_ value: AMQPHeaderValue) -> amqp_field_value_t {
    var field = unsafe amqp_field_value_t()
    switch value {
    case .string(let text):
      unsafe field.kind = UInt8(AMQP_FIELD_KIND_UTF8.rawValue)
      unsafe field.value.bytes = bytes(text)
    case .int(let number):
      unsafe field.kind = UInt8(AMQP_FIELD_KIND_I64.rawValue)
      unsafe field.value.i64 = number
    case .bool(let flag):
      unsafe field.kind = UInt8(AMQP_FIELD_KIND_BOOLEAN.rawValue)
      unsafe field.value.boolean = flag ? 1 : 0
    case .double(let number):
      unsafe field.kind = UInt8(AMQP_FIELD_KIND_F64.rawValue)
      unsafe field.value.f64 = number
    case .table(let values):
      unsafe field.kind = UInt8(AMQP_FIELD_KIND_TABLE.rawValue)
      unsafe field.value.table = table(values)
    case .array(let values):
      unsafe field.kind = UInt8(AMQP_FIELD_KIND_ARRAY.rawValue)
      let entries = unsafe allocate(max(values.count, 1), of: amqp_field_value_t.self)
      for (index, value) in values.enumerated() { unsafe (entries + index).initialize(to: self.field(value)) }
      unsafe field.value.array = amqp_array_t(num_entries: CInt(values.count), entries: entries)
    }
    return unsafe field
  }

  private func allocate<T>(_ count: Int, of type: T.Type) -> UnsafeMutablePointer<T> {
    guard let memory = unsafe amqp_pool_alloc(pool, count * MemoryLayout<T>.stride) else { fatalError("out of memory") }
    return unsafe memory.bindMemory(to: type, capacity: count)
  }
}
