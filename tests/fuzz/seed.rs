//! Makes what the fuzz targets begin with: the example fleet, its templates, what it renders, and the inputs of the
//! tests. Run in the root of the repository.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

/// The largest seed, in bytes: what is larger takes time and leads nowhere else.
const MOST: usize = 6000;

/// Texts for one target.
struct Corpus {
    target: &'static str,
    texts: BTreeSet<String>,
}

impl Corpus {
    fn new(target: &'static str) -> Self {
        Self { target, texts: BTreeSet::new() }
    }

    fn add(&mut self, text: String) {
        if text.len() <= MOST {
            self.texts.insert(text);
        }
    }

    fn write(&self) -> io::Result<()> {
        let folder = Path::new("tests/fuzz/corpus").join(self.target);
        fs::create_dir_all(&folder)?;
        for text in &self.texts {
            let mut hasher = DefaultHasher::new();
            text.hash(&mut hasher);
            fs::write(folder.join(format!("seed-{:016x}", hasher.finish())), text)?;
        }
        println!("{}: {} seeds", self.target, self.texts.len());
        Ok(())
    }
}

/// The files below some folders, or the files themselves, with this ending; sorted.
fn files(places: &[&str], ending: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting: Vec<PathBuf> = places.iter().map(PathBuf::from).collect();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path)? {
                waiting.push(entry?.path());
            }
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The texts of all string literals in the Rust files of some places.
fn literals(places: &[&str]) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for path in files(places, ".rs")? {
        let text = fs::read_to_string(path)?;
        let mut rest = text.as_str();
        while let Some(at) = rest.find(['"', '\'', '/']) {
            let (before, from) = rest.split_at(at);
            rest = if from.starts_with("//") {
                from.split_once('\n').map_or("", |(_, rest)| rest)
            } else if let Some(rest) = ["'\"'", "'\\\"'"].iter().find_map(|quote| from.strip_prefix(quote)) {
                rest
            } else if let Some(from) = from.strip_prefix('"') {
                let hashes = before.bytes().rev().take_while(|byte| *byte == b'#').count();
                if before[..before.len() - hashes].ends_with('r') {
                    let end = format!("\"{}", "#".repeat(hashes));
                    let (literal, rest) = from.split_once(&end).unwrap_or((from, ""));
                    found.push(literal.to_owned());
                    rest
                } else {
                    let (literal, rest) = escaped(from);
                    found.push(literal);
                    rest
                }
            } else {
                &from[1..]
            };
        }
    }
    Ok(found)
}

/// What a literal says that begins here, and what follows it.
fn escaped(from: &str) -> (String, &str) {
    let mut literal = String::new();
    let mut chars = from.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => match chars.next() {
                Some('n') => literal.push('\n'),
                Some('r') => literal.push('\r'),
                Some('t') => literal.push('\t'),
                Some('0') => literal.push('\0'),
                Some('\n') => chars = chars.as_str().trim_start().chars(),
                Some('u') => {
                    let (code, rest) = chars.as_str().split_once('}').unwrap_or(("", ""));
                    literal.extend(
                        u32::from_str_radix(&code[1.min(code.len())..], 16).ok().and_then(char::from_u32),
                    );
                    chars = rest.chars();
                }
                Some(other) => literal.push(other),
                None => break,
            },
            c => literal.push(c),
        }
    }
    (literal, chars.as_str())
}

const FLEET: &str = "=== fleet/fleet.hcl\nfleet \"fuzz\" {}\nvariable \"token\" {\n  sensitive = true\n  default = \"s3cr3t-9\"\n}\ncluster \"prod-a\" {\n  labels = { env = \"prod\" }\n}\ncluster \"prod-b\" {\n  kubernetes = \"1.33\"\n}\n";
const UNIT: &str = "=== fleet/web.hcl\ncomponent \"web\" {\n  namespace = \"web\"\n  templates = [\"web.yaml\"]\n  values = { greeting = \"hello\", token = var.token, list = [1, \"a\"] }\n}\n";
const OBJECT: &str = "=== templates/web.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  a: {{ values.greeting }}\n  b: {{ values.token | quote }}\n";
const DEFINITION: &str = r#"=== templates/web.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Thing, plural: things}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              required: [size]
              x-kubernetes-validations:
                - rule: self.size < 5 && self.name.matches("^[a-z]+$")
                  message: too large
              properties:
                size: {type: integer, minimum: 1, maximum: 9, format: int32}
                name: {type: string, pattern: "^[a-z]+$", maxLength: 5}
                list: {type: array, maxItems: 2, items: {type: string, enum: [a, b]}}
                any: {x-kubernetes-int-or-string: true}
