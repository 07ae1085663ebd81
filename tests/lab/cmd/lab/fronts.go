package main

import (
	"fmt"

	"fleetwright.dev/lab/internal/proxy"
)

// proxyRequest is what is asked of a proxy. Exactly one of its members beside the name is set.
type proxyRequest struct {
	Name    string      `json:"name"`
	Rule    *proxy.Rule `json:"rule"`
	Clear   bool        `json:"clear"`
	Records bool        `json:"records"`
	Close   bool        `json:"close"`
}

// proxyReply says where a new proxy is.
type proxyReply struct {
	Name       string `json:"name"`
	URL        string `json:"url"`
	Kubeconfig string `json:"kubeconfig"`
}

func (s *server) front(name string) (*proxyReply, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	before := s.clusters[name]
	if before == nil {
		return nil, fmt.Errorf("there is no cluster %s", name)
	}
	s.numbered++
	called := fmt.Sprintf("proxy-%d", s.numbered)
	front, err := before.StartFront(called)
	if err != nil {
		return nil, err
	}
	s.fronts[called] = front
	return &proxyReply{Name: called, URL: front.URL, Kubeconfig: front.Kubeconfig}, nil
}

func (s *server) askProxy(asked proxyRequest) (any, error) {
	s.mutex.Lock()
	front := s.fronts[asked.Name]
	if asked.Close {
		delete(s.fronts, asked.Name)
	}
	s.mutex.Unlock()
	switch {
	case front == nil:
		return nil, fmt.Errorf("there is no proxy %s", asked.Name)
	case asked.Rule != nil:
		return struct{}{}, front.Add(*asked.Rule)
	case asked.Clear:
		front.Clear()
		return struct{}{}, nil
	case asked.Close:
		front.Close()
		return struct{}{}, nil
	case asked.Records:
		return front.Records(), nil
	default:
		return nil, fmt.Errorf("nothing is asked of %s", asked.Name)
	}
}
