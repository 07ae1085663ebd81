//! A real Terraform or OpenTofu, with the stand-in for the provider `external` and nothing of the machine's settings.
//!
//! The one on PATH is used, `terraform` or else `tofu`. Where there is none, OpenTofu is built.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use semver::Version;
use serde_json::Value;

use super::programs;

/// Both have registries of their own, and a module does not say which one it means.
const REGISTRIES: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

/// The version that the stand-in goes by, of the provider whose protocol it speaks.
const VERSION: &str = "2.3.5";

/// The programs, and the first releases that have `mock_provider`.
const PROGRAMS: [(&str, Version); 2] =
    [("terraform", Version::new(1, 7, 0)), ("tofu", Version::new(1, 8, 0))];

/// The program.
pub fn program() -> &'static Path {
    static FOUND: LazyLock<PathBuf> = LazyLock::new(|| on_path().unwrap_or_else(programs::tofu));
    &FOUND
}

fn on_path() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "where programs are, is the machine's to say")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    PROGRAMS.iter().find_map(|(name, first)| {
        let found =
            std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())?;
        match version(&found) {
            Some(version) if version >= *first => Some(found),
            version => {
                let version = version.map_or("of no version that can be read".to_owned(), |v| v.to_string());
                programs::say(&format!("{} is {version}, and {first} is needed", found.display()));
                None
            }
        }
    })
}

fn version(program: &Path) -> Option<Version> {
    let mut command = Command::new(program);
    command.args(["version", "-json"]).env_clear().env("CHECKPOINT_DISABLE", "1");
    let output = command.output().ok()?;
    let said: Value = serde_json::from_slice(&output.stdout).ok()?;
    said["terraform_version"].as_str()?.parse().ok()
}

/// `terraform ARGUMENTS` in a folder, with `fleetwright` on its PATH; what it needs beside is put into `home`.
pub fn command(home: &Path, folder: &Path, arguments: &[&str]) -> Command {
    let settings = settings(home);
    let mut command = Command::new(program());
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).env_clear();
    command.env("PATH", Path::new(env!("CARGO_BIN_EXE_fleetwright")).parent().unwrap());
    command.env("HOME", home).env("TF_CLI_CONFIG_FILE", settings);
    command.env("CHECKPOINT_DISABLE", "1").env("TF_IN_AUTOMATION", "1").env("TF_INPUT", "0");
    command
}

/// The file of settings: providers come from a folder, and no registry is asked.
fn settings(home: &Path) -> PathBuf {
    let settings = home.join("terraform.rc");
    if settings.exists() {
        return settings;
    }
    let mirror = home.join("mirror");
    for registry in REGISTRIES {
        let version = mirror.join(registry).join("hashicorp/external").join(VERSION);
        fs::create_dir_all(&version).unwrap();
        symlink(programs::external(), version.join(platform())).unwrap();
    }
    let text = format!("provider_installation {{\n  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n}}\n");
    fs::write(&settings, text).unwrap();
    settings
}

/// This machine, as Go names it.
fn platform() -> String {
    let system = if std::env::consts::OS == "macos" { "darwin" } else { std::env::consts::OS };
    let processor = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{system}_{processor}")
}
