internal import CQRCode

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A QR code (ISO/IEC 18004) of a text: what a telephone's camera reads it by; made by libqrencode.
///
/// The smallest of the 40 versions is chosen, with error correction level M: 15 % of the code may be unreadable. What is
/// in the code is as plain to a camera as the text is to a reader; nothing here or in libqrencode wipes it.
public struct QRCode: Sendable, Equatable {
  /// The longest text that a code holds, in bytes of UTF-8.
  public static let maximumLength = 2331
  /// How many light modules must surround a code for readers to find it (section 5.3.8); ``svg`` and ``terminalArt`` have
  /// them.
  public static let quietZone = 4

  /// How many modules a side has, without the quiet zone: 21 to 177.
  public let width: Int
  private let isDark: [Bool]

  /// Encodes a text; any thread may, as libqrencode guards the tables that it shares.
  /// - Throws: ``QRCodeError`` with `length` for a text that is empty or longer than ``maximumLength``, `outOfMemory`.
  public init(_ text: String) throws(QRCodeError) {
    var bytes = Array(text.utf8)
    guard (1...Self.maximumLength).contains(bytes.count) else { throw .length }
    guard let code = unsafe QRcode_encodeData(CInt(bytes.count), &bytes, 0, QR_ECLEVEL_M) else { throw .outOfMemory }
    defer { unsafe QRcode_free(code) }
    width = unsafe Int(code.pointee.width)
    // The lowest bit says that the module is dark; the others say what it is for.
    isDark = unsafe UnsafeBufferPointer(start: code.pointee.data, count: width * width).map { $0 & 1 == 1 }
  }

  /// Whether a module is dark; those outside the code, which are its quiet zone, are light.
  public subscript(row: Int, column: Int) -> Bool {
    guard (0..<width).contains(row), (0..<width).contains(column) else { return false }
    return isDark[row * width + column]
  }
}

/// Why a text has no QR code.
public enum QRCodeError: Error, Sendable, Equatable {
  /// It is empty, or longer than ``QRCode/maximumLength``.
  case length
  /// The system doesn't give the memory that it takes.
  case outOfMemory
}

extension QRCode: CustomStringConvertible, CustomReflectable {
  /// Always the same text, as what is in the code may be secret.
  public var description: String { "QRCode(redacted)" }

  /// A mirror without children, so that `dump` shows nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
