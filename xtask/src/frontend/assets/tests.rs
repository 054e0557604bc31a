use std::io::Read;

use flate2::read::GzDecoder;

use super::*;

/// A directory below the system's temporary one, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn names(&self, directory: &str) -> Vec<String> {
        let entries = fs::read_dir(self.0.join(directory)).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_name_carries_sixteen_digits_of_the_content() {
    assert_eq!(hashed_name("app.css", b""), "app-e3b0c44298fc1c14.css");
    assert_eq!(hashed_name("LICENCE", b""), "LICENCE-e3b0c44298fc1c14");
    assert_eq!(hashed_name("a.b.js", b""), "a.b-e3b0c44298fc1c14.js");
}

#[test]
fn two_files_cannot_share_a_logical_name() {
    let mut bundle = Bundle::default();
    bundle.add("app.js", b"one".to_vec()).unwrap();
    assert!(bundle.add("app.js", b"two".to_vec()).is_err());
}

#[test]
fn a_bundle_is_written_with_compressed_copies_and_replaces_the_previous() {
    let scratch = Scratch::new("bundle");
    let out = scratch.0.join("assets");

    let mut first = Bundle::default();
    let old = first.add("app.js", b"old".to_vec()).unwrap();
    let css = first.add("app.css", b"body {}".to_vec()).unwrap();
    first.write(&out).unwrap();
    fs::write(out.join("not-ours"), "").unwrap();

    let mut second = Bundle::default();
    let new = second.add("app.js", b"new".to_vec()).unwrap();
    second.add("app.css", b"body {}".to_vec()).unwrap();
    let manifest = second.write(&out).unwrap();

    assert_ne!(old, new);
    let mut expected = vec![
        gzip_name(&css),
        css,
        gzip_name(&new),
        new.clone(),
        Manifest::FILE.to_owned(),
        "not-ours".to_owned(),
    ];
    expected.sort();
    assert_eq!(scratch.names("assets"), expected);
    assert_eq!(scratch.names("."), ["assets"]);
    assert_eq!(Manifest::read_complete(&out), Some(manifest));

    let mut unpacked = String::new();
    let packed = fs::File::open(out.join(gzip_name(&new))).unwrap();
    GzDecoder::new(packed).read_to_string(&mut unpacked).unwrap();
    assert_eq!(unpacked, "new");

    fs::remove_file(out.join(new)).unwrap();
    assert_eq!(Manifest::read_complete(&out), None);
}

#[test]
fn hidden_files_are_no_assets_and_directories_are_refused() {
    let scratch = Scratch::new("web");
    fs::write(scratch.0.join(".gitkeep"), "").unwrap();
    fs::write(scratch.0.join("app.css"), "body {}").unwrap();
    assert_eq!(files_of(&scratch.0).unwrap(), [("app.css".to_owned(), b"body {}".to_vec())]);

    fs::create_dir(scratch.0.join("icons")).unwrap();
    assert!(files_of(&scratch.0).is_err());
}
