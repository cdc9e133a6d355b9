/// A place in a script, for people: both count from 1, columns in characters.
package struct SievePosition: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static let start = SievePosition(line: 1, column: 1)
    package var description: String { "\(line):\(column)" }

    package static func < (left: SievePosition, right: SievePosition) -> Bool { (left.line, left.column) < (right.line, right.column) }
}

/// What is wrong with a script, and where.
package struct SieveFault: Error, Sendable, Hashable, CustomStringConvertible {
    package let position: SievePosition
    package let problem: Problem

    package init(_ problem: Problem, at position: SievePosition) {
        self.problem = problem
        self.position = position
    }

    package var description: String { "line \(position.line), column \(position.column): \(problem.english)" }

    package enum Problem: Sendable, Hashable {
        case notUTF8
        case scriptTooLong(Int)
        case unexpectedCharacter(String)
        case stringNotClosed, commentNotClosed, textNotClosed
        case numberTooLarge
        case expected(String, found: String)
        case tooDeep(Int), tooManyCommands(Int), tooManyTests(Int), tooManyStrings(Int), tooManyVariables(Int)
        case unknownCommand(String), unknownTest(String)
        case unknownExtension(String)
        case extensionMissing(String, extension: String)
        case requireNotFirst
        case elseWithoutIf(String)
        case unknownTag(String, of: String)
        case tagTwice(String)
        case argumentMissing(String, of: String)
        case tooManyArguments(String)
        case wrongArgument(String, expected: String)
        case testMissing(String), testNotTaken(String)
        case blockMissing(String), blockNotTaken(String)
        case unknownComparator(String)
        case comparatorCannot(String, String)
        case badPattern(String, character: Int)
        case patternTooLarge
        case badHeaderName(String)
        case badAddress(String)
        case badVariableName(String)
        case unknownEnvelopePart(String)
        case unknownRelation(String)
        case badMediaType(String)
        case badCharacterCode(String)
        case badSpamValue
    }
}

/// Why a run was given up; the message is kept then (RFC 5228 section 2.10.6).
package struct SieveRunFault: Error, Sendable, Hashable, CustomStringConvertible {
    package let position: SievePosition
    package let problem: Problem

    package enum Problem: Sendable, Hashable {
        case tooManySteps
        case tooManyRedirects(Int), tooManyActions(Int), tooManyHeaderEdits(Int)
        case badAddress(String)
        case badPattern(String)
        case badHeaderName(String)
        case protectedField(String)
        case rejectWithOthers
        /// The message could not be read whole.
        case messageNotRead
    }

    package init(_ problem: Problem, at position: SievePosition) {
        self.problem = problem
        self.position = position
    }

    package var description: String { "line \(position.line): \(problem.english)" }
}
