//! `service-port`.

use super::shop::{Case, findings, told, validate, with};

#[test]
fn service_port() {
    insta::assert_snapshot!(told(&Case {
        check: "service-port",
        mistakes: &[
            &[("targetPort: http", "targetPort: htpp")],
            &[("targetPort: http", "targetPort: 80")],
            &[("targetPort: http", "targetPort: http, protocol: UDP")],
            &[("path: /live, port: http", "path: /live, port: live")],
        ],
        ..Case::default()
    }), @r#"
    V116 service-port error shop/Service/web
      Deployment/web has no TCP port "htpp"
      at `- {name: http, port: 80, targetPort: htpp}`: this port
      help: take http

    V116 service-port error shop/Service/web
      Deployment/web has no TCP port 80
      at `- {name: http, port: 80, targetPort: 80}`: this port
      help: take http

    V116 service-port error shop/Service/web
      Deployment/web has no UDP port "http"
      at `- {name: http, port: 80, targetPort: http, protocol: UDP}`: this port
      help: set `protocol` to TCP, as the container has it

    V116 service-port error shop/Deployment/web
      container "web" has no port "live" for its `livenessProbe`
      at `httpGet: {path: /live, port: live}`: this port
      help: take http
    "#);
    for fine in ["targetPort: 8080", "targetPort: 15090"] {
        let document =
            validate(&super::shop::FLEET.replace("BLOCK", ""), &with("").replace("targetPort: http", fine));
        assert_eq!(findings(&document).len(), 0, "{fine}");
    }
}
