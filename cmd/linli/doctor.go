package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"path/filepath"

	"linli/internal/app"
	"linli/internal/kit/clock"
)

// doctorCommand checks an installation, also beside its running server; it
// fails when anything is broken.
func doctorCommand(ctx context.Context, env environment, args []string) error {
	flags := flag.NewFlagSet("doctor", flag.ContinueOnError)
	quick := flags.Bool("quick", false, "不重算每条应收、不读每个文件")
	if err := flags.Parse(args); err != nil {
		return err
	}
	a, err := look(ctx, env)
	if err != nil {
		return err
	}
	defer a.Close()
	found, err := a.Doctor(ctx, app.Checks{Quick: *quick})
	if err != nil {
		return err
	}
	return report(env.out, found)
}

// look opens the installation of the environment for reading.
func look(ctx context.Context, env environment) (*app.App, error) {
	if env.data == "" {
		env.data = "data"
	}
	dir, err := filepath.Abs(env.data)
	if err != nil {
		return nil, err
	}
	return app.Look(ctx, app.Config{Dir: dir, DSN: env.dsn, Clock: clock.System{}, Log: env.log, Version: version()})
}

// report prints what is broken, one line each, and fails when there is any.
func report(out io.Writer, found []app.Finding) error {
	for _, f := range found {
		if _, err := fmt.Fprintln(out, f); err != nil {
			return err
		}
	}
	if len(found) > 0 {
		return fmt.Errorf("发现 %d 处问题，已逐条列出；先停止收款，再从最近的备份恢复核对", len(found))
	}
	_, err := fmt.Fprintln(out, "检查完毕，没有发现问题")
	return err
}
