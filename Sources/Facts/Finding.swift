/// What one rule says about one way.
package struct Finding: Equatable, Sendable {
    package let way: Way
    package let rule: Rule

    package init(way: Way, rule: Rule) {
        self.way = way
        self.rule = rule
    }
}
