//! Tells cargo what is built into the program beside its code: a gold case that changes builds it anew.

fn main() {
    println!("cargo:rerun-if-changed=../gold");
    println!("cargo:rerun-if-changed=build.rs");
}
