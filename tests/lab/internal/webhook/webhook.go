// Package webhook answers the questions that an API server asks about objects on their way in.
package webhook

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"sync"

	"fleetwright.dev/lab/internal/certs"
)

// Webhook is a running admission webhook.
type Webhook struct {
	// URL is where it answers.
	URL string

	server *http.Server

	mutex   sync.Mutex
	does    Behaviour
	reviews []Review
}

// Review is a question that was asked.
type Review struct {
	// Path is that of the URL in the configuration.
	Path      string `json:"path"`
	Group     string `json:"group"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Operation string `json:"operation"`
	DryRun    bool   `json:"dryRun"`
}

// Start listens on a free port of the loopback address.
func Start(authority *certs.Authority, does Behaviour) (*Webhook, error) {
	pair, err := authority.Server("webhook")
	if err != nil {
		return nil, err
	}
	serving, err := tls.X509KeyPair(pair.Cert, pair.Key)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w := &Webhook{URL: "https://" + listener.Addr().String(), does: does}
	w.server = &http.Server{
		Handler:   w,
		ErrorLog:  log.New(io.Discard, "", 0),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{serving}},
	}
	// Ends when the server is closed.
	go func() { _ = w.server.ServeTLS(listener, "", "") }()
	return w, nil
}

// Become changes what it does from now on.
func (w *Webhook) Become(does Behaviour) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.does = does
}

// Reviews is every question so far.
func (w *Webhook) Reviews() []Review {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return append([]Review{}, w.reviews...)
}

// Close ends it and every connection to it.
func (w *Webhook) Close() {
	_ = w.server.Close()
}

// admissionReview is as much of admission.k8s.io/v1 as is needed here.
type admissionReview struct {
	APIVersion string    `json:"apiVersion"`
	Kind       string    `json:"kind"`
	Request    *question `json:"request,omitempty"`
	Response   *answer   `json:"response,omitempty"`
}

type question struct {
	UID  string `json:"uid"`
	Kind struct {
		Group string `json:"group"`
		Kind  string `json:"kind"`
	} `json:"kind"`
	Namespace string         `json:"namespace"`
	Name      string         `json:"name"`
	Operation string         `json:"operation"`
	DryRun    bool           `json:"dryRun"`
	Object    map[string]any `json:"object"`
}

type answer struct {
	UID       string  `json:"uid"`
	Allowed   bool    `json:"allowed"`
	PatchType string  `json:"patchType,omitempty"`
	Patch     []byte  `json:"patch,omitempty"`
	Status    *status `json:"status,omitempty"`
}

type status struct {
	Code    int    `json:"code"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// ServeHTTP answers one question.
func (w *Webhook) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	review := admissionReview{}
	if err := json.NewDecoder(r.Body).Decode(&review); err != nil || review.Request == nil {
		http.Error(out, "no AdmissionReview", http.StatusBadRequest)
		return
	}
	asked := review.Request
	does := w.note(r.URL.Path, asked)
	if does.Stall {
		<-r.Context().Done()
		return
	}
	given := &answer{UID: asked.UID, Allowed: true}
	if refusal := does.refusal(asked.DryRun); refusal != "" {
		given.Allowed = false
		given.Status = &status{Code: http.StatusForbidden, Reason: "Forbidden", Message: refusal}
	} else if patch := does.patch(asked.Object); len(patch) > 0 {
		text, err := json.Marshal(patch)
		if err != nil {
			http.Error(out, err.Error(), http.StatusInternalServerError)
			return
		}
		given.PatchType, given.Patch = "JSONPatch", text
	}
	out.Header().Set("Content-Type", "application/json")
	// A server that is gone needs no answer.
	_ = json.NewEncoder(out).Encode(admissionReview{APIVersion: review.APIVersion, Kind: review.Kind, Response: given})
}

// note keeps a question and says what to do about it.
func (w *Webhook) note(path string, asked *question) Behaviour {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.reviews = append(w.reviews, Review{
		Path: path, Group: asked.Kind.Group, Kind: asked.Kind.Kind, Namespace: asked.Namespace, Name: asked.Name,
		Operation: asked.Operation, DryRun: asked.DryRun,
	})
	return w.does
}
