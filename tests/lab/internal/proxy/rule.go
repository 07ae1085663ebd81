package proxy

import (
	"fmt"
	"strings"
	"sync"
)

// Rule says which requests meet a fault. What is empty matches everything.
type Rule struct {
	Verb        string `json:"verb"`
	Group       string `json:"group"`
	Resource    string `json:"resource"`
	Subresource string `json:"subresource"`
	Namespace   string `json:"namespace"`
	Name        string `json:"name"`
	// Path is a whole path, or with * at its end the beginning of one.
	Path string `json:"path"`
	// DryRun limits it to requests that are dry runs, or that are not.
	DryRun *bool `json:"dryRun"`
	// First is the number, from 1, of the first matching request to meet the fault; 0 is 1.
	First uint64 `json:"first"`
	// Count is how many do, from there on; 0 is all.
	Count uint64 `json:"count"`
	Fault Fault  `json:"fault"`
}

func (r *Rule) matches(record *Record) bool {
	for wanted, is := range map[*string]string{
		&r.Verb: record.Verb, &r.Group: record.Group, &r.Resource: record.Resource,
		&r.Subresource: record.Subresource, &r.Namespace: record.Namespace, &r.Name: record.Name,
	} {
		if *wanted != "" && *wanted != is {
			return false
		}
	}
	if prefix, open := strings.CutSuffix(r.Path, "*"); open && !strings.HasPrefix(record.Path, prefix) ||
		!open && r.Path != "" && r.Path != record.Path {
		return false
	}
	return r.DryRun == nil || *r.DryRun == record.DryRun
}

// script is the rules, each with the number of requests that matched it.
type script struct {
	mutex sync.Mutex
	rules []*Rule
	seen  []uint64
}

func (s *script) add(rule Rule) error {
	if !rule.Fault.known() {
		return fmt.Errorf("there is no fault %q", rule.Fault.Kind)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.rules = append(s.rules, &rule)
	s.seen = append(s.seen, 0)
	return nil
}

func (s *script) clear() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.rules, s.seen = nil, nil
}

// meet counts a request for every rule that it matches; the first of them whose turn it is wins.
func (s *script) meet(record *Record) *Fault {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var met *Fault
	for at, rule := range s.rules {
		if !rule.matches(record) {
			continue
		}
		s.seen[at]++
		first := max(rule.First, 1)
		turn := s.seen[at] >= first && (rule.Count == 0 || s.seen[at] < first+rule.Count)
		if turn && met == nil {
			met = &rule.Fault
		}
	}
	return met
}
