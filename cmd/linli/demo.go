package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"linli/internal/app"
	"linli/internal/demo"
	"linli/internal/kit/clock"
)

// demoCommand makes the demo data when there is none, then serves it.
func demoCommand(ctx context.Context, env environment, args []string) error {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	makeOnly := flags.Bool("make-only", false, "只生成数据，不启动服务")
	small := flags.Bool("small", false, "只做十分之一的房屋，供测试")
	if err := (usage{name: "demo", args: "[--small] [--make-only]", about: "启动演示：第一次用产品自己的命令生成一年的数据，放在 LINLI_DATA（不设为 data-demo）"}).parse(env.out, flags, args); err != nil {
		return err
	}
	if env.data == "" {
		env.data = "data-demo"
	}
	dir, err := filepath.Abs(env.data)
	if err != nil {
		return err
	}
	if err := prepareDemo(ctx, env, dir, *makeOnly, *small); err != nil {
		return err
	}
	if *makeOnly {
		return nil
	}
	env.allow = strings.TrimPrefix(env.allow+",127.0.0.1", ",") // where the simulators are
	merchants, err := rehearsePayment(ctx, &env, dir)
	if err != nil {
		return err
	}
	smtp, inbox, _, err := demo.RehearseMail(ctx, "127.0.0.1:0", setting("LINLI_SIM_MAIL", "127.0.0.1:0"), env.log)
	if err != nil {
		return err
	}
	meters, err := demo.RehearseMeters(ctx, setting("LINLI_SIM_MQTT", "127.0.0.1:0"), "127.0.0.1:0", time.Minute, env.log)
	if err != nil {
		return err
	}
	a, unlock, err := open(ctx, env)
	if err != nil {
		return err
	}
	defer unlock()
	defer a.Close()
	if err := errors.Join(merchants(a), meters.Join(ctx, a)); err != nil {
		return err
	}
	if err := demo.MailAccounts(ctx, a, smtp); err != nil {
		return err
	}
	fmt.Fprintf(env.out, "微信支付（模拟）付款人的页面：%s\n支付宝（模拟）付款人的页面：%s\n住户的收件箱（模拟）：%s\n远传表采集平台（模拟）：%s\n", env.wechat, env.alipay, inbox, meters.Page)
	accounts, err := os.ReadFile(filepath.Join(dir, demo.AccountsFile))
	if err != nil {
		return fmt.Errorf("read demo accounts (%s is not a demo folder): %w", dir, err)
	}
	fmt.Fprintln(env.out, "演示账号（登录名 / 密码，只属于这份演示数据）：")
	for line := range strings.Lines(string(accounts)) {
		role, rest, _ := strings.Cut(strings.TrimSpace(line), "\t")
		login, secret, _ := strings.Cut(rest, "\t")
		fmt.Fprintf(env.out, "  %-14s %s   %s\n", login, secret, role)
	}
	return listen(ctx, env, a)
}

// prepareDemo makes the demo data when there is none. An address that is taken
// is said before that and not after.
func prepareDemo(ctx context.Context, env environment, dir string, makeOnly, small bool) error {
	if !makeOnly {
		if err := free(env.addr); err != nil {
			return err
		}
	}
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		fmt.Fprintln(os.Stderr, "正在用产品自己的命令生成一年的演示数据，约一两分钟……")
		o := demo.Options{Dir: dir, DSN: env.dsn, Until: clock.System{}.Now(), Log: env.log, Out: os.Stderr, Small: small}
		if err := demo.Make(ctx, o); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	return nil
}

// rehearsePayment starts the channels for the demo, and answers what gives
// every project its merchants with them.
func rehearsePayment(ctx context.Context, env *environment, dir string) (func(*app.App) error, error) {
	street, err := demo.RehearseWechat(ctx, filepath.Join(dir, simFile), setting("LINLI_SIM_ADDR", "127.0.0.1:0"), env.log)
	if err != nil {
		return nil, err
	}
	ali, err := demo.RehearseAlipay(ctx, filepath.Join(dir, alipaySimFile), setting("LINLI_SIM_ALIPAY", "127.0.0.1:0"), env.log)
	if err != nil {
		return nil, err
	}
	provider, _, err := demo.RehearseInvoice(ctx, setting("LINLI_SIM_INVOICE", "127.0.0.1:0"), filepath.Join(dir, invoiceSimFile), env.log)
	if err != nil {
		return nil, err
	}
	env.wechat, env.alipay = street.Address, ali.Address
	return func(a *app.App) error {
		return errors.Join(street.Merchants(ctx, a), ali.Merchants(ctx, a), demo.Sellers(ctx, a, provider))
	}, nil
}
