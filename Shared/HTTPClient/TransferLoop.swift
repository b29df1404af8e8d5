internal import BlockingQueue
internal import CLibcurl

/// Drives curl's transfers, blocking its own queue while it waits for the network.
actor TransferLoop {
  nonisolated let configuration: HTTPClientConfiguration

  private let queue = BlockingQueue(label: "http")
  private let line: WaitingLine
  private var multi: MultiHandle?
  private var transfers: [WaitingLine.ID: Transfer] = [:]

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe queue.asUnownedSerialExecutor() }

  /// How long one wait for the network may last, in milliseconds; curl's own timers and `wake()` end it earlier.
  private static let longestPoll: Int32 = 1000

  init(line: WaitingLine, multi: MultiHandle, configuration: HTTPClientConfiguration) {
    self.line = line
    self.multi = multi
    self.configuration = configuration
  }

  /// Drives every transfer until one's own is finished, then hands over to another one who waits.
  func drive(until own: WaitingLine.ID) -> WaitingLine.Outcome {
    defer { line.handOver() }
    while let multi {
      let news = line.takeNews()
      guard !news.isClosed else { break }
      if let outcome = takeUp(news, multi, own: own) { return outcome }
      var running: Int32 = 0
      var code = unsafe curl_multi_perform(multi.pointer, &running)
      if let outcome = settle(multi, own: own) { return outcome }
      if code == CURLM_OK { code = unsafe curl_multi_poll(multi.pointer, nil, 0, Self.longestPoll, nil) }
      guard code == CURLM_OK else { return .failure(abandon(own, multi, because: code)) }
    }
    return .failure(.shutDown)
  }

  /// Drops all transfers and closes all connections.
  func close() {
    guard let multi else { return }
    for transfer in transfers.values { unsafe curl_multi_remove_handle(multi.pointer, transfer.easy) }
    transfers = [:]
    self.multi = nil
  }

  /// Starts what has arrived and ends what was cancelled; answers the driver's own outcome, if that is one of them.
  private func takeUp(_ news: WaitingLine.News, _ multi: MultiHandle, own: WaitingLine.ID) -> WaitingLine.Outcome? {
    var mine: WaitingLine.Outcome?
    func finish(_ id: WaitingLine.ID, _ error: HTTPClientError) {
      if id == own { mine = .failure(error) } else { line.deliver(.failure(error), to: id) }
    }
    for (id, request) in news.arrivals where !news.cancelled.contains(id) {
      let transfer = Transfer(request, configuration: configuration)
      let code = unsafe curl_multi_add_handle(multi.pointer, transfer.easy)
      if code == CURLM_OK { transfers[id] = transfer } else { finish(id, HTTPClientError(code)) }
    }
    for id in news.cancelled {
      if let transfer = transfers.removeValue(forKey: id) {
        unsafe curl_multi_remove_handle(multi.pointer, transfer.easy)
      }
      finish(id, .cancelled)
    }
    return mine
  }

  /// Collects the transfers that curl has finished; answers the driver's own outcome, if that is one of them.
  private func settle(_ multi: MultiHandle, own: WaitingLine.ID) -> WaitingLine.Outcome? {
    var mine: WaitingLine.Outcome?
    var remaining: Int32 = 0
    while let message = unsafe curl_multi_info_read(multi.pointer, &remaining) {
      let code = unsafe tenant_kms_message_result(message)
      let finished = transfers.first { unsafe $0.value.easy == message.pointee.easy_handle }
      guard let (id, transfer) = finished else { continue }
      let outcome = transfer.outcome(code)
      transfers[id] = nil
      unsafe curl_multi_remove_handle(multi.pointer, transfer.easy)
      if id == own { mine = outcome } else { line.deliver(outcome, to: id) }
    }
    return mine
  }

  /// curl can't go on: out of memory or file descriptors, say. One request pays for it, the next driver tries anew.
  private func abandon(_ own: WaitingLine.ID, _ multi: MultiHandle, because code: CURLMcode) -> HTTPClientError {
    if let transfer = transfers.removeValue(forKey: own) {
      unsafe curl_multi_remove_handle(multi.pointer, transfer.easy)
    }
    return HTTPClientError(code)
  }
}

extension HTTPClientError {
  fileprivate init(_ code: CURLMcode) {
    self.init(code: .connect, reason: unsafe String(cString: curl_multi_strerror(code)))
  }
}
