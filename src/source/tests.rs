//! What may be read, and what may not.

use super::*;

#[test]
fn a_path_never_leaves_the_root() {
    for bad in ["..", "a/../../b", "/etc/passwd", "..\\x", "file:///etc/passwd", "a\0b", "C:\\x"] {
        assert!(RelPath::parse(bad).is_err(), "{bad:?} was taken");
    }
    let folder = RelPath::parse("fleet").unwrap();
    assert_eq!(folder.join("../templates/./x").unwrap().as_str(), "templates/x");
    assert!(folder.join("../../x").is_err());
}

#[test]
fn memory_lists_what_lies_below_a_folder() {
    let sources =
        Sources::memory([("fleet/b.hcl", "b"), ("fleet/a/x.hcl", "x"), ("fleet/.h/y.hcl", "y"), ("z", "z")])
            .unwrap();
    let listed = sources.list(&RelPath::parse("fleet").unwrap()).unwrap();
    let listed: Vec<&str> = listed.iter().map(RelPath::as_str).collect();
    assert_eq!(listed, ["fleet/a/x.hcl", "fleet/b.hcl"]);
    assert!(sources.list(&RelPath::parse("nowhere").unwrap()).is_err());
}

#[test]
fn a_byte_order_mark_is_taken_off_and_bad_bytes_are_named() {
    let sources = Sources::memory([
        ("bom", b"\xef\xbb\xbfx".to_vec()),
        ("bad", b"a\nb\xff".to_vec()),
        ("wide", b"\xff\xfea\0".to_vec()),
    ])
    .unwrap();
    let read = |path: &str| sources.read(&RelPath::parse(path).unwrap());
    assert_eq!(&*read("bom").unwrap(), "x");
    assert_eq!(read("bad").unwrap_err().to_string(), "bad: not UTF-8: byte 0xff at offset 3, line 2");
    assert!(read("wide").unwrap_err().to_string().contains("UTF-16"));
}

#[test]
fn a_folder_gives_files_only_from_inside_it() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("repo");
    std::fs::create_dir_all(root.join("fleet")).unwrap();
    std::fs::write(folder.path().join("secret"), "no").unwrap();
    std::fs::write(root.join("fleet/a.hcl"), "a").unwrap();
    std::os::unix::fs::symlink("../../secret", root.join("fleet/link")).unwrap();
    std::os::unix::fs::symlink("a.hcl", root.join("fleet/same.hcl")).unwrap();
    let sources = Sources::folder(&root).unwrap();
    let listed = sources.list(&RelPath::parse("fleet").unwrap()).unwrap();
    let listed: Vec<&str> = listed.iter().map(RelPath::as_str).collect();
    assert_eq!(listed, ["fleet/a.hcl", "fleet/link", "fleet/same.hcl"]);
    let outside = sources.read(&RelPath::parse("fleet/link").unwrap()).unwrap_err();
    assert!(matches!(outside, Error::Outside { .. }), "{outside}");
    let folder = sources.read(&RelPath::parse("fleet").unwrap()).unwrap_err();
    assert!(matches!(folder, Error::Kind { .. }), "{folder}");
}
