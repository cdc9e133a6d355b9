import Administration
import Filtering
import Settings

/// A script as it stands in the editor, and the message it is tried on.
struct SieveForm: Sendable {
    var name = ""
    var isActive = true
    var script = ""
    var message = ""
    var stored = ""
    var sender = ""
    var recipient = ""
    var score = ""

    init() {}

    init(_ script: SieveScript) {
        name = script.name
        isActive = script.isActive
        self.script = script.text
    }

    init(_ values: FormValues) {
        name = values.trimmed("name")
        isActive = values.contains("active")
        script = values["script"] ?? ""
        message = values["message"] ?? ""
        stored = values.trimmed("stored")
        sender = values.trimmed("sender")
        recipient = values.trimmed("recipient")
        score = values.trimmed("score")
    }

    var input: SieveScriptInput {
        var input = SieveScriptInput(name: name, text: script)
        input.isActive = isActive
        return input
    }

    /// - Throws: what cannot be read.
    func trial(of owner: SieveOwner) throws(AdministrationError) -> SieveTrialInput {
        var input = SieveTrialInput()
        input.message = message
        input.sender = sender
        input.recipient = recipient
        input.draft = script
        input.owner = owner
        var problems: [FieldProblem] = []
        if !stored.isEmpty {
            input.stored = RecordIdentifier(stored)
            if input.stored == nil {
                problems.append(FieldProblem("stored", "This is no identifier of a message.", ja: "メッセージの識別子ではありません。"))
            }
        }
        if !score.isEmpty {
            do throws(SettingsValueError) {
                input.score = try FilterScore.parse(score)
            } catch {
                problems.append(FieldProblem("score", "A score such as 3.5 is expected.", ja: "3.5 のようなスコアを入力してください。"))
            }
        }
        guard problems.isEmpty else { throw .invalid(problems) }
        return input
    }
}
