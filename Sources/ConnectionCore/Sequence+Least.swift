extension Sequence {
    /// The `limit` least elements in their order, or all if there are no more. Elements that are
    /// neither before nor behind each other come in any order, so the order must be total where a
    /// run is to repeat.
    ///
    /// Keeps no more than twice `limit` at a time: what is sought are a few of very many.
    func least(
        _ limit: Int,
        by isBefore: (Element, Element) -> Bool
    ) -> [Element] {
        guard limit > 0 else { return [] }
        var kept: [Element] = []
        var worst: Element?
        for element in self {
            if let worst, !isBefore(element, worst) { continue }
            kept.append(element)
            guard kept.count >= 2 * limit else { continue }
            kept.sort(by: isBefore)
            kept.removeLast(kept.count - limit)
            worst = kept.last
        }
        kept.sort(by: isBefore)
        return Array(kept.prefix(limit))
    }
}
