/// What values have shown of an interface.
struct Coverage {
    /// "Type.field" of those that were there, and of those that weren't.
    var present: Set<String> = []
    var absent: Set<String> = []
    /// "Type.member"
    var members: Set<String> = []
    var problems: [String] = []
}

extension InterfaceText {
    /// Compares an object with what is declared, field by field, whatever is in it.
    func check(_ value: JSON, has fields: [Field], of owner: String, _ seen: inout Coverage) {
        guard case .object(let values) = value else {
            seen.problems.append("\(owner) is \(value.text)")
            return
        }
        for name in values.keys where !fields.contains(where: { $0.name == name }) {
            seen.problems.append("\(owner).\(name) isn't declared")
        }
        for field in fields {
            let path = "\(owner).\(field.name)"
            if let value = values[field.name] {
                seen.present.insert(path)
                check(value, is: field.type, at: path, &seen)
            } else {
                seen.absent.insert(path)
                if !field.isOptional { seen.problems.append("\(path) is missing") }
            }
        }
    }

    private func check(_ value: JSON, is type: FieldType, at path: String, _ seen: inout Coverage) {
        switch (type, value) {
        case (.bool, .bool), (.int, .integer), (.float, .number), (.float, .integer),
            (.string, .string), (.object, .object):
            break
        case (.optional(let inner), _):
            check(value, is: inner, at: path, &seen)
        case (.array(let element), .array(let values)):
            for value in values { check(value, is: element, at: path, &seen) }
        case (.named(let name), .string(let member)) where enumerations[name] != nil:
            if enumerations[name]?.contains(member) == true {
                seen.members.insert("\(name).\(member)")
            } else {
                seen.problems.append("\(path): \(name) has no \(member)")
            }
        case (.named(let name), .object):
            check(value, has: structures[name] ?? [], of: name, &seen)
            if name == "Cause" { checkCause(value, &seen) }
        default:
            seen.problems.append("\(path) is \(value.text)")
        }
    }

    /// The parameters of a cause are those of the error that it names.
    private func checkCause(_ cause: JSON, _ seen: inout Coverage) {
        guard case .string(let name) = cause["error"], let fields = errors[name],
            let parameters = cause["parameters"]
        else {
            seen.problems.append("no cause: \(cause.text)")
            return
        }
        check(parameters, has: fields, of: name, &seen)
    }

    /// Every way to take a declared field away or to give it a wrong type, at any depth.
    func damages(to value: JSON, of fields: [Field]) -> [JSON] {
        var damaged: [JSON] = []
        for field in fields {
            guard let present = value[field.name] else { continue }
            var copies = wrong(present, field.type)
            if !field.isOptional { copies.append(nil) }
            for copy in copies {
                var value = value
                value[field.name] = copy
                damaged.append(value)
            }
        }
        return damaged
    }

    /// Values that a field of this type can't have.
    private func wrong(_ value: JSON, _ type: FieldType) -> [JSON?] {
        switch type {
        case .optional(let inner): wrong(value, inner)
        case .bool: [.integer(1), .string("true")]
        case .int: [.string("1"), .number(1.5), .bool(true)]
        case .float: [.string("1")]
        case .string: [.integer(1), .array([])]
        case .object: [.string("x")]
        case .array(let element):
            [.object([:])]
                + (value.elements.first.map { wrong($0, element) } ?? []).map {
                    .array([$0 ?? .null])
                }
        case .named(let name):
            if let fields = structures[name] {
                [.integer(1)] + damages(to: value, of: fields)
            } else {
                [.string("no member"), .integer(0)]
            }
        }
    }
}

extension JSON {
    fileprivate var elements: [JSON] {
        if case .array(let values) = self { values } else { [] }
    }
}
