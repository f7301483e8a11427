package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"

	"linli/bench"
)

func benchCommand(ctx context.Context, env environment, args []string) error {
	if len(args) == 0 || args[0] != "billing" {
		return errors.New("用法：linli bench billing --rooms N [--db DSN] [--json]")
	}
	flags := flag.NewFlagSet("bench billing", flag.ContinueOnError)
	rooms := flags.Int("rooms", 100_000, "房屋总数，分在 200 个项目里")
	dsn := flags.String("db", env.dsn, "PostgreSQL 地址（空库），留空用 SQLite")
	asJSON := flags.Bool("json", false, "输出 JSON")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if *rooms < 200 {
		return errors.New("--rooms 至少 200")
	}
	var progress io.Writer = os.Stderr
	r, err := bench.Billing(ctx, *rooms, *dsn, progress)
	if err != nil {
		return err
	}
	return r.Print(env.out, *asJSON)
}
