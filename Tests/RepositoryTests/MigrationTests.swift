import Foundation
import Testing

@testable import Repository

@Suite struct MigrationTests {
  /// Not without gaps: several may be written at the same time, each under the number set aside for it.
  @Test func `they are numbered from 1, each once, in the order of application`() {
    let versions = Migration.all.map(\.version)
    #expect(versions.first == 1)
    #expect(versions == Set(versions).sorted())
    #expect(Migrator.latestVersion == versions.last)
  }

  @Test func `their names are distinct`() {
    #expect(Set(Migration.all.map(\.name)).count == Migration.all.count)
  }

  /// A file that nobody lists would never be applied, and one listed under another's name would be applied twice.
  @Test func `every file of the folder is listed, with what it holds`() throws {
    let folder = URL(filePath: #filePath).appending(path: "../../../Shared/Repository/Schema/Migrations").standardized
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let listed = Migration.all.map { migration in
      let number = String(migration.version)
      return String(repeating: "0", count: 4 - number.count) + number + "_" + migration.name + ".sql"
    }
    #expect(listed.sorted() == files.sorted())
    for (migration, file) in zip(Migration.all, listed) {
      #expect(try Data(contentsOf: folder.appending(path: file)) == Data(migration.sql), "\(file)")
    }
  }

  @Test func `their checksums tell them apart`() {
    #expect(Set(Migration.all.map(\.checksum)).count == Migration.all.count)
  }

  /// Each runs in a transaction of the migrator's, which a COMMIT of its own would end.
  @Test func `none controls transactions or needs to be outside of one`() {
    for migration in Migration.all {
      let sql = String(decoding: migration.sql, as: UTF8.self).uppercased()
      for word in ["COMMIT;", "ROLLBACK;", "CONCURRENTLY", "VACUUM"] {
        #expect(!sql.contains(word), "\(migration.name)")
      }
    }
  }
}
