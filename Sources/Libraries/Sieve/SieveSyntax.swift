/// A script as its text says it (RFC 5228 section 8.2), before anybody asked whether its words have a meaning. Its description is a script
/// again that means the same. Two are equal when they say the same, wherever it stands.
package struct SieveSyntax: Sendable, Hashable, CustomStringConvertible {
    package var commands: [Command]

    package init(commands: [Command]) { self.commands = commands }

    package struct Command: Sendable, Hashable {
        /// In lower case.
        package var name: String
        package var arguments: [Argument]
        package var tests: [Test]
        /// `nil`: ended by a semicolon.
        package var block: [Command]?
        package var position = SievePosition.start

        package static func == (left: Self, right: Self) -> Bool {
            left.name == right.name && left.arguments == right.arguments && left.tests == right.tests && left.block == right.block
        }

        package func hash(into hasher: inout Hasher) { hasher.combine(name) }
    }

    package struct Test: Sendable, Hashable {
        package var name: String
        package var arguments: [Argument]
        package var tests: [Test]
        package var position = SievePosition.start

        package static func == (left: Self, right: Self) -> Bool {
            left.name == right.name && left.arguments == right.arguments && left.tests == right.tests
        }

        package func hash(into hasher: inout Hasher) { hasher.combine(name) }
    }

    package struct Argument: Sendable, Hashable {
        package var value: Value
        package var position = SievePosition.start

        package enum Value: Sendable, Hashable {
            case number(Int)
            /// In lower case, without its colon.
            case tag(String)
            case string(String)
            case list([String])
        }

        package static func == (left: Self, right: Self) -> Bool { left.value == right.value }
        package func hash(into hasher: inout Hasher) { hasher.combine(value) }
    }

    package var description: String {
        var printer = Printer()
        for command in commands { printer.add(command, indent: "") }
        return printer.text
    }

    private struct Printer {
        var text = ""

        mutating func add(_ command: Command, indent: String) {
            text += indent + command.name
            add(command.arguments)
            add(command.tests)
            guard let block = command.block else {
                text += ";\n"
                return
            }
            text += " {\n"
            for inner in block { add(inner, indent: indent + "  ") }
            text += indent + "}\n"
        }

        private mutating func add(_ tests: [Test]) {
            guard !tests.isEmpty else { return }
            text += tests.count == 1 ? " " : " ("
            for (index, test) in tests.enumerated() {
                if index > 0 { text += ", " }
                text += test.name
                add(test.arguments)
                add(test.tests)
            }
            if tests.count > 1 { text += ")" }
        }

        private mutating func add(_ arguments: [Argument]) {
            for argument in arguments {
                text += " "
                switch argument.value {
                case .number(let number): text += String(number)
                case .tag(let tag): text += ":" + tag
                case .string(let string): text += Self.quoted(string)
                case .list(let strings): text += "[" + strings.map(Self.quoted).joined(separator: ", ") + "]"
                }
            }
        }

        private static func quoted(_ text: String) -> String {
            var quoted = String.UnicodeScalarView("\"".unicodeScalars)
            for scalar in text.unicodeScalars {
                if scalar == "\"" || scalar == "\\" { quoted.append("\\") }
                quoted.append(scalar)
            }
            quoted.append("\"")
            return String(quoted)
        }
    }
}
