import Administration
import Cluster
import Settings

/// What concerns this node's place in the cluster.
extension NodeMonitoring {
    /// While it is drained the node counts as failing, so that load balancers send nothing more. Nothing to say otherwise.
    func drain() -> [NodeHealth.Part] {
        guard parts.standing.isLeaving else { return [] }
        let detail =
            switch parts.standing.phase {
            case .drained:
                LocalizedText(
                    "is done: nothing is in this node's hand. “securitygateway cluster undrain” or the Clustering page brings it back.",
                    ja: "切り離しが完了しました。このノードが処理中のものはありません。「クラスター」のページまたは securitygateway cluster undrain で復帰できます。")
            case .inService, .announced, .draining:
                LocalizedText(
                    "this node is leaving service; what runs is let finish.", ja: "このノードを切り離しています。実行中の処理の完了を待っています。")
            }
        return [.failing("drain", LocalizedText("Drain", ja: "切り離し"), detail)]
    }

    /// Only when there is something to say. It hinders no mail.
    func clock() -> [NodeHealth.Part] {
        guard let clock = parts.gauges.clock, clock.isWarning else { return [] }
        let title = LocalizedText("Clock", ja: "時計")
        let detail = ClockText.detail(clock)
        guard clock.isRefused else { return [.warning("clock", title, detail)] }
        var part = NodeHealth.Part.failing("clock", title, detail)
        part.isVital = false
        return [part]
    }
}
