// The objects of one service on one cluster.
function(cluster, name, service)
  local labels = { 'app.kubernetes.io/name': name };
  local object(apiVersion, kind) = {
    apiVersion: apiVersion,
    kind: kind,
    metadata: {
      name: name,
      namespace: service.namespace,
      annotations: { 'example.com/owner': service.namespace + '@example.com' },
      labels: labels + { 'app.kubernetes.io/part-of': 'shop', team: service.namespace, layer: cluster.layer } + (if cluster.marked then { cluster: cluster.name } else {}),
    },
  };
  local ports = std.objectFields(service.ports);
  local host = '%s.%s.svc.cluster.local' % [name, service.namespace];
  [
    object('v1', 'ServiceAccount') { automountServiceAccountToken: false },
    object('v1', 'Service') {
      spec: {
        selector: labels,
        ports: [{ name: port, port: service.ports[port], targetPort: port } for port in ports],
      },
    },
    object('apps/v1', 'Deployment') {
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels: labels },
          spec: {
            serviceAccountName: name,
            securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
            nodeSelector: { 'topology.kubernetes.io/zone': cluster.zone },
            containers: [{
              name: name,
              image: service.image,
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              ports: [{ name: port, containerPort: service.ports[port] } for port in ports],
              resources: { requests: service.requests, limits: service.limits },
              readinessProbe: { httpGet: service.probe.readiness },
              livenessProbe: { httpGet: service.probe.liveness },
            }],
          },
        },
      },
    },
    object('autoscaling/v2', 'HorizontalPodAutoscaler') {
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: name },
        minReplicas: cluster.replicas,
        maxReplicas: service.autoscale.max,
        metrics: [{
          type: 'Resource',
          resource: {
            name: 'cpu',
            target: { type: 'Utilization', averageUtilization: service.autoscale.cpu },
          },
        }],
      },
    },
    object('policy/v1', 'PodDisruptionBudget') {
      spec: { maxUnavailable: service.disruption.max_unavailable, selector: { matchLabels: labels } },
    },
    object('networking.k8s.io/v1', 'NetworkPolicy') {
      spec: {
        podSelector: { matchLabels: labels },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: port } for port in ports] }],
        egress: [{ to: [{ namespaceSelector: {} }] }],
      },
    },
    object('networking.istio.io/v1', 'VirtualService') {
      spec: {
        hosts: ['%s.%s' % [name, cluster.domain]],
        http: [{ timeout: service.timeout, route: [{ destination: { host: host, subset: 'stable' } }] }],
      },
    },
    object('networking.istio.io/v1', 'DestinationRule') {
      spec: {
        host: host,
        trafficPolicy: {
          outlierDetection: { consecutive5xxErrors: 5, interval: '10s', baseEjectionTime: '30s' },
        },
        subsets: [{ name: 'stable', labels: labels }],
      },
    },
    object('security.istio.io/v1', 'AuthorizationPolicy') {
      spec: {
        selector: { matchLabels: labels },
        action: 'ALLOW',
        rules: [{ from: [{ source: { namespaces: [service.namespace] } }] }],
      },
    },
    object('monitoring.coreos.com/v1', 'ServiceMonitor') {
      spec: {
        selector: { matchLabels: labels },
        endpoints: [{ port: port, interval: '30s' } for port in ports],
      },
    },
  ]
