internal import CLibcurl

extension Transfer {
  /// What became of the request, once curl is done with it.
  func outcome(_ code: CURLcode) -> WaitingLine.Outcome {
    guard code == CURLE_OK else { return .failure(error(code)) }
    return .success(HTTPResponse(status: information(CURLINFO_RESPONSE_CODE), headers: headers, body: sink.body.array))
  }

  private var headers: [HTTPHeader] {
    var headers: [HTTPHeader] = []
    var current: UnsafeMutablePointer<curl_header>?
    while let next = unsafe curl_easy_nextheader(easy, UInt32(CURLH_HEADER), -1, current) {
      unsafe headers.append(HTTPHeader(String(cString: next.pointee.name), String(cString: next.pointee.value)))
      unsafe current = next
    }
    return headers
  }

  /// libcurl-errors(3), by what each means to the sender.
  private func error(_ code: CURLcode) -> HTTPClientError {
    let meaning: HTTPClientError.Code =
      switch code {
      case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
      case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: .connect
      case CURLE_OPERATION_TIMEDOUT: .timeout(phase)
      case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER,
        CURLE_SSL_CERTPROBLEM, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_INVALIDCERTSTATUS:
        .tls
      case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_HTTP2_STREAM: .reset
      case CURLE_FILESIZE_EXCEEDED: .responseTooLarge
      case CURLE_WRITE_ERROR where sink.isTooLarge: .responseTooLarge
      case CURLE_URL_MALFORMAT, CURLE_LOGIN_DENIED: .invalidRequest
      default: .protocolError
      }
    // curl's own text for the transfer may quote the URL; the text for the code is constant.
    let reason = unsafe String(cString: curl_easy_strerror(code))
    return HTTPClientError(code: meaning, reason: "\(request.authority): \(reason)")
  }

  /// curl notes the time of each milestone passed, in microseconds since the start, never zero (curl_easy_getinfo(3)).
  private var phase: HTTPClientError.Phase {
    if hasPassed(CURLINFO_STARTTRANSFER_TIME_T) { return .body }
    if hasPassed(CURLINFO_PRETRANSFER_TIME_T) { return .response }
    return hasPassed(CURLINFO_NAMELOOKUP_TIME_T) ? .connect : .resolve
  }

  private func hasPassed(_ milestone: CURLINFO) -> Bool {
    var microseconds: curl_off_t = 0
    return unsafe tenant_kms_easy_get_offset(easy, milestone, &microseconds) == CURLE_OK && microseconds > 0
  }

  private func information(_ info: CURLINFO) -> Int {
    var value = 0
    unsafe tenant_kms_easy_get_long(easy, info, &value)
    return value
  }
}
