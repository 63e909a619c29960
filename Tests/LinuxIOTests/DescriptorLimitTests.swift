import Glibc
import LinuxIO
import Testing

@Suite("How many descriptors are open")
struct DescriptorLimitTests {
    @Test("is what the kernel says of the folder, which is never listed")
    func open() async {
        // A folder with entries and without a size, as that of the descriptors was before 6.2.
        #expect(DescriptorLimit.open(in: "/proc/self/task") == nil)
        #expect(DescriptorLimit.open(in: "/proc/self/nothing") == nil)
        await #expect(processExitsWith: .success) {
            try await Alone.settle()
            guard let before = DescriptorLimit.open() else { return }
            let taken = (0..<100).map { _ in Glibc.open("/dev/null", O_RDONLY) }
            let after = try #require(DescriptorLimit.open())
            // The runtime opens and closes some of its own.
            #expect((90...110).contains(after - before))
            for number in taken { close(number) }
        }
    }
}
