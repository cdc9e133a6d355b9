import FuzzTargets
import Glibc

/// libFuzzer's own loop (compiler-rt, `FuzzerInterface.h`): reads the options, calls `body` with one input after the other.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The package manager calls the beginning of an executable so, and gives the linker that name for `main`.
@_cdecl("Fuzzer_main")
public func fuzzerMain(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> CInt {
    var count = count
    var arguments = arguments
    return runDriver(&count, &arguments) { start, count in
        target.run(Array(UnsafeBufferPointer(start: start, count: count)))
        return 0
    }
}

private let target: FuzzTarget = {
    let name = getenv("SECURITYGATEWAY_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = FuzzTarget.named(name) else {
        print("SECURITYGATEWAY_FUZZ_TARGET is one of: " + FuzzTarget.all.map(\.name).joined(separator: " "))
        exit(64)
    }
    return target
}()
