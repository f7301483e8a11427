package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"linli/internal/app"
)

// doctorCommand checks an installation, also beside its running server; it
// fails when anything is broken.
func doctorCommand(ctx context.Context, env environment, args []string) error {
	flags := flag.NewFlagSet("doctor", flag.ContinueOnError)
	quick := flags.Bool("quick", false, "不重算每条应收、不读每个文件")
	if err := (usage{name: "doctor", args: "[--quick]", about: "检查数据是否完好，只读，可与运行中的服务同时进行；有问题时逐条列出，退出码为 1"}).parse(env.out, flags, args); err != nil {
		return err
	}
	c, err := config(env)
	if err != nil {
		return err
	}
	a, err := app.Look(ctx, c)
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
