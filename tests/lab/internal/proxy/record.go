package proxy

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// Record is a request that reached the proxy.
type Record struct {
	Attributes
	Method       string `json:"method"`
	Path         string `json:"path"`
	Query        string `json:"query"`
	UserAgent    string `json:"userAgent"`
	ContentType  string `json:"contentType"`
	FieldManager string `json:"fieldManager"`
	DryRun       bool   `json:"dryRun"`
	Force        bool   `json:"force"`
	Body         string `json:"body"`
	// Began and Ended count the beginnings and ends of all requests to all proxies, from 1: one request
	// was over before another began if its end is smaller. Ended is 0 while it is under way.
	Began uint64 `json:"began"`
	Ended uint64 `json:"ended"`
	// Connection is the number, from 1, of the client's connection that it came by.
	Connection uint64 `json:"connection"`
	// Server is the address that the requests of the connection go to.
	Server string `json:"server"`
	// Acted is whether the API server answered it, and with what; 0 if it did not.
	Acted int `json:"acted"`
	// Answered is the status that the client was sent; 0 for none.
	Answered int `json:"answered"`
	// Fault is the kind of fault that it met, or empty.
	Fault string `json:"fault"`
}

type connectionKey struct{}

// numbered tells the requests of a connection which one it is.
func (j *journal) numbered(ctx context.Context, _ net.Conn) context.Context {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.connections++
	return context.WithValue(ctx, connectionKey{}, j.connections)
}

func connectionOf(r *http.Request) uint64 {
	number, _ := r.Context().Value(connectionKey{}).(uint64)
	return number
}

// moments counts the beginnings and ends of requests.
var moments atomic.Uint64

// journal is every request in the order of arrival.
type journal struct {
	mutex       sync.Mutex
	connections uint64
	records     []*Record
}

func (j *journal) begin(r *http.Request, body []byte) *Record {
	query := r.URL.Query()
	record := &Record{
		Attributes:   attributesOf(r),
		Method:       r.Method,
		Path:         r.URL.Path,
		Query:        r.URL.RawQuery,
		UserAgent:    r.UserAgent(),
		ContentType:  r.Header.Get("Content-Type"),
		FieldManager: query.Get("fieldManager"),
		DryRun:       query.Get("dryRun") == "All",
		Force:        query.Get("force") == "true",
		Body:         string(body),
		Connection:   connectionOf(r),
		Server:       targetOf(r.Context()).url.String(),
	}
	j.mutex.Lock()
	defer j.mutex.Unlock()
	record.Began = moments.Add(1)
	j.records = append(j.records, record)
	return record
}

// change lets a request's worker write to its record.
func (j *journal) change(write func()) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	write()
}

func (j *journal) end(record *Record) {
	j.change(func() {
		record.Ended = moments.Add(1)
	})
}

func (j *journal) all() []Record {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	copies := []Record{}
	for _, record := range j.records {
		copies = append(copies, *record)
	}
	return copies
}
