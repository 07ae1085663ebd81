//! Every way to reach a server that a kubeconfig knows.

use std::io::{Read, Write, copy};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use insta::assert_snapshot;

use fleetwright::diagnostic::SourceMap;
use fleetwright::live::kubeconfig::{Kubeconfig, Location};
use fleetwright::live::{Identities, Proven, Proxies, Reason, SIDE_BY_SIDE, Settings, Unproven};

use crate::harness::{Cluster, Fault, Lab, Proxy, Rule, block_on};
use crate::program::{Outcome, Place, outcome};
use crate::reach::{ADMIN, command, config, fleet, said, seen, server, token, trust};

fn pinned(outcome: &Outcome) {
    assert_eq!(outcome.status, Some(0), "{}", outcome.stderr);
    assert!(outcome.stderr.ends_with("commit that\n"), "{}", outcome.stderr);
}

#[test]
fn a_certificate_and_a_token_are_shown() {
    let cluster = Lab::bare();
    for context in [cluster.name.clone(), format!("{}-token", cluster.name)] {
        let place = fleet("");
        let mut command = command(&place, &["--context", &format!("prod-a={context}")]);
        pinned(&outcome(command.env("KUBECONFIG", &cluster.kubeconfig).output().unwrap()));
    }
    let place = fleet("");
    place.write("secrets/token", &format!("{}\n", cluster.tokens[ADMIN]));
    config(&place, &server(&place, cluster, &cluster.url), "tokenFile: secrets/token");
    pinned(&trust(&place, &[]));
}

