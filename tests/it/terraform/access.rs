//! The module `access`: its messages, and its kubeconfig in the hands of a program that logs in by it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::Work;

/// Two clusters at an address where nobody listens. What the plugin is called with is written down.
const ROOT: &str = "\
module \"access\" {
  source = \"../modules/access\"

  clusters = {
    prod-a = { context = \"to-a\", labels = { region = \"eu-west-1\" } }
    prod-b = { context = \"to-b\", labels = { region = \"eu-central-1\" } }
    prod-c = { context = \"to-c\", labels = {}, retired = true }
  }
  endpoints = {
    for name in [\"prod-a\", \"prod-b\"] : name => {
      server                     = \"https://127.0.0.1:1\"
      certificate_authority_data = base64encode(file(\"ca.pem\"))
    }
  }
  exec = {
    command = abspath(\"login\")
    args    = [\"--cluster\", \"{cluster}\", \"--in={region}\"]
    env     = { PROFILE = \"shop-{region}\" }
  }
}

output \"kubeconfig\" {
  value = module.access.kubeconfig
}
";

const LOGIN: &str = "#!/bin/sh
echo \"$PROFILE $*\" >> \"${0%/*}/logins\"
echo '{\"apiVersion\": \"client.authentication.k8s.io/v1\", \"kind\": \"ExecCredential\", \"status\": {\"token\": \"t\"}}'
";

#[test]
fn each_cluster_is_logged_in_to_as_its_labels_say() {
    let work = Work::with(&[
        (
            "fleet/fleet.hcl",
            "fleet \"demo\" {\n  templates = \".\"\n}\n\n\
             cluster \"prod-a\" {\n  context = \"to-a\"\n}\n\ncluster \"prod-b\" {\n  context = \"to-b\"\n}\n",
        ),
        ("root/main.tf", ROOT),
        ("root/ca.pem", include_str!("ca.pem")),
        ("root/login", LOGIN),
    ]);
    let login = work.path("root/login");
    fs::set_permissions(&login, fs::Permissions::from_mode(0o755)).unwrap();
    work.init("root");
    work.apply("root");
    work.place.write("kubeconfig", &work.done("root", &["output", "-raw", "kubeconfig"]));
    // No server: what counts is how far it comes.
    let mut command = work.place.command(&["trust", "--cluster", "prod-b"]);
    let run = command.env("KUBECONFIG", work.path("kubeconfig")).output().unwrap();
    let stderr = String::from_utf8(run.stderr).unwrap();
    assert!(stderr.contains("https://127.0.0.1:1"), "{stderr}");
    assert_eq!(work.place.read("root/logins"), "shop-eu-central-1 --cluster prod-b --in=eu-central-1\n");
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let work = Work::modules();
    let module = "modules/access";
    work.init(module);
    work.place.write(
        "modules/access/terraform.tfvars",
        "clusters = {\n  a = { context = \"one\", labels = {} }\n  b = { context = \"one\", labels = {} }\n  \
         c = { context = null, labels = {} }\n}\n\
         endpoints = {\n  for_a = { server = \"https://a\", certificate_authority_data = \"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkEKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=\" }\n}\n\
         exec = { command = \"aws\", args = [\"{region}\"] }\n",
    );
    let problems = work.problems(module, &["plan"]);
    assert_eq!(
        problems,
        [
            "These clusters have no endpoint: a, b, c. Give each its server and certificate in `endpoints`, or retire \
             it in the fleet.",
            "These clusters have no context: c. Give each its `context` in the fleet.",
        ]
    );
}
