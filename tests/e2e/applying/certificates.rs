//! Certificates of a server that do not hold, or no longer.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::Value;

use super::locks::until_writing;
use super::scene::{Scene, config_map, said};
use crate::harness::{Fault, Lab, Rule};
use crate::program::{Outcome, outcome};

fn maps() -> Vec<Value> {
    (0..40).map(|number| config_map(&format!("map-{number:02}"), "1")).collect()
}

const HOUR: i64 = 3600;

#[test]
fn f12_a_certificate_that_does_not_hold_refuses_before_anything() {
    let scene = Scene::rendering(Lab::extended(), &maps());
    let kubeconfig = std::fs::read_to_string(&scene.proxy.kubeconfig).unwrap();
    let apply = |why: &str, kubeconfig: &str| {
        scene.place.write("config", kubeconfig);
        let mut command = scene.command(&["apply", "--cluster", "a", "--yes"]);
        let refused = outcome(command.env("KUBECONFIG", "config").output().unwrap());
        assert_eq!(refused.status, Some(4), "{}", said(&refused));
        for known in [why, "no secure connection"] {
            assert!(refused.stderr.contains(known), "{known}: {}", refused.stderr);
        }
        // It is not tried again.
        assert!(!refused.stderr.contains("; try 2 of"), "{}", refused.stderr);
    };
    scene.proxy.certify(-2 * HOUR, -HOUR);
    apply("certificate expired", &kubeconfig);
    scene.proxy.certify(HOUR, 2 * HOUR);
    apply("certificate not valid yet", &kubeconfig);
    scene.proxy.certify(-HOUR, HOUR);
    apply("not valid for name \"0.0.0.0\"", &kubeconfig.replace("https://127.0.0.1", "https://0.0.0.0"));
    // The system's authorities did not sign it.
    let strange = kubeconfig.lines().filter(|line| !line.contains("certificate-authority"));
    apply("UnknownIssuer", &strange.collect::<Vec<_>>().join("\n"));
    assert!(scene.proxy.requests().is_empty());
}

#[test]
fn f12_a_certificate_of_the_user_that_does_not_hold_refuses_before_anything() {
    let scene = Scene::rendering(Lab::extended(), &maps());
    scene.place.write("ca.crt", &scene.cluster.authority);
    let config = format!(
        "clusters:\n- name: s\n  cluster: {{server: \"{}\", certificate-authority: ca.crt}}\nusers:\n- name: u\n  user: {{client-certificate: u.crt, client-key: u.key}}\ncontexts:\n- name: {}\n  context: {{cluster: s, user: u}}\n",
        scene.proxy.url, scene.cluster.name
    );
    scene.place.write("config", &config);
    let apply = |from: i64, until: i64| {
        let (certificate, key) = scene.proxy.identify(crate::reach::ADMIN, from, until);
        scene.place.write("u.crt", &certificate);
        scene.place.write("u.key", &key);
        let mut command = scene.command(&["apply", "--cluster", "a", "--yes"]);
        scene.shown(outcome(command.env("KUBECONFIG", "config").output().unwrap()))
    };
    let refused = apply(-2 * HOUR, -HOUR);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    // The server may say so before the connection stands, or after.
    for known in ["no secure connection", "CertificateExpired", "user \"u\""] {
        assert!(refused.stderr.contains(known), "{known}: {}", refused.stderr);
    }
    assert!(scene.proxy.requests().is_empty());
    let dated = |text: &str| {
        let words = text.split(' ').map(|word| {
            let is_time = word.starts_with("20") && word.trim_end().ends_with('Z');
            if is_time { word.replace(word.trim_end(), "TIME") } else { word.to_owned() }
        });
        words.collect::<Vec<_>>().join(" ")
    };
    let told = |outcome: &Outcome| {
        let error = outcome.stderr.split("\n\n").find(|part| part.starts_with("error")).unwrap_or_default();
        let cause = |line: &&str| !line.contains("note: cause: ");
        dated(&error.lines().filter(cause).collect::<Vec<_>>().join("\n"))
    };
    assert_snapshot!(told(&refused), @r#"
    error[L021]: cluster "a" cannot be read: no secure connection to HOST
     |
     = cluster: a
     = note: context "context", server https://HOST, user "u"
     = note: asked for GET /api/v1/namespaces/kube-system
     = note: the client certificate of user "u" holds from TIME until TIME
     = help: the server does not take the client certificate: get a new one, and set `client-certificate` and `client-key` of the user in the kubeconfig
    "#);
    // An API server that looks at certificates itself answers, and with 401.
    let direct = config.replace(&scene.proxy.url, &scene.cluster.url);
    scene.place.write("config", &direct);
    let mut command = scene.command(&["apply", "--cluster", "a", "--yes"]);
    let refused = scene.shown(outcome(command.env("KUBECONFIG", "config").output().unwrap()));
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    let host = scene.cluster.url.trim_start_matches("https://");
    assert_snapshot!(told(&refused).replace(host, "HOST"), @r#"
    error[L023]: cluster "a" cannot be read: the server does not know the user (401 Unauthorized)
     |
     = cluster: a
     = note: context "context", server https://HOST, user "u"
     = note: asked for GET /api/v1/namespaces/kube-system
     = note: the client certificate of user "u" holds from TIME until TIME
     = help: log in again; kubectl --context 'context' auth whoami tells who you are
    "#);
    scene.place.write("config", &config);
    // The same with one that holds.
    let applied = apply(-HOUR, HOUR);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
}

#[test]
fn f13_a_certificate_that_expires_midway_stops_the_run_and_it_goes_on_when_it_is_renewed() {
    let scene = Scene::rendering(Lab::extended(), &maps());
    // Every connection ends with its first answer, so that each request sees the certificate.
    let slow = Fault::Delay(Duration::from_millis(300));
    scene.proxy.add(Rule::new(slow).verb("patch").kind("v1", "ConfigMap").dry_run(false).times(8));
    scene.proxy.add(Rule::new(Fault::Close));
    let run = scene.start(&[]);
    until_writing(&scene);
    scene.proxy.certify(-2 * HOUR, -1);
    let stopped = scene.ended(run);
    assert_eq!(stopped.status, Some(5), "{}", said(&stopped));
    assert!(stopped.stderr.contains("certificate expired"), "{}", stopped.stderr);
    let made = scene.everything(&[("v1", "ConfigMap")]).len();
    assert!(made < 40, "nothing was stopped");
    // Once it cannot be reached, nothing more is tried one by one.
    let told = stopped.stderr.matches("certificate expired").count();
    assert!(told <= 20, "{}", stopped.stderr);
    scene.proxy.certify(-HOUR, HOUR);
    scene.proxy.clear();
    let again = scene.apply(&[]);
    assert_eq!(again.status, Some(0), "{}", said(&again));
    let record = scene.record().unwrap();
    assert_eq!((record.run, record.inventory.len()), (None, 40));
}
