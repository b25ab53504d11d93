//! The pages of the web app are compiled in. `make web` builds them; without them there is an
//! empty folder, and the server says at its start page what is missing.

fn main() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/dist");
    std::fs::create_dir_all(folder).expect("the folder of the web app can be made");
    println!("cargo:rerun-if-changed={folder}");
}
