package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"fleetwright.dev/lab/internal/cluster"
	"fleetwright.dev/lab/internal/webhook"
)

// request is one line of input. Exactly one of its members beside the ID is set.
type request struct {
	// ID comes back with the answer; answers come in any order.
	ID    uint64        `json:"id"`
	Start *cluster.Spec `json:"start"`
	Stop  *string       `json:"stop"`
	// Front puts a proxy before the cluster of this name; what is asked of it comes after.
	Front *string       `json:"front"`
	Proxy *proxyRequest `json:"proxy"`
	Hook  *hookRequest  `json:"hook"`
}

// reply is one line of output.
type reply struct {
	ID    uint64 `json:"id"`
	OK    any    `json:"ok,omitempty"`
	Error string `json:"error,omitempty"`
}

// server does what the requests ask.
type server struct {
	folder string

	writing sync.Mutex
	out     *json.Encoder

	starting sync.Mutex
	// store is the etcd of all clusters, started for the first of them.
	store *cluster.Store

	mutex    sync.Mutex
	clusters map[string]*cluster.Cluster
	fronts   map[string]*cluster.Front
	hooks    map[string]*webhook.Webhook
	numbered int
}

// serve runs clusters until its input ends, which it does when the process that started it is gone,
// in whatever way: then everything is killed and the folder removed, which is to be a new one.
func serve(folder string, in io.Reader, out io.Writer) error {
	// Whoever is to end this closes its input.
	signal.Ignore(syscall.SIGINT, syscall.SIGHUP, syscall.SIGTERM, syscall.SIGPIPE)
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	ctx, cancel := context.WithCancel(context.Background())
	s := &server{
		folder:   folder,
		out:      json.NewEncoder(out),
		clusters: map[string]*cluster.Cluster{},
		fronts:   map[string]*cluster.Front{},
		hooks:    map[string]*webhook.Webhook{},
	}
	var working sync.WaitGroup
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			s.answer(reply{Error: fmt.Sprintf("request: %v", err)})
			continue
		}
		working.Go(func() {
			answer, err := s.do(ctx, asked)
			if err != nil {
				s.answer(reply{ID: asked.ID, Error: err.Error()})
				return
			}
			s.answer(reply{ID: asked.ID, OK: answer})
		})
	}
	cancel()
	working.Wait()
	s.killAll()
	return lines.Err()
}

func (s *server) answer(line reply) {
	s.writing.Lock()
	defer s.writing.Unlock()
	// Nobody may be there any more to read it; then the input ends too.
	_ = s.out.Encode(line)
}

func (s *server) do(ctx context.Context, asked request) (any, error) {
	switch {
	case asked.Start != nil:
		return s.start(ctx, *asked.Start)
	case asked.Stop != nil:
		return struct{}{}, s.stop(*asked.Stop)
	case asked.Front != nil:
		return s.front(*asked.Front)
	case asked.Proxy != nil:
		return s.askProxy(*asked.Proxy)
	case asked.Hook != nil:
		return s.hook(*asked.Hook)
	default:
		return nil, fmt.Errorf("request %d asks for nothing", asked.ID)
	}
}

func (s *server) start(ctx context.Context, spec cluster.Spec) (*cluster.Cluster, error) {
	store, err := s.runningStore(ctx, spec.Programs)
	if err != nil {
		return nil, err
	}
	started, err := cluster.Start(ctx, store, s.folder, spec)
	if err != nil {
		return nil, fmt.Errorf("cluster %s: %w", spec.Name, err)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.clusters[spec.Name] = started
	return started, nil
}

func (s *server) runningStore(ctx context.Context, programs cluster.Programs) (*cluster.Store, error) {
	s.starting.Lock()
	defer s.starting.Unlock()
	var err error
	if s.store == nil {
		s.store, err = cluster.StartStore(ctx, programs, s.folder)
	}
	return s.store, err
}

func (s *server) stop(name string) error {
	s.mutex.Lock()
	stopped := s.clusters[name]
	delete(s.clusters, name)
	s.mutex.Unlock()
	if stopped == nil {
		return fmt.Errorf("there is no cluster %s", name)
	}
	stopped.Kill()
	return nil
}

// killAll is for when no request is being worked on any more.
func (s *server) killAll() {
	for _, front := range s.fronts {
		front.Close()
	}
	for _, hook := range s.hooks {
		hook.Close()
	}
	var killing sync.WaitGroup
	for _, running := range s.clusters {
		killing.Go(running.Kill)
	}
	killing.Wait()
	if s.store != nil {
		s.store.Kill()
	}
}
