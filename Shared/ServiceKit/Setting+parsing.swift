public import Cryptography

/// A value that doesn't fit its setting.
public struct SettingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What would fit; never the value.
  public let description: String

  /// Says what would fit.
  public init(_ description: String) { self.description = description }
}

extension Setting {
  /// Reads a whole number within bounds.
  public static func integer(_ bounds: ClosedRange<Int>) -> (String) throws(SettingError) -> Int {
    { text throws(SettingError) in
      guard let value = Int(text), bounds.contains(value) else {
        throw SettingError("not a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
      }
      return value
    }
  }

  /// Reads a duration in seconds, within bounds.
  public static func seconds(_ bounds: ClosedRange<Int>) -> (String) throws(SettingError) -> Duration {
    { text throws(SettingError) in .seconds(try integer(bounds)(text)) }
  }

  /// Reads one of the words of a type.
  public static func choice<Word: RawRepresentable<String> & CaseIterable>(
    _ text: String, _ type: Word.Type
  ) throws(SettingError) -> Word {
    guard let word = Word(rawValue: text) else {
      throw SettingError("not one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return word
  }

  /// Reads a 256-bit key in base64.
  public static func key256(_ text: String) throws(SettingError) -> SecretBytes {
    guard let key = SecretBytes(base64: text), key.count == 32 else {
      throw SettingError("not the base64 of 32 bytes (make one with `openssl rand -base64 32`)")
    }
    return key
  }
}
