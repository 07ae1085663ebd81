//! One file of a fleet: read, resolved and laid out.

use fleetwright::cluster::{self, Value};
use fleetwright::diagnostic::{Diagnostics, SourceMap};
use fleetwright::fleet::{self, FormatError, format};
use fleetwright::report::ClusterBlocks;
use fleetwright::source::{RelPath, Sources};

use super::whole;

/// What a file means: its outputs, the values of the clusters, and the codes of all that is wrong.
type Meaning = (Vec<Value>, Vec<Value>, Vec<(&'static str, String)>);

fn meaning(text: &str) -> Option<Meaning> {
    let folder = RelPath::parse("fleet").ok()?;
    let dense: String = text.split_whitespace().collect();
    let settings = if dense.contains("fleet\"") { "" } else { "fleet \"fuzz\" {}\n" };
    let head = format!(
        "{settings}cluster \"zone-a\" {{ labels = {{ env = \"prod\" }} }}\ncluster \"zone-b\" {{}}\n"
    );
    let sources = Sources::memory([("fleet/a.hcl", text), ("fleet/fleet.hcl", &head)]).ok()?;
    let mut map = SourceMap::default();
    let (parsed, mut problems) = fleet::parse(&sources, &folder, &mut map);
    let (mut outputs, mut values, mut blocks) = (Vec::new(), Vec::new(), ClusterBlocks::new());
    if let Some(parsed) = parsed {
        let version = semver::Version::new(1, 0, 0);
        let (resolved, found) = cluster::resolve(&parsed, &[], &sources, &version, 1, &mut map);
        problems.append(found);
        for cluster in &resolved.clusters {
            values.push(cluster.values.to_value());
            values.extend(cluster.units.iter().map(|unit| unit.settings.to_value()));
            blocks.insert(cluster.name.clone(), cluster.span);
        }
        outputs.extend(resolved.outputs.into_values().map(|output| output.value));
    }
    let problems: Diagnostics = problems.folded();
    whole::print(&problems, &map, &blocks);
    let mut told: Vec<_> = problems.iter().map(|one| (one.code.as_str(), one.message.clone())).collect();
    told.sort();
    Some((outputs, values, told))
}

/// Whether blanks stand around a point between two digits: laid out, the two would be one number.
fn glues_a_number(text: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit();
    text.match_indices('.').any(|(at, _)| {
        let (before, after) = (text[..at].trim_end(), text[at + 1..].trim_start());
        before.ends_with(is_digit) && after.starts_with(is_digit)
    })
}

/// Holds what is to hold for any input.
pub fn hold(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some(before) = meaning(text) else { return };
    match format(text) {
        Ok(formatted) => {
            assert!(formatted == text || meaning(&formatted) == Some(before), "{formatted}");
            let again = format(&formatted);
            assert_eq!(again.as_ref(), Ok(&formatted));
        }
        Err(FormatError::Syntax) => {}
        Err(FormatError::Meaning) => assert!(glues_a_number(text), "it would say something else"),
    }
}
