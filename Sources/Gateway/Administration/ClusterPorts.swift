package import Cluster

extension Administration {
    /// What concerns the nodes of the cluster.
    package struct ClusterPorts: Sendable {
        package let registrationKeys: any RegistrationKeyStore
        package let joiningPlace: JoiningPlace
        package let primary: any PrimaryStore
        /// Of which nodes this one hears nothing.
        package let presence: ClusterPresence
        package let departures: any NodeDepartures

        package init(
            registrationKeys: any RegistrationKeyStore, joiningPlace: JoiningPlace, primary: any PrimaryStore, presence: ClusterPresence,
            departures: any NodeDepartures
        ) {
            self.registrationKeys = registrationKeys
            self.joiningPlace = joiningPlace
            self.primary = primary
            self.presence = presence
            self.departures = departures
        }
    }
}
