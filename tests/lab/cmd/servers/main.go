// Command servers is the programs of a cluster in one binary, each with the flags that it has
// upstream. Which one to be is the name it was called by, through a symbolic link, or the first
// argument:
//
//	servers etcd
//	servers kube-apiserver
//	servers kube-controller-manager
//	servers kube-scheduler
//	servers kwok
//	servers kwok-stages    the configuration for kwok --config, printed
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

func main() {
	os.Args[0] = filepath.Base(os.Args[0])
	if os.Args[0] == "servers" && len(os.Args) > 1 {
		os.Args = os.Args[1:]
	}
	// Only the one command is constructed: each of Kubernetes' sets up the process's signal handler,
	// which panics the second time.
	switch os.Args[0] {
	case "etcd":
		etcdmain.Main(os.Args)
	case "kube-apiserver":
		os.Exit(cli.Run(apiserver.NewAPIServerCommand()))
	case "kube-controller-manager":
		os.Exit(cli.Run(controllers.NewControllerManagerCommand()))
	case "kube-scheduler":
		os.Exit(cli.Run(scheduler.NewSchedulerCommand()))
	case "kwok":
		exitOn(runKWOK())
	case "kwok-stages":
		exitOn(printStages(os.Stdout))
	default:
		exitOn(fmt.Errorf("%q is none of etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok, kwok-stages", os.Args[0]))
	}
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "servers:", err)
		os.Exit(1)
	}
}
