package main

import (
	"fmt"

	"fleetwright.dev/lab/internal/proxy"
)

// proxyRequest is what is asked of a proxy. Exactly one of its members beside the name is set.
type proxyRequest struct {
	Name     string          `json:"name"`
	Rule     *proxy.Rule     `json:"rule"`
	Certify  *proxy.Validity `json:"certify"`
	Identify *identity       `json:"identify"`
	Clear    bool            `json:"clear"`
	Records  bool            `json:"records"`
	Close    bool            `json:"close"`
	Redirect string          `json:"redirect"`
	// OpenStay says that the open connections are not redirected.
	OpenStay bool `json:"openStay"`
}

// identity is a user who shows a certificate that holds then.
type identity struct {
	User string         `json:"user"`
	When proxy.Validity `json:"when"`
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
	front, other := s.fronts[asked.Name], s.clusters[asked.Redirect]
	if asked.Close {
		delete(s.fronts, asked.Name)
	}
	s.mutex.Unlock()
	switch {
	case front == nil:
		return nil, fmt.Errorf("there is no proxy %s", asked.Name)
	case asked.Rule != nil:
		return struct{}{}, front.Add(*asked.Rule)
	case asked.Certify != nil:
		return struct{}{}, front.Certify(*asked.Certify)
	case asked.Identify != nil:
		return front.Identify(asked.Identify.User, asked.Identify.When)
	case asked.Clear:
		front.Clear()
		return struct{}{}, nil
	case other != nil && asked.OpenStay:
		return struct{}{}, front.RedirectNew(other.Backend())
	case other != nil:
		return struct{}{}, front.Redirect(other.Backend())
	case asked.Close:
		front.Close()
		return struct{}{}, nil
	case asked.Records:
		return front.Records(), nil
	default:
		return nil, fmt.Errorf("nothing is asked of %s", asked.Name)
	}
}
