package webhook

import (
	"fmt"
	"slices"
	"strings"
)

// Behaviour is what a webhook does to the objects that it sees. What is empty is not done.
type Behaviour struct {
	// Labels are put on the object.
	Labels map[string]string `json:"labels"`
	// Registry takes the place of the registry of every container's image.
	Registry string `json:"registry"`
	// Deny is why it refuses everything.
	Deny string `json:"deny"`
	// DenyDryRun is why it refuses dry runs.
	DenyDryRun string `json:"denyDryRun"`
	// Stall makes it say nothing at all.
	Stall bool `json:"stall"`
}

// operation is one of a JSON patch (RFC 6902).
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// refusal is why a request is refused; empty if it is not.
func (b *Behaviour) refusal(dryRun bool) string {
	if b.Deny == "" && dryRun {
		return b.DenyDryRun
	}
	return b.Deny
}

// patch makes of an object what the behaviour wants; empty if it is that already.
func (b *Behaviour) patch(object map[string]any) []operation {
	operations := b.label(object)
	if b.Registry == "" {
		return operations
	}
	// The specs of pods in the kinds that have one: Pod, workloads, CronJob.
	for _, keys := range [][]string{
		{"spec"}, {"spec", "template", "spec"}, {"spec", "jobTemplate", "spec", "template", "spec"},
	} {
		for _, containers := range []string{"initContainers", "containers"} {
			path := append(slices.Clone(keys), containers)
			list, _ := at(object, path).([]any)
			for index, container := range list {
				container, _ := container.(map[string]any)
				image, _ := container["image"].(string)
				_, name, found := strings.Cut(image, "/")
				if wanted := b.Registry + "/" + name; found && image != wanted {
					operations = append(operations, operation{
						Op: "replace", Path: fmt.Sprintf("/%s/%d/image", strings.Join(path, "/"), index), Value: wanted,
					})
				}
			}
		}
	}
	return operations
}

func (b *Behaviour) label(object map[string]any) []operation {
	if len(b.Labels) == 0 {
		return nil
	}
	labels, _ := at(object, []string{"metadata", "labels"}).(map[string]any)
	if labels == nil {
		return []operation{{Op: "add", Path: "/metadata/labels", Value: b.Labels}}
	}
	var operations []operation
	for key, value := range b.Labels {
		if labels[key] != value {
			escaped := strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
			operations = append(operations, operation{Op: "add", Path: "/metadata/labels/" + escaped, Value: value})
		}
	}
	return operations
}

// at is the value below these keys, or nil.
func at(object any, keys []string) any {
	for _, key := range keys {
		fields, _ := object.(map[string]any)
		object = fields[key]
	}
	return object
}
