package cluster

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"fleetwright.dev/lab/internal/process"
)

// startBeside runs what works on the objects of the cluster. None of it serves anything, so none has
// a port; each is ready when what it does can be seen.
func (c *Cluster) startBeside(spec Spec) error {
	kubeconfig := filepath.Join(c.folder, "kubeconfig-programs")
	if err := writeProgramKubeconfig(kubeconfig, c.Name, c.URL, c.authority.PEM, c.users); err != nil {
		return err
	}
	if spec.Controllers {
		err := c.run(spec.Programs, "kube-controller-manager",
			"--kubeconfig="+kubeconfig, "--authentication-kubeconfig="+kubeconfig,
			"--authorization-kubeconfig="+kubeconfig,
			"--leader-elect=false", "--secure-port=0", "--controllers=*",
			"--root-ca-file=ca.crt", "--service-account-private-key-file=accounts.key",
		)
		if err != nil {
			return err
		}
	}
	if spec.Scheduler {
		err := c.run(spec.Programs, "kube-scheduler",
			"--kubeconfig="+kubeconfig, "--authentication-kubeconfig="+kubeconfig,
			"--authorization-kubeconfig="+kubeconfig,
			"--leader-elect=false", "--secure-port=0",
		)
		if err != nil {
			return err
		}
	}
	if spec.Nodes {
		stages := filepath.Join(c.folder, "stages.yaml")
		if err := writeStages(spec.Programs, stages); err != nil {
			return err
		}
		return c.run(spec.Programs, "kwok", "--kubeconfig="+kubeconfig, "--config="+stages, "--manage-all-nodes=true",
			"--node-lease-duration-seconds=40")
	}
	return nil
}

func (c *Cluster) run(programs Programs, name string, flags ...string) error {
	program, err := programs.find(name)
	if err != nil {
		return err
	}
	running, err := process.Start(name, c.folder, append([]string{program}, flags...))
	if err != nil {
		return err
	}
	c.beside = append(c.beside, running)
	go func() {
		// A test that waits for what this program does will fail; here is why.
		if <-running.Ended(); running.EndedAlone() {
			fmt.Fprintf(os.Stderr, "lab: cluster %s: %v\n", c.Name, running.Problem("ended"))
		}
	}()
	return nil
}

// writeStages asks the program that embeds KWOK for what its nodes and pods are to do.
func writeStages(programs Programs, path string) error {
	program, err := programs.find("kwok-stages")
	if err != nil {
		return err
	}
	text, err := exec.Command(program).Output()
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}
