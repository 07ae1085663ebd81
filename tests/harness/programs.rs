//! The programs of the lab: built from `tests/lab` and `tests/hcl` at first use and kept in cargo's target folder.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// One program that `go build` makes.
struct Program {
    name: &'static str,
    /// The folder of its module, and its package there.
    module: &'static str,
    package: &'static str,
    /// Its sources below the module: another one's change does not build it again.
    sources: &'static [&'static str],
    flags: &'static [&'static str],
    /// The names it is also called by; see `tests/lab/cmd/servers`.
    also: &'static [&'static str],
}

const LAB: Program = Program {
    name: "lab",
    module: "tests/lab",
    package: "./cmd/lab",
    sources: &["go.mod", "go.sum", "cmd/lab", "internal"],
    flags: &[],
    also: &[],
};

/// A module of its own: its versions are Terraform's, and the servers need not be built again for them.
const HCL: Program = Program {
    name: "hcl",
    module: "tests/hcl",
    package: ".",
    sources: &["go.mod", "go.sum", "main.go", "layout.go"],
    flags: &[],
    also: &[],
};

/// A module of its own for the same reason; see [`super::terraform`] for the name that Terraform knows it by.
const EXTERNAL: Program = Program {
    name: "external",
    module: "tests/lab/external",
    package: ".",
    sources: &["go.mod", "go.sum", "main.go", "external.go"],
    flags: &[],
    also: &["terraform-provider-external_v2.3.5"],
};

const TOFU: Program = Program {
    name: "tofu",
    module: "tests/lab/tofu",
    package: "github.com/opentofu/opentofu/cmd/tofu",
    sources: &["go.mod", "go.sum"],
    flags: &[
        "-p=2", // as the servers
        "-ldflags=-s -w -X github.com/opentofu/opentofu/version.dev=no",
    ],
    also: &[],
};

const SERVERS: Program = Program {
    name: "servers",
    module: "tests/lab",
    package: "./cmd/servers",
    sources: &["go.mod", "go.sum", "cmd/servers"],
    flags: &[
        "-p=2", // each linker and compiler may take gigabytes
        "-ldflags=-s -w \
         -X k8s.io/component-base/version.gitVersion=v1.36.3 \
         -X k8s.io/component-base/version.gitMajor=1 \
         -X k8s.io/component-base/version.gitMinor=36",
    ],
    also: &["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok", "kwok-stages"],
};

/// The program `lab`: seconds to build.
pub fn lab() -> &'static Path {
    static BUILT: LazyLock<Result<PathBuf, String>> =
        LazyLock::new(|| build(&LAB).map(|folder| folder.join("lab")));
    match &*BUILT {
        Ok(program) => program,
        Err(problem) => panic!("{problem}"),
    }
}

/// The program that asks Terraform's libraries: seconds to build.
pub fn hcl() -> &'static Path {
    static BUILT: LazyLock<Result<PathBuf, String>> =
        LazyLock::new(|| build(&HCL).map(|folder| folder.join("hcl")));
    match &*BUILT {
        Ok(program) => program,
        Err(problem) => panic!("{problem}"),
    }
}

/// The folder with the stand-in for the provider `external`: seconds to build.
pub fn external() -> &'static Path {
    static BUILT: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| build(&EXTERNAL));
    match &*BUILT {
        Ok(folder) => folder,
        Err(problem) => panic!("{problem}"),
    }
}

/// OpenTofu, for machines without a Terraform: minutes to build.
pub fn tofu() -> PathBuf {
    static BUILT: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| build(&TOFU));
    match &*BUILT {
        Ok(folder) => folder.join("tofu"),
        Err(problem) => panic!("{problem}"),
    }
}

/// The folder that holds Kubernetes' programs under their own names: minutes to build.
pub fn servers() -> &'static Path {
    static BUILT: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| build(&SERVERS));
    match &*BUILT {
        Ok(folder) => folder,
        Err(problem) => panic!("{problem}"),
    }
}

/// The folder that the machine keeps a kube-apiserver and an etcd in, by the name that Kubernetes'
/// own test tools use for it.
pub fn assets() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "how the ecosystem names its test servers")]
    let folder = std::env::var_os("KUBEBUILDER_ASSETS")?;
    Some(PathBuf::from(folder)).filter(|folder| !folder.as_os_str().is_empty())
}

