/// Bounds of scripts and of their runs. None can be switched off: scripts come from users, messages from anybody.
package struct SieveLimits: Sendable, Hashable {
    package var scriptBytes = 64 << 10
    /// Of blocks and tests within each other (RFC 5228 section 2.10.5 asks for 15 at least).
    package var depth = 24
    package var commands = 1_000
    package var tests = 2_000
    /// Strings of one list.
    package var listedStrings = 500
    /// Different variables of one script (RFC 5229 section 6 asks for 128 at least).
    package var variables = 128
    /// Of a variable's value; longer ones are cut (RFC 5229 section 6).
    package var variableBytes = 4_096
    /// Of an argument once its variables are filled in; longer ones are cut.
    package var expandedBytes = 16 << 10
    package var patternBytes = 1_000
    /// What one pattern may be compiled to; repetitions are written out.
    package var patternInstructions = 2_000
    /// Characters compared and states entered, of one run; ten million take some tenths of a second.
    package var steps = 10_000_000
    /// Redirections of one run (RFC 5228 section 10: a script could be used for amplification).
    package var redirects = 4
    /// Actions of one run.
    package var actions = 50
    /// Fields added by one run, and fields taken away.
    package var headerEdits = 30
    /// Of an added field's value.
    package var fieldBytes = 2_000
    /// Of a reason for rejecting.
    package var reasonBytes = 500
    /// Entries of a trace; later ones are left out.
    package var traceEntries = 300

    package init() {}
}
