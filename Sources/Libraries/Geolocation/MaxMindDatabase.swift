import CMaxMindDB
import Glibc

/// A database in MaxMind's format (`.mmdb`), such as GeoLite2 Country or DB-IP Lite, read by libmaxminddb.
///
/// `@unchecked Sendable`: the handle is written while it is opened and closed only; libmaxminddb's look-ups read it and are safe to call
/// from any thread.
package final class MaxMindDatabase: CountryDatabase, @unchecked Sendable {
    package let title: String
    private let handle: UnsafeMutablePointer<MMDB_s>

    init(_ file: CountryFile, path: String) throws(CountryDatabaseError) {
        handle = .allocate(capacity: 1)
        handle.initialize(to: MMDB_s())
        let status = MMDB_open(file.path, UInt32(MMDB_MODE_MMAP), handle)
        guard status == MMDB_SUCCESS else {
            handle.deallocate()
            throw .damaged(path: path, cause: String(cString: MMDB_strerror(status)))
        }
        let kind = handle.pointee.metadata.database_type.map { String(cString: $0) } ?? ""
        title = "\(kind) \(Day(secondsSince1970: Int64(clamping: handle.pointee.metadata.build_epoch)))"
    }

    deinit {
        MMDB_close(handle)
        handle.deallocate()
    }

    package func country(of octets: [UInt8]) -> String? {
        var storage = sockaddr_storage()
        switch octets.count {
        case 4:
            withUnsafeMutableBytes(of: &storage) { raw in
                raw.bindMemory(to: sockaddr_in.self)[0].sin_family = sa_family_t(AF_INET)
                raw.bindMemory(to: sockaddr_in.self)[0].sin_addr.s_addr = octets.withUnsafeBytes { $0.loadUnaligned(as: in_addr_t.self) }
            }
        case 16:
            withUnsafeMutableBytes(of: &storage) { raw in
                raw.bindMemory(to: sockaddr_in6.self)[0].sin6_family = sa_family_t(AF_INET6)
                raw.bindMemory(to: sockaddr_in6.self)[0].sin6_addr = octets.withUnsafeBytes { $0.loadUnaligned(as: in6_addr.self) }
            }
        default: return nil
        }
        var code: [CChar] = [0, 0]
        var length: Int32 = 0
        let status = withUnsafePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { sg_mmdb_country(handle, $0, &code, &length) }
        }
        // A network that is damaged, or not in the database, is in no country.
        guard status == MMDB_SUCCESS, length == 2 else { return nil }
        return CountryLetters.checked(String(decoding: code.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}

/// A date in UTC as ISO 8601 writes it.
struct Day: CustomStringConvertible {
    let secondsSince1970: Int64

    var description: String {
        var (time, parts) = (time_t(secondsSince1970), tm())
        guard gmtime_r(&time, &parts) != nil else { return "" }
        func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
        return "\(Int(parts.tm_year) + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    }
}
