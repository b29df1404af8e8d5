internal import Cryptography

/// Random nonces drawn in bulk, since one draw costs more than the encryption of a key; each is handed out once.
///
/// The first draw is of one nonce, and each further one of twice as many: a cipher for one payload draws no more than it
/// uses. Those in stock are copied by `fork` and would repeat: a process that seals must not fork without `exec`.
struct NonceSupply {
  private static let largestDraw = 256

  private let random: RandomSource
  private var stock: [UInt8] = []
  private var position = 0
  private var nextDraw = 1

  init(random: RandomSource) {
    self.random = random
  }

  /// Writes a nonce into a buffer of 12 bytes.
  mutating func takeNonce(into buffer: UnsafeMutableRawBufferPointer) {
    if position == stock.count { draw() }
    let end = position + AES256GCM.nonceByteCount
    buffer.copyBytes(from: stock[position..<end])
    position = end
  }

  private mutating func draw() {
    stock = random.bytes(nextDraw * AES256GCM.nonceByteCount)
    position = 0
    nextDraw = min(nextDraw * 2, Self.largestDraw)
  }
}
