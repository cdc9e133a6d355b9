import Foundation
import Logging
import SenderAuthentication

/// The list of public suffixes of Debian's package `publicsuffix`, read once at the start. Without it mail flows and DMARC stays
/// undecided: a package that is missing is no reason to stop mail.
enum PublicSuffixFile {
    static let path = "/usr/share/publicsuffix/public_suffix_list.dat"

    static func load(logger: Logger) -> PublicSuffixList? {
        guard let text = FileManager.default.contents(atPath: path) else {
            logger.warning("the list of public suffixes is missing, DMARC cannot be decided", metadata: ["file": "\(path)"])
            return nil
        }
        do throws(PublicSuffixList.Fault) {
            return try PublicSuffixList(parsing: Array(text))
        } catch {
            logger.warning("DMARC cannot be decided", metadata: ["file": "\(path)", "cause": "\(error)"])
            return nil
        }
    }
}
