import Foundation
package import NIOCore
package import Settings

extension TranscriptFolder: TranscriptStore {
    /// Of one look into the folder; a page waits for one or a few of them.
    private static let deadline = Duration.seconds(5)
    /// No transcript is longer, whatever an index says.
    private static let longestText = 4 << 20
    /// Index entries one request looks at: some ten milliseconds of work for each hundred thousand.
    private static let entriesPerSearch = 500_000
    /// An index larger than this is read to here only: a million entries in ten minutes are beyond a node.
    private static let longestIndex = TranscriptIndexEntry.byteCount * 1_000_000

    package func text(of identifier: RecordIdentifier) async throws(SharedFolderError) -> ByteBuffer? {
        try await eachPlace("read") { (root) throws(SharedFolderError) -> ByteBuffer? in
            let slice = TranscriptSegment.slice(UTCTime(milliseconds: identifier.milliseconds))
            for segment in try Self.segments(of: slice.day, in: root) where segment.time == slice.time {
                guard let found = try Self.index(segment, in: root).last(where: { $0.entry.identifier == identifier }) else { continue }
                if let text = try Self.text(found, segment, in: root) { return text }
            }
            return nil
        }.compactMap(\.self).first
    }

    /// Looks in the present place and, while the folder is being moved, in the other too. A place that fails is passed over unless all do.
    private func eachPlace<Value: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (_ root: String) throws(SharedFolderError) -> Value
    ) async throws(SharedFolderError) -> [Value] {
        let place = place
        var found: [Value] = []
        var failure: SharedFolderError?
        for root in [place.path] + place.others {
            do throws(SharedFolderError) {
                found.append(
                    try await threads.run(operation, deadline: Self.deadline) { () throws(SharedFolderError) in try body(root) })
            } catch {
                failure = failure ?? error
            }
        }
        if found.isEmpty, let failure { throw failure }
        return found
    }

    package func transcripts(
        _ filter: TranscriptFilter, before cursor: RecordIdentifier?, limit: Int
    ) async throws(SharedFolderError) -> TranscriptPage {
        let pages = try await eachPlace("list") { (root) throws(SharedFolderError) in
            try Self.page(filter, before: cursor, limit: limit, in: root)
        }
        return pages.count == 1 ? pages[0] : TranscriptPage(merging: pages, limit: limit)
    }

    /// Removes the segments of days that ended before `time`.
    /// - Returns: how many segments were removed.
    package func removeSegments(before time: UTCTime, deadline: Duration) async throws(SharedFolderError) -> Int {
        let root = path
        let first = TranscriptSegment.slice(time).day
        return try await threads.run("remove", deadline: deadline) { () throws(SharedFolderError) in
            var removed = 0
            for day in try Self.days(in: root) where day < first {
                for segment in try Self.segments(of: day, in: root) {
                    // The index last: what it leads to is found until then, and a run that is broken off finds it again.
                    try FileCalls.remove("\(root)/\(segment.textPath)")
                    try FileCalls.remove("\(root)/\(segment.indexPath)")
                    removed += 1
                }
                try Self.removeTexts(of: day, in: root)
                // Not empty when somebody put other files there, which stay.
                rmdir("\(root)/\(day)")
            }
            return removed
        }
    }

    /// Texts that have no index, left by a crash between the two.
    private static func removeTexts(of day: String, in root: String) throws(SharedFolderError) {
        for name in try FileCalls.names(in: "\(root)/\(day)") where name.hasSuffix(TranscriptSegment.textSuffix) {
            try FileCalls.remove("\(root)/\(day)/\(name)")
        }
    }

    private static func page(
        _ filter: TranscriptFilter, before cursor: RecordIdentifier?, limit: Int, in root: String
    ) throws(SharedFolderError) -> TranscriptPage {
        let first = filter.from.map(TranscriptSegment.slice)
        let last = [cursor.map { UTCTime(milliseconds: $0.milliseconds) }, filter.until].compactMap(\.self).min().map(
            TranscriptSegment.slice)
        var found: [TranscriptEntry] = []
        var looked = 0
        for day in try days(in: root).reversed() {
            if let last, day > last.day { continue }
            if let first, day < first.day { break }
            let slices = Dictionary(grouping: try segments(of: day, in: root), by: \.time).sorted { $0.key > $1.key }
            for (time, segments) in slices {
                if let last, day == last.day, time > last.time { continue }
                if let first, day == first.day, time < first.time { break }
                if looked >= entriesPerSearch { return TranscriptPage(entries: found, searchedBackTo: end(of: time, on: day)) }
                var entries: [TranscriptEntry] = []
                for segment in segments {
                    let index = try index(segment, in: root)
                    looked += index.count
                    entries += index.lazy.map(\.entry).filter { filter.selects($0, before: cursor) }
                }
                found += entries.sorted { $0.identifier > $1.identifier }.prefix(limit - found.count)
                if found.count >= limit { return TranscriptPage(entries: found) }
            }
        }
        return TranscriptPage(entries: found)
    }

    /// The end of ten minutes, as their names tell it.
    private static func end(of time: String, on day: String) -> UTCTime? {
        guard let date = Int32(day), let clock = Int32(time) else { return nil }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (date / 10_000 - 1900, date / 100 % 100 - 1, date % 100)
        (parts.tm_hour, parts.tm_min) = (clock / 100, clock % 100)
        return UTCTime(milliseconds: Int64(timegm(&parts)) * 1000 + TranscriptSegment.sliceMilliseconds)
    }

    private static func days(in root: String) throws(SharedFolderError) -> [String] {
        try FileCalls.names(in: root).filter { DigitName.isNumber($0, digits: 8) }.sorted()
    }

    private static func segments(of day: String, in root: String) throws(SharedFolderError) -> [TranscriptSegment] {
        do throws(SharedFolderError) {
            return try FileCalls.names(in: "\(root)/\(day)").compactMap { TranscriptSegment(day: day, indexName: $0) }
        } catch {
            // Nothing was kept that day, unless the folder itself is away.
            if case .notFound = error, FileManager.default.fileExists(atPath: root) { return [] }
            throw error
        }
    }

    private static func index(_ segment: TranscriptSegment, in root: String) throws(SharedFolderError) -> [TranscriptIndexEntry] {
        let file = "\(root)/\(segment.indexPath)"
        let descriptor = try FileCalls.open(file, O_RDONLY)
        defer { FileCalls.close(descriptor) }
        let size = min(try FileCalls.size(descriptor, path: file), longestIndex)
        var bytes = try FileCalls.read(descriptor, at: 0, count: size, path: file)
        var entries: [TranscriptIndexEntry] = []
        entries.reserveCapacity(size / TranscriptIndexEntry.byteCount)
        while var part = bytes.readSlice(length: TranscriptIndexEntry.byteCount) {
            if let entry = TranscriptIndexEntry(readingFrom: &part) { entries.append(entry) }
        }
        return entries
    }

    /// `nil` when what stands there is not this transcript: the machine went down before the text was on the disk.
    private static func text(
        _ entry: TranscriptIndexEntry, _ segment: TranscriptSegment, in root: String
    ) throws(SharedFolderError) -> ByteBuffer? {
        let file = "\(root)/\(segment.textPath)"
        let descriptor = try FileCalls.open(file, O_RDONLY)
        defer { FileCalls.close(descriptor) }
        let text = try FileCalls.read(descriptor, at: entry.offset, count: min(entry.byteCount, longestText), path: file)
        let heading = text.readableBytesView.prefix { $0 != UInt8(ascii: "\n") }
        guard String(decoding: heading, as: UTF8.self).contains(entry.entry.identifier.description) else { return nil }
        return text
    }
}

extension TranscriptPage {
    /// Pages of one question to several places that hold partly the same.
    init(merging pages: [TranscriptPage], limit: Int) {
        // Beyond where one of the searches stopped nothing is known of its place.
        let reach = pages.compactMap(\.searchedBackTo).max()
        var known: Set<RecordIdentifier> = []
        let entries = pages.flatMap(\.entries).sorted { $0.identifier > $1.identifier }.filter { entry in
            if let reach, entry.startedAt < reach { return false }
            return known.insert(entry.identifier).inserted
        }
        self.init(entries: Array(entries.prefix(limit)), searchedBackTo: entries.count >= limit ? nil : reach)
    }
}

extension TranscriptFilter {
    func selects(_ entry: TranscriptEntry, before cursor: RecordIdentifier?) -> Bool {
        if let cursor, entry.identifier >= cursor { return false }
        if let way, entry.way != way { return false }
        if let address, entry.address != address { return false }
        if isTroubledOnly && !entry.isTroubled { return false }
        if let from, entry.startedAt < from { return false }
        if let until, entry.startedAt >= until { return false }
        return true
    }
}
