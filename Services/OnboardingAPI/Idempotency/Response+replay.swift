import Cryptography
import HTTPTypes
import Hummingbird
import Locking
import NIOCore

extension Response {
  /// An answer that was given before.
  init(replaying body: SecretBytes, status: Int) {
    self.init(status: HTTPResponse.Status(code: status), headers: [.idempotentReplayed: "true"])
    guard !body.isEmpty else { return }
    headers[.contentType] = "application/json"
    self.body = body.withUnsafeBytes { ResponseBody(byteBuffer: ByteBuffer(bytes: $0)) }
  }
}

extension ResponseBody {
  /// All of it.
  func bytes() async throws -> [UInt8] {
    let collected = Guarded<[UInt8]>([])
    try await write(Collector(bytes: collected))
    return collected.withLock { $0 }
  }

  private struct Collector: ResponseBodyWriter {
    let bytes: Guarded<[UInt8]>

    func write(_ buffer: ByteBuffer) async throws { bytes.withLock { $0.append(contentsOf: buffer.readableBytesView) } }

    consuming func finish(_: HTTPFields?) async throws {}
  }
}
