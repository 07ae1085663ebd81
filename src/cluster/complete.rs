//! The defaults of a service, and every setting of the language that it does not set as `null`, so that a
//! template can ask for any of them.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use super::setting::{Branch, Leaf, Setting, Site, Step};
use super::value::{Kind, Value};
use crate::fleet::schema::{ArgSchema, BlockSchema, Nested, Occurs, SERVICE, Type};

/// What the language says where nobody says anything: path and value.
const DEFAULTS: [(&[&str], &str); 6] = [
    (&["workload"], "deployment"),
    (&["rightsize"], "off"),
    (&["shutdown", "grace"], "30s"),
    (&["spread", "zones"], "hard"),
    (&["spread", "hosts"], "soft"),
    (&["disruption", "max_unavailable"], "25%"),
];

/// The defaults of a service: the lowest layer, so that what replaces one remembers it.
pub fn defaults() -> Setting {
    MADE.clone()
}

static MADE: LazyLock<Setting> = LazyLock::new(|| {
    let mut defaults = empty_map();
    for (path, value) in DEFAULTS {
        set_if_absent(&mut defaults, path, leaf(Kind::String(Arc::from(value))));
    }
    set_if_absent(&mut defaults, &["security", "read_only_root"], leaf(Kind::Bool(true)));
    set_if_absent(&mut defaults, &["spot"], leaf(Kind::Bool(false)));
    defaults
});

/// Blocks that no cluster changes, each with the rest of the language: filled up once, by where they are in memory. As
/// long as they are held here nothing else can be there.
#[derive(Debug, Default)]
pub struct Filled(BTreeMap<usize, (Arc<Branch>, Arc<Branch>)>);

impl Filled {
    /// Adds a block.
    pub fn add(&mut self, setting: &Setting, schema: &BlockSchema) {
        let Setting::Map(branch) = setting else { return };
        let mut filled = Arc::clone(branch);
        fill_block(&mut filled, schema, self);
        self.0.insert(Arc::as_ptr(branch).addr(), (Arc::clone(branch), filled));
    }

    fn of(&self, branch: &Arc<Branch>) -> Option<&Arc<Branch>> {
        self.0.get(&Arc::as_ptr(branch).addr()).map(|(_, filled)| filled)
    }
}

/// The settings with the rest of the language as `null`, `{}` and `[]`; `known` has some of their blocks already.
pub fn complete(mut settings: Setting, known: &Filled) -> Setting {
    let Setting::Map(branch) = &mut settings else { return settings };
    let branch = Arc::make_mut(branch);
    if let Some(Setting::Map(disruption)) = branch.entries.get_mut("disruption")
        && disruption.entries.contains_key("min_available")
    {
        // The two exclude each other; only a default gives way.
        Arc::make_mut(disruption).entries.retain(|_, setting| setting.site().step != Step::Default);
    }
    fill_given(branch, &SERVICE, &["override", "excuse"], known);
    let mut whole = BLANK.clone();
    whole.append(&mut branch.entries);
    branch.entries = whole;
    settings
}

fn entries_of<'a>(branch: &'a mut Branch, key: &str) -> impl Iterator<Item = &'a mut Setting> {
    let entries = match branch.entries.get_mut(key) {
        Some(Setting::Map(inner)) => Some(Arc::make_mut(inner).entries.values_mut()),
        _ => None,
    };
    entries.into_iter().flatten()
}

fn site() -> Site {
    Site { span: None, step: Step::Default, block: Arc::from("") }
}

fn leaf(kind: Kind) -> Setting {
    Setting::Leaf(Leaf { value: Value::new(kind), site: site(), replaced: None })
}

/// What most settings of most services are.
static NULL: LazyLock<Setting> = LazyLock::new(|| leaf(Kind::Null));
static TCP: LazyLock<Setting> = LazyLock::new(|| leaf(Kind::String(Arc::from("TCP"))));
static EMPTY_LIST: LazyLock<Setting> = LazyLock::new(|| leaf(Kind::List(Arc::default())));
static EMPTY_MAP: LazyLock<Setting> = LazyLock::new(|| Setting::Map(Arc::new(Branch::empty(site()))));

