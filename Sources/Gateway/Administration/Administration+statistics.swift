package import MessageLog
package import Settings

/// What a report of mail is asked for.
package struct MailReportQuery: Sendable, Hashable {
    package var period = StatisticsPeriod.hour
    package var direction: MailDirection?
    /// `nil`: as many periods as are usual, the present one the last.
    package var from: UTCTime?
    /// `nil`: up to now.
    package var until: UTCTime?

    package init() {}
}

/// Mail by period.
package struct MailReport: Sendable, Hashable {
    package let period: StatisticsPeriod
    /// Beginnings of all periods of the range, oldest first, those without mail too.
    package let starts: [UTCTime]
    /// Oldest first; periods without mail have none.
    package let figures: [MailFigure]

    package init(period: StatisticsPeriod, starts: [UTCTime], figures: [MailFigure]) {
        self.period = period
        self.starts = starts
        self.figures = figures
    }
}

extension Administration {
    /// - Throws: `.invalid` for a range that is empty or has more than `StatisticsPeriod.maximumCount` periods.
    package func mailReport(_ query: MailReportQuery, _ caller: AdministrationCaller) async throws(AdministrationError) -> MailReport {
        let until = query.until ?? query.period.start(1, after: .now())
        let from = query.from ?? query.period.start(-query.period.usualCount, after: until)
        guard let starts = query.period.starts(from: from, until: until) else {
            throw .invalid([
                FieldProblem(
                    "from", "The range has more than \(StatisticsPeriod.maximumCount) periods; choose longer periods or a shorter range.",
                    ja: "期間が \(StatisticsPeriod.maximumCount) 件を超えます。集計単位を長くするか、範囲を短くしてください。")
            ])
        }
        guard let first = starts.first else { throw Self.emptyRange }
        do throws(MessageLogError) {
            let figures = try await ports.statistics.mailFigures(query.period, from: first, until: until, direction: query.direction)
            return MailReport(period: query.period, starts: starts, figures: figures)
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Senders or recipients of the most accepted mail, by whole days in UTC.
    /// - Throws: `.invalid` for a range that is empty or longer than `maximumCorrespondentDays`.
    package func correspondents(
        _ side: CorrespondentSide, direction: MailDirection?, from: UTCTime?, until: UTCTime?, limit: Int, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [Correspondent] {
        let until = until ?? .now()
        let from = from ?? StatisticsPeriod.day.start(-1, after: until)
        guard from < until else { throw Self.emptyRange }
        guard StatisticsPeriod.day.start(Self.maximumCorrespondentDays, after: from) >= until else {
            throw .invalid([
                FieldProblem(
                    "from", "Senders and recipients are added up over at most \(Self.maximumCorrespondentDays) days.",
                    ja: "送信者と受信者の集計は最大 \(Self.maximumCorrespondentDays) 日間です。")
            ])
        }
        do throws(MessageLogError) {
            return try await ports.statistics.correspondents(
                CorrespondentQuery(side: side, direction: direction, from: from, until: until, limit: limit))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// A year with both its ends: a node has at most 600 rows a day.
    package static var maximumCorrespondentDays: Int { 367 }

    private static var emptyRange: AdministrationError {
        .invalid([FieldProblem("until", "The end lies before the beginning.", ja: "終了が開始より前です。")])
    }
}

extension StatisticsPeriod {
    /// Periods of a report whose range is not given: a day, a month, a year.
    package var usualCount: Int {
        switch self {
        case .hour: 24
        case .day: 30
        case .month: 12
        }
    }
}
