package cluster

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"fleetwright.dev/lab/internal/process"
)

// patience is for how long a program may take to start; the machine may be compiling beside it.
const patience = 3 * time.Minute

// attempts is how often a program is started when something else takes its port first.
const attempts = 3

// Store is a running etcd.
type Store struct {
	// URL is where it answers.
	URL     string
	process *process.Process
}

// StartStore runs etcd with its data in a folder and waits until it answers.
func StartStore(ctx context.Context, programs Programs, folder string) (*Store, error) {
	program, err := programs.find("etcd")
	if err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		store, err := startStore(ctx, program, folder)
		if err == nil || attempt == attempts || !process.PortWasTaken(err) {
			return store, err
		}
	}
}

func startStore(ctx context.Context, program, folder string) (*Store, error) {
	ports, err := process.FreePorts(2)
	if err != nil {
		return nil, err
	}
	clients, peers := fmt.Sprintf("http://127.0.0.1:%d", ports[0]), fmt.Sprintf("http://127.0.0.1:%d", ports[1])
	etcd, err := process.Start("etcd", folder, []string{
		program,
		"--data-dir=" + folder + "/etcd",
		"--listen-client-urls=" + clients,
		"--advertise-client-urls=" + clients,
		"--listen-peer-urls=" + peers,
		"--initial-advertise-peer-urls=" + peers,
		"--initial-cluster=default=" + peers,
		// Data that no crash of the machine needs to survive.
		"--unsafe-no-fsync",
		"--log-level=warn",
	})
	if err != nil {
		return nil, err
	}
	err = waitFor(ctx, etcd, func(ctx context.Context) error {
		_, err := get(ctx, http.DefaultClient, clients+"/health", "")
		return err
	})
	if err != nil {
		etcd.Kill()
		return nil, err
	}
	return &Store{URL: clients, process: etcd}, nil
}

// Kill ends it.
func (s *Store) Kill() {
	s.process.Kill()
}
