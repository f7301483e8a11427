package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"linli/bench"
)

const benchUsage = "用法：linli bench billing|lists --rooms N，callbacks --callbacks N，reconcile --lines N [--channel wechat|alipay]，或 reports --charges N [--db DSN] [--json]"

func benchCommand(ctx context.Context, env environment, args []string) error {
	if len(args) == 0 {
		return errors.New(benchUsage)
	}
	switch args[0] {
	case "billing":
		return benchBilling(ctx, env, args)
	case "lists":
		return benchLists(ctx, env, args)
	case "callbacks":
		return benchCallbacks(ctx, env, args)
	case "reconcile":
		return benchReconcile(ctx, env, args)
	case "reports":
		return benchReports(ctx, env, args)
	case "-h", "--help", "help":
		return tell(env.out, benchUsage)
	}
	return errors.New(benchUsage)
}

// benchLists measures what people look at all day.
func benchLists(ctx context.Context, env environment, args []string) error {
	flags := flag.NewFlagSet("bench lists", flag.ContinueOnError)
	rooms := flags.Int("rooms", 100_000, "房屋总数，分在 200 个项目里")
	big := flags.Int("big", 50_000, "另有一个大项目的房屋数，最多 50000")
	months := flags.Int("months", 6, "大项目有几个月的账单")
	long := flags.Duration("for", 10*time.Second, "每种列表读多久")
	dsn := flags.String("db", env.dsn, "PostgreSQL 地址（空库），留空用 SQLite")
	asJSON := flags.Bool("json", false, "输出 JSON")
	if err := (usage{name: "bench lists", args: "[选项]", about: "测量每天看的列表有多快，旁边是同样的 SQL 单独执行"}).parse(env.out, flags, args[1:]); err != nil {
		return err
	}
	if *rooms < 200 || *big < 1 || *big > 50_000 || *months < 1 {
		return errors.New("--rooms 至少 200，--big 为 1–50000，--months 至少 1")
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program: %w", err)
	}
	r, err := bench.Lists(ctx, bench.ListsOptions{Rooms: *rooms, Big: *big, Months: *months, For: *long, DSN: *dsn, Binary: self}, os.Stderr)
	if err != nil {
		return err
	}
	return r.Print(env.out, *asJSON)
}

// benchCallbacks measures how many payments a second are credited.
func benchCallbacks(ctx context.Context, env environment, args []string) error {
	flags := flag.NewFlagSet("bench callbacks", flag.ContinueOnError)
	callbacks := flags.Int("callbacks", 4000, "通知的笔数，分在 20 个项目里")
	dsn := flags.String("db", env.dsn, "PostgreSQL 地址（空库），留空用 SQLite")
	asJSON := flags.Bool("json", false, "输出 JSON")
	if err := (usage{name: "bench callbacks", args: "[选项]", about: "测量每秒入账多少笔支付通知"}).parse(env.out, flags, args[1:]); err != nil {
		return err
	}
	if *callbacks < 20 {
		return errors.New("--callbacks 至少 20")
	}
	r, err := bench.Callbacks(ctx, *callbacks, *dsn, os.Stderr)
	if err != nil {
		return err
	}
	return r.Print(env.out, *asJSON)
}

// benchReconcile measures the morning after a day with many online payments.
func benchReconcile(ctx context.Context, env environment, args []string) error {
	flags := flag.NewFlagSet("bench reconcile", flag.ContinueOnError)
	lines := flags.Int("lines", 100_000, "渠道账单的行数")
	channel := flags.String("channel", "wechat", "渠道：wechat 或 alipay")
	dsn := flags.String("db", env.dsn, "PostgreSQL 地址（空库），留空用 SQLite")
	asJSON := flags.Bool("json", false, "输出 JSON")
	if err := (usage{name: "bench reconcile", args: "[选项]", about: "测量一天的渠道账单对账要几秒"}).parse(env.out, flags, args[1:]); err != nil {
		return err
	}
	if *lines < 100 || *channel != "wechat" && *channel != "alipay" {
		return errors.New("--lines 至少 100，--channel 为 wechat 或 alipay")
	}
	r, err := bench.Reconcile(ctx, bench.ReconcileOptions{Lines: *lines, Channel: *channel, DSN: *dsn}, os.Stderr)
	if err != nil {
		return err
	}
	return r.Print(env.out, *asJSON)
}

// benchReports measures what the manager and the accountant open.
func benchReports(ctx context.Context, env environment, args []string) error {
	flags := flag.NewFlagSet("bench reports", flag.ContinueOnError)
	charges := flags.Int("charges", 3_000_000, "一个项目里应收的条数")
	months := flags.Int("months", 24, "分在几个月里")
	dsn := flags.String("db", env.dsn, "PostgreSQL 地址（空库），留空用 SQLite")
	asJSON := flags.Bool("json", false, "输出 JSON")
	if err := (usage{name: "bench reports", args: "[选项]", about: "测量报表几秒打开"}).parse(env.out, flags, args[1:]); err != nil {
		return err
	}
	if *months < 14 || *months > 120 || *charges < 30**months {
		return errors.New("--months 为 14–120，--charges 至少每月 30 条")
	}
	r, err := bench.Reports(ctx, *charges, *months, *dsn, os.Stderr)
	if err != nil {
		return err
	}
	return r.Print(env.out, *asJSON)
}

func benchBilling(ctx context.Context, env environment, args []string) error {
	flags := flag.NewFlagSet("bench billing", flag.ContinueOnError)
	rooms := flags.Int("rooms", 100_000, "房屋总数，分在 200 个项目里")
	dsn := flags.String("db", env.dsn, "PostgreSQL 地址（空库），留空用 SQLite")
	asJSON := flags.Bool("json", false, "输出 JSON")
	if err := (usage{name: "bench billing", args: "[选项]", about: "测量出账有多快，旁边是数据库自己的极限"}).parse(env.out, flags, args[1:]); err != nil {
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
