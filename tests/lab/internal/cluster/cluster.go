// Package cluster runs control planes on the loopback address: each an API server with certificates
// and users of its own, all of them in one etcd, and beside it what a test wants to be real.
package cluster

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"fleetwright.dev/lab/internal/certs"
	"fleetwright.dev/lab/internal/process"
)

// Spec says what a cluster has.
type Spec struct {
	// Name is the name of its context, its folder and its keys in etcd: a DNS label.
	Name string `json:"name"`
	// Users are there beside the admin.
	Users []string `json:"users"`
	// Flags go to the API server as they are.
	Flags []string `json:"flags"`
	// Controllers, Scheduler and Nodes say whether the controller manager, the scheduler and KWOK run.
	Controllers bool `json:"controllers"`
	Scheduler   bool `json:"scheduler"`
	Nodes       bool `json:"nodes"`
	// Programs are where all of them are.
	Programs Programs `json:"programs"`
}

// Cluster is a running control plane.
type Cluster struct {
	Name string `json:"name"`
	URL  string `json:"url"`
	// Kubeconfig is a file; see writeKubeconfig for its contexts.
	Kubeconfig string `json:"kubeconfig"`
	// UID is that of the namespace kube-system, which tells clusters apart.
	UID string `json:"uid"`
	// Authority is its certificate authority, as PEM.
	Authority string `json:"authority"`
	// Tokens are those of its users, by name.
	Tokens map[string]string `json:"tokens"`

	authority *certs.Authority
	users     []user
	folder    string
	server    *process.Process
	beside    []*process.Process
}

// Start runs a cluster in a new folder and waits until it answers and has its namespaces.
func Start(ctx context.Context, store *Store, folder string, spec Spec) (*Cluster, error) {
	c := &Cluster{Name: spec.Name, folder: filepath.Join(folder, spec.Name)}
	if err := os.Mkdir(c.folder, 0o700); err != nil {
		return nil, err
	}
	c.Kubeconfig = filepath.Join(c.folder, "kubeconfig")
	var err error
	if c.authority, err = certs.NewAuthority(spec.Name); err != nil {
		return nil, err
	}
	if c.users, err = newUsers(c.authority, spec.Users); err != nil {
		return nil, err
	}
	c.Authority, c.Tokens = string(c.authority.PEM), map[string]string{}
	for _, user := range c.users {
		c.Tokens[user.name] = user.token
	}
	if err := c.startServer(ctx, store, spec); err != nil {
		c.Kill()
		return nil, err
	}
	if err := writeKubeconfig(c.Kubeconfig, c.Name, c.URL, c.authority.PEM, c.users); err != nil {
		c.Kill()
		return nil, err
	}
	if err := c.startBeside(spec); err != nil {
		c.Kill()
		return nil, err
	}
	return c, nil
}

// Kill ends all of it and removes its folder.
func (c *Cluster) Kill() {
	for _, program := range c.beside {
		program.Kill()
	}
	if c.server != nil {
		c.server.Kill()
	}
	_ = os.RemoveAll(c.folder)
}

// waitForNamespaces reads the cluster's UID once the server has made its own namespaces.
func (c *Cluster) waitForNamespaces(ctx context.Context) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	return waitFor(ctx, c.server, func(ctx context.Context) error {
		if _, err := get(ctx, client, c.URL+"/readyz", c.users[0].token); err != nil {
			return err
		}
		if _, err := get(ctx, client, c.URL+"/api/v1/namespaces/default", c.users[0].token); err != nil {
			return err
		}
		body, err := get(ctx, client, c.URL+"/api/v1/namespaces/kube-system", c.users[0].token)
		if err != nil {
			return err
		}
		var namespace struct {
			Metadata struct {
				UID string `json:"uid"`
			} `json:"metadata"`
		}
		if err := json.Unmarshal(body, &namespace); err != nil {
			return err
		}
		if c.UID = namespace.Metadata.UID; c.UID == "" {
			return errors.New("the namespace kube-system has no uid")
		}
		return nil
	})
}

// client trusts this cluster's authority and nothing else.
func (c *Cluster) client() (*http.Client, error) {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(c.authority.PEM) {
		return nil, fmt.Errorf("the authority of %s cannot be read", c.Name)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	return &http.Client{Transport: transport}, nil
}
