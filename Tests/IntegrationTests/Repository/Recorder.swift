import Foundation

/// What happened, in order.
///
/// `@unchecked Sendable`: the elements are reached under the lock alone.
final class Recorder<Element: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var elements: [Element] = []

  var all: [Element] { lock.withLock { elements } }

  func record(_ element: Element) { lock.withLock { elements.append(element) } }
}
