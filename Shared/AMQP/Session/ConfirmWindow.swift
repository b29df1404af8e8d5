/// The publishes of one channel that wait for their confirm: pure bookkeeping, in the order of the wire.
///
/// The broker numbers publishes from 1 in the order they arrive; this counts along. A message that reaches no queue is
/// returned first and *acknowledged* next, so an ack alone is no success: the return is remembered until then.
struct ConfirmWindow<Element: Sendable>: Sendable {
  /// How a publish ended.
  enum Verdict: Hashable, Sendable {
    /// In every queue that it was routed to, of which there is at least one.
    case confirmed
    /// In no queue.
    case returned(AMQPError.Reply)
    /// Not taken by the broker.
    case refused
  }

  private struct Slot {
    let element: Element
    var reply: AMQPError.Reply?
  }

  private var slots: [Slot?] = []
  private var firstTag: UInt64 = 1
  private var head = 0

  /// How many publishes are not answered yet.
  private(set) var count = 0

  /// The oldest publish not answered yet.
  var oldest: Element? { head < slots.count ? slots[head]?.element : nil }

  /// The sequence number that the next publish gets.
  var nextTag: UInt64 { firstTag + UInt64(slots.count) }

  /// Notes a publish just before it's written.
  mutating func append(_ element: Element) {
    slots.append(Slot(element: element))
    count += 1
  }

  /// Notes that a publish reached no queue; an unknown number is ignored.
  mutating func markReturned(_ tag: UInt64, _ reply: AMQPError.Reply) {
    guard let index = index(of: tag) else { return }
    slots[index]?.reply = reply
  }

  /// Applies a confirm and hands out those that it answers, oldest first; answers to unknown numbers are ignored.
  mutating func settle(_ settlement: Settlement) -> [(element: Element, verdict: Verdict)] {
    var settled: [(element: Element, verdict: Verdict)] = []
    if settlement.isMultiple {
      let last = settlement.tag == 0 ? nextTag - 1 : min(settlement.tag, nextTag - 1)
      let end = last < firstTag ? 0 : Int(last - firstTag) + 1
      for index in head..<max(head, end) { take(index, settlement.isAck, into: &settled) }
    } else if let index = index(of: settlement.tag) {
      take(index, settlement.isAck, into: &settled)
    }
    discardAnswered()
    return settled
  }

  /// Empties the window of a lost channel: what became of these publishes can't be known.
  mutating func abandon() -> [Element] {
    let abandoned = slots[head...].compactMap { $0?.element }
    self = ConfirmWindow()
    return abandoned
  }

  private func index(of tag: UInt64) -> Int? {
    guard tag >= firstTag, tag < nextTag else { return nil }
    return Int(tag - firstTag)
  }

  private mutating func take(
    _ index: Int, _ isAck: Bool, into settled: inout [(element: Element, verdict: Verdict)]
  ) {
    guard let slot = slots[index] else { return }
    slots[index] = nil
    count -= 1
    settled.append((slot.element, slot.reply.map(Verdict.returned) ?? (isAck ? .confirmed : .refused)))
  }

  /// Moves the head past answered slots and now and then gives their memory back, so that a settle costs O(1) amortised.
  private mutating func discardAnswered() {
    while head < slots.count, slots[head] == nil { head += 1 }
    guard head > 256, head * 2 >= slots.count else { return }
    slots.removeFirst(head)
    firstTag += UInt64(head)
    head = 0
  }
}
