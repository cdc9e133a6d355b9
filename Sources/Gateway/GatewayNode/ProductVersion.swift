/// The version of this program; all nodes of a cluster run the same one (R2).
package enum ProductVersion {
    package static let text = "0.1.0"
}
