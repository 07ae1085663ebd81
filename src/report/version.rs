//! Which fleetwright this is, as JSON.

use serde::Serialize;

use super::json::VERSION;

/// What `version -o json` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Version {
    /// Always 1.
    pub version: u32,
    /// The version of fleetwright.
    pub fleetwright: &'static str,
    /// The operating system and the processor it was built for, as in `linux/x86_64`.
    pub platform: String,
}

impl Version {
    /// The document for this version of fleetwright.
    pub fn new(fleetwright: &'static str) -> Self {
        let platform = format!("{}/{}", std::env::consts::OS, std::env::consts::ARCH);
        Self { version: VERSION, fleetwright, platform }
    }
}
