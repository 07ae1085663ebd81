package cluster

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Programs are folders that hold kube-apiserver, etcd and so on, looked through in order.
type Programs []string

func (p Programs) find(name string) (string, error) {
	for _, folder := range p {
		path := filepath.Join(folder, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path, nil
		}
	}
	return "", fmt.Errorf("there is no %s in %s", name, strings.Join(p, ", "))
}
