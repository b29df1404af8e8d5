import Commands
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import NIOCore

extension Response {
  /// A JSON body.
  init(json: JSONValue, status: HTTPResponse.Status = .ok) {
    self.init(
      status: status, headers: [.contentType: "application/json"],
      body: .init(byteBuffer: ByteBuffer(bytes: json.canonicalBytes)))
  }

  /// The success of `/v1`: `{"data":…,"meta":{"request_id"}}`.
  static func data(
    _ data: JSONValue, meta: [String: JSONValue] = [:], status: HTTPResponse.Status = .ok, requestID: String
  ) -> Response {
    var meta = meta
    meta["request_id"] = .string(requestID)
    return Response(json: ["data": data, "meta": .object(meta)], status: status)
  }
}

extension JSONValue {
  /// RFC 3339 in UTC with milliseconds; null for nil.
  static func timestamp(_ date: Date?) -> JSONValue {
    date.map { .string(.timestamp($0)) } ?? .null
  }

  /// A UUID in lowercase; null for nil.
  static func id(_ id: UUID?) -> JSONValue {
    id.map { .string($0.text) } ?? .null
  }

  /// An integer.
  static func integer(_ value: some BinaryInteger) -> JSONValue { .number(Double(value)) }
}

extension String {
  /// A time as every answer writes it: RFC 3339 in UTC with milliseconds.
  static func timestamp(_ date: Date) -> String {
    // Few times have an exact binary form, and what lies a hair below its millisecond would be written as the one before.
    date.addingTimeInterval(1e-5).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}
