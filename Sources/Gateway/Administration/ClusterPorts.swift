package import Cluster

extension Administration {
    /// What concerns the nodes of the cluster.
    package struct ClusterPorts: Sendable {
        package let registrationKeys: any RegistrationKeyStore
        package let joiningPlace: JoiningPlace

        package init(registrationKeys: any RegistrationKeyStore, joiningPlace: JoiningPlace) {
            self.registrationKeys = registrationKeys
            self.joiningPlace = joiningPlace
        }
    }
}