fn empty_map() -> Setting {
    EMPTY_MAP.clone()
}

fn set_if_absent(setting: &mut Setting, path: &[&str], value: Setting) {
    let (Setting::Map(branch), [first, rest @ ..]) = (setting, path) else { return };
    let branch = Arc::make_mut(branch);
    match rest {
        [] => {
            branch.entries.entry(Arc::from(*first)).or_insert(value);
        }
        rest => {
            let inner = branch.entries.entry(Arc::from(*first)).or_insert_with(empty_map);
            set_if_absent(inner, rest, value);
        }
    }
}

/// What a service has that sets nothing at all.
static BLANK: LazyLock<BTreeMap<Arc<str>, Setting>> = LazyLock::new(|| {
    let mut blank = Branch::empty(site());
    fill(&mut blank, &SERVICE, &["override", "excuse"], &Filled::default());
    blank.entries
});

/// Fills up a block: what is there, and what is not.
fn fill(branch: &mut Branch, schema: &BlockSchema, leave: &[&str], known: &Filled) {
    for arg in arguments(schema) {
        if !branch.entries.contains_key(arg.name) {
            branch.entries.insert(Arc::from(arg.name), nothing(&arg.ty));
        }
    }
    for nested in schema.blocks().filter(|nested| !leave.contains(&nested.schema.name)) {
        let name = nested.schema.name;
        if !branch.entries.contains_key(name) {
            let nothing = if nested.occurs == Occurs::Once { NULL.clone() } else { empty_map() };
            branch.entries.insert(Arc::from(name), nothing);
        }
    }
    fill_given(branch, schema, leave, known);
}

/// The arguments that are settings.
fn arguments(schema: &BlockSchema) -> impl Iterator<Item = &'static ArgSchema> {
    let is_service = schema.name == SERVICE.name;
    schema.args().filter(move |arg| arg.overridable || !is_service)
}

/// Fills up what is there.
fn fill_given(branch: &mut Branch, schema: &BlockSchema, leave: &[&str], known: &Filled) {
    for arg in arguments(schema) {
        if let (Type::Object(keys), Some(Setting::Map(inner))) = (&arg.ty, branch.entries.get_mut(arg.name)) {
            for key in keys.iter().filter(|key| !inner.entries.contains_key(key.name)).collect::<Vec<_>>() {
                Arc::make_mut(inner).entries.entry(Arc::from(key.name)).or_insert_with(|| nothing(&key.ty));
            }
        }
    }
    for nested in schema.blocks().filter(|nested| !leave.contains(&nested.schema.name)) {
        fill_blocks(branch, nested, known);
    }
}

/// Fills up one block.
fn fill_block(block: &mut Arc<Branch>, schema: &BlockSchema, known: &Filled) {
    if let Some(filled) = known.of(block) {
        *block = Arc::clone(filled);
        return;
    }
    let branch = Arc::make_mut(block);
    if schema.name == "port" && !branch.entries.contains_key("protocol") {
        branch.entries.insert(Arc::from("protocol"), TCP.clone());
    }
    fill(branch, schema, &[], known);
}

fn fill_blocks(branch: &mut Branch, nested: &Nested, known: &Filled) {
    let name = nested.schema.name;
    match nested.occurs {
        Occurs::Once => {
            if let Some(Setting::Map(inner)) = branch.entries.get_mut(name) {
                fill_block(inner, nested.schema, known);
            }
        }
        Occurs::PerLabel | Occurs::Often => {
            for inner in entries_of(branch, name) {
                if let Setting::Map(inner) = inner {
                    fill_block(inner, nested.schema, known);
                }
            }
            if let (true, Some(Setting::Map(probes))) = (name == "probe", branch.entries.get_mut(name)) {
                for kind in ["startup", "readiness", "liveness"] {
                    Arc::make_mut(probes).entries.entry(Arc::from(kind)).or_insert_with(|| NULL.clone());
                }
            }
        }
    }
}

/// What stands for a setting that nobody gave.
fn nothing(ty: &Type) -> Setting {
    match ty {
        Type::Map(_) | Type::Object(_) => empty_map(),
        Type::List(_) => EMPTY_LIST.clone(),
        _ => NULL.clone(),
    }
}
