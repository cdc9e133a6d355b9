import Glibc
package import NIOCore
import Settings
import Synchronization

/// Takes one message's content as it arrives. Small content stays in memory until `commit`; larger content is written to a temporary
/// name meanwhile. `append` never blocks and may be called on an event loop; one caller at a time.
package final class MessageContentWriter: Sendable {
    package enum AppendResult: Sendable {
        /// More may come at once.
        case ready
        /// Too much waits for the disk: no more until `drained` is called.
        case full
        case failed(SharedFolderError)
    }

    package let message: StoredMessage
    private let folder: MessageDataFolder
    private let state = Mutex(State())

    /// What may wait for the disk before the sender is held back.
    private static let maximumWaitingBytes = 1 << 20
    /// Small chunks are joined up to this size, so that few of them wait.
    fileprivate static let mergedBytes = 64 << 10

    fileprivate struct State {
        var memory: ByteBuffer? = ByteBuffer()
        var reserved = 0
        var work: [Work] = []
        var waitingBytes = 0
        var isWorking = false
        var drained: (@Sendable (Result<Void, SharedFolderError>) -> Void)?
        var file: OpenFile?
        var failure: SharedFolderError?
        var byteCount = 0
        /// Committed or given up: nothing is read any more.
        var hasEnded = false
    }

    fileprivate struct OpenFile {
        let descriptor: Int32
        let path: String
        let folder: String
    }

    fileprivate enum Work {
        case write(ByteBuffer)
        case commit(PendingAnswer<Void>)
        case read(offset: Int, count: Int, PendingAnswer<ByteBuffer>)
        case abandon
    }

    /// Behind the message's name while it is written.
    private let temporarySuffix: String

    init(folder: MessageDataFolder, message: StoredMessage, isRewritten: Bool = false) {
        self.folder = folder
        // One after another may be rewritten, and the one before may still hold its name.
        temporarySuffix = isRewritten ? ".rewritten-\(String(UInt64.random(in: .min ... .max), radix: 16)).tmp" : ".tmp"
        self.message = message
        folder.writers.add(1, ordering: .relaxed)
    }

    deinit {
        folder.writers.subtract(1, ordering: .relaxed)
        let reserved = state.withLock { $0.reserved }
        if reserved > 0 { folder.budget.release(reserved) }
    }

    package var byteCount: Int { state.withLock { $0.byteCount } }

    /// Takes a chunk over.
    /// - Parameter drained: called once, on another thread, after `.full` was returned.
    package func append(_ chunk: ByteBuffer, drained: @escaping @Sendable (Result<Void, SharedFolderError>) -> Void) -> AppendResult {
        let result: (AppendResult, mustStart: Bool) = state.withLock { state in
            if let failure = state.failure { return (.failed(failure), false) }
            state.byteCount += chunk.readableBytes
            if keepInMemory(chunk, &state) { return (.ready, false) }
            if let memory = state.memory {
                state.memory = nil
                if memory.readableBytes > 0 { state.add(.write(memory)) }
            }
            state.add(.write(chunk))
            let mustStart = state.start()
            guard state.waitingBytes > Self.maximumWaitingBytes else { return (.ready, mustStart) }
            state.drained = drained
            return (.full, mustStart)
        }
        if result.mustStart && !start() { return .failed(.overloaded) }
        return result.0
    }

    /// Syncs the content and gives it its name. Durable when it returns; at the deadline the caller is told and whatever is finished
    /// later is removed. No other call may follow.
    /// - Returns: the content, in memory if it still is.
    package func commit(deadline: Duration) async throws(SharedFolderError) -> MessageContent {
        let retained: RetainedContent? = state.withLock { state in
            state.hasEnded = true
            guard let memory = state.memory else { return nil }
            let reserved = state.reserved
            state.reserved = 0
            state.memory = nil
            state.work.append(.write(memory))
            return RetainedContent(buffer: memory, budget: folder.budget, reserved: reserved)
        }
        do throws(SharedFolderError) {
            let _: Void = try await folder.threads.answer("commit", deadline: deadline) { answer in
                let mustStart = self.state.withLock { state in
                    state.work.append(.commit(answer))
                    return state.start()
                }
                return !mustStart || self.start()
            }
        } catch {
            giveUp(because: error)
            throw error
        }
        if let retained { return .memory(retained) }
        return .file(message)
    }

    /// The content so far, at most `maximum` bytes of it: from memory, or from the temporary file once everything is written to it.
    /// Not after `commit` or `abandon`.
    package func bytes(upTo maximum: Int, deadline: Duration) async throws(SharedFolderError) -> ByteBuffer {
        try await bytes(at: 0, count: maximum, deadline: deadline)
    }

    /// A piece of the content so far: from memory, or from the temporary file once everything is written to it. Whoever asks after
    /// `commit` or `abandon`, an engine that was given up for instance, gets nothing.
    /// - Parameters:
    ///   - offset: from the content's beginning, at most its size.
    ///   - count: most bytes; fewer at the end.
    package func bytes(at offset: Int, count: Int, deadline: Duration) async throws(SharedFolderError) -> ByteBuffer {
        let (memory, hasEnded) = state.withLock { ($0.memory, $0.hasEnded) }
        if hasEnded { throw .closed }
        if let memory {
            let start = min(max(0, offset), memory.readableBytes)
            return memory.getSlice(at: memory.readerIndex + start, length: min(count, memory.readableBytes - start)) ?? ByteBuffer()
        }
        return try await folder.threads.answer("read back", deadline: deadline) { answer in
            let mustStart: Bool? = self.state.withLock { state in
                guard !state.hasEnded else { return nil }
                state.work.append(.read(offset: offset, count: count, answer))
                return state.start()
            }
            guard let mustStart else { return answer.give(.failure(.closed)) }
            return !mustStart || self.start()
        }
    }

    /// Gives the content up: nothing of it stays.
    package func abandon() {
        giveUp(because: .closed)
    }

    /// Lets the bytes go at once, and sees to it that no file and no descriptor stays.
    private func giveUp(because error: SharedFolderError) {
        let (mustStart, reserved) = state.withLock { state in
            state.failure = state.failure ?? error
            state.hasEnded = true
            state.dropWrites()
            defer { state.reserved = 0 }
            guard state.isWorking || state.file != nil || !state.work.isEmpty else { return (false, state.reserved) }
            state.work.append(.abandon)
            return (state.start(), state.reserved)
        }
        if reserved > 0 { folder.budget.release(reserved) }
        // Refused only when the folder's threads have ended with the process.
        if mustStart { _ = folder.threads.enqueue(isCleanUp: true) { self.perform() } }
    }

    private func keepInMemory(_ chunk: ByteBuffer, _ state: inout State) -> Bool {
        guard state.memory != nil, state.byteCount <= MessageDataFolder.maximumBytesInMemory, folder.budget.reserve(chunk.readableBytes)
        else { return false }
        state.reserved += chunk.readableBytes
        if state.memory?.readableBytes == 0 { state.memory = chunk.ofItsOwn } else { state.memory?.writeImmutableBuffer(chunk) }
        return true
    }

    private func start() -> Bool {
        if folder.threads.enqueue({ self.perform() }) { return true }
        state.withLock { state in
            state.isWorking = false
            state.failure = .overloaded
        }
        return false
    }

    /// On a thread of the folder: does the work in order until none is left.
    private func perform() {
        while let work = state.withLock({ $0.next() }) {
            switch work {
            case .write(let chunk): write(chunk)
            case .commit(let answer): finish(answer)
            case .read(let offset, let count, let answer): read(at: offset, count: count, answer)
            case .abandon: discard()
            }
            tellDrained()
        }
    }

    private func write(_ chunk: ByteBuffer) {
        guard state.withLock({ $0.failure }) == nil else { return }
        do throws(SharedFolderError) {
            let file = try openFile()
            try FileCalls.write(chunk, to: file.descriptor, path: file.path)
        } catch {
            fail(error)
        }
    }

    private func openFile() throws(SharedFolderError) -> OpenFile {
        if let file = state.withLock({ $0.file }) { return file }
        let hour = try folder.prepareFolder(of: message)
        let path = "\(hour)/\(message.identifier)\(temporarySuffix)"
        let file = OpenFile(descriptor: try FileCalls.open(path, O_WRONLY | O_CREAT | O_EXCL), path: path, folder: hour)
        state.withLock { $0.file = file }
        return file
    }

    private func read(at offset: Int, count: Int, _ answer: PendingAnswer<ByteBuffer>) {
        guard answer.isWaited else { return }
        let result = Result { () throws(SharedFolderError) -> ByteBuffer in
            if let failure = state.withLock({ $0.failure }) { throw failure }
            let path = try openFile().path
            let descriptor = try FileCalls.open(path, O_RDONLY)
            defer { FileCalls.close(descriptor) }
            let left = max(0, try FileCalls.size(descriptor, path: path) - offset)
            return try FileCalls.read(descriptor, at: offset, count: min(count, left), path: path)
        }
        // Whoever has gone by now does without.
        _ = answer.give(result)
    }

    private func finish(_ answer: PendingAnswer<Void>) {
        // Nobody waits any more: nothing is begun for him.
        guard answer.isWaited else { return discard() }
        do throws(SharedFolderError) {
            if let failure = state.withLock({ $0.failure }) { throw failure }
            let file = try openFile()
            try FileCalls.sync(file.descriptor, path: file.path)
            let final = "\(file.folder)/\(message.fileName)"
            try FileCalls.rename(file.path, to: final)
            try folder.syncs.sync(file.folder)
            FileCalls.close(file.descriptor)
            state.withLock { $0.file = nil }
            // Nobody waits any more: the sender was told to come again, so this copy must not stay.
            if !answer.give(.success(())) { _ = try FileCalls.remove(final) }
        } catch {
            fail(error)
            _ = answer.give(.failure(error))
            discard()
        }
    }

    private func discard() {
        let file = state.withLock { state in
            defer { state.file = nil }
            return state.file
        }
        guard let file else { return }
        FileCalls.close(file.descriptor)
        // The content is given up either way; a temporary file that cannot be removed now is left to the sweep.
        _ = try? FileCalls.remove(file.path)
    }

    private func fail(_ error: SharedFolderError) {
        folder.forgetFolders()
        state.withLock { $0.failure = $0.failure ?? error }
    }

    private func tellDrained() {
        let (drained, failure): ((@Sendable (Result<Void, SharedFolderError>) -> Void)?, SharedFolderError?) = state.withLock { state in
            guard state.failure != nil || state.waitingBytes <= Self.maximumWaitingBytes / 2 else { return (nil, state.failure) }
            defer { state.drained = nil }
            return (state.drained, state.failure)
        }
        if let failure { drained?(.failure(failure)) } else { drained?(.success(())) }
    }
}

