import Testing

@testable import Postgres

struct ConfigurationTests {
  @Test func urlsAreRead() throws {
    let configuration = try PostgresConfiguration(
      url: "postgresql://al%40ice:p%2Fw@db.example:6432/kms?sslmode=verify-full&sslrootcert=/ca.pem",
      applicationName: "worker", statementTimeout: .milliseconds(2500))
    let parameters = configuration.parameters
    #expect(parameters["user"] == "al@ice" && parameters["password"] == "p/w")
    #expect(parameters["host"] == "db.example" && parameters["port"] == "6432" && parameters["dbname"] == "kms")
    #expect(parameters["sslmode"] == "verify-full" && parameters["sslrootcert"] == "/ca.pem")
    #expect(parameters["application_name"] == "worker" && parameters["client_encoding"] == "UTF8")
    #expect(parameters["tcp_user_timeout"] == "20000" && parameters["keepalives"] == "1")
    #expect(parameters["gssencmode"] == "disable")
    #expect(
      parameters["options"]
        == "-c timezone=UTC -c statement_timeout=2500 -c idle_in_transaction_session_timeout=60000")
  }

  @Test func theURLWinsOverDefaults() throws {
    let configuration = try PostgresConfiguration(
      url: "postgres:///kms?host=/run/pg&application_name=mine&options=-c%20work_mem%3D8MB&keepalives_idle=3"
        + "&gssencmode=prefer")
    #expect(configuration.applicationName == "mine")
    #expect(configuration.parameters["host"] == "/run/pg" && configuration.parameters["keepalives_idle"] == "3")
    #expect(configuration.parameters["gssencmode"] == "prefer")
    #expect(configuration.parameters["options"]?.hasSuffix(" -c work_mem=8MB") == true)
  }

  @Test(arguments: [
    "", "mysql://u:hunter2@h/d", "postgres://u:hunter2@h:port:1/%zz", "postgres://u:hunter2@h/d?nonsense=1",
    "postgres://u:hunter2@h/d?sslmode", "postgres://u:hunter2@[h/d", "host=h password=hunter2",
  ])
  func badURLsAreRefusedWithoutRepeatingThem(_ url: String) {
    let error = #expect(throws: PostgresError.self) { try PostgresConfiguration(url: url) }
    #expect(error?.code == .invalidConfiguration && error?.isRetriable == false)
    #expect(error?.description.contains("hunter2") == false)
  }

  @Test func sizesAndTimesAreBounded() {
    #expect(throws: PostgresError.self) { try PostgresConfiguration(url: "postgres://h/\0") }
    #expect(throws: PostgresError.self) {
      try PostgresConfiguration(url: "postgres://h/" + String(repeating: "d", count: 4096))
    }
    #expect(throws: PostgresError.self) { try PostgresConfiguration(url: "postgres://h/d", connectTimeout: .zero) }
    #expect(throws: PostgresError.self) { try PostgresConfiguration(url: "postgres://h/d", statementTimeout: .zero) }
    #expect(throws: PostgresError.self) { try PostgresConfiguration(url: "postgres://h/d", lockTimeout: .seconds(-1)) }
  }

  @Test func descriptionsKeepThePassword() throws {
    let configuration = try PostgresConfiguration(url: "postgres://alice:hunter2@db:6432/kms")
    var dumped = ""
    dump(configuration, to: &dumped)
    #expect("\(configuration)" == "postgres://alice@db:6432/kms")
    for shown in ["\(configuration)", String(reflecting: configuration), dumped] { #expect(!shown.contains("hunter2")) }
  }

  @Test func libpqGetsPairsThatEndWithNull() throws {
    let configuration = try PostgresConfiguration(url: "postgres://alice@db/kms")
    let pairs = configuration.withParameters { keywords, values in
      #expect(keywords.count == values.count && keywords.last == .some(nil) && values.last == .some(nil))
      return zip(keywords, values).compactMap { keyword, value in
        keyword.flatMap { keyword in value.map { (String(cString: keyword), String(cString: $0)) } }
      }
    }
    #expect(Dictionary(uniqueKeysWithValues: pairs) == configuration.parameters)
  }
}
