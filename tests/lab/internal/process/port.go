package process

import (
	"net"
	"strings"
)

// FreePorts are ports of the loopback address that nothing listens on now.
func FreePorts(count int) ([]int, error) {
	var ports []int
	for range count {
		listener, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		// Open until all are chosen: none is given twice.
		defer listener.Close()
		ports = append(ports, listener.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

// PortWasTaken is whether the program ended because something else got its port first.
func PortWasTaken(err error) bool {
	return strings.Contains(err.Error(), "address already in use")
}
