// swift-tools-version: 6.2
import PackageDescription

// The floor plan, top floor first: Programs use Gateway modules, Gateway modules use Libraries, never the
// other way. A target may use only targets that stand below it; CI refuses an import that is not declared
// here (`--explicit-target-dependency-import-check error`). docs/architecture.md explains each module.

let package = Package(
    name: "security-gateway",
    products: [
        .executable(name: "securitygateway", targets: ["SecurityGateway"]),
        .executable(name: "sgdbtool", targets: ["SGDBTool"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache.git", from: "2.1.1"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        // 11 — programs
        .program(
            "SecurityGateway", uses: ["GatewayNode", "AdministrationAPI", "Settings", "Terminal"],
            [.argumentParser, .nio, .nioPosix, .nioHTTP1, .logging]),
        .program("BayesBenchmark", uses: ["BayesianLearning", "Mail"]),
        .program("SGDBTool", uses: ["GatewayNode", "GatewayDatabase", "Settings", "Terminal"], [.argumentParser]),

        // 10 — one node of the cluster, assembled
        .gateway(
            "GatewayNode",
            uses: [
                "AggregateReports",
                "SampleLearning", "BayesianLearning",
                "Countries", "Screening", "UserVerification", "OutsideEngines",
                "Quarantine", "Filtering", "GatewayDatabase", "WebAdmin", "AdministrationAPI", "Administration", "MailFlow", "Reception",
                "Delivery",
                "MessageLog",
                "TransportSecurity", "Cluster", "SharedFolders", "DomainsAndUsers", "Settings", "SenderAuthentication", "Firebird", "DNS",
                "SMTP", "Mail",
            ],
            [
                .logging, .metrics, .serviceLifecycle, .unixSignals, .nio, .nioPosix, .nioSSL, .hummingbird, .hummingbirdCore,
                .hummingbirdTLS,
            ]
        ),

        // 9 — every line of SQL
        .gateway(
            "GatewayDatabase",
            uses: [
                "AggregateReports",
                "SampleLearning", "BayesianLearning",
                "Screening", "Quarantine", "Filtering", "Administration", "Delivery", "MessageLog", "Cluster", "SharedFolders",
                "DomainsAndUsers",
                "Settings", "SenderAuthentication",
                "Firebird", "SMTP", "Mail",
            ],
            [.logging, .metrics, .serviceLifecycle]
        ),

        // 8 — faces of Administration
        .gateway(
            "WebAdmin",
            uses: [
                "AggregateReports",
                "SampleLearning", "BayesianLearning",
                "Countries", "Screening", "UserVerification", "OutsideEngines", "Quarantine", "Filtering", "Administration", "Delivery",
                "MessageLog",
                "Cluster",
                "SharedFolders",
                "DomainsAndUsers", "Settings", "SenderAuthentication", "Sieve", "Mail", "ProxyProtocol",
            ],
            [.hummingbird, .hummingbirdCore, .httpTypes, .mustache, .logging, .nio], resources: [.copy("Templates"), .copy("Assets")]
        ),
        .gateway(
            "AdministrationAPI",
            uses: [
                "AggregateReports",
                "SampleLearning", "BayesianLearning",
                "Countries", "Screening", "UserVerification", "OutsideEngines", "Quarantine", "Filtering", "Administration", "Delivery",
                "MessageLog",
                "Cluster",
                "SharedFolders",
                "DomainsAndUsers", "Settings", "SenderAuthentication", "Sieve", "Mail",
            ],
            [.hummingbird, .httpTypes, .logging, .nio], resources: [.embedInCode("openapi.yaml")]
        ),

        // 7 — what an administrator may do; a message's whole way
        .gateway(
            "Administration",
            uses: [
                "AggregateReports",
                "SampleLearning", "BayesianLearning",
                "Countries", "Screening", "UserVerification", "OutsideEngines",
                "Quarantine", "Filtering", "Delivery", "MessageLog", "Cluster", "SharedFolders", "DomainsAndUsers", "Settings",
                "SenderAuthentication", "SMTP", "Sieve", "Mail",
            ],
            [.logging, .metrics, .nio, .crypto]
        ),
        .gateway(
            "MailFlow",
            uses: [
                "AggregateReports",
                "SampleLearning", "BayesianLearning",
                "Countries", "Screening", "UserVerification", "OutsideEngines",
                "Quarantine", "Filtering", "DNS", "Reception", "Delivery", "MessageLog", "Cluster", "SharedFolders", "DomainsAndUsers",
                "Settings", "SenderAuthentication",
                "SMTP", "Sieve", "Mail",
            ],
            [.logging, .metrics, .nio, .crypto]
        ),

        // 6 — mail that is kept back; reports to other domains
        .gateway(
            "AggregateReports",
            uses: ["Delivery", "MessageLog", "SharedFolders", "DomainsAndUsers", "Settings", "SenderAuthentication", "DNS", "Mail"],
            [.logging, .metrics, .nio, .serviceLifecycle]),
        .gateway(
            "Quarantine",
            uses: ["Delivery", "MessageLog", "SharedFolders", "DomainsAndUsers", "Settings", "SenderAuthentication", "Mail"],
            [.logging, .metrics, .nio, .serviceLifecycle]),

        // 5 — SMTP in, SMTP out; they do not know each other
        .gateway(
            "Reception", uses: ["MessageLog", "TransportSecurity", "SharedFolders", "Settings", "SMTP", "ProxyProtocol", "Mail"],
            [.nio, .nioPosix, .nioSSL, .logging, .metrics, .serviceLifecycle]
        ),
        .gateway(
            "Delivery",
            uses: [
                "MessageLog", "TransportSecurity", "Cluster", "SharedFolders", "DomainsAndUsers", "Settings", "SenderAuthentication",
                "SMTP",
                "DNS", "Mail",
            ],
            [.nio, .nioPosix, .nioSSL, .logging, .metrics, .serviceLifecycle]
        ),

        .gateway(
            "Screening", uses: ["MessageLog", "DomainsAndUsers", "Settings", "SMTP", "Mail"], [.logging, .metrics, .serviceLifecycle]),
        .gateway(
            "SampleLearning", uses: ["BayesianLearning", "MessageLog", "SharedFolders", "Settings", "Mail"],
            [.logging, .serviceLifecycle, .crypto]),
        .gateway(
            "Filtering",
            uses: [
                "Countries", "UserVerification", "OutsideEngines", "ScannerProtocols", "BayesianLearning", "MessageLog", "DomainsAndUsers",
                "Settings",
                "SenderAuthentication", "DNS", "Archives", "Sieve", "Mail",
            ], [.metrics, .crypto]),

        // 4
        .gateway("UserVerification", uses: ["DomainsAndUsers", "Settings", "Mail"], [.logging, .metrics]),
        .gateway("BayesianLearning", uses: ["Mail"], [.crypto]),
        .gateway("MessageLog", uses: ["SharedFolders", "Cluster", "Settings", "SMTP", "Mail"], [.nio]),
        .gateway("TransportSecurity", uses: ["Settings"], [.nio, .nioSSL, .x509, .swiftASN1, .crypto, .logging]),

        // 3
        .gateway("Countries", uses: ["Settings", "Geolocation"], [.logging, .serviceLifecycle]),
        .gateway(
            "OutsideEngines", uses: ["Settings", "ScannerProtocols", "Mail"],
            [.nio, .nioPosix, .nioHTTP1, .logging, .metrics, .serviceLifecycle]),
        .gateway("Cluster", uses: ["Settings"], [.logging, .serviceLifecycle, .crypto]),
        .gateway("SharedFolders", uses: ["Settings"], [.nio, .logging, .metrics, .serviceLifecycle, .crypto]),
        .gateway("DomainsAndUsers", uses: ["Settings", "SenderAuthentication", "Mail"], [.crypto, .cryptoExtras]),

        // 2 — what can be set
        .gateway("Settings", uses: ["Mail"], [.logging, .serviceLifecycle]),

        // Libraries: what an RFC or a vendor defines; no word of this product
        .library("SMTP", uses: ["Mail"], [.nio]),
        .library("SenderAuthentication", uses: ["DNS", "Mail"], [.crypto, .cryptoExtras]),
        .library("Firebird", uses: ["CFirebird"]),
        .library("DNS", uses: ["CUnbound"]),
        .library("Archives", uses: ["CArchive"]),
        .library("Geolocation", uses: ["CMaxMindDB", "CGeoIP"]),
        .library("ProxyProtocol"),
        .library("ScannerProtocols"),
        .library("Terminal"),
        .library("Sieve", uses: ["Mail"]),
        .library("Mail"),
        .cLibrary("CFirebird", package: "firebird-dev"),
        .cLibrary("CUnbound", package: "libunbound-dev"),
        .cLibrary("CArchive", package: "libarchive-dev"),
        .cLibrary("CMaxMindDB", package: "libmaxminddb-dev"),
        .cLibrary("CGeoIP", package: "libgeoip-dev"),

        // Tests; all of them run in one process. A kit is what several of them share.
        .testKit("FirebirdTestKit", uses: ["Firebird"]),
        .testKit(
            "FuzzTargets",
            uses: [
                "Quarantine", "Filtering", "BayesianLearning", "SMTP", "SenderAuthentication", "DNS", "Archives", "ProxyProtocol",
                "ScannerProtocols", "Sieve", "Mail",
            ], [.nio]),
        .testKit(
            "GatewayTestKit",
            uses: [
                "AggregateReports",
                "SampleLearning", "BayesianLearning",
                "Screening", "UserVerification", "OutsideEngines", "Quarantine", "Filtering", "Administration", "Delivery", "MessageLog",
                "Cluster",
                "SharedFolders",
                "DomainsAndUsers", "Settings", "SenderAuthentication", "Mail",
            ],
            [.nio, .logging]),
        .tests("Libraries/MailTests", uses: ["FuzzTargets", "Mail"]),
        .tests("Libraries/SieveTests", uses: ["Sieve", "Mail"]),
        .tests("Libraries/SMTPTests", uses: ["FuzzTargets", "SMTP", "Mail"], [.nio]),
        .tests("Libraries/DNSTests", uses: ["FuzzTargets", "DNS"]),
        .tests("Libraries/ArchivesTests", uses: ["Archives", "CArchive"]),
        .tests("Libraries/SenderAuthenticationTests", uses: ["FuzzTargets", "SenderAuthentication", "DNS", "Mail"]),
        .tests("Libraries/FuzzTargetsTests", uses: ["FuzzTargets"], resources: [.copy("Seeds"), .copy("Findings")]),
        .tests("Libraries/GeolocationTests", uses: ["Geolocation"]),
        .tests("Libraries/ProxyProtocolTests", uses: ["ProxyProtocol"]),
        .tests("Libraries/FirebirdTests", uses: ["FirebirdTestKit", "Firebird"]),
        .tests("Libraries/ScannerProtocolsTests", uses: ["ScannerProtocols"]),
        .tests(
            "Gateway/OutsideEnginesTests", uses: ["OutsideEngines", "ScannerProtocols", "Settings"],
            [.nio, .nioPosix, .logging, .metricsTestKit]),
        .tests("Gateway/BayesianLearningTests", uses: ["BayesianLearning", "Mail"]),
        .tests("Gateway/SettingsTests", uses: ["GatewayTestKit", "Settings", "Mail"]),
        .tests("Gateway/ClusterTests", uses: ["Cluster", "Settings"]),
        .tests("Gateway/SharedFoldersTests", uses: ["SharedFolders", "Settings"], [.nio, .logging]),
        .tests("Gateway/MessageLogTests", uses: ["MessageLog", "SharedFolders", "Settings"], [.nio]),
        .tests("Gateway/ScreeningTests", uses: ["Screening", "DomainsAndUsers", "Settings", "SMTP", "Mail"], [.logging, .metricsTestKit]),
        .tests(
            "Gateway/UserVerificationTests", uses: ["UserVerification", "DomainsAndUsers", "Settings", "Mail"],
            [.logging, .metricsTestKit]),
        .tests("Gateway/DomainsAndUsersTests", uses: ["DomainsAndUsers", "Settings", "Mail"]),
        .tests(
            "Gateway/ReceptionTests", uses: ["Reception", "MessageLog", "TransportSecurity", "SharedFolders", "Settings", "SMTP", "Mail"],
            [.nio, .nioPosix, .nioSSL, .logging], resources: [.copy("Dialogs")]),
        .tests("Gateway/TransportSecurityTests", uses: ["TransportSecurity", "Settings"], [.nio, .nioPosix, .nioSSL, .x509, .logging]),
        .tests(
            "Gateway/DeliveryTests",
            uses: [
                "Delivery", "MessageLog", "TransportSecurity", "Cluster", "SharedFolders", "DomainsAndUsers", "Settings", "SMTP", "DNS",
                "Mail",
            ], [.nio, .nioPosix, .nioSSL, .logging]),
        .tests(
            "Gateway/GatewayDatabaseTests",
            uses: [
                "AggregateReports",
                "SampleLearning", "BayesianLearning",
                "FirebirdTestKit", "GatewayDatabase", "Screening", "Quarantine", "Filtering", "Administration", "Delivery", "MessageLog",
                "Cluster",
                "SharedFolders",
                "DomainsAndUsers", "Settings", "SenderAuthentication", "Firebird", "SMTP", "Mail",
            ], [.logging, .metricsTestKit]),
        .tests(
            "Gateway/WebAdminTests",
            uses: [
                "AggregateReports",
                "SampleLearning", "BayesianLearning",
                "UserVerification", "OutsideEngines",
                "GatewayTestKit", "WebAdmin", "Screening", "Quarantine", "Filtering", "Administration", "Delivery", "MessageLog", "Cluster",
                "SharedFolders",
                "DomainsAndUsers",
                "Settings", "SenderAuthentication", "Mail",
            ],
            [.hummingbird, .hummingbirdTesting, .logging]),
        .tests(
            "Gateway/AdministrationAPITests",
            uses: [
                "AggregateReports",
                "SampleLearning", "BayesianLearning",
                "UserVerification", "OutsideEngines",
                "GatewayTestKit", "AdministrationAPI", "Screening", "Quarantine", "Filtering", "Administration", "Delivery", "MessageLog",
                "Cluster",
                "SharedFolders",
                "DomainsAndUsers", "Settings",
                "Mail",
            ],
            [.hummingbird, .hummingbirdTesting, .logging]),
        .tests(
            "Gateway/MailFlowTests",
            uses: [
                "SampleLearning", "BayesianLearning",
                "UserVerification", "OutsideEngines",
                "GatewayTestKit", "MailFlow", "Screening", "Quarantine", "Filtering", "DNS", "Reception", "Delivery", "MessageLog",
                "Cluster",
                "SharedFolders", "DomainsAndUsers", "Settings", "SenderAuthentication", "SMTP", "Sieve", "Mail",
            ],
            [.nio, .logging, .metricsTestKit]),
        .tests(
            "Gateway/AggregateReportsTests",
            uses: [
                "GatewayTestKit", "AggregateReports", "Delivery", "MessageLog", "SharedFolders", "DomainsAndUsers", "Settings",
                "SenderAuthentication", "DNS", "Mail",
            ],
            [.nio, .logging, .metricsTestKit]),
        .tests(
            "Gateway/QuarantineTests",
            uses: ["Quarantine", "Delivery", "MessageLog", "SharedFolders", "DomainsAndUsers", "Settings", "Mail"], [.logging, .nio]),
        .tests(
            "Gateway/FilteringTests",
            uses: [
                "FuzzTargets",
                "BayesianLearning", "Filtering", "Countries", "Geolocation", "UserVerification", "OutsideEngines", "ScannerProtocols",
                "MessageLog", "DomainsAndUsers",
                "Settings", "SenderAuthentication",
                "DNS", "Archives", "CArchive", "Sieve", "Mail",
            ],
            [.metricsTestKit, .nio]),
        .tests(
            "Gateway/SampleLearningTests",
            uses: ["GatewayTestKit", "SampleLearning", "BayesianLearning", "SharedFolders", "Settings", "Mail"], [.logging]),
        .tests(
            "Gateway/GatewayNodeTests", uses: ["GatewayNode", "GatewayDatabase", "Administration", "MessageLog", "Settings"],
            [.metrics, .logging]),
        .tests(
            "Programs/SecurityGatewayTests",
            uses: [
                "UserVerification", "OutsideEngines",
                "GatewayTestKit", "SecurityGateway", "AdministrationAPI", "Administration", "Delivery", "MessageLog", "Cluster",
                "DomainsAndUsers", "Settings", "SenderAuthentication", "Mail", "Terminal",
            ], [.hummingbird, .argumentParser, .logging, .nio, .nioPosix]),
        .tests("Programs/SGDBToolTests", uses: ["SGDBTool", "GatewayDatabase", "Settings", "Terminal"], [.argumentParser]),
    ],
    swiftLanguageModes: [.v6]
)

// `make fuzz` alone: libFuzzer's own program, and the code that it looks into. The compiler needs flags for it that a product must not have.
if Context.environment["SECURITYGATEWAY_FUZZ"] != nil {
    let observed: Set<String> = [
        "FuzzTargets", "Quarantine", "Filtering", "BayesianLearning", "SMTP", "SenderAuthentication", "DNS", "Archives", "ProxyProtocol",
        "ScannerProtocols", "Sieve", "Mail",
    ]
    for target in package.targets where observed.contains(target.name) {
        target.swiftSettings?.append(.unsafeFlags(["-sanitize=fuzzer"]))
    }
    package.targets.append(
        .executableTarget(
            name: "Fuzzer", dependencies: ["FuzzTargets"], path: "Tests/Fuzzer",
            swiftSettings: .ours + [.unsafeFlags(["-sanitize=fuzzer", "-parse-as-library"])],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]))
}

extension Target {
    /// An executable under Sources/Programs.
    static func program(_ name: String, uses: [String], _ products: [Dependency] = []) -> Target {
        .executableTarget(name: name, dependencies: on(uses) + products, path: "Sources/Programs/\(name)", swiftSettings: .ours)
    }

    /// One noun of the product's manual, under Sources/Gateway.
    static func gateway(_ name: String, uses: [String], _ products: [Dependency] = [], resources: [Resource] = []) -> Target {
        .target(
            name: name, dependencies: on(uses) + products, path: "Sources/Gateway/\(name)", exclude: exclusions(name), resources: resources,
            swiftSettings: .ours)
    }

    /// What an RFC or a vendor defines, under Sources/Libraries.
    static func library(_ name: String, uses: [String] = [], _ products: [Dependency] = []) -> Target {
        .target(
            name: name, dependencies: on(uses) + products, path: "Sources/Libraries/\(name)", exclude: exclusions(name),
            swiftSettings: .ours)
    }

    /// A module map over a C library that a Debian package installs.
    static func cLibrary(_ name: String, package: String) -> Target {
        .systemLibrary(name: name, path: "Sources/Libraries/\(name)", providers: [.apt([package])])
    }

    /// Tests of one module, under Tests.
    static func tests(_ folder: String, uses: [String], _ products: [Dependency] = [], resources: [Resource] = []) -> Target {
        .testTarget(
            name: String(folder.split(separator: "/").last ?? ""), dependencies: on(uses) + products, path: "Tests/\(folder)",
            resources: resources, swiftSettings: .ours)
    }

    /// What tests of several modules share, under Tests; no product contains it.
    static func testKit(_ name: String, uses: [String], _ products: [Dependency] = []) -> Target {
        .target(name: name, dependencies: on(uses) + products, path: "Tests/\(name)", swiftSettings: .ours)
    }

    private static func on(_ names: [String]) -> [Dependency] { names.map { .target(name: $0) } }

    /// Modules of more than two thousand lines carry a design text beside their source.
    private static func exclusions(_ name: String) -> [String] {
        Set<String>.withDesignText.contains(name) ? ["DESIGN.md"] : []
    }
}

extension Set<String> {
    static let withDesignText: Set<String> = [
        "BayesianLearning", "Delivery", "Filtering", "GatewayDatabase", "Mail", "SenderAuthentication",
    ]
}

extension [SwiftSetting] {
    /// The same for every target: Swift 6 with the stricter import rules, and no warning is left standing.
    static let ours: [SwiftSetting] = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}

extension Target.Dependency {
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let cryptoExtras = product(name: "CryptoExtras", package: "swift-crypto")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdCore = product(name: "HummingbirdCore", package: "hummingbird")
    static let hummingbirdTesting = product(name: "HummingbirdTesting", package: "hummingbird")
    static let hummingbirdTLS = product(name: "HummingbirdTLS", package: "hummingbird")
    static let logging = product(name: "Logging", package: "swift-log")
    static let metrics = product(name: "Metrics", package: "swift-metrics")
    static let metricsTestKit = product(name: "MetricsTestKit", package: "swift-metrics")
    static let mustache = product(name: "Mustache", package: "swift-mustache")
    static let nio = product(name: "NIOCore", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let nioSSL = product(name: "NIOSSL", package: "swift-nio-ssl")
    static let serviceLifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let swiftASN1 = product(name: "SwiftASN1", package: "swift-asn1")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let x509 = product(name: "X509", package: "swift-certificates")
}
