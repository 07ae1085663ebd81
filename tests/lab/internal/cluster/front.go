package cluster

import (
	"fmt"
	"path/filepath"

	"fleetwright.dev/lab/internal/certs"
	"fleetwright.dev/lab/internal/proxy"
	"fleetwright.dev/lab/internal/webhook"
)

// Front is a proxy before a cluster's API server.
type Front struct {
	*proxy.Proxy
	// Kubeconfig has the contexts of the cluster's own, with the proxy's address.
	Kubeconfig string
}

// StartFront puts a proxy of this name before the cluster.
func (c *Cluster) StartFront(name string) (*Front, error) {
	started, err := proxy.Start(c.Backend())
	if err != nil {
		return nil, err
	}
	front := &Front{Proxy: started, Kubeconfig: filepath.Join(c.folder, fmt.Sprintf("kubeconfig-%s", name))}
	if err := writeKubeconfig(front.Kubeconfig, c.Name, started.URL, c.authority.PEM, c.users); err != nil {
		started.Close()
		return nil, err
	}
	return front, nil
}

// Backend is what a proxy needs to stand before the cluster.
func (c *Cluster) Backend() proxy.Backend {
	pairs := map[string]certs.Pair{}
	for _, user := range c.users {
		pairs[user.name] = user.pair
	}
	return proxy.Backend{URL: c.URL, Authority: c.authority, Users: pairs}
}

// StartWebhook runs a webhook whose certificate the cluster's authority signs.
func (c *Cluster) StartWebhook(does webhook.Behaviour) (*webhook.Webhook, error) {
	return webhook.Start(c.authority, does)
}
