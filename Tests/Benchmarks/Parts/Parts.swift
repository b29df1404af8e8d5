/// The product's parts, each at its work as often as it is told, and the time that took: `compose/local bench` runs this
/// beside a floor in C and what a user would take instead. Each prints one line: the seconds, and the processor's.
///
/// `parts sigv4 COUNT | envelope BYTES COUNT | publish WINDOW COUNT | consume WINDOW COUNT | postgres URL | http URL COUNT`
///
/// The broker's URL, which has a password, is `AMQP_URL` in the environment.
@main struct Parts {
  static func main() async throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let numbers = arguments.compactMap { Int($0) }
    switch (arguments.first, arguments.count) {
    case ("sigv4", 2): try SigV4Part.sign(numbers[0])
    case ("envelope", 3): try EnvelopePart.sealAndOpen(byteCount: numbers[0], numbers[1])
    case ("publish", 3): try await AMQPPart(window: numbers[0]).publish(numbers[1])
    case ("consume", 3): try await AMQPPart(window: numbers[0]).consume(numbers[1])
    case ("postgres", 2): try await PostgresPart.update(url: arguments[1])
    case ("http", 3): try await HTTPPart.call(arguments[1], numbers[0])
    default: fatalError("see the arguments in Parts.swift")
    }
  }
}
