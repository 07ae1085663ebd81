package main

import (
	"fmt"

	"fleetwright.dev/lab/internal/webhook"
)

// hookRequest starts a webhook for a cluster, or asks something of the one with this name: then exactly one of the
// members beside the name is set.
type hookRequest struct {
	Cluster string `json:"cluster"`
	Name    string `json:"name"`
	// Does is what the webhook does, from now on.
	Does    *webhook.Behaviour `json:"does"`
	Reviews bool               `json:"reviews"`
	Close   bool               `json:"close"`
}

// hookReply says where a new webhook is.
type hookReply struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

func (s *server) hook(asked hookRequest) (any, error) {
	if asked.Cluster != "" {
		return s.startHook(asked)
	}
	s.mutex.Lock()
	hook := s.hooks[asked.Name]
	if asked.Close {
		delete(s.hooks, asked.Name)
	}
	s.mutex.Unlock()
	switch {
	case hook == nil:
		return nil, fmt.Errorf("there is no webhook %s", asked.Name)
	case asked.Does != nil:
		hook.Become(*asked.Does)
		return struct{}{}, nil
	case asked.Reviews:
		return hook.Reviews(), nil
	case asked.Close:
		hook.Close()
		return struct{}{}, nil
	default:
		return nil, fmt.Errorf("nothing is asked of %s", asked.Name)
	}
}

func (s *server) startHook(asked hookRequest) (any, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	of := s.clusters[asked.Cluster]
	if of == nil || asked.Does == nil {
		return nil, fmt.Errorf("a webhook needs a cluster and something to do: %+v", asked)
	}
	started, err := of.StartWebhook(*asked.Does)
	if err != nil {
		return nil, err
	}
	s.numbered++
	called := fmt.Sprintf("hook-%d", s.numbered)
	s.hooks[called] = started
	return &hookReply{Name: called, URL: started.URL}, nil
}
