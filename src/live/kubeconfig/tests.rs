//! What a context says, of kubeconfigs without a mistake.

use std::path::{Path, PathBuf};

use super::*;

fn read(files: &[(&str, &str)]) -> (tempfile::TempDir, Kubeconfig) {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        paths.extend((!name.ends_with("token")).then_some(path));
    }
    paths.insert(0, folder.path().join("missing"));
    let kubeconfig = Kubeconfig::read(&Location::Listed(paths), &mut SourceMap::default()).unwrap();
    (folder, kubeconfig)
}

/// A kubeconfig of one context `c`, with these lines for its cluster and its user.
fn config(cluster: &str, user: &str) -> String {
    let lines = |text: &str| text.replace('\n', "\n    ");
    format!(
        "clusters:\n- name: s\n  cluster:\n    {}\nusers:\n- name: u\n  user:\n    {}\ncontexts:\n- name: c\n  context: {{cluster: s, user: u}}\n",
        lines(cluster),
        lines(user)
    )
}

fn access(cluster: &str, user: &str) -> Access {
    read(&[("config", &config(cluster, user))]).1.access("c").unwrap()
}

#[test]
fn b73_addresses_are_taken_as_they_are() {
    for (line, address) in [
        ("server: https://10.0.0.1:6443", "https://10.0.0.1:6443/"),
        ("server: https://10.0.0.1:6443/", "https://10.0.0.1:6443/"),
        (
            "server: https://rancher.example.com/k8s/clusters/c-1",
            "https://rancher.example.com/k8s/clusters/c-1",
        ),
        (
            "server: https://rancher.example.com/k8s/clusters/c-1/",
            "https://rancher.example.com/k8s/clusters/c-1/",
        ),
        ("server: https://[2001:db8::1]:6443", "https://[2001:db8::1]:6443/"),
        ("server: http://localhost:8001", "http://localhost:8001/"),
    ] {
        assert_eq!(access(line, "{}").server.address.to_string(), address);
    }
    for proxy in ["http://p:3128", "https://p:3128", "socks5://p:1080"] {
        let server = access(&format!("server: https://s\nproxy-url: {proxy}"), "{}").server;
        assert_eq!(server.proxy.unwrap().to_string(), format!("{proxy}/"));
    }
    let server =
        access("server: https://10.0.0.1\ntls-server-name: kubernetes\ndisable-compression: true", "{}")
            .server;
    assert_eq!((server.tls_server_name.as_deref(), server.disable_compression), (Some("kubernetes"), true));
}

#[test]
fn b73_the_first_file_counts_for_each_name_alone() {
    let first = config("server: https://first", "token: first").replace("name: c\n", "name: d\n");
    let (_folder, kubeconfig) =
        read(&[("first", &first), ("second", &config("server: https://second", "token: second"))]);
    assert_eq!(kubeconfig.contexts().collect::<Vec<_>>(), ["c", "d"]);
    let access = kubeconfig.access("c").unwrap();
    assert_eq!(access.server.address.to_string(), "https://first/");
    assert!(matches!(access.user.credential, Credential::Token(token) if token == "first"));
}

#[test]
fn b73_paths_are_seen_from_the_folder_of_their_file() {
    let user = "tokenFile: secrets/token";
    let (folder, kubeconfig) =
        read(&[("sub/config", &config("server: https://s", user)), ("sub/secrets/token", "t")]);
    let Credential::TokenFile(path) = kubeconfig.access("c").unwrap().user.credential else {
        panic!("no token file")
    };
    assert_eq!(path, folder.path().join("sub/secrets/token"));

    let plugin = |command: &str| {
        let user = format!(
            "exec:\n  apiVersion: client.authentication.k8s.io/v1beta1\n  command: {command}\n  env:\n  - {{name: A, value: b}}"
        );
        let (folder, kubeconfig) = read(&[("sub/config", &config("server: https://s", &user))]);
        let Credential::Plugin(plugin) = kubeconfig.access("c").unwrap().user.credential else {
            panic!("no plugin")
        };
        assert_eq!(plugin.env, [("A".to_owned(), "b".to_owned())]);
        assert_eq!(plugin.prompt, Prompt::IfAvailable);
        plugin.command.strip_prefix(folder.path().join("sub")).map(Path::to_owned).unwrap_or(plugin.command)
    };
    assert_eq!(plugin("aws"), PathBuf::from("aws"));
    assert_eq!(plugin("./bin/aws"), PathBuf::from("bin/aws"));
    assert_eq!(plugin("/usr/bin/aws"), PathBuf::from("/usr/bin/aws"));
}

#[test]
fn credentials_are_tried_in_the_order_of_kubectl_and_never_in_the_clear() {
    let exec = "exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Never}";
    let kind = |server: &str, user: &str| format!("{:?}", access(server, user).user.credential);
    assert_eq!(kind("server: https://s", "{}"), "None");
    assert_eq!(kind("server: https://s", &format!("token: t\n{exec}")), "Token");
    assert_eq!(kind("server: https://s", "username: u\npassword: p"), "Basic");
    assert_eq!(kind("server: https://s", "tokenFile: /dev/null"), "TokenFile");
    assert_eq!(kind("server: https://s", exec), "Plugin");
    assert_eq!(kind("server: https://s", "auth-provider: {name: oidc, config: {id-token: t}}"), "Oidc");
    assert_eq!(kind("server: http://s", &format!("token: t\n{exec}")), "None");
}

#[test]
fn whom_to_act_as_is_read() {
    let user = "as: you\nas-uid: '7'\nas-groups: [a, b]\nas-user-extra: {scopes: [x]}";
    let expected = Impersonation {
        user: Some("you".to_owned()),
        uid: Some("7".to_owned()),
        groups: vec!["a".to_owned(), "b".to_owned()],
        extra: vec![("scopes".to_owned(), vec!["x".to_owned()])],
    };
    assert_eq!(access("server: https://s", user).user.impersonation, expected);
}

#[test]
fn a_plugin_is_told_of_the_cluster_if_it_asks() {
    let cluster = "server: https://s\ntls-server-name: k\nextensions:\n- name: client.authentication.k8s.io/exec\n  extension: {a: 1}";
    let user = "exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Never, provideClusterInfo: true}";
    let Credential::Plugin(plugin) = access(cluster, user).user.credential else { panic!("no plugin") };
    let told = serde_json::json!({ "server": "https://s/", "tls-server-name": "k", "config": { "a": 1 } });
    assert_eq!(plugin.cluster, Some(told));
}

#[test]
fn what_a_message_shows_of_a_kubeconfig_holds_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    let user = "token: SECRET\npassword: SECRET\nclient-key-data: SECRET\nexec:\n  args: [--key, SECRET]\n  env: [{name: A, value: SECRET}]\nauth-provider:\n  config:\n    id-token: SECRET";
    std::fs::write(&path, config("server: https://u:SECRET@s\nproxy-url: http://u:SECRET@p", user)).unwrap();
    let mut map = SourceMap::default();
    let kubeconfig = Kubeconfig::read(&Location::Home(path), &mut map).unwrap();
    let visible = map.visible(kubeconfig.files[0].id);
    assert!(!visible.contains("SECRET") && visible.contains("name: A, value: ******"), "{visible}");
}
