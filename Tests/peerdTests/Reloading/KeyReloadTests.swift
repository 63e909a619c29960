import Configuration
import Testing

@Suite("A reload")
struct KeyReloadTests {
    @Test("changes the key, and its effect is seen", arguments: KeyCase.all)
    func effect(_ example: KeyCase) throws { try example.see(example.key) }

    /// A new key needs a case, or says that it needs a restart.
    @Test("has a case for each key of the schema that it may change")
    func complete() {
        let changeable = Set(ConfigurationSchema.names).subtracting([ConfigurationSchema.network])
        let seen = KeyCase.all.map(\.key) + KeyCase.elsewhere
        #expect(Set(seen) == changeable)
        #expect(seen.count == changeable.count, "a key has two cases")
    }
}
