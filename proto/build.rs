//! Compiles the contracts without protoc, and keeps their descriptors for reflection.

use std::path::PathBuf;

use prost::Message;

const FILES: [&str; 9] = [
    "bushel/admin/v1/admin.proto",
    "bushel/identity/v1/credentials.proto",
    "bushel/identity/v1/identity.proto",
    "bushel/ledger/v1/ledger.proto",
    "bushel/notifications/v1/notifications.proto",
    "bushel/notifications/v1/webhooks.proto",
    "bushel/payments/v1/payments.proto",
    "bushel/payments/v1/staff.proto",
    "bushel/wallet/v1/wallet.proto",
];

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script so where to write")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let descriptors = protox::compile(FILES, ["."])?;
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo gives OUT_DIR")?);
    // `compile_fds` doesn't write the descriptors itself.
    std::fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        .codec_path("crate::codec::MessageCodec")
        // Sorted maps: equal metadata has equal text, and an empty one costs nothing.
        .btree_map(".")
        // Seldom there, and each of thousands of results would keep room for it.
        .boxed(".bushel.ledger.v1.TransferResult.transfer")
        .boxed(".bushel.ledger.v1.AccountResult.account")
        .compile_fds(descriptors)?;
    println!("cargo:rerun-if-changed=bushel");
    Ok(())
}
