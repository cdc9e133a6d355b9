import Delivery
import Mail
import Settings
import UserVerification

/// Call-back verification's questions are asked by Delivery's SMTP client.
struct QuestionAboutSenders: SenderProbe {
    let question: SenderQuestion

    func ask(about sender: EmailAddress, _ settings: CallbackSettings, _ slots: TargetSlots, keepsDialogue: Bool) async -> SenderTrial {
        let answer = await question.ask(
            about: sender, settings,
            slots: SenderQuestion.Slots(begin: { slots.begin($0, settings) }, end: { slots.end($0) }), keepsDialogue: keepsDialogue)
        let statement: ProbeAnswer.Statement
        switch answer.statement {
        case .accepts: statement = .accepts
        case .refuses: statement = .refuses
        case .undecided: statement = .undecided
        case .away: statement = .serversAway
        case .busy: return SenderTrial(nil, dialogue: answer.dialogue)
        }
        return SenderTrial(
            ProbeAnswer(statement, text: answer.text, server: answer.server, tls: answer.tls), dialogue: answer.dialogue)
    }
}
