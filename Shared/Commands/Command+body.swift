import FoundationEssentials

extension Command {
  /// The command as the bytes on the wire: its members beside `"schema":1`, names sorted.
  /// - Throws: ``CommandError`` with `malformed` where a member can't be written as JSON.
  public func body() throws(CommandError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do { return [UInt8](try encoder.encode(CommandBody(content: self))) } catch {
      throw CommandError(code: .malformed)
    }
  }

  /// Reads the bytes from the wire, once they are known to be authentic.
  init(body: [UInt8]) throws(CommandError) {
    do { self = try JSONDecoder().decode(CommandBody<Self>.self, from: Data(body)).content } catch {
      throw error as? CommandError ?? CommandError(code: .malformed)
    }
  }
}

/// The object on the wire: the command's own members beside `schema`.
private struct CommandBody<Content: Command>: Codable {
  let content: Content

  init(content: Content) { self.content = content }

  private enum Key: String, CodingKey { case schema }

  init(from decoder: any Decoder) throws {
    let schema = try decoder.container(keyedBy: Key.self).decode(Int.self, forKey: .schema)
    guard schema == 1 else { throw CommandError(code: .unknown) }
    content = try Content(from: decoder)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(1, forKey: .schema)
    try content.encode(to: encoder)
  }
}