/// A user with a plugin: this script, which lies beside the kubeconfig.
fn plugin(place: &Place, script: &str) -> String {
    place.write("plugin.sh", &format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(place.path().join("plugin.sh"), std::fs::Permissions::from_mode(0o755)).unwrap();
    "exec:\n  apiVersion: client.authentication.k8s.io/v1\n  interactiveMode: IfAvailable\n  command: ./plugin.sh\n  env: [{name: SECRET, value: hunter2-3f9c}]"
        .to_owned()
}

fn credential(token: &str) -> String {
    format!(
        "echo '{{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{{\"token\":\"{token}\"}}}}'"
    )
}

#[test]
fn a_plugin_is_asked_once_and_again_when_its_token_is_refused() {
    let cluster = Lab::bare();
    let place = fleet("");
    let good = credential(&cluster.tokens[ADMIN]);
    let user = plugin(&place, &format!("echo x >> asked; {good}"));
    config(&place, &server(&place, cluster, &cluster.url), &user);
    pinned(&trust(&place, &[]));
    assert_eq!(place.read("asked"), "x\n");

    let place = fleet("");
    let script = format!(
        "if [ -e asked ]; then echo x >> asked; {good}; else echo x > asked; {}; fi",
        credential("old")
    );
    let user = plugin(&place, &script);
    config(&place, &server(&place, cluster, &cluster.url), &user);
    pinned(&trust(&place, &[]));
    assert_eq!(place.read("asked"), "x\nx\n");
}

#[test]
fn f14_a_plugin_is_asked_once_more_though_many_requests_are_refused_at_once() {
    let cluster = Lab::bare();
    let proxy = Proxy::before(cluster);
    let place = fleet("");
    let asked = place.path().join("asked");
    let good = credential(&cluster.tokens[ADMIN]);
    let user = plugin(&place, &format!("echo x >> '{}'; sleep 0.3; {good}", asked.display()));
    config(&place, &server(&place, cluster, &proxy.url), &user);
    let paths: Vec<String> = (0..8).map(|number| format!("/api/v1/namespaces/none-{number}")).collect();
    block_on(async {
        let proven = open(&place).await;
        proxy.add(Rule::new(Fault::status(401)).times(8));
        let answers = proven.get_each(&paths, |_, text| Ok(text.to_owned())).await;
        let is_missing = |reason: &Reason| matches!(reason, Reason::Status { code: 404, .. });
        assert!(
            answers.iter().all(|answer| answer.as_ref().is_err_and(|unknown| is_missing(&unknown.reason)))
        );
    });
    assert_eq!(proxy.requests().iter().filter(|request| request.answered == 401).count(), 8);
    assert_eq!(place.read("asked"), "x\nx\n");
}

/// The cluster that the kubeconfig of a place leads to.
async fn open(place: &Place) -> Proven {
    let kubeconfig = Location::Home(place.path().join("config"));
    let access = Kubeconfig::read(&kubeconfig, &mut SourceMap::default()).unwrap().access("c").unwrap();
    let settings = Settings {
        patience: Duration::from_secs(30),
        allow_insecure: false,
        stdin_is_terminal: false,
        proxies: Proxies::default(),
    };
    let unproven = Unproven::open("prod-a", &access, &settings, Arc::new(|_| {})).await;
    let Ok(proven) = unproven.unwrap().prove(&Identities::default()).await else { panic!("not proven") };
    proven
}

#[test]
fn s15b_a_plugin_that_fails_is_told_without_its_secrets() {
    let cluster = Lab::bare();
    let place = fleet("");
    let token_printed = credential(&cluster.tokens[ADMIN]);
    let user = plugin(
        &place,
        &format!("{token_printed}; echo \"login expired, $SECRET {}\" >&2; exit 1", cluster.tokens[ADMIN]),
    );
    config(&place, &server(&place, cluster, &cluster.url), &user);
    let failed = trust(&place, &[]);
    assert_eq!(failed.status, Some(3));
    let text = said(&failed, cluster, &cluster.url);
    assert!(!text.contains("hunter2"), "{text}");
    assert_snapshot!(text, @r#"
    error[L022]: cluster "prod-a" cannot be read: the credential plugin ./plugin.sh failed: it exited with status 1
     |
     = cluster: prod-a
     = note: context "c", server https://HOST, user "u"
     = note: it said: login expired, (sensitive) (sensitive)
     = help: run ./plugin.sh by hand as the kubeconfig has it; log in again if it says so

    1 error
    "#);
}

#[test]
fn impersonation_acts_as_somebody_else() {
    let cluster = Lab::bare();
    let place = fleet("");
    let user = format!("{}\nas: {}\nas-groups: [nobody]", token(cluster, ADMIN), Cluster::POWERLESS);
    config(&place, &server(&place, cluster, &cluster.url), &user);
    let refused = trust(&place, &[]);
    assert_eq!(refused.status, Some(3));
    assert_snapshot!(said(&refused, cluster, &cluster.url), @r#"
    error[L024]: cluster "prod-a" cannot be read: the user may not read this (403 Forbidden): namespaces "kube-system" is forbidden: User "powerless" cannot get resource "namespaces" in API group "" in the namespace "kube-system"
     |
     = cluster: prod-a
     = note: context "c", server https://HOST, user "u" acting as "powerless"
     = note: asked for GET /api/v1/namespaces/kube-system
     = help: bind the user to a Role or ClusterRole that lets it `get` this

    1 error
    "#);
}

#[test]
fn b73_the_name_of_the_certificate_may_be_another_than_the_host() {
    let cluster = Lab::bare();
    // The wildcard address leads to this machine, and is in no certificate.
    let url = cluster.url.replace("127.0.0.1", "0.0.0.0");
    let place = fleet("");
    let lines = server(&place, cluster, &url);
    config(&place, &lines, &token(cluster, ADMIN));
    let refused = trust(&place, &[]);
    assert_eq!(refused.status, Some(3));
    assert_snapshot!(said(&refused, cluster, &url), @r#"
    error[L021]: cluster "prod-a" cannot be read: no secure connection to HOST
     |
     = cluster: prod-a
     = note: context "c", server https://HOST, user "u"
     = note: asked for GET /api/v1/namespaces/kube-system
     = note: cause: invalid peer certificate: certificate not valid for name "0.0.0.0"; certificate is only valid for DnsName("localhost") or IpAddress(127.0.0.1)
     = help: check `certificate-authority` and `tls-server-name` of the cluster in the kubeconfig, and its dates

    1 error
    "#);
    config(&place, &format!("{lines}\ntls-server-name: localhost"), &token(cluster, ADMIN));
    pinned(&trust(&place, &[]));
}

#[test]
fn a_certificate_of_a_stranger_is_refused() {
    let cluster = Lab::bare();
    let place = fleet("");
    config(&place, &format!("server: {}", cluster.url), &token(cluster, ADMIN));
    let refused = trust(&place, &[]);
    assert_eq!(refused.status, Some(3));
    assert_snapshot!(said(&refused, cluster, &cluster.url), @r#"
    error[L021]: cluster "prod-a" cannot be read: no secure connection to HOST
     |
     = cluster: prod-a
     = note: context "c", server https://HOST, user "u"
     = note: asked for GET /api/v1/namespaces/kube-system
     = note: cause: invalid peer certificate: UnknownIssuer
     = help: check `certificate-authority` and `tls-server-name` of the cluster in the kubeconfig, and its dates

    1 error
    "#);

    let insecure = format!("server: {}\ninsecure-skip-tls-verify: true", cluster.url);
    config(&place, &insecure, &token(cluster, ADMIN));
    assert_eq!(trust(&place, &[]).status, Some(4));
    let allowed = trust(&place, &["--allow-insecure-tls", "prod-a"]);
    pinned(&allowed);
    assert_snapshot!(allowed.stderr, @r#"
    prod-a: the server's identity is NOT protected: anybody could be answering
    fleet/fleet.hcl: cluster "prod-a" is pinned to it now; commit that
    "#);
}

#[test]
fn b73_a_path_before_that_of_the_api_is_kept_and_a_slash_at_its_end_is_not() {
    let cluster = Lab::bare();
    let proxy = Proxy::before(cluster);
    let place = fleet("");
    config(&place, &server(&place, cluster, &format!("{}/", proxy.url)), &token(cluster, ADMIN));
    pinned(&trust(&place, &[]));
    let place = fleet("");
    config(&place, &server(&place, cluster, &format!("{}/k8s/c-1/", proxy.url)), &token(cluster, ADMIN));
    let refused = trust(&place, &[]);
    assert_eq!(refused.status, Some(3));
    assert_snapshot!(said(&refused, cluster, &proxy.url), @r#"
    error[L028]: cluster "prod-a" cannot be read: the server answered 404
     |
     = cluster: prod-a
     = note: context "c", server https://HOST/k8s/c-1, user "u"
     = note: asked for GET /api/v1/namespaces/kube-system
     = help: check that the address in the kubeconfig is that of an API server

    1 error
    "#);
    let paths =
        ["/api/v1/namespaces/kube-system 200", "/version 200", "/k8s/c-1/api/v1/namespaces/kube-system 404"];
    assert_eq!(seen(&proxy), paths.map(|path| format!("GET {path}")));
}

#[test]
fn several_reads_run_side_by_side_and_come_back_in_order() {
    let cluster = Lab::bare();
    let proxy = Proxy::before(cluster);
    // So that none has ended before the next begins.
    proxy.add(Rule::new(Fault::Delay(Duration::from_millis(200))));
    let place = fleet("");
    config(&place, &server(&place, cluster, &proxy.url), &token(cluster, ADMIN));
    let mut paths: Vec<String> = (0..20).map(|number| format!("/api/v1/namespaces/none-{number}")).collect();
    paths.insert(7, "/version".to_owned());
    let answers = block_on(async {
        let proven = open(&place).await;
        assert!(proven.doubt().is_some());
        proven.get_each(&paths, |_, text| Ok(text.to_owned())).await
    });
    let codes: Vec<u16> = answers
        .iter()
        .map(|answer| match answer {
            Ok(text) => {
                assert!(text.contains("gitVersion"), "{text}");
                200
            }
            Err(unknown) => match &unknown.reason {
                Reason::Status { code, .. } => *code,
                other => panic!("{other:?}"),
            },
        })
        .collect();
    let mut expected = vec![404; 20];
    expected.insert(7, 200);
    assert_eq!(codes, expected);
    let requests = proxy.requests();
    let most = requests
        .iter()
        .map(|one| requests.iter().filter(|other| other.began < one.ended && one.began < other.ended).count())
        .max();
    assert!(most > Some(1), "one after the other");
    let at_once =
        |moment: u64| requests.iter().filter(|one| one.began <= moment && moment < one.ended).count();
    assert!(requests.iter().all(|one| at_once(one.began) <= SIDE_BY_SIDE));
}

/// A proxy that reads the beginning of a connection with `greet`, which says where it is to lead, and passes
/// on everything from there. Gives its port, and how many connections it has passed on.
fn tunnel(greet: fn(&mut TcpStream) -> String) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let passed = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&passed);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let mut server = TcpStream::connect(greet(&mut client)).unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || copy(&mut from, &mut to).is_ok());
            std::thread::spawn(move || copy(&mut server, &mut client).is_ok());
        }
    });
    (port, passed)
}

/// `CONNECT HOST:PORT HTTP/1.1` (RFC 9110, section 9.3.6).
fn connect(client: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    String::from_utf8(head).unwrap().split(' ').nth(1).unwrap().to_owned()
}

/// SOCKS 5 without a password, to an IPv4 address (RFC 1928).
fn socks(client: &mut TcpStream) -> String {
    let mut hello = [0; 2];
    client.read_exact(&mut hello).unwrap();
    let mut methods = vec![0; hello[1].into()];
    client.read_exact(&mut methods).unwrap();
    client.write_all(&[5, 0]).unwrap();
    let mut asked = [0; 4];
    client.read_exact(&mut asked).unwrap();
    assert_eq!(asked, [5, 1, 0, 1]);
    let mut address = [0; 6];
    client.read_exact(&mut address).unwrap();
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
    let [a, b, c, d, high, low] = address;
    format!("{a}.{b}.{c}.{d}:{}", u16::from_be_bytes([high, low]))
}

#[test]
fn b73_a_proxy_is_gone_through() {
    let cluster = Lab::bare();
    for (scheme, greet) in [("http", connect as fn(&mut TcpStream) -> String), ("socks5", socks)] {
        let (port, passed) = tunnel(greet);
        let place = fleet("");
        let lines =
            format!("{}\nproxy-url: {scheme}://127.0.0.1:{port}", server(&place, cluster, &cluster.url));
        config(&place, &lines, &token(cluster, ADMIN));
        pinned(&trust(&place, &[]));
        assert_eq!(passed.load(Ordering::SeqCst), 1, "{scheme}");
    }
    // What the environment says is for other hosts than this one.
    let place = fleet("");
    config(&place, &server(&place, cluster, &cluster.url), &token(cluster, ADMIN));
    let mut direct = command(&place, &[]);
    pinned(&outcome(direct.env("HTTPS_PROXY", "http://127.0.0.1:1").output().unwrap()));
    // The name is not looked up: the proxy of the environment is asked for it.
    let (port, passed) = tunnel(|client| {
        let asked = connect(client);
        assert!(asked.starts_with("api.example.com:"), "{asked}");
        asked.replace("api.example.com", "127.0.0.1")
    });
    let place = fleet("");
    let elsewhere = cluster.url.replace("127.0.0.1", "api.example.com");
    let lines = format!("{}\ntls-server-name: localhost", server(&place, cluster, &elsewhere));
    config(&place, &lines, &token(cluster, ADMIN));
    let mut proxied = command(&place, &[]);
    pinned(&outcome(proxied.env("https_proxy", format!("127.0.0.1:{port}")).output().unwrap()));
    assert_eq!(passed.load(Ordering::SeqCst), 1);
    let mut excepted = command(&place, &[]);
    excepted.env("https_proxy", format!("127.0.0.1:{port}")).env("NO_PROXY", ".example.com");
    let unknown = outcome(excepted.output().unwrap());
    assert_eq!((unknown.status, passed.load(Ordering::SeqCst)), (Some(3), 1), "{}", unknown.stderr);
}
