//! The unit and the template that the mistakes of these tests are made in.

use super::score::sound;
use crate::program::Place;

/// The template of the sound fleet.
pub const WEB: &str = "templates/web.yaml";
/// An object with all that every object has, in four lines.
pub const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n";

/// A `ConfigMap` whose data are these lines; the first is line 6.
pub fn data(lines: &str) -> String {
    format!("{MAP}data:\n{lines}\n")
}

/// The file of the unit, with more values.
pub fn values(more: &str) -> String {
    format!(
        "component \"web\" {{\n  namespace = \"web\"\n  templates = [\"web\"]\n  values    = {{ greeting = \"hello\", token = var.token, {more} }}\n}}\n"
    )
}

/// What the sound fleet with these files renders on a cluster.
pub fn rendered(files: &[(&str, &str)]) -> String {
    let place = Place::with(&sound());
    files.iter().for_each(|(path, text)| place.write(path, text));
    place.run(&["render", "--cluster", "prod-a"]).done().0
}
