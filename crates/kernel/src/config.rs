//! Settings from the environment: each has a name and a meaning, and is read in one place.
//!
//! What `bushel --help` lists is the binary's; here is what the layers below it read.

use std::env;
use std::ffi::OsString;

/// A setting from the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    pub name: &'static str,
    /// What it does, in one sentence.
    pub meaning: &'static str,
}

/// Where Postgres' programs are.
pub const PG_BIN: Setting = Setting {
    name: "BUSHEL_PG_BIN",
    meaning: "Folder of the Postgres programs to use for the private Postgres, instead of searching.",
};
/// Size of Postgres' buffers.
pub const PG_SHARED_BUFFERS_MB: Setting = Setting {
    name: "BUSHEL_PG_SHARED_BUFFERS_MB",
    meaning: "Buffers of the private Postgres in MB, instead of an eighth of the memory (32 to 128).",
};
/// Where the shell looks for programs.
pub(crate) const PATH: Setting =
    Setting { name: "PATH", meaning: "Folders in which Postgres is searched, too." };
/// Where a user's settings are.
pub const CONFIG_HOME: Setting = Setting {
    name: "XDG_CONFIG_HOME",
    meaning: "Folder of a user's settings: the session of the command line.",
};
/// The user's folder.
pub const HOME: Setting = Setting {
    name: "HOME",
    meaning: "The user's folder; `.config` in it stands in for XDG_CONFIG_HOME.",
};
/// Where temporary files go.
pub(crate) const TMPDIR: Setting =
    Setting { name: "TMPDIR", meaning: "Folder for the data of tests and benchmarks." };

impl Setting {
    /// Its value; `None` if it isn't set or empty.
    #[expect(clippy::disallowed_methods, reason = "this is the place that reads settings")]
    pub fn value(&self) -> Option<OsString> {
        env::var_os(self.name).filter(|value| !value.is_empty())
    }

    /// Its value as text; one that is no UTF-8 counts as not set.
    pub fn text(&self) -> Option<String> {
        self.value()?.into_string().ok()
    }
}

/// A variable whose name another setting says, as the name of a secret in a file. One that is empty
/// or no UTF-8 counts as not set.
#[expect(clippy::disallowed_methods, reason = "this is the place that reads settings")]
pub fn named(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_by_name() {
        assert!(PATH.text().is_some());
        let nothing = Setting { name: "BUSHEL_NO_SUCH_SETTING", meaning: "" };
        assert_eq!(nothing.value(), None);
        assert_eq!(named("PATH"), PATH.text());
        assert_eq!(named("BUSHEL_NO_SUCH_SETTING"), None);
    }
}
