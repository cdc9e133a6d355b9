import Firebird
import MessageLog

/// The row of table `delivery_event`: one thing that happened to a recipient's copy.
enum DeliveryEventRow {
    static let insert: StaticString = """
        insert into delivery_event (message_id, id, ordinal, happened_at, node_id, kind, attempt, next_hop, reply, tls, duration_milliseconds,
            transcript)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    static func values(_ event: DeliveryHistoryEvent) -> [FirebirdValue] {
        [
            event.message.firebirdValue, event.identifier.firebirdValue, .integer(event.ordinal), event.at.firebirdValue,
            event.node.firebirdValue,
            .text(event.kind.rawValue), .integer(event.attempt), .octets(event.nextHop), .octets(event.reply), .octets(event.tls),
            .integer(event.durationMilliseconds), event.transcript.firebirdValue,
        ]
    }

    static func event(_ row: FirebirdRow) throws(FirebirdError) -> DeliveryHistoryEvent {
        var event = DeliveryHistoryEvent(
            identifier: try row.decode("id"), message: try row.decode("message_id"), ordinal: try row.decode("ordinal"),
            at: try row.decode("happened_at"), node: try row.decode("node_id"), kind: try row.word("kind"),
            attempt: try row.decode("attempt"),
            nextHop: try row.octets("next_hop"), reply: try row.octets("reply"), tls: try row.octets("tls"),
            durationMilliseconds: try row.decode("duration_milliseconds"))
        event.transcript = try row.decode("transcript")
        return event
    }
}
