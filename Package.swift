// swift-tools-version:6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// The wrappers around C libraries mark every unsafe expression, so that a review can find them all.
let wrapperSettings = settings + [.strictMemorySafety()]

func shared(
  _ name: String, _ dependencies: [Target.Dependency] = [], settings: [SwiftSetting] = settings,
  exclude: [String] = [], resources: [Resource] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Shared/\(name)", exclude: exclude, resources: resources,
    swiftSettings: settings)
}

func service(
  _ name: String, executable: String, _ dependencies: [Target.Dependency], resources: [Resource] = []
) -> Target {
  .executableTarget(
    name: executable, dependencies: dependencies + [configuration, arguments, logging, lifecycle],
    path: "Services/\(name)", resources: resources, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude, swiftSettings: settings)
}

func system(_ name: String, pkgConfig: String, apt: String) -> Target {
  .systemLibrary(name: name, path: "Shared/System/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let jwt = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let httpParts = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let nio = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")

let libraries: [Target] = [
  shared("BlockingQueue"),
  shared("ChildProcess", ["BlockingQueue", "CProcess"], settings: wrapperSettings),
  shared("Locking", settings: wrapperSettings),
  shared("Monitoring", ["Locking"]),
  shared("TracePropagation", ["Cryptography"]),
  shared("Cryptography", ["CLibcrypto", "CProcess"], settings: wrapperSettings),
  shared("HTTPClient", ["BlockingQueue", "CLibcurl", "Locking", lifecycle], settings: wrapperSettings),
  shared("Postgres", ["BlockingQueue", "CLibpq", "Locking", lifecycle, logging], settings: wrapperSettings),
  shared("AMQP", ["BlockingQueue", "CRabbitMQ", "Locking", lifecycle, logging], settings: wrapperSettings),
  shared("JSON"),
  shared("QRCode", ["CQRCode"], settings: wrapperSettings),
  shared("SigV4", ["Cryptography", "Locking"]),
  shared("Envelope", ["Cryptography"]),
  shared("AgentSession", ["Cryptography"]),
  shared("Commands", ["Cryptography", "JSON"], exclude: ["AsyncAPI"]),
  shared(
    "CloudKMS", ["ChildProcess", "Cryptography", "Envelope", "HTTPClient", "JSON", "Locking", "SigV4", logging]),
  shared(
    "Repository",
    [
      "AgentSession", "Cryptography", "Commands", "Envelope", "JSON", "Locking", "Postgres", "TracePropagation",
      lifecycle, logging,
    ],
    resources: [.embedInCode("Schema/Migrations")]),
  shared(
    "MasterKeys",
    [
      "CloudKMS", "Commands", "Cryptography", "Envelope", "JSON", "Locking", "Monitoring", "Repository", lifecycle,
      logging,
    ]),
  shared("Transit", ["Commands", "Cryptography", "Envelope", "MasterKeys", "Repository", lifecycle]),
  shared(
    "ServiceKit",
    [
      "AMQP", "CProcess", "CloudKMS", "Commands", "Cryptography", "HTTPClient", "JSON", "Monitoring", "Postgres",
      "TracePropagation", arguments, configuration, httpTypes, hummingbird, hummingbirdCore, lifecycle, logging,
      nioCore, signals,
    ]),
]

let services: [Target] = [
  service(
    "OnboardingAPI", executable: "onboarding-api",
    [
      "AMQP", "AgentSession", "BlockingQueue", "CloudKMS", "Commands", "Cryptography", "Envelope", "HTTPClient", "JSON",
      "Locking", "MasterKeys", "Monitoring", "Postgres", "QRCode", "Repository", "ServiceKit", "SigV4",
      "TracePropagation", "Transit", httpTypes, hummingbird, hummingbirdCore, hummingbirdTLS, httpParts, jwt, mustache,
      nioCore, nioHTTP, nioSSL,
    ],
    resources: [
      .embedInCode("OpenAPI/openapi.json"), .embedInCode("Pages/Assets"), .embedInCode("Pages/Templates"),
    ]),
  service(
    "Verifier", executable: "verifier",
    [
      "AMQP", "CloudKMS", "Commands", "Cryptography", "HTTPClient", "JSON", "MasterKeys", "Monitoring", "Postgres",
      "Repository", "ServiceKit",
    ]),
  service(
    "RewrapWorker", executable: "rewrap-worker",
    [
      "AMQP", "BlockingQueue", "CloudKMS", "Commands", "Cryptography", "Envelope", "HTTPClient", "Locking",
      "MasterKeys", "Monitoring", "Postgres", "Repository", "ServiceKit",
    ]),
]

/// Those named after a module need no server; `ConformanceTests` read published vectors; `IntegrationTests` drive the
/// modules and the executables on real servers.
let suites: [Target] = [
  tests("AMQPTests", ["AMQP", "Locking"]),
  tests("AgentSessionTests", ["AgentSession", "Cryptography"]),
  tests("ChildProcessTests", ["ChildProcess"]),
  tests(
    "CloudKMSTests",
    [
      "CloudKMS", "Cryptography", "HTTPClient", "JSON", "Locking", "SampleKeys", "SigV4", httpTypes, hummingbird,
      lifecycle, logging, nioCore,
    ]),
  tests("CommandsTests", ["Commands", "Cryptography"]),
  tests("ConformanceTests", ["Cryptography", "SigV4"]),
  tests("CryptographyTests", ["Cryptography", "SampleKeys"]),
  tests(
    "DocumentationTests",
    ["AMQP", "Commands", "JSON", "Repository", "ServiceKit", "onboarding-api", "rewrap-worker", "verifier"]),
  tests("EnvelopeTests", ["Cryptography", "Envelope", "Locking"]),
  tests(
    "FuzzingTests",
    [
      "AMQP", "AgentSession", "CloudKMS", "Commands", "Cryptography", "Envelope", "HTTPClient", "JSON", "Postgres",
      "Repository", "Seeded", "TracePropagation", "Transit", "onboarding-api", httpTypes, hummingbird, hummingbirdCore,
      nioCore,
    ], exclude: ["Corpus"]),
  tests("HTTPClientTests", ["HTTPClient", "Locking"]),
  tests("JSONTests", ["JSON"]),
  tests(
    "MasterKeysTests",
    [
      "Clocks", "CloudKMS", "Commands", "Cryptography", "HTTPClient", "JSON", "Locking", "MasterKeys", "Monitoring",
      "Repository", "SigV4", logging,
    ]),
  tests("MonitoringTests", ["Monitoring"]),
  tests(
    "OnboardingAPITests",
    [
      "AMQP", "AgentSession", "Clocks", "CloudKMS", "Commands", "Cryptography", "Envelope", "HTTPClient", "JSON",
      "Locking", "MasterKeys", "Monitoring", "Postgres", "Repository", "SampleKeys", "ServiceKit", "TracePropagation",
      "Transit", "onboarding-api", configuration, httpTypes, hummingbird, hummingbirdCore, httpParts, jwt, lifecycle,
      logging, nioCore, nioEmbedded, nioHTTP, nioSSL,
    ]),
  tests("PostgresTests", ["CLibpq", "Postgres", "Seeded"]),
  tests("QRCodeTests", ["QRCode"]),
  tests("RepositoryTests", ["Commands", "Cryptography", "Envelope", "JSON", "Repository", "Seeded"]),
  tests(
    "RewrapWorkerTests",
    [
      "CloudKMS", "Commands", "Cryptography", "Envelope", "Locking", "MasterKeys", "Postgres", "Repository",
      "ServiceKit", "rewrap-worker", configuration, lifecycle, logging,
    ]),
  tests(
    "ServiceKitTests",
    [
      "AMQP", "Clocks", "Commands", "Cryptography", "JSON", "Locking", "Monitoring", "Postgres", "ServiceKit",
      "TracePropagation", configuration, logging,
    ]),
  tests("SigV4Tests", ["Cryptography", "SigV4"]),
  tests("TracePropagationTests", ["TracePropagation"]),
  tests(
    "TransitTests",
    [
      "CloudKMS", "Commands", "Cryptography", "Envelope", "Locking", "MasterKeys", "Repository", "Transit",
    ]),
  tests(
    "VerifierTests",
    [
      "AMQP", "CloudKMS", "Commands", "Cryptography", "HTTPClient", "Repository", "ServiceKit", "SigV4", "verifier",
      configuration, logging,
    ]),
  tests(
    "IntegrationTests",
    [
      "AMQP", "AgentSession", "Clocks", "CloudKMS", "Commands", "Cryptography", "Envelope", "HTTPClient", "JSON",
      "Locking", "Monitoring", "Postgres", "QRCode", "Repository", "SampleKeys", "Seeded", "ServiceKit", "SigV4",
      "TracePropagation", "onboarding-api", jwt, lifecycle, logging,
    ]),
  .target(name: "Clocks", dependencies: ["Locking"], path: "Tests/Clocks", swiftSettings: settings),
  .target(name: "SampleKeys", path: "Tests/SampleKeys", swiftSettings: settings),
  .target(
    name: "Seeded", dependencies: ["Cryptography", "Locking"], path: "Tests/Seeded", swiftSettings: settings),
]

/// What `compose/local bench api` holds the API against.
let bareServer = Target.executableTarget(
  name: "bare-server", dependencies: [httpTypes, hummingbird, logging], path: "Tests/Benchmarks/BareServer",
  swiftSettings: settings)

/// What `compose/local bench sigv4` and its likes measure.
let parts = Target.executableTarget(
  name: "parts", dependencies: ["AMQP", "Cryptography", "Envelope", "HTTPClient", "Postgres", "SigV4"],
  path: "Tests/Benchmarks/Parts", swiftSettings: settings)

let package = Package(
  name: "tenant-kms",
  platforms: [.macOS(.v15)],
  products: libraries.map { .library(name: $0.name, targets: [$0.name]) }
    + services.map { .executable(name: $0.name, targets: [$0.name]) },
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
  ],
  targets: [
    system("CLibcrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
    system("CLibcurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
    system("CLibpq", pkgConfig: "libpq", apt: "libpq-dev"),
    .systemLibrary(name: "CProcess", path: "Shared/System/CProcess"),
    system("CQRCode", pkgConfig: "libqrencode", apt: "libqrencode-dev"),
    system("CRabbitMQ", pkgConfig: "librabbitmq", apt: "librabbitmq-dev"),
  ] + libraries + services + suites + [bareServer, parts],
  swiftLanguageModes: [.v6]
)
