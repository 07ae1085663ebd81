package proxy

import (
	"net/http"
	"strings"
)

// Attributes is what a request is about, in the words of Kubernetes' audit log.
type Attributes struct {
	// Verb is get, list, watch, create, update, patch, delete or deletecollection; for a path that is
	// no object's, the HTTP method in lower case.
	Verb        string `json:"verb"`
	Group       string `json:"group"`
	Version     string `json:"version"`
	Resource    string `json:"resource"`
	Subresource string `json:"subresource"`
	Namespace   string `json:"namespace"`
	Name        string `json:"name"`
}

// attributesOf reads the path as the API server does: /api/v1/… or /apis/GROUP/VERSION/…, then
// namespaces/NAMESPACE before what lies in one, then RESOURCE, NAME and SUBRESOURCE.
func attributesOf(r *http.Request) Attributes {
	a := Attributes{Verb: strings.ToLower(r.Method)}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case parts[0] == "api" && len(parts) > 2:
		a.Version, parts = parts[1], parts[2:]
	case parts[0] == "apis" && len(parts) > 3:
		a.Group, a.Version, parts = parts[1], parts[2], parts[3:]
	default:
		return a
	}
	if parts[0] == "namespaces" && len(parts) > 2 && parts[2] != "status" && parts[2] != "finalize" {
		a.Namespace, parts = parts[1], parts[2:]
	}
	a.Resource = parts[0]
	if len(parts) > 1 {
		a.Name = parts[1]
	}
	if len(parts) > 2 {
		a.Subresource = strings.Join(parts[2:], "/")
	}
	switch r.Method {
	case http.MethodGet:
		switch watch := r.URL.Query().Get("watch"); {
		case watch == "true" || watch == "1":
			a.Verb = "watch"
		case a.Name == "":
			a.Verb = "list"
		}
	case http.MethodPost:
		a.Verb = "create"
	case http.MethodPut:
		a.Verb = "update"
	case http.MethodDelete:
		if a.Name == "" {
			a.Verb = "deletecollection"
		}
	}
	return a
}
