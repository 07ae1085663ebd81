//! What holds for every module: its tests, its layout.

use super::Work;

const MODULES: [&str; 3] = ["access", "fleet", "weights"];

#[test]
fn every_module_is_valid_and_passes_its_tests() {
    let work = Work::modules();
    for (folder, runs) in [("access", 21), ("fleet", 27), ("weights", 20), ("examples/shop", 1)] {
        let folder = format!("modules/{folder}");
        work.init(&folder);
        work.done(&folder, &["validate", "-no-color"]);
        let said = work.done(&folder, &["test", "-no-color"]);
        assert!(said.contains(&format!("Success! {runs} passed, 0 failed.")), "{folder}\n{said}");
    }
}

#[test]
fn modules_are_laid_out() {
    let work = Work::modules();
    let said = work.done("modules", &["fmt", "-check", "-recursive", "-no-color"]);
    assert_eq!(said, "");
    work.place.write("modules/weights/main.tf", "locals {\n  a   = 1\n}\n");
    let run = work.run("modules", &["fmt", "-check", "-recursive", "-no-color"]);
    assert_eq!((run.status, run.stdout.as_str()), (Some(3), "weights/main.tf\n"));
}

#[test]
fn every_module_has_its_files() {
    let work = Work::modules();
    let mut found: Vec<String> = std::fs::read_dir(work.path("modules"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    assert_eq!(found, ["README.md", "access", "examples", "fleet", "weights"]);
    for module in MODULES {
        for file in ["main.tf", "variables.tf", "outputs.tf", "versions.tf", "README.md"] {
            assert!(work.path(&format!("modules/{module}/{file}")).is_file(), "{module}/{file}");
        }
    }
}

#[test]
fn every_input_and_output_is_in_the_readme() {
    let work = Work::modules();
    for module in MODULES {
        let readme = work.place.read(&format!("modules/{module}/README.md"));
        for file in ["variables.tf", "outputs.tf"] {
            let text = work.place.read(&format!("modules/{module}/{file}"));
            let blocks =
                text.lines().filter(|line| line.starts_with("variable ") || line.starts_with("output "));
            for name in blocks.map(|line| line.split('"').nth(1).unwrap()) {
                assert!(
                    readme.contains(&format!("| `{name}` |")),
                    "{module}/README.md has no row for `{name}`"
                );
            }
        }
    }
}
