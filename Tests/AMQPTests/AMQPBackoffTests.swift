import Testing

@testable import AMQP

@Suite("AMQP backoff")
struct AMQPBackoffTests {
  @Test("Ceilings double from the base to the maximum")
  func ceilings() {
    let backoff = AMQPBackoff(jitter: { 1 })
    let delays = [0, 1, 2, 3, 4, 5, 6, 1000].map(backoff.delay(attempt:))
    #expect(delays == [100, 200, 400, 800, 1600, 3200, 5000, 5000].map(Duration.milliseconds))
  }

  @Test("Jitter takes any share of the ceiling, and no more", arguments: [(0.0, 0), (0.25, 50), (7, 200), (-1, 0)])
  func jitter(share: Double, milliseconds: Int) {
    let backoff = AMQPBackoff(jitter: { share })
    #expect(backoff.delay(attempt: 1) == .milliseconds(milliseconds))
  }
}