---
apiVersion: example.com/v1
kind: Thing
metadata: {name: a}
spec: {size: 3, name: abc, list: [a], any: 5%}
"#;

fn main() -> io::Result<()> {
    let read = |path: &PathBuf| fs::read_to_string(path);
    let mut hcl = Corpus::new("hcl");
    for path in files(&["fleet", "src/cli/init", "tests/it/library"], ".hcl")? {
        let text = read(&path)?;
        // Each block by itself, too.
        text.split("\n}\n").for_each(|block| hcl.add(format!("{block}\n}}\n")));
        hcl.add(text);
    }
    for path in files(&["src/cluster/function/cases"], ".txt")? {
        for line in read(&path)?.lines().filter(|line| !line.starts_with([' ', '#']) && !line.is_empty()) {
            hcl.add(format!("output \"o\" {{\n  value = {line}\n}}\n"));
        }
    }
    let bad = [
        "tests/it/bad_inputs",
        "tests/it/fmt_oracle.rs",
        "src/fleet",
        "src/cluster/tests.rs",
        "src/cluster/tests",
    ];
    let bad = literals(&bad)?;
    let looks_like_hcl =
        |text: &&String| text.contains('\n') && text.contains(['{', '=']) || text.contains(" = ");
    bad.iter().filter(looks_like_hcl).for_each(|text| hcl.add(text.clone()));

    let mut template = Corpus::new("template");
    for path in files(&["templates"], ".yaml")? {
        template.add(format!("word\nanother word\n{}", read(&path)?));
    }
    let rendering = literals(&["src/render/tests", "tests/it/bad_inputs", "tests/it/secrets.rs"])?;
    for text in rendering.iter().filter(|text| text.contains("{{") || text.contains("{%")) {
        template.add(format!("word\n1.30\n{text}"));
        template.add(format!(
            "a b\ntrue\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  {text}\n  w: {{{{ cluster.values.word }}}}\n"
        ));
    }

    let mut yaml = Corpus::new("yaml");
    for path in files(&["tests/it/golden"], ".yaml")? {
        read(&path)?.split("---\n").for_each(|document| yaml.add(document.to_owned()));
    }
    for text in literals(&["src/yaml", "tests/it/yaml_oracle.rs", "tests/it/bad_inputs"])? {
        yaml.add(text);
    }

    let mut skeleton = Corpus::new("skeleton");
    for text in literals(&["src/render/tests/skeleton.rs"])? {
        let holes = [("{{ v }}", "$v"), ("{{ w }}", "$w"), ("{{ n }}", "$n"), ("{{ v | quote }}", "$q")];
        let line = holes.iter().fold(text.clone(), |line, (code, hole)| line.replace(code, hole));
        if line != text {
            skeleton.add(format!("plain\nw\nother\n1.42.0\n7 8080\nspec:\n  a: {line}\n  m: $m\n"));
            skeleton.add(format!("plain\nw\na: b\nx\n7 -1\nspec:\n  a: {line}\n  b: $v\n"));
        } else if !text.is_empty() && !text.contains("{{") {
            let word = text.replace('\n', "\\n");
            skeleton.add(format!(
                "seed\nother\n{word}\nw\n5 80\nspec:\n  a: $v\n  b: [x-$w, $n]\n  c: \"$v\"\n  d: '$w'\n"
            ));
        }
    }

    let mut render = Corpus::new("render");
    render.add(format!("{FLEET}{UNIT}{OBJECT}"));
    render.add(format!("{FLEET}{UNIT}{DEFINITION}"));
    for text in bad.iter().filter(looks_like_hcl) {
        render.add(format!("{FLEET}{UNIT}{OBJECT}=== fleet/x.hcl\n{text}\n"));
    }
    for text in rendering.iter().filter(|text| text.contains("{{") || text.contains("kind:")) {
        render.add(format!("{FLEET}{UNIT}=== templates/web.yaml\n{text}\n"));
    }
    for path in files(&["templates/service"], ".yaml")? {
        let service = fs::read_to_string("fleet/payments.hcl")?;
        let text = read(&path)?;
        render.add(format!("{FLEET}=== fleet/a.hcl\n{service}=== templates/service/a.yaml\n{text}"));
    }
    [hcl, template, yaml, skeleton, render].iter().try_for_each(Corpus::write)
}
