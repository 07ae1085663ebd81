//go:build unix && !linux

package process

import "syscall"

// tied makes a child with a group of its own. Here nothing ends it when this process is killed, only
// when it is told to end or its input ends.
func tied() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
