import Firebird

extension FirebirdMigration {
    /// What the gateway signs in with at a mail server. The password is kept as it is, since the server asks for it: whoever reads the
    /// database reads it.
    static let addCredentialsOfMailServers = FirebirdMigration(
        "0040 credentials of mail servers",
        schema: ["alter table mail_server add user_name d_text_255", "alter table mail_server add user_password d_text_255"])
}