extension MessageContentWriter.State {
    fileprivate mutating func add(_ item: MessageContentWriter.Work) {
        guard case .write(let chunk) = item else { return work.append(item) }
        waitingBytes += chunk.readableBytes
        // A client that dots every line makes chunks of a few bytes: they are written together.
        guard case .write(let last)? = work.last, last.readableBytes + chunk.readableBytes <= MessageContentWriter.mergedBytes else {
            return work.append(item)
        }
        merge(chunk)
    }

    private mutating func merge(_ chunk: ByteBuffer) {
        guard case .write(var last) = work.removeLast() else { return }
        last.writeImmutableBuffer(chunk)
        work.append(.write(last))
    }

    /// Nobody wants these bytes any more.
    fileprivate mutating func dropWrites() {
        memory = nil
        work.removeAll { if case .write = $0 { true } else { false } }
        waitingBytes = 0
    }

    /// - Returns: whether a thread must be asked to work.
    fileprivate mutating func start() -> Bool {
        defer { isWorking = true }
        return !isWorking
    }

    fileprivate mutating func next() -> MessageContentWriter.Work? {
        guard !work.isEmpty else {
            isWorking = false
            return nil
        }
        let item = work.removeFirst()
        if case .write(let chunk) = item { waitingBytes = max(0, waitingBytes - chunk.readableBytes) }
        return item
    }
}

extension ByteBuffer {
    /// A slice of a large read buffer would keep all of it alive: then a copy of its own size.
    fileprivate var ofItsOwn: ByteBuffer {
        guard storageCapacity > 2 * readableBytes else { return self }
        var copy = ByteBufferAllocator().buffer(capacity: readableBytes)
        copy.writeImmutableBuffer(self)
        return copy
    }
}
