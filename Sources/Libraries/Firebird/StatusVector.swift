import CFirebird

/// The status vector of one thread's calls, and the reading of it.
///
/// Used by one thread at a time; every C call of an attachment writes into the same one.
final class StatusVector {
    private static let length = 20

    let pointer = UnsafeMutablePointer<ISC_STATUS>.allocate(capacity: StatusVector.length)

    init() { pointer.initialize(repeating: 0, count: Self.length) }

    deinit { pointer.deallocate() }

    /// The first code of the last call, 0 when it succeeded.
    var firstCode: Int { pointer[0] == 1 ? pointer[1] : 0 }

    /// The last call's failure as an error.
    func error() -> FirebirdError {
        let (codes, systemErrors) = arguments()
        var state = [CChar](repeating: 0, count: 6)
        fb_sqlstate(&state, pointer)
        let (all, reportable) = texts()
        return FirebirdError(
            kind: FirebirdError.Kind(codes: codes, systemErrors: systemErrors, text: all), gdsCodes: codes, sqlState: Self.text(state),
            message: all, reportableMessage: reportable)
    }

    /// The Firebird codes and the operating system's codes in the vector.
    private func arguments() -> (codes: [Int], systemErrors: [Int]) {
        var codes: [Int] = []
        var systemErrors: [Int] = []
        var index = 0
        while index + 1 < Self.length, pointer[index] != Int(isc_arg_end) {
            switch Int32(truncatingIfNeeded: pointer[index]) {
            case isc_arg_gds:
                if pointer[index + 1] != 0 { codes.append(pointer[index + 1]) }
                index += 2
            case isc_arg_unix:
                systemErrors.append(pointer[index + 1])
                index += 2
            case isc_arg_cstring: index += 3
            default: index += 2
            }
        }
        return (codes, systemErrors)
    }

    /// The text lines, and those of them that repeat no value of a row.
    private func texts() -> (all: String, reportable: String) {
        var all: [String] = []
        var reportable: [String] = []
        var cursor: UnsafePointer<ISC_STATUS>? = UnsafePointer(pointer)
        var line = [CChar](repeating: 0, count: 1_024)
        // A free text that explains nothing else is the engine's own: a raised exception's comes after the exception.
        let isAlone = arguments().codes.count == 1
        while let place = cursor {
            let code = place[0] == Int(isc_arg_gds) ? place[1] : 0
            guard fb_interpret(&line, UInt32(line.count), &cursor) > 0 else { break }
            let text = Self.text(line)
            all.append(text)
            if isAlone && code == isc_random || !Self.codesWithValues.contains(code) { reportable.append(text) }
        }
        return (all.joined(separator: "; "), reportable.joined(separator: "; "))
    }

    /// Messages that quote keys, texts or numbers of a row; an exception's text is whatever its author put in.
    private static let codesWithValues: Set<Int> = [
        isc_idx_key_value, isc_convert_error, isc_except, isc_except2, isc_random, isc_not_valid, isc_not_valid_for,
    ]

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension FirebirdError {
    /// An error known only by its code, as a block on the server reports it for one row.
    init(code: Int) {
        let vector = StatusVector()
        vector.pointer[0] = Int(isc_arg_gds)
        vector.pointer[1] = code
        vector.pointer[2] = Int(isc_arg_end)
        self = vector.error()
    }
}

extension FirebirdError.Kind {
    private static let noSuchFile = 2
    private static let fileExists = 17

    /// The rules are tried in order: a vector often holds a general and a more exact code.
    private static let rules: [(kind: FirebirdError.Kind, codes: Set<Int>)] = [
        (.cancelled, [isc_cancelled]),
        (.wrongOnDiskStructure, [isc_wrong_ods]),
        (.notADatabase, [isc_bad_db_format]),
        (.alreadyOpen, [isc_already_opened]),
        (.wrongLogin, [isc_login, isc_login_error, isc_password_too_long]),
        (.wireEncryptionMismatch, [isc_wirecrypt_incompatible]),
        (.cannotConnect, [isc_net_connect_err, isc_net_lookup_err, isc_host_unknown, isc_connect_reject]),
        (
            .connectionLost,
            [
                isc_net_read_err, isc_net_write_err, isc_network_error, isc_lost_db_connection, isc_conn_lost, isc_att_shutdown,
                isc_shutdown, isc_shutinprog, isc_bad_db_handle, isc_net_event_connect_err,
            ]
        ),
        (.objectInUse, [isc_obj_in_use]),
        (.conflict, [isc_deadlock, isc_lock_conflict, isc_update_conflict, isc_lock_timeout, isc_concurrent_transaction]),
        (.raisedException, [isc_except, isc_except2]),
        (.duplicateKey, [isc_unique_key_violation, isc_no_dup]),
        (
            .constraintViolated,
            [
                isc_foreign_key, isc_foreign_key_target_doesnt_exist, isc_foreign_key_references_present, isc_check_constraint,
                isc_not_valid, isc_not_valid_for,
            ]
        ),
        (.invalidValue, [isc_string_truncation, isc_trunc_limits, isc_malformed_string, isc_convert_error, isc_arith_except]),
        (.accessDenied, [isc_no_priv, isc_adm_task_denied]),
        (
            .invalidStatement,
            [isc_dsql_relation_err, isc_dsql_field_err, isc_dsql_token_unk_err, isc_relnotdef, isc_dsql_error, isc_unavailable]
        ),
    ]

    /// A server sends the operating system's error as text only.
    private static let noSuchFileText = "No such file or directory"
    private static let fileExistsText = "File exists"

    /// The engine's words, without a code of their own, for a row that another transaction deleted between finding and changing it.
    private static let erasedMeanwhileText = "erased record"

    init(codes: [Int], systemErrors: [Int], text: String) {
        if codes.contains(isc_io_error) {
            if systemErrors.contains(Self.noSuchFile) || text.contains(Self.noSuchFileText) {
                self = .databaseNotFound
                return
            }
            if systemErrors.contains(Self.fileExists) || text.contains(Self.fileExistsText) {
                self = .databaseExists
                return
            }
        }
        if codes == [isc_random], text.contains(Self.erasedMeanwhileText) {
            self = .conflict
            return
        }
        let present = Set(codes)
        self = Self.rules.first { !$0.codes.isDisjoint(with: present) }?.kind ?? .other
    }
}
