package cluster

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"fleetwright.dev/lab/internal/process"
)

// waitFor asks again and again until a program answers, ends, or has had its time.
func waitFor(ctx context.Context, program *process.Process, ask func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	again := time.NewTicker(25 * time.Millisecond)
	defer again.Stop()
	var last error
	for {
		select {
		case <-program.Ended():
			return program.Problem("ended")
		case <-ctx.Done():
			return program.Problem(fmt.Sprintf("is not ready after %s (%v)", patience, last))
		case <-again.C:
			if last = ask(ctx); last == nil {
				return nil
			}
		}
	}
}

// get reads a URL that is to answer 200.
func get(ctx context.Context, client *http.Client, url, token string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", url, response.Status)
	}
	return body, err
}
