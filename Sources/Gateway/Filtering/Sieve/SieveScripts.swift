package import Mail
package import Settings
package import Sieve
import Synchronization

/// A script as a node has it in memory.
package struct CompiledSieveScript: Sendable {
    package let script: SieveScript
    /// A script that another version of the product took and this one does not understand fails; its mail is kept.
    package let program: Result<SieveProgram, SieveFaults>

    package init(_ script: SieveScript) {
        self.script = script
        do throws(SieveFaults) {
            program = .success(try SieveProgram(compiling: script.text))
        } catch {
            program = .failure(error)
        }
    }

    /// Whether it may ask for texts of the message.
    package var needsBody: Bool {
        if case .success(let program) = program { program.extensions.contains("body") } else { false }
    }
}

/// All active scripts at one revision; immutable.
package struct SieveScripts: Sendable {
    package let revision: SettingsRevision
    private let scripts: [SieveOwner: CompiledSieveScript]

    package static let empty = SieveScripts(revision: .none, scripts: [:])

    private init(revision: SettingsRevision, scripts: [SieveOwner: CompiledSieveScript]) {
        self.revision = revision
        self.scripts = scripts
    }

    package init(revision: SettingsRevision, _ scripts: [SieveScript]) {
        self.init(
            revision: revision, scripts: Dictionary(scripts.filter(\.isActive).map { ($0.owner, CompiledSieveScript($0)) }) { $1 })
    }

    package var isEmpty: Bool { scripts.isEmpty }

    /// These scripts with what changed; only that is taken apart anew.
    package func applying(_ changes: SieveScriptChanges) -> SieveScripts {
        var scripts = scripts.filter { changes.present.contains($0.key) }
        for script in changes.changed { scripts[script.owner] = script.isActive ? CompiledSieveScript(script) : nil }
        return SieveScripts(revision: changes.revision, scripts: scripts)
    }

    /// Those that a recipient's mail is run through, in their order.
    package func chain(for address: EmailAddress, withUsers: Bool = true) -> [CompiledSieveScript] {
        guard !scripts.isEmpty else { return [] }
        var owners: [SieveOwner] = [.cluster]
        if let domain = address.domainName { owners.append(.domain(domain)) }
        if withUsers { owners.append(.user(address.lookupKey)) }
        return owners.compactMap { scripts[$0] }
    }
}

/// The scripts in force on this node. Reading them is cheap and never waits.
package final class CurrentSieveScripts: Sendable {
    private let state: Mutex<SieveScripts>

    package init(_ scripts: SieveScripts = .empty) { state = Mutex(scripts) }

    package var scripts: SieveScripts { state.withLock { $0 } }

    /// Takes scripts over if they are not older than the present ones.
    package func adopt(_ scripts: SieveScripts) {
        state.withLock { if scripts.revision >= $0.revision { $0 = scripts } }
    }
}
