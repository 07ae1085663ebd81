package main

import (
	_ "embed"
	"fmt"
	"io"

	nodes "sigs.k8s.io/kwok/kustomize/stage/node/fast"
	heartbeat "sigs.k8s.io/kwok/kustomize/stage/node/heartbeat-with-lease"
	pods "sigs.k8s.io/kwok/kustomize/stage/pod/fast"
	"sigs.k8s.io/yaml"
)

// PodAnnotation says what becomes of a pod that is not to become ready: "unready" for containers
// that run and never pass their probe, anything else for containers that wait with it as the reason
// ("CrashLoopBackOff", "ImagePullBackOff").
const PodAnnotation = "lab.fleetwright.dev/pod"

// podNotReady is the stage of a pod with PodAnnotation.
//
//go:embed pod-not-ready.yaml
var podNotReady string

// printStages writes KWOK's own stages and the lab's, one YAML document each.
func printStages(out io.Writer) error {
	ready, err := withoutAnnotated(pods.DefaultPodReady)
	if err != nil {
		return err
	}
	stages := []string{
		nodes.DefaultNodeInit, heartbeat.DefaultNodeHeartbeatWithLease,
		ready, pods.DefaultPodComplete, pods.DefaultPodDelete, podNotReady,
	}
	for _, stage := range stages {
		if _, err := fmt.Fprintf(out, "---\n%s\n", stage); err != nil {
			return err
		}
	}
	return nil
}

// withoutAnnotated is a stage that leaves pods with PodAnnotation alone.
func withoutAnnotated(stage string) (string, error) {
	var object struct {
		APIVersion string         `json:"apiVersion"`
		Kind       string         `json:"kind"`
		Metadata   map[string]any `json:"metadata"`
		Spec       struct {
			ResourceRef map[string]any `json:"resourceRef"`
			Selector    struct {
				MatchExpressions []map[string]any `json:"matchExpressions"`
			} `json:"selector"`
			Next map[string]any `json:"next"`
		} `json:"spec"`
	}
	// Strict: a field of a later KWOK that this struct lacks must not get lost.
	if err := yaml.UnmarshalStrict([]byte(stage), &object); err != nil {
		return "", fmt.Errorf("stage of KWOK: %w", err)
	}
	object.Spec.Selector.MatchExpressions = append(object.Spec.Selector.MatchExpressions, map[string]any{
		"key":      fmt.Sprintf(".metadata.annotations[%q]", PodAnnotation),
		"operator": "DoesNotExist",
	})
	text, err := yaml.Marshal(object)
	return string(text), err
}
