internal import CLibcurl

/// One request on its way through curl; lives on the loop's queue.
@safe
final class Transfer {
  let easy: UnsafeMutableRawPointer
  let request: HTTPRequest
  let sink: ResponseSink
  private let body: WipedBytes
  private var lists: [UnsafeMutablePointer<curl_slist>] = unsafe []

  init(_ request: HTTPRequest, configuration: HTTPClientConfiguration) {
    guard let easy = unsafe curl_easy_init() else { preconditionFailure("out of memory") }
    unsafe self.easy = easy
    self.request = request
    body = WipedBytes(copying: request.body)
    sink = ResponseSink(
      maximumBody: configuration.maximumResponseBytes, maximumHeader: configuration.maximumHeaderBytes)
    limit(configuration)
    secure(configuration)
    describe(configuration)
    unsafe sink.attach(to: easy)
  }

  deinit {
    unsafe curl_easy_cleanup(easy)
    unsafe lists.forEach { unsafe curl_slist_free_all($0) }
  }

  /// Sets the time limits and what must not block or disturb the process.
  private func limit(_ configuration: HTTPClientConfiguration) {
    let total = min(configuration.totalTimeout, request.timeout ?? configuration.totalTimeout)
    set(CURLOPT_TIMEOUT_MS, total.curlMilliseconds)
    set(CURLOPT_CONNECTTIMEOUT_MS, min(total, configuration.connectTimeout).curlMilliseconds)
    set(CURLOPT_NOSIGNAL, 1)
    // getaddrinfo can't be interrupted: without this, ending a transfer would wait for its thread, and so would the rest.
    set(CURLOPT_QUICK_EXIT, 1)
    unsafe tenant_kms_easy_set_offset(easy, CURLOPT_MAXFILESIZE_LARGE, Int(configuration.maximumResponseBytes))
  }

  private func secure(_ configuration: HTTPClientConfiguration) {
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    let allowsPlaintext = configuration.allowsPlaintext || !configuration.plaintextHosts.isEmpty
    set(CURLOPT_PROTOCOLS_STR, allowsPlaintext ? "http,https" : "https")
    set(CURLOPT_FOLLOWLOCATION, 0)
    set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
    // An empty name switches proxies off, and with them http_proxy and its kind in the environment.
    set(CURLOPT_PROXY, "")
    if let file = configuration.certificateAuthorities { set(CURLOPT_CAINFO, file) }
  }

  private func describe(_ configuration: HTTPClientConfiguration) {
    set(CURLOPT_URL, request.url)
    set(CURLOPT_PATH_AS_IS, 1)
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    if request.method == "HEAD" { set(CURLOPT_NOBODY, 1) }
    if !request.body.isEmpty || request.method == "POST" {
      unsafe tenant_kms_easy_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, Int(body.count))
      unsafe tenant_kms_easy_set_pointer(easy, CURLOPT_POSTFIELDS, body.bytes.baseAddress ?? easy)
    }
    set(CURLOPT_CUSTOMREQUEST, request.method)
    set(CURLOPT_HTTPHEADER, headerLines)
    set(CURLOPT_CONNECT_TO, configuration.connectTo)
  }

  /// The fields as curl wants them: an empty value ends in `;`, and `Name:` alone keeps curl from adding its own.
  private var headerLines: [String] {
    var lines = request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    lines.append("Expect:")
    for own in ["Content-Type", "Accept"] where !request.headers.contains(where: { $0.isNamed(own.lowercased()) }) {
      lines.append("\(own):")
    }
    return lines
  }

  private func set(_ option: CURLoption, _ value: Int) {
    unsafe tenant_kms_easy_set_long(easy, option, value)
  }

  private func set(_ option: CURLoption, _ value: String) {
    unsafe tenant_kms_easy_set_string(easy, option, value)
  }

  private func set(_ option: CURLoption, _ lines: [String]) {
    var list: UnsafeMutablePointer<curl_slist>?
    for line in lines {
      guard let longer = unsafe curl_slist_append(list, line) else { preconditionFailure("out of memory") }
      unsafe list = longer
    }
    guard let list = unsafe list else { return }
    unsafe lists.append(list)
    unsafe tenant_kms_easy_set_list(easy, option, list)
  }
}

extension Duration {
  /// Whole milliseconds, at least one: to curl, zero means no limit.
  fileprivate var curlMilliseconds: Int {
    let (seconds, attoseconds) = components
    return Int(clamping: max(1, min(seconds, 86_400) * 1000 + attoseconds / 1_000_000_000_000_000))
  }
}
