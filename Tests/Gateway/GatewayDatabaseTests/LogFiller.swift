import Firebird

@testable import GatewayDatabase

/// Fills the log quickly: the engine makes the rows itself, a second apart; of many rows their indexes are made afterwards.
enum LogFiller {
    private static let rowsPerTransaction = 20_000
    private static let firstMillisecond: Int64 = 1_700_000_000_000

    private static let manyRows = 50_000
    private static let indexes = ["message_newest"]

    static func fill(_ test: TestDatabase, count: Int) async throws {
        if count >= manyRows { try await setIndexes("inactive", test) }
        try await insert(test, count: count)
        if count >= manyRows { try await setIndexes("active", test) }
    }

    private static func setIndexes(_ state: String, _ test: TestDatabase) async throws {
        for index in indexes {
            try await test.database.sessions.requests.transaction(.schemaChange, deadline: .seconds(300)) {
                _ = try $0.execute("alter index \(unsafeSQL: index) \(unsafeSQL: state)")
            }
        }
    }

    private static func insert(_ test: TestDatabase, count: Int) async throws {
        for start in stride(from: 0, to: count, by: rowsPerTransaction) {
            try await test.database.sessions.requests.transaction(deadline: .seconds(300)) { transaction in
                try transaction.executeStatic(
                    block, [.integer(Int64(start)), .integer(Int64(min(count, start + rowsPerTransaction))), .integer(firstMillisecond)])
            }
        }
    }

    /// Keeps the first `count` messages of the log in quarantine, each for its one recipient.
    static func fillQuarantine(_ test: TestDatabase, count: Int) async throws {
        for start in stride(from: 0, to: count, by: rowsPerTransaction) {
            try await test.database.sessions.requests.transaction(deadline: .seconds(300)) { transaction in
                try transaction.executeStatic(
                    quarantineBlock,
                    [.integer(Int64(start)), .integer(Int64(min(count, start + rowsPerTransaction))), .integer(firstMillisecond)])
            }
        }
    }

    /// A fifth of it is for administrators; of 100 users each has a hundredth.
    private static let quarantineBlock: StaticString = """
        execute block (first_row integer = ?, end_row integer = ?, first_time bigint = ?) as
            declare i integer;
            declare message_key char(16) character set octets;
            declare node_key char(16) character set octets = x'00000000000000010000000000000002';
            declare received bigint;
        begin
            i = first_row;
            while (i < end_row) do begin
                message_key = char_to_uuid('01900000-0000-7000-8000-' || lpad(i, 12, '0'));
                received = first_time + cast(i as bigint) * 1000;
                insert into quarantine (message_id, kind, quarantined_at, reason_english, reason_japanese, score_tenths, changed_at, changed_by)
                values (:message_key, trim(iif(mod(:i, 5) = 0, 'administrator', 'user')), :received, 'score', 'score', 60, :received, :node_key);
                insert into quarantine_recipient (message_id, ordinal, changed_at, changed_by, address_key, quarantined_at)
                values (:message_key, 0, :received, :node_key, 'user' || mod(:i, 100) || '@example.com', :received);
                i = i + 1;
            end
        end
        """

    /// 5,000 senders in 500 domains, 2,000 recipients in 20 domains, 1,000 clients; a fifth refused, a tenth outbound.
    private static let block: StaticString = """
        execute block (first_row integer = ?, end_row integer = ?, first_time bigint = ?) as
            declare i integer;
            declare message_key char(16) character set octets;
            declare node_key char(16) character set octets = x'00000000000000010000000000000002';
            declare received bigint;
            declare sender varchar(100);
            declare sender_host varchar(100);
            declare receiver varchar(100);
            declare receiver_host varchar(100);
        begin
            i = first_row;
            while (i < end_row) do begin
                message_key = char_to_uuid('01900000-0000-7000-8000-' || lpad(i, 12, '0'));
                received = first_time + cast(i as bigint) * 1000;
                sender_host = 'sender' || mod(i, 500) || '.example';
                sender = 'user' || mod(i, 5000) || '@' || sender_host;
                receiver_host = 'domain' || mod(i, 20) || '.example';
                receiver = 'user' || mod(i, 2000) || '@' || receiver_host;
                insert into message (id, received_at, node_id, direction, result, reason, client_address, helo_name, protocol_name, tls,
                    reverse_path, subject, header_from, message_id_field, size_bytes, recipient_count, body_kind, is_international,
                    prepended_header, header_parts, sender_key)
                values (:message_key, :received, :node_key, trim(iif(mod(:i, 10) = 0, 'outbound', 'inbound')),
                    trim(iif(mod(:i, 5) = 0, 'refused', 'accepted')), 'queued', '192.0.' || mod(:i, 4) || '.' || mod(:i, 250), 'client.example',
                    'ESMTP', '', :sender, 'message ' || :i || ' of many', :sender, '<' || :i || '@' || :sender_host || '>',
                    1000 + mod(:i, 100000), 1, 'sevenBit', false, '', 0, :sender_host || ascii_char(1) || 'user' || mod(:i, 5000));
                insert into recipient (message_id, ordinal, address, state, reason, changed_at, changed_by, address_key)
                values (:message_key, 0, :receiver, 'delivered', '250 ok', :received, :node_key, :receiver_host || ascii_char(1) || 'user' || mod(:i, 2000));
                i = i + 1;
            end
        end
        """
}
