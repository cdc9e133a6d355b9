package import Administration
package import Hummingbird
package import Logging

/// The administrator's web interface: routes and middleware over `Administration`. GatewayNode runs its responder in an application
/// with the node's certificate; everything the pages can do stands in `Administration`, so any node answers any request.
///
/// Pages need no JavaScript. HSTS is left off on purpose: a node begins with a self-signed certificate, and a browser that has been
/// told HSTS offers no way past a certificate it cannot verify.
package struct AdminSite: Sendable {
    /// What only the node knows, asked anew for every request of a monitoring system.
    package struct Probes: Sendable {
        let health: @Sendable () async -> NodeHealth
        let metrics: @Sendable () async -> String

        /// - Parameters:
        ///   - health: looks at every part; bounded to a few seconds.
        ///   - metrics: the text exposition format of Prometheus.
        package init(health: @escaping @Sendable () async -> NodeHealth, metrics: @escaping @Sendable () async -> String) {
            self.health = health
            self.metrics = metrics
        }
    }

    /// Where Debian's package libjs-bootstrap5 puts the style sheet.
    package static let debianStyleSheet = "/usr/share/javascript/bootstrap5/css/bootstrap.min.css"

    let services: SiteServices
    let assets: SiteAssets
    let probes: Probes

    /// Reads style sheets and compiles every template; blocks for some milliseconds, call it once at the node's start.
    /// - Parameters:
    ///   - nodeName: shown on every page, so that the administrator sees which node answered.
    ///   - setupCode: asked for by the first-start page as long as there is no administrator.
    ///   - styleSheet: path of Bootstrap 5's compressed style sheet.
    /// - Throws: `.missingStyleSheet`, `.unreadableResource`, `.unreadableTemplate`, `.unknownText`: refuse to start.
    package init(
        administration: Administration, nodeName: String, setupCode: String, probes: Probes, logger: Logger,
        styleSheet: String = AdminSite.debianStyleSheet
    ) throws(AdminSiteError) {
        assets = try SiteAssets(bootstrapPath: styleSheet)
        let templates = try TemplateLibrary()
        let renderer = PageRenderer(templates: templates, assets: assets, nodeName: nodeName, logger: logger)
        services = SiteServices(administration: administration, renderer: renderer, setupCode: setupCode, logger: logger)
        self.probes = probes
    }

    /// All routes with their middleware. Outermost first: the headers of every answer; answers of machines and assets; then for pages
    /// the visitor's language and form token, the session, and the error page around each of the last two.
    /// - Parameter mount: adds what is no page and needs none of the pages' middleware (the REST API).
    package func router(mount: (Router<AdminRequestContext>) -> Void = { _ in }) -> Router<AdminRequestContext> {
        let router = Router(context: AdminRequestContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: SecurityHeaders())
        addProbes(to: router)
        assets.addRoutes(to: router)
        mount(router)
        router.add(middleware: VisitorPreferences())
        router.add(middleware: ErrorPages(renderer: services.renderer))
        router.add(middleware: RequestBounds())
        router.add(middleware: SignedInVisitor(administration: services.administration))
        router.add(middleware: ErrorPages(renderer: services.renderer))
        addPages(to: PageRoutes(router: router, services: services))
        return router
    }

    /// The router, ready for an `Application`.
    package func buildResponder(
        mount: (Router<AdminRequestContext>) -> Void = { _ in }
    ) -> some HTTPResponder<AdminRequestContext> {
        router(mount: mount).buildResponder()
    }

    /// Only `/health` and `/metrics`, for the separate metrics listener of the node's settings.
    package func probesRouter() -> Router<AdminRequestContext> {
        let router = Router(context: AdminRequestContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: SecurityHeaders())
        addProbes(to: router)
        return router
    }

    private func addProbes(to router: Router<AdminRequestContext>) {
        let probes = probes
        router.get("health") { _, _ in HealthReport.response(await probes.health()) }
        router.get("metrics") { _, _ in HealthReport.metrics(await probes.metrics()) }
    }

    private func addPages(to routes: PageRoutes) {
        FirstStartController(services: services).addRoutes(to: routes)
        SignInController(services: services).addRoutes(to: routes)
        AccountController(services: services).addRoutes(to: routes)
        DashboardController(services: services).addRoutes(to: routes)
        DomainsController(services: services).addRoutes(to: routes)
        RecipientsController(services: services).addRoutes(to: routes)
        UsersController(services: services).addRoutes(to: routes)
        MessageLogController(services: services).addRoutes(to: routes)
        LearningController(services: services).addRoutes(to: routes)
        QueueController(services: services).addRoutes(to: routes)
        ScoringController(services: services).addRoutes(to: routes)
        SettingsController(services: services).addRoutes(to: routes)
        AuditController(services: services).addRoutes(to: routes)
        AdministratorsController(services: services).addRoutes(to: routes)
        AccessListsController(services: services).addRoutes(to: routes)
        ContentRulesController(services: services).addRoutes(to: routes)
        SieveController(services: services).addRoutes(to: routes)
        OwnSieveController(services: services).addRoutes(to: routes)
        GreylistController(services: services).addRoutes(to: routes)
        BansController(services: services).addRoutes(to: routes)
        QuarantineController(services: services).addRoutes(to: routes)
        ReportsController(services: services).addRoutes(to: routes)
        AggregateReportsController(services: services).addRoutes(to: routes)
        APIKeysController(services: services).addRoutes(to: routes)
        MaintenanceController(services: services).addRoutes(to: routes)
        VerificationController(services: services).addRoutes(to: routes)
        SigningKeysController(services: services).addRoutes(to: routes)
        TranscriptsController(services: services).addRoutes(to: routes)
        DirectoriesController(services: services).addRoutes(to: routes)
        FolderMoveController(services: services).addRoutes(to: routes)
        AttachmentsController(services: services).addRoutes(to: routes)
        AttachmentLinkController(services: services).addRoutes(to: routes)
        DigestsController(services: services).addRoutes(to: routes)
        MailLinkController(services: services).addRoutes(to: routes)
        OwnSignInController(services: services).addRoutes(to: routes)
        OwnQuarantineController(services: services).addRoutes(to: routes)
        OwnAccountController(services: services).addRoutes(to: routes)
        ClusterController(services: services).addRoutes(to: routes)
        SettingsHistoryController(services: services).addRoutes(to: routes)
        SettingsTransferController(services: services).addRoutes(to: routes)
    }
}

/// What every controller works with.
struct SiteServices: Sendable {
    let administration: Administration
    let renderer: PageRenderer
    let setupCode: String
    let logger: Logger
}
