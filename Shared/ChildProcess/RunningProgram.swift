internal import CProcess
internal import Glibc

/// A program that was started, with a pipe from its standard output, in a process group of its own.
struct RunningProgram: ~Copyable {
  private let id: pid_t
  private let pipe: CInt

  /// Starts it with nothing of ours but what it is given: no open file, no blocked or ignored signal, no variable
  /// (`posix_spawn(3)`).
  init(_ arguments: [String], environment: [String: String]) throws(ProgramError) {
    var ends: [CInt] = [0, 0]
    guard unsafe pipe2(&ends, O_CLOEXEC) == 0 else { throw .notStarted(errno) }
    var id: pid_t = 0
    let code = Self.spawn(&id, arguments, environment, output: ends[1])
    close(ends[1])
    guard code == 0 else {
      close(ends[0])
      throw .notStarted(code)
    }
    self.id = id
    pipe = ends[0]
  }

  deinit { close(pipe) }

  private static func spawn(
    _ id: inout pid_t, _ arguments: [String], _ environment: [String: String], output: CInt
  ) -> CInt {
    guard let name = arguments.first else { return EINVAL }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    unsafe posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var (none, all) = (sigset_t(), sigset_t())
    unsafe sigemptyset(&none)
    unsafe sigfillset(&all)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setsigdefault(&attributes, &all)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    unsafe posix_spawnattr_setflags(
      &attributes, CShort(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
    let vector = unsafe arguments.map { unsafe strdup($0) } + [nil]
    let variables = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer { unsafe (vector + variables).forEach { unsafe free($0) } }
    return unsafe posix_spawnp(&id, name, &actions, &attributes, vector, variables)
  }

  /// What it writes until it writes no more.
  func output(until deadline: ContinuousClock.Instant, maximumLength: Int) throws(ProgramError) -> [UInt8] {
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    // Grown in place, so that no copy of what may be a secret is left behind.
    output.reserveCapacity(maximumLength + chunk.count)
    defer { unsafe chunk.withUnsafeMutableBytes { unsafe Self.wipe($0) } }
    while true {
      var watched = pollfd(fd: pipe, events: CShort(POLLIN), revents: 0)
      let ready = unsafe poll(&watched, 1, try Self.milliseconds(until: deadline))
      guard ready > 0 else {
        guard ready == 0 || errno == EINTR else { throw .lost(errno) }
        continue
      }
      let count = unsafe read(pipe, &chunk, chunk.count)
      guard count >= 0 else { throw .lost(errno) }
      guard count > 0 else { return output }
      output += chunk[..<count]
      guard output.count <= maximumLength else { throw .tooMuchOutput }
    }
  }

  private static func wipe(_ bytes: UnsafeMutableRawBufferPointer) {
    if let start = bytes.baseAddress { unsafe explicit_bzero(start, bytes.count) }
  }

  /// Waits for its end, which is near once it writes no more.
  func end(until deadline: ContinuousClock.Instant) throws(ProgramError) -> ProgramStatus {
    var status: CInt = 0
    while true {
      let ended = unsafe waitpid(id, &status, WNOHANG)
      guard ended != id else { return ProgramStatus(value: status) }
      guard ended == 0 || errno == EINTR else { throw .lost(errno) }
      _ = poll(nil, 0, min(10, try Self.milliseconds(until: deadline)))
    }
  }

  /// Kills whatever is left of it and its group, and waits for that.
  func kill() {
    Glibc.kill(-id, SIGKILL)
    while waitpid(id, nil, 0) < 0, errno == EINTR {}
  }

  private static func milliseconds(until deadline: ContinuousClock.Instant) throws(ProgramError) -> CInt {
    let left = ContinuousClock.now.duration(to: deadline)
    guard left > .zero else { throw .timeout }
    return CInt(min(left / .milliseconds(1), 60_000).rounded(.up))
  }
}

/// How a program ended, as `waitpid(2)` tells it: the macros that read it are none for Swift.
struct ProgramStatus {
  let value: CInt

  /// - Throws: `failed` or `killed` unless it ended by itself with code 0.
  func demandSuccess() throws(ProgramError) {
    let (signal, code) = (value & 0x7F, value >> 8 & 0xFF)
    guard signal == 0 else { throw .killed(signal) }
    guard code == 0 else { throw .failed(code) }
  }
}
