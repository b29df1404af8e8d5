/// How requests for held values went, and how many are held.
package struct HeldFigures: Sendable, Equatable {
  /// Requests answered from memory.
  package var hits: UInt64 = 0
  /// Requests that waited for another's load.
  package var waits: UInt64 = 0
  /// Requests that had a value loaded.
  package var misses: UInt64 = 0
  /// The values held now.
  package var held = 0

  static func += (sum: inout HeldFigures, other: HeldFigures) {
    sum.hits += other.hits
    sum.waits += other.waits
    sum.misses += other.misses
    sum.held += other.held
  }
}
