package process

import "syscall"

// tied makes a child that the kernel kills when this process dies. It has a group of its own: Ctrl-C in
// a terminal goes to the tests, which end this program in order.
func tied() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
