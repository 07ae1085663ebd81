// Package process runs programs that end when this one ends, however it ends.
package process

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
)

// Process is a running program.
type Process struct {
	name  string
	log   string
	cmd   *exec.Cmd
	ended chan struct{}
	// killed is set before the program is made to end.
	killed atomic.Bool
}

// spawn runs functions on one thread that never ends: PR_SET_PDEATHSIG watches the thread that made
// the child, not the process.
var spawn = func() chan<- func() {
	work := make(chan func())
	go func() {
		runtime.LockOSThread()
		for function := range work {
			function()
		}
	}()
	return work
}()

// Start runs argv in a folder, which is also its HOME, with both outputs appended to a log file
// there.
func Start(name, folder string, argv []string) (*Process, error) {
	p := &Process{name: name, log: folder + "/" + name + ".log", ended: make(chan struct{})}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	p.cmd = exec.Command(argv[0], argv[1:]...)
	p.cmd.Dir = folder
	p.cmd.Stdout, p.cmd.Stderr = log, log
	// Neither a proxy nor a kubeconfig of the machine is to reach the servers.
	p.cmd.Env = []string{"HOME=" + folder, "TMPDIR=" + folder, "PATH=" + os.Getenv("PATH")}
	p.cmd.SysProcAttr = tied()
	started := make(chan error)
	spawn <- func() { started <- p.cmd.Start() }
	if err := <-started; err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	go func() {
		// How it ended is in its log.
		_ = p.cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// Ended is closed when the program has ended.
func (p *Process) Ended() <-chan struct{} {
	return p.ended
}

// EndedAlone is whether the program has ended and nobody made it.
func (p *Process) EndedAlone() bool {
	select {
	case <-p.ended:
		return !p.killed.Load()
	default:
		return false
	}
}

// Kill ends the program and waits until it is gone. An API server without its etcd does not listen
// to anything milder.
func (p *Process) Kill() {
	p.killed.Store(true)
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// Problem is an error that says what happened to the program, with the end of its log.
func (p *Process) Problem(what string) error {
	const kept = 20
	text, err := os.ReadFile(p.log)
	if err != nil {
		return fmt.Errorf("%s %s, and its log cannot be read: %w", p.name, what, err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) > kept {
		lines = lines[len(lines)-kept:]
	}
	return fmt.Errorf("%s %s; its log ends:\n%s", p.name, what, strings.Join(lines, "\n"))
}
