import CRabbitMQ

extension AMQPMessage {
  /// Copies a message's properties out of librabbitmq's memory; the body is still empty.
  init(_ properties: amqp_basic_properties_t) {
    let flags = unsafe properties._flags
    func text(_ flag: CInt, _ bytes: amqp_bytes_t) -> String? {
      flags & amqp_flags_t(flag) != 0 ? unsafe String(bytes) : nil
    }
    unsafe self.init(
      body: [], type: text(AMQP_BASIC_TYPE_FLAG, properties.type),
      messageID: text(AMQP_BASIC_MESSAGE_ID_FLAG, properties.message_id),
      correlationID: text(AMQP_BASIC_CORRELATION_ID_FLAG, properties.correlation_id),
      replyTo: text(AMQP_BASIC_REPLY_TO_FLAG, properties.reply_to),
      contentType: text(AMQP_BASIC_CONTENT_TYPE_FLAG, properties.content_type),
      isPersistent: flags & amqp_flags_t(AMQP_BASIC_DELIVERY_MODE_FLAG) != 0 && properties.delivery_mode == 2,
      expiration: text(AMQP_BASIC_EXPIRATION_FLAG, properties.expiration).flatMap(Int64.init).map(Duration.milliseconds)
    )
    if flags & amqp_flags_t(AMQP_BASIC_HEADERS_FLAG) != 0 {
      headers = unsafe [String: AMQPHeaderValue](properties.headers, depth: 0)
    }
  }
}

extension String {
  /// Copies text; bytes that aren't UTF-8 become U+FFFD.
  init(_ bytes: amqp_bytes_t) {
    self = unsafe String(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
  }
}

extension [String: AMQPHeaderValue] {
  /// Copies at most `AMQPMessage.maximumHeaders` entries; the rest, and types that have no case here, are left out.
  fileprivate init(_ table: amqp_table_t, depth: Int) {
    self.init()
    guard let entries = unsafe table.entries else { return }
    for index in 0..<Swift.min(Int(unsafe table.num_entries), AMQPMessage.maximumHeaders) {
      let entry = unsafe entries[index]
      if let value = unsafe AMQPHeaderValue(entry.value, depth: depth) { unsafe self[String(entry.key)] = value }
    }
  }
}

extension AMQPHeaderValue {
  fileprivate init?(_ field: amqp_field_value_t, depth: Int) {
    guard depth <= Self.maximumDepth else { return nil }
    switch unsafe amqp_field_value_kind_t(UInt32(field.kind)) {
    case AMQP_FIELD_KIND_UTF8, AMQP_FIELD_KIND_BYTES: self = unsafe .string(String(field.value.bytes))
    case AMQP_FIELD_KIND_BOOLEAN: self = unsafe .bool(field.value.boolean != 0)
    case AMQP_FIELD_KIND_I8: self = unsafe .int(Int64(field.value.i8))
    case AMQP_FIELD_KIND_U8: self = unsafe .int(Int64(field.value.u8))
    case AMQP_FIELD_KIND_I16: self = unsafe .int(Int64(field.value.i16))
    case AMQP_FIELD_KIND_U16: self = unsafe .int(Int64(field.value.u16))
    case AMQP_FIELD_KIND_I32: self = unsafe .int(Int64(field.value.i32))
    case AMQP_FIELD_KIND_U32: self = unsafe .int(Int64(field.value.u32))
    case AMQP_FIELD_KIND_I64: self = unsafe .int(field.value.i64)
    case AMQP_FIELD_KIND_U64, AMQP_FIELD_KIND_TIMESTAMP: self = unsafe .int(Int64(clamping: field.value.u64))
    case AMQP_FIELD_KIND_F32: self = unsafe .double(Double(field.value.f32))
    case AMQP_FIELD_KIND_F64: self = unsafe .double(field.value.f64)
    case AMQP_FIELD_KIND_TABLE: self = unsafe .table([String: AMQPHeaderValue](field.value.table, depth: depth + 1))
    case AMQP_FIELD_KIND_ARRAY:
      let array = unsafe field.value.array
      let values = unsafe UnsafeBufferPointer(start: array.entries, count: Int(array.num_entries))
        .prefix(AMQPMessage.maximumHeaders)
      self = unsafe .array(values.compactMap { unsafe AMQPHeaderValue($0, depth: depth + 1) })
    default: return nil
    }
  }
}
