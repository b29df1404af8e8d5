import Locking
import Testing

@testable import onboarding_api

@Suite struct RateLimiterTests {
  let moment = Guarded(Duration.zero)

  func makeLimiter(_ count: Int, per period: Duration) -> RateLimiter {
    RateLimiter(count, per: period, elapsed: { [moment] in moment.withLock { $0 } })
  }

  func wait(_ duration: Duration) { moment.withLock { $0 += duration } }

  @Test func `so many are granted at once, then one as each is earned again`() {
    let limiter = makeLimiter(5, per: .seconds(10))
    for _ in 0..<5 { #expect(limiter.take("a") == nil) }
    #expect(limiter.take("a") == 2)
    #expect(limiter.take("b") == nil)
    wait(.milliseconds(1_999))
    #expect(limiter.take("a") == 1)
    wait(.milliseconds(1))
    #expect(limiter.take("a") == nil)
    #expect(limiter.take("a") == 2)
    wait(.seconds(10))
    for _ in 0..<5 { #expect(limiter.take("a") == nil) }
    #expect(limiter.take("a") != nil)
  }

  @Test func `a refusal costs nothing, and a look neither`() {
    let limiter = makeLimiter(1, per: .seconds(60))
    #expect(limiter.wait(of: "a") == nil)
    #expect(limiter.take("a") == nil)
    for _ in 0..<100 {
      #expect(limiter.take("a") == 60)
      #expect(limiter.wait(of: "a") == 60)
    }
    wait(.seconds(60))
    #expect(limiter.wait(of: "a") == nil)
    #expect(limiter.take("a") == nil)
  }

  @Test(arguments: [1, 3, 1_000, 1_000_000])
  func `in the long run it is the rate`(rate: Int) {
    let limiter = makeLimiter(rate, per: .seconds(1))
    var granted = 0
    for _ in 0..<400 {
      for _ in 0..<10 where limiter.take("a") == nil { granted += 1 }
      wait(.milliseconds(25))
    }
    #expect(granted <= 11 * rate)
    #expect(granted >= min(10 * rate, 4_000))
  }
}
