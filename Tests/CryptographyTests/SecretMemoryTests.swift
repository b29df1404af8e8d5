import Testing

@testable import Cryptography

@Suite struct SecretMemoryTests {
  @Test func wipesASlotWhenItComesBack() throws {
    let slots = SecretSlots(slotSize: 64, count: 64)
    let slot = try #require(slots.take(40))
    slot.initializeMemory(as: UInt8.self, repeating: 0xAA, count: 40)
    #expect(slots.giveBack(slot, 40))
    // The region outlives the slot, so that reading it is sound.
    withExtendedLifetime(slots) {
      #expect(UnsafeRawBufferPointer(start: slot, count: 40).allSatisfy { $0 == 0 })
    }
  }

  @Test func handsOutEachSlotOnce() {
    let slots = SecretSlots(slotSize: 64, count: 64)
    let taken = (0..<64).compactMap { _ in slots.take(64) }
    #expect(Set(taken).count == 64)
    #expect(slots.take(1) == nil)
    #expect(taken.allSatisfy { slots.giveBack($0, 64) })
    #expect(slots.take(1) != nil)
  }

  @Test func leavesWhatIsTooLongOrForeignToOthers() {
    let slots = SecretSlots(slotSize: 64, count: 64)
    #expect(slots.take(65) == nil)
    let foreign = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    defer { foreign.deallocate() }
    #expect(!slots.giveBack(foreign, 64))
  }

  @Test func sharesItsSlotsAmongTasks() async {
    let slots = SecretSlots(slotSize: 64, count: 64)
    await withTaskGroup(of: Bool.self) { group in
      for task in UInt8(1)...8 {
        group.addTask {
          (0..<200).allSatisfy { _ in
            guard let slot = slots.take(64) else { return false }
            slot.initializeMemory(as: UInt8.self, repeating: task, count: 64)
            let isOurs = UnsafeRawBufferPointer(start: slot, count: 64).allSatisfy { $0 == task }
            return slots.giveBack(slot, 64) && isOurs
          }
        }
      }
      for await isIntact in group { #expect(isIntact) }
    }
  }
}
