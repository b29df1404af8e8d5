internal import ChildProcess
internal import FoundationEssentials
internal import JSON

/// A program of the operator's that prints credentials ("AWS SDKs and Tools Reference Guide", "Process credential
/// provider"). No shell runs it, and none of the platform's secrets are in its environment.
struct CredentialProcess: Sendable {
  /// How long it may take.
  private static let patience = Duration.seconds(10)
  /// The longest output taken, in bytes.
  private static let maximumOutput = 64 << 10
  /// For how long credentials are used that don't say when they expire, in seconds: the chain replaces them five minutes
  /// before that.
  private static let unstatedLifetime = 900.0
  /// What such programs need of our environment.
  private static let variables = [
    "AWS_CA_BUNDLE", "AWS_CONFIG_FILE", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_SHARED_CREDENTIALS_FILE", "HOME",
    "HTTPS_PROXY", "LANG", "NO_PROXY", "PATH", "SSL_CERT_DIR", "SSL_CERT_FILE", "TMPDIR", "TZ", "USER",
  ]

  private let programs = ProgramRunner()
  private let environment: [String: String]
  private let clock: KMSClock

  init(clock: KMSClock) {
    let all = ProcessInfo.processInfo.environment
    environment = all.filter { Self.variables.contains($0.key) }
    self.clock = clock
  }

  /// Runs the program of a profile and reads what it prints.
  func credentials(of command: String) async throws(AWSSourceFailure) -> SourcedCredentials {
    guard let words = Self.words(of: command) else {
      throw .failed("its credential_process has a quotation mark too many, or names no program")
    }
    var output: [UInt8]
    do throws(ProgramError) {
      output = try await programs.output(
        of: words, environment: environment, timeout: Self.patience, maximumOutput: Self.maximumOutput)
    } catch { throw .failed("its credential_process \(error)") }
    defer { output.wipe() }
    return try parsed(output)
  }

  /// Reads `{"Version":1,"AccessKeyId","SecretAccessKey","SessionToken","Expiration"}`.
  private func parsed(_ output: [UInt8]) throws(AWSSourceFailure) -> SourcedCredentials {
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONValue(parsing: output, maximumLength: Self.maximumOutput, maximumDepth: 8)
    } catch { throw .failed("its credential_process printed no JSON") }
    guard json["Version"]?.integer == 1 else { throw .failed("its credential_process printed no JSON of version 1") }
    guard let id = json["AccessKeyId"]?.string, let secret = json["SecretAccessKey"]?.string else {
      throw .failed("its credential_process printed no credentials")
    }
    let credentials = try SourcedCredentials(
      id: id, secret: secret, token: json["SessionToken"]?.string, expiration: json["Expiration"]?.string)
    let now = clock.now()
    let expiresAt = credentials.expiresAt ?? now.addingTimeInterval(Self.unstatedLifetime)
    guard expiresAt > now else { throw .failed("its credential_process printed credentials that have expired") }
    return SourcedCredentials(credentials: credentials.credentials, expiresAt: expiresAt)
  }

  /// The words of a command line: white space parts them, unless it stands between quotation marks, single or double, or
  /// behind a backslash. Nil where a mark has no counterpart, or there is no word.
  static func words(of command: String) -> [String]? {
    var words: [String] = []
    var word: String?
    var mark: Character?
    var isEscaped = false
    for character in command {
      switch (character, mark) {
      case _ where isEscaped:
        word = (word ?? "") + String(character)
        isEscaped = false
      case ("\\", nil), ("\\", "\""): isEscaped = true
      case (_, let open?) where character == open: mark = nil
      case ("\"", nil), ("'", nil): (mark, word) = (character, word ?? "")
      case (_, nil) where character.isWhitespace:
        if let done = word { words.append(done) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    if let done = word { words.append(done) }
    return mark == nil && !isEscaped && words.first.map { !$0.isEmpty } ?? false ? words : nil
  }
}
