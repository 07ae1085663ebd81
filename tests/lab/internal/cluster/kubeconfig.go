package cluster

import (
	"os"

	"sigs.k8s.io/yaml"
)

type kubeconfig struct {
	APIVersion     string  `json:"apiVersion"`
	Kind           string  `json:"kind"`
	Clusters       []named `json:"clusters"`
	Users          []named `json:"users"`
	Contexts       []named `json:"contexts"`
	CurrentContext string  `json:"current-context,omitempty"`
}

type named struct {
	Name    string         `json:"name"`
	Cluster map[string]any `json:"cluster,omitempty"`
	User    map[string]any `json:"user,omitempty"`
	Context map[string]any `json:"context,omitempty"`
}

// writeKubeconfig writes a kubeconfig whose contexts are the cluster's name for the admin and
// NAME-USER for everyone else, by certificate, and the same with -token at the end, by token. It has
// no current context, which nothing is to rely on.
func writeKubeconfig(path, cluster, url string, authority []byte, users []user) error {
	return newKubeconfig(cluster, url, authority, users).write(path)
}

// writeProgramKubeconfig writes one for a program of the control plane, which is the admin.
func writeProgramKubeconfig(path, cluster, url string, authority []byte, users []user) error {
	config := newKubeconfig(cluster, url, authority, users[:1])
	config.CurrentContext = cluster
	return config.write(path)
}

func newKubeconfig(cluster, url string, authority []byte, users []user) kubeconfig {
	config := kubeconfig{APIVersion: "v1", Kind: "Config"}
	config.Clusters = []named{{
		Name:    cluster,
		Cluster: map[string]any{"server": url, "certificate-authority-data": authority},
	}}
	for _, user := range users {
		name := cluster
		if user.name != Admin {
			name += "-" + user.name
		}
		config.Users = append(config.Users,
			named{Name: name, User: map[string]any{
				"client-certificate-data": user.pair.Cert, "client-key-data": user.pair.Key,
			}},
			named{Name: name + "-token", User: map[string]any{"token": user.token}})
		for _, name := range []string{name, name + "-token"} {
			context := map[string]any{"cluster": cluster, "user": name}
			config.Contexts = append(config.Contexts, named{Name: name, Context: context})
		}
	}
	return config
}

func (config kubeconfig) write(path string) error {
	text, err := yaml.Marshal(config)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}
