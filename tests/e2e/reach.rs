//! What the tests of connections share: a fleet of one or two clusters, a kubeconfig of their own, `trust`.

use std::process::Command;

use crate::harness::{Cluster, Proxy};
use crate::program::{Outcome, Place, outcome};

/// A fleet of cluster `prod-a`, with these lines in its block, and of `prod-b`.
pub fn fleet(lines: &str) -> Place {
    let lines = lines.replace('\n', "\n  ");
    Place::with(&[(
        "fleet/fleet.hcl",
        &format!(
            "fleet \"shop\" {{}}\n\n# The canary.\ncluster \"prod-a\" {{\n  context = \"c\"\n  {lines}\n}}\n\ncluster \"prod-b\" {{}}\n"
        ),
    )])
}

/// The kubeconfig `config` of a place: one context `c`, with these lines for its cluster and its user.
pub fn config(place: &Place, cluster: &str, user: &str) {
    let lines = |text: &str| text.replace('\n', "\n    ");
    let text = format!(
        "clusters:\n- name: s\n  cluster:\n    {}\nusers:\n- name: u\n  user:\n    {}\ncontexts:\n- name: c\n  context: {{cluster: s, user: u}}\n",
        lines(cluster),
        lines(user)
    );
    place.write("config", &text);
}

/// The lines that lead to a server of this cluster's, with the authority in a file beside the kubeconfig.
pub fn server(place: &Place, cluster: &Cluster, url: &str) -> String {
    place.write("ca.crt", &cluster.authority);
    format!("server: {url}\ncertificate-authority: ca.crt")
}

/// The line that shows a user's token.
pub fn token(cluster: &Cluster, user: &str) -> String {
    format!("token: {}", cluster.tokens[user])
}

/// A place with a fleet, and a kubeconfig that leads through a proxy as the admin.
pub fn through(proxy: &Proxy, cluster: &Cluster, lines: &str) -> Place {
    let place = fleet(lines);
    config(&place, &server(&place, cluster, &proxy.url), &token(cluster, ADMIN));
    place
}

/// The name of the cluster's own user.
pub const ADMIN: &str = "admin";

/// `trust --cluster prod-a --yes` with the kubeconfig `config`.
pub fn trust(place: &Place, arguments: &[&str]) -> Outcome {
    outcome(command(place, arguments).output().unwrap())
}

/// The same, not yet run.
pub fn command(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.command(&["trust", "--cluster", "prod-a", "--yes"]);
    command.args(arguments).env("KUBECONFIG", "config").env("PATH", "/usr/local/bin:/usr/bin:/bin");
    command
}

/// What a run said, with the parts that change from run to run by name. No token is ever among it.
pub fn said(outcome: &Outcome, cluster: &Cluster, url: &str) -> String {
    let all = format!("{}{}", outcome.stdout, outcome.stderr);
    for token in cluster.tokens.values() {
        assert!(!all.contains(token.as_str()), "a token was printed:\n{all}");
    }
    let host = url.trim_start_matches("https://");
    all.replace(host, "HOST").replace(&cluster.uid, "UID")
}

/// The requests that a proxy saw, as `VERB PATH STATUS`.
pub fn seen(proxy: &Proxy) -> Vec<String> {
    let requests = proxy.requests();
    requests.iter().map(|one| format!("{} {} {}", one.method, one.path, one.answered)).collect()
}
