import Foundation
import JSON
import Repository
import Testing

/// Transit keys over the API, on real servers.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot, .timeLimit(.minutes(3))) struct TransitFlowTests {
  @Test func `a key is made, listed, shown and changed in the contract's shape`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let created = try await deployment.transit(
        of: tenant, ["name": "orders", "mode": "bundled", "description": "for orders"])
      #expect(created.status == 201, "\(created)")
      let listed: Set<String> = [
        "id", "name", "key_type", "mode", "current_version", "deletion_allowed", "description", "created_at",
        "updated_at",
      ]
      let key = try #require(try created.json["data"])
      #expect(names(key) == listed.union(["tenant_id", "created_by", "sandbox"]))
      #expect(key["tenant_id"]?.string == tenant.id.uuidString.lowercased() && key["sandbox"] == false)
      #expect(key["key_type"] == "aes256-gcm" && key["mode"] == "bundled" && key["current_version"] == 1)
      #expect(key["deletion_allowed"] == false && key["description"] == "for orders")
      #expect(try await deployment.transit("GET", "/orders", of: tenant).json["data"] == key)

      try await deployment.makeTransitKey("second", for: tenant)
      guard case .array(let rows)? = try await deployment.transit("GET", of: tenant).json["data"] else {
        throw UnexpectedOutcome()
      }
      #expect(rows.map { $0["name"] } == ["second", "orders"])
      #expect(rows.allSatisfy { names($0) == listed })
      let again = try await deployment.transit(of: tenant, ["name": "orders"])
      #expect(again.status == 409)
      #expect(try again.error["type"] == "conflict")

      let changed = try await deployment.transit("PATCH", "/orders", of: tenant, ["deletion_allowed": true])
      #expect(try changed.json["data"] == ["name": "orders", "deletion_allowed": true])
      let now = try #require(try await deployment.transit("GET", "/orders", of: tenant).json["data"])
      #expect(now["deletion_allowed"] == true && now["description"] == "for orders")
      #expect(now["created_at"] == key["created_at"])
      let cleared = try await deployment.transit("PATCH", "/orders", of: tenant, ["description": nil])
      #expect(try cleared.json["data"] == ["name": "orders", "deletion_allowed": true])
      #expect(try await deployment.transit("GET", "/orders", of: tenant).json["data"]?["description"] == .null)
    }
  }

  @Test func `what was encrypted is decrypted across rotations, and rewrapped to the newest version`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      try await deployment.makeTransitKey("k", for: tenant)
      let encrypted = try await deployment.transit("POST", "/k/encrypt", of: tenant, ["plaintext_b64": "/wA="])
      let first = try #require(try encrypted.json["data"])
      #expect(names(first) == ["ciphertext", "key_version"])
      #expect(first["key_version"] == 1 && first["ciphertext"]?.string?.hasPrefix("knoxcall:v1:") == true)
      let ciphertext = try #require(first["ciphertext"])
      let decrypted = try await deployment.transit("POST", "/k/decrypt", of: tenant, ["ciphertext": ciphertext])
      #expect(try decrypted.json["data"] == ["plaintext_b64": "/wA=", "key_version": 1])
      let binary = try await deployment.transit(
        "POST", "/k/decrypt?format=utf8", of: tenant, ["ciphertext": ciphertext])
      #expect(binary.status == 400)
      #expect(try binary.error["fields"]?["format"] != nil)

      let text = try await deployment.encrypt("schön\u{0}", under: "k", of: tenant)
      #expect(try await deployment.decrypt(text, under: "k", of: tenant) == "schön\u{0}")
      #expect(try await deployment.encrypt("schön\u{0}", under: "k", of: tenant) != text)
      let rotated = try await deployment.transit("POST", "/k/rotate", of: tenant)
      #expect(try rotated.json["data"] == ["new_version": 2])
      #expect(try await deployment.decrypt(text, under: "k", of: tenant) == "schön\u{0}")
      let rewrapped = try await deployment.transit("POST", "/k/rewrap", of: tenant, ["ciphertext": .string(text)])
      #expect(try rewrapped.json["data"]?["key_version"] == 2)
      let newer = try #require(try rewrapped.json["data"]?["ciphertext"]?.string)
      #expect(newer.hasPrefix("knoxcall:v2:"))
      #expect(try await deployment.decrypt(newer, under: "k", of: tenant) == "schön\u{0}")
      #expect(try await deployment.encrypt("x", under: "k", of: tenant).hasPrefix("knoxcall:v2:"))
    }
  }

  @Test func `a version is destroyed only when that is allowed, and never the one that encrypts`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      try await deployment.makeTransitKey("k", for: tenant)
      let old = try await deployment.encrypt("old", under: "k", of: tenant)
      #expect(try await deployment.transit("POST", "/k/rotate", of: tenant).status == 200)
      let new = try await deployment.encrypt("new", under: "k", of: tenant)
      func destroy(_ version: String, _ status: Int, _ type: String? = nil) async throws {
        let answer = try await deployment.transit("DELETE", "/k/versions/\(version)", of: tenant)
        #expect(answer.status == status, "\(answer)")
        #expect(try answer.error["type"]?.string == type)
        if status == 200 { #expect(try answer.json["data"]?["destroyed"]?.integer == Int(version)) }
      }
      try await destroy("1", 409, "deletion_not_allowed")
      #expect(try await deployment.transit("PATCH", "/k", of: tenant, ["deletion_allowed": true]).status == 200)
      try await destroy("2", 409, "deletion_not_allowed")
      for version in ["0", "-1", "3", "x", "99999999999", "1x"] { try await destroy(version, 404, "not_found") }
      try await destroy("1", 200)
      try await destroy("1", 404, "not_found")
      #expect(try await deployment.decrypt(old, under: "k", of: tenant) == "410 key_revoked")
      #expect(try await deployment.decrypt(new, under: "k", of: tenant) == "new")
      let entry = try #require(try await deployment.auditEntries(of: tenant).last)
      #expect(entry.action == "transit_key.version_destroy" && entry.details["version"] == 1)
    }
  }

  @Test func `another tenant's key is none of one's own, by name and by ciphertext`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let stranger = try await deployment.makeTenant()
      try await deployment.makeTransitKey("k", for: tenant)
      let ciphertext = try await deployment.encrypt("mine", under: "k", of: tenant)
      let calls: [(String, String, JSONValue?)] = [
        ("GET", "/k", nil), ("PATCH", "/k", ["deletion_allowed": true]), ("POST", "/k/rotate", nil),
        ("POST", "/k/encrypt", ["plaintext": "x"]), ("POST", "/k/decrypt", ["ciphertext": .string(ciphertext)]),
        ("POST", "/k/rewrap", ["ciphertext": .string(ciphertext)]), ("DELETE", "/k/versions/1", nil),
      ]
      for (method, path, body) in calls {
        let answer = try await deployment.transit(method, path, of: stranger, body)
        #expect(answer.status == 404, "\(method) \(path) \(answer)")
        #expect(try answer.error["type"] == "not_found")
      }
      #expect(try await deployment.transit("GET", of: stranger).json["data"] == [])
      // A key of the same name is another key, and so is another of the same tenant.
      try await deployment.makeTransitKey("k", for: stranger)
      try await deployment.makeTransitKey("other", for: tenant)
      #expect(try await deployment.decrypt(ciphertext, under: "k", of: stranger) == "400 validation_error")
      #expect(try await deployment.decrypt(ciphertext, under: "other", of: tenant) == "400 validation_error")
      #expect(try await deployment.decrypt(ciphertext, under: "k", of: tenant) == "mine")
    }
  }

  @Test func `what isn't a ciphertext of the key is refused and changes nothing`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      try await deployment.makeTransitKey("k", for: tenant)
      let good = try await deployment.encrypt("plain", under: "k", of: tenant)
      var bytes = [UInt8](try #require(Data(base64Encoded: String(good.dropFirst("knoxcall:v1:".count)))))
      bytes[bytes.count - 1] ^= 1
      let tampered = "knoxcall:v1:" + Data(bytes).base64EncodedString()
      let bad = [
        tampered, good.replacing("knoxcall:v1:", with: "knoxcall:v2:"), good.replacing("knoxcall:", with: "vault:"),
        "plain", String(good.dropLast(8)), "",
      ]
      let before = try await deployment.fingerprint()
      for ciphertext in bad {
        for path in ["/k/decrypt", "/k/rewrap"] {
          let answer = try await deployment.transit("POST", path, of: tenant, ["ciphertext": .string(ciphertext)])
          #expect(answer.status == 400, "\(ciphertext) \(answer)")
          #expect(try answer.error["type"] == "validation_error")
          #expect(try answer.error["fields"]?["ciphertext"] != nil)
        }
      }
      let bodies = [#"{"plaintext":"\ud800"}"#, #"{"plaintext":"a","plaintext":"b"}"#, "", "{", "[]", "null"]
      for body in bodies {
        let answer = try await deployment.client.send(
          "POST", "/v1/crypto/keys/k/encrypt", token: tenant.apiKey, body: Array(body.utf8))
        #expect(answer.status == 400, "\(body) \(answer)")
      }
      let large = try await deployment.client.send(
        "POST", "/v1/crypto/keys/k/encrypt", token: tenant.apiKey, body: [UInt8](repeating: 32, count: 3 << 20))
      #expect(large.status == 413)
      #expect(
        try await deployment.transit("POST", "/k/decrypt?format=hex", of: tenant, ["ciphertext": .string(good)]).status
          == 400)
      for path in ["/%00", "/a%2Fb", "/%C3%A4", "/..", "/" + String(repeating: "k", count: 129)] {
        #expect(try await deployment.transit("GET", path, of: tenant).status == 404, "\(path)")
      }
      #expect(try await deployment.fingerprint() == before)
      #expect(try await deployment.decrypt(good, under: "k", of: tenant) == "plain")
    }
  }

  @Test func `rotations and encryptions at once lose nothing`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      try await deployment.makeTransitKey("k", for: tenant)
      let ciphertexts = try await withThrowingTaskGroup(of: (Int, String)?.self) { group in
        for index in 0..<60 {
          group.addTask {
            if index.isMultiple(of: 6) {
              let answer = try await deployment.transit("POST", "/k/rotate", of: tenant)
              try #require(answer.status == 200, "\(answer)")
              return nil
            }
            return (index, try await deployment.encrypt("text \(index)", under: "k", of: tenant))
          }
        }
        return try await group.reduce(into: [(Int, String)]()) { all, one in if let one { all.append(one) } }
      }
      #expect(ciphertexts.count == 50)
      for (index, ciphertext) in ciphertexts {
        #expect(try await deployment.decrypt(ciphertext, under: "k", of: tenant) == "text \(index)")
      }
      #expect(try await deployment.transit("GET", "/k", of: tenant).json["data"]?["current_version"] == 11)
    }
  }
}

/// The names of an object's members.
private func names(_ json: JSONValue?) -> Set<String> {
  guard case .object(let members)? = json else { return [] }
  return Set(members.keys)
}
