package cluster

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"

	"fleetwright.dev/lab/internal/certs"
	"fleetwright.dev/lab/internal/process"
)

// startServer runs the API server and waits for it.
func (c *Cluster) startServer(ctx context.Context, store *Store, spec Spec) error {
	program, err := spec.Programs.find("kube-apiserver")
	if err != nil {
		return err
	}
	serving, err := c.authority.Server("kube-apiserver")
	if err != nil {
		return err
	}
	signing, verifying, err := certs.NewKey()
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"ca.crt": c.authority.PEM, "server.crt": serving.Cert, "server.key": serving.Key,
		"accounts.key": signing, "accounts.pub": verifying, "tokens.csv": tokens(c.users),
	} {
		if err := os.WriteFile(filepath.Join(c.folder, name), content, 0o600); err != nil {
			return err
		}
	}
	for attempt := 1; ; attempt++ {
		err := c.tryServer(ctx, program, store, spec.Flags)
		if err == nil || attempt == attempts || !process.PortWasTaken(err) {
			return err
		}
	}
}

func (c *Cluster) tryServer(ctx context.Context, program string, store *Store, flags []string) error {
	ports, err := process.FreePorts(1)
	if err != nil {
		return err
	}
	argv := append([]string{
		program,
		"--etcd-servers=" + store.URL,
		// Of its own even if a cluster of this name was there before.
		"--etcd-prefix=/" + c.Name + "-" + rand.Text(),
		"--bind-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", ports[0]),
		"--cert-dir=" + c.folder,
		"--tls-cert-file=server.crt",
		"--tls-private-key-file=server.key",
		"--client-ca-file=ca.crt",
		"--token-auth-file=tokens.csv",
		"--authorization-mode=RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-signing-key-file=accounts.key",
		"--service-account-key-file=accounts.pub",
		"--service-cluster-ip-range=10.0.0.0/24",
		// Without the controller manager nobody makes the account "default" that it asks for.
		"--disable-admission-plugins=ServiceAccount",
		// The loopback address is no endpoint of a Service.
		"--endpoint-reconciler-type=none",
	}, flags...)
	if c.server, err = process.Start("kube-apiserver", c.folder, argv); err != nil {
		return err
	}
	c.URL = fmt.Sprintf("https://127.0.0.1:%d", ports[0])
	if err := c.waitForNamespaces(ctx); err != nil {
		c.server.Kill()
		return err
	}
	return nil
}