/// `tests/lab` in the repository.
pub fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab")
}

fn module(program: &Program) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(program.module)
}

/// The lab's part of cargo's target folder.
pub fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("lab")
}

/// Go as the lab uses it: with the versions of `go.mod`, whatever the machine is set to.
///
/// # Errors
///
/// What a person is to do, if Go is missing or fails.
pub fn go(folder: &Path, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<Vec<u8>, String> {
    let arguments: Vec<OsString> = arguments.into_iter().map(|word| word.as_ref().to_owned()).collect();
    let run = Command::new("go")
        .args(&arguments)
        .current_dir(folder)
        .env("CGO_ENABLED", "0")
        .env("GOFLAGS", "-mod=readonly")
        .env("GOWORK", "off")
        .output();
    let output = match run {
        Ok(output) => output,
        Err(problem) => {
            return Err(format!("these tests need Go 1.26 or later (https://go.dev/dl): {problem}"));
        }
    };
    if output.status.success() {
        return Ok(output.stdout);
    }
    let words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy()).collect();
    Err(format!(
        "go {} failed in {} ({}):\n{}\nif the network is missing: the modules of its go.mod must be in Go's cache",
        words.join(" "),
        folder.display(),
        output.status,
        String::from_utf8_lossy(&output.stderr)
    ))
}

/// The folder with the program, built if it is not there for exactly these sources.
fn build(program: &Program) -> Result<PathBuf, String> {
    let hash = hash_of(program);
    let kept = target().join(program.name);
    let folder = kept.join(&hash);
    fs::create_dir_all(&kept).unwrap();
    // Another test process may be building it right now.
    let lock = File::create(kept.join("lock")).unwrap();
    lock.lock().unwrap();
    if folder.exists() {
        return Ok(folder);
    }
    say(&format!("building {} of {} into {}, once", program.name, program.module, kept.display()));
    for old in fs::read_dir(&kept).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        remove(&old);
    }
    // Of this process alone: the compiler of one that was killed may still be at work.
    let unfinished = kept.join(format!("unfinished-{}", std::process::id()));
    fs::create_dir(&unfinished).unwrap();
    let mut arguments: Vec<OsString> =
        ["build", "-trimpath", "-buildvcs=false", "-o"].map(OsString::from).into();
    arguments.push(unfinished.join(program.name).into());
    arguments.extend(program.flags.iter().map(OsString::from));
    arguments.push(program.package.into());
    go(&module(program), arguments)?;
    for name in program.also {
        symlink(program.name, unfinished.join(name)).unwrap();
    }
    fs::rename(&unfinished, &folder).unwrap();
    Ok(folder)
}

/// A line on the terminal, past the test runner, which keeps what a test prints: some work takes
/// minutes.
#[expect(clippy::explicit_write, reason = "eprintln! is what the test runner keeps")]
pub fn say(line: &str) {
    writeln!(std::io::stderr(), "lab: {line}").unwrap();
}

/// Removes a folder that the lab wrote; it may be gone already.
pub fn remove(folder: &Path) {
    #[expect(clippy::disallowed_methods, reason = "the lab's own folder below the target folder")]
    match fs::remove_dir_all(folder) {
        Err(problem) if problem.kind() != std::io::ErrorKind::NotFound => {
            panic!("{} cannot be removed: {problem}", folder.display())
        }
        _ => {}
    }
}

fn hash_of(program: &Program) -> String {
    let root = module(program);
    let mut files = Vec::new();
    let mut waiting: Vec<PathBuf> = program.sources.iter().map(|source| root.join(source)).collect();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            files.push(path);
        }
    }
    files.sort();
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hash.update(bytes.len().to_be_bytes());
        hash.update(bytes);
    };
    for flag in program.flags.iter().chain(program.also) {
        add(flag.as_bytes());
    }
    for file in files {
        add(file.strip_prefix(&root).unwrap().as_os_str().as_encoded_bytes());
        add(&fs::read(&file).unwrap());
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
