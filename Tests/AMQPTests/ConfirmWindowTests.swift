import Testing

@testable import AMQP

@Suite("Confirm window")
struct ConfirmWindowTests {
  private typealias Window = ConfirmWindow<String>
  private let noRoute = AMQPError.Reply(code: 312, text: "NO_ROUTE")

  private func window(_ elements: String...) -> Window {
    var window = Window()
    for element in elements { window.append(element) }
    return window
  }

  private func settle(_ window: inout Window, _ tag: UInt64, multiple: Bool = false, ack: Bool = true) -> [String] {
    window.settle(Settlement(tag: tag, isMultiple: multiple, isAck: ack)).map { "\($0.element):\($0.verdict)" }
  }

  @Test("Publishes are numbered from 1 and settle in any order")
  func single() {
    var window = window("a", "b", "c")
    #expect(window.nextTag == 4)
    #expect(settle(&window, 2) == ["b:confirmed"])
    #expect(window.count == 2)
    #expect(window.oldest == "a")
    #expect(settle(&window, 1) == ["a:confirmed"])
    #expect(window.oldest == "c")
    #expect(settle(&window, 3) == ["c:confirmed"])
    #expect(window.count == 0)
    #expect(window.oldest == nil)
  }

  @Test("A multiple ack settles all before it that are open, oldest first")
  func multiple() {
    var window = window("a", "b", "c", "d")
    #expect(settle(&window, 2) == ["b:confirmed"])
    #expect(settle(&window, 3, multiple: true) == ["a:confirmed", "c:confirmed"])
    #expect(settle(&window, 0, multiple: true) == ["d:confirmed"])
  }

  @Test("A nack is a refusal, one or many")
  func nack() {
    var window = window("a", "b", "c")
    #expect(settle(&window, 1, ack: false) == ["a:refused"])
    #expect(settle(&window, 3, multiple: true, ack: false) == ["b:refused", "c:refused"])
  }

  @Test("A returned message is not confirmed by its ack, alone or among many")
  func returned() {
    var window = window("a", "b", "c")
    window.markReturned(1, noRoute)
    window.markReturned(3, noRoute)
    #expect(window.count == 3)
    let settled = window.settle(Settlement(tag: 3, isMultiple: true, isAck: true))
    #expect(settled.map(\.element) == ["a", "b", "c"])
    #expect(settled.map(\.verdict) == [.returned(noRoute), .confirmed, .returned(noRoute)])
  }

  @Test("Unknown and repeated numbers change nothing")
  func unknown() {
    var window = window("a", "b")
    #expect(settle(&window, 0) == [])
    #expect(settle(&window, 3) == [])
    #expect(settle(&window, .max) == [])
    window.markReturned(0, noRoute)
    window.markReturned(9, noRoute)
    #expect(settle(&window, 1) == ["a:confirmed"])
    #expect(settle(&window, 1) == [])
    #expect(settle(&window, .max, multiple: true) == ["b:confirmed"])
    #expect(settle(&window, 1, multiple: true) == [])
  }

  @Test("A lost channel abandons what is open and numbers from 1 again")
  func abandon() {
    var window = window("a", "b", "c")
    _ = settle(&window, 2)
    #expect(window.abandon() == ["a", "c"])
    #expect(window.count == 0)
    #expect(window.nextTag == 1)
  }

  @Test("Numbers go on over tens of thousands of publishes, whatever order they settle in")
  func long() {
    var window = ConfirmWindow<UInt64>()
    var settled: [UInt64] = []
    for tag in 1...UInt64(50_000) {
      #expect(window.nextTag == tag)
      window.append(tag)
      guard tag.isMultiple(of: 64) else { continue }
      // The second half of a window settles one by one, before the first half at once.
      for late in (tag - 31)...tag {
        settled += window.settle(Settlement(tag: late, isMultiple: false, isAck: true)).map(\.element)
      }
      settled += window.settle(Settlement(tag: tag, isMultiple: true, isAck: true)).map(\.element)
      #expect(window.count == 0)
    }
    #expect(settled.count == 49_984)
    #expect(Set(settled) == Set(1...49_984))
  }
}
