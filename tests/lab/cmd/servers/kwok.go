package main

import (
	"os"

	"github.com/spf13/pflag"
	"sigs.k8s.io/kwok/pkg/config"
	kwok "sigs.k8s.io/kwok/pkg/kwok/cmd"
	"sigs.k8s.io/kwok/pkg/log"
	"sigs.k8s.io/kwok/pkg/utils/signals"
)

// runKWOK keeps nodes alive and plays the kubelet for their pods. KWOK reads its global flags apart
// from those of its command, because the configuration that they name sets the command's defaults.
func runKWOK() error {
	global := pflag.NewFlagSet("global", pflag.ContinueOnError)
	global.ParseErrorsAllowlist.UnknownFlags = true
	global.Usage = func() {}
	ctx, _ := log.InitFlags(signals.SetupSignalContext(), global)
	ctx, err := config.InitFlags(ctx, global)
	if err != nil {
		return err
	}
	command := kwok.NewCommand(ctx)
	// Kubernetes' libraries have defined a flag --version already, of another type.
	command.Version = ""
	command.PersistentFlags().AddFlagSet(global)
	command.SetArgs(os.Args[1:])
	return command.ExecuteContext(ctx)
}
