//! What the fuzz targets hold, of inputs that are at hand: so they are built, and stay true, without what runs them.

#[path = "../fuzz/targets/hcl.rs"]
mod hcl;
#[path = "../fuzz/targets/render.rs"]
mod render;
#[path = "../fuzz/targets/skeleton.rs"]
mod skeleton;
#[path = "../fuzz/targets/template.rs"]
mod template;
#[path = "../fuzz/targets/whole.rs"]
mod whole;
#[path = "../fuzz/targets/yaml.rs"]
mod yaml;

use crate::example;

#[test]
fn what_is_held_of_files_of_fleets() {
    for text in example::fleet().values() {
        hcl::hold(text.as_bytes());
    }
    for text in [
        "",
        "a = 1",
        "cluster \"zone-a\" {",
        "output \"o\" {\n  value = [for x in [1] : x]\n}\n",
        "\u{feff}x {}",
    ] {
        hcl::hold(text.as_bytes());
    }
}

#[test]
fn what_is_held_of_templates() {
    for (name, text) in example::files(&example::root().join("templates/service")) {
        if name.ends_with(".yaml") {
            template::hold(&[b"word\nanother word\n", text.as_slice()].concat());
        }
    }
    let configured =
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  a: {{ cluster.values.word }}\n";
    for words in ["a\nb", "1.30\ntrue", "x: y\n- z", "a\\nb\n\"", "\n"] {
        template::hold(format!("{words}\n{configured}").as_bytes());
    }
    template::hold(b"a\nb\n{% for x in y %}");
}

#[test]
fn what_is_held_of_yaml() {
    for text in [
        "",
        "a: 1\nb: [x, {y: 2}]\n",
        "---\n- |\n  text\n- >-\n  more\n",
        "a: &x 1\nb: *x\n",
        "a: [",
        "? k\n: v\n",
        "\t",
        "no",
    ] {
        yaml::hold(text.as_bytes());
    }
}

#[test]
fn what_is_held_of_texts_that_were_read_before() {
    for (values, line) in [
        ("plain\nw\nother\n1.42.0\n7 8080", "$v-$w"),
        ("a: b\nw\nx\n1\n7 -1", "\"$v\" # $n"),
        ("yes\n\\n\n1\n- \n0 5", "[$v, $n, $q]"),
    ] {
        skeleton::hold(format!("{values}\nspec:\n  a: {line}\n  m: $m\n").as_bytes());
    }
}

#[test]
fn what_is_held_of_whole_fleets() {
    let fleet = "=== fleet/fleet.hcl\nfleet \"fuzz\" {}\ncluster \"prod-a\" {}\ncluster \"prod-b\" {}\n\
                 component \"web\" {\n  namespace = \"web\"\n  templates = [\"web.yaml\"]\n  values = { greeting = \"hello\" }\n}\n";
    for object in [
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  a: {{ values.greeting }}\n",
        "apiVersion: v1\nkind: Pod\n",
        "{{ values.nothing }}",
    ] {
        render::hold(format!("{fleet}=== templates/web.yaml\n{object}").as_bytes());
    }
    render::hold(b"=== fleet/../x\n=== fleet/a.hcl\n}");
}
