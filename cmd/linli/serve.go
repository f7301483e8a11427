package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"linli/internal/app"
	"linli/internal/kit/clock"
	"linli/internal/kit/flock"
	"linli/internal/kit/outbound"
	"linli/internal/kit/web"
)

func serve(ctx context.Context, env environment, args []string) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	if err := (usage{name: "serve", about: "启动服务，数据放在 LINLI_DATA（不设为 ./data）；空目录会打开首次使用向导。其他设置见 linli help"}).parse(env.out, flags, args); err != nil {
		return err
	}
	if env.data == "" {
		env.data = "data"
	}
	for _, name := range unknownSettings(os.Environ()) {
		env.log.Warn("没有 "+name+" 这个设置，没有用它；linli help 列出全部设置", "name", name)
	}
	if err := free(env.addr); err != nil {
		return err
	}
	a, unlock, err := open(ctx, env)
	if err != nil {
		return err
	}
	defer unlock()
	defer a.Close()
	return listen(ctx, env, a)
}

// open locks the data folder, opens the database and brings it up to date.
func open(ctx context.Context, env environment) (*app.App, func(), error) {
	dir, err := filepath.Abs(env.data)
	if err != nil {
		return nil, nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("建数据目录: %w", err)
	}
	unlock, err := flock.Lock(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, nil, err
	}
	plan, err := backupPlan(dir)
	if err != nil {
		unlock()
		return nil, nil, err
	}
	proxies, err := web.ParseProxies(env.proxies)
	if err != nil {
		unlock()
		return nil, nil, fmt.Errorf("LINLI_TRUSTED_PROXIES: %w", err)
	}
	guard, err := outbound.Parse(env.allow)
	if err != nil {
		unlock()
		return nil, nil, fmt.Errorf("LINLI_OUTBOUND_ALLOW: %w", err)
	}
	a, err := app.New(ctx, app.Config{Dir: dir, DSN: env.dsn, Clock: clock.System{}, Log: env.log, Version: version(), Secure: env.secure, Proxies: proxies, Backup: plan, Wechat: env.wechat, Alipay: env.alipay, SMS: env.sms, TencentSMS: env.tencent, Address: env.public, Outbound: guard})
	if err != nil {
		unlock()
		return nil, nil, err
	}
	return a, unlock, nil
}

// listen serves until ctx ends, then lets running requests finish.
func listen(ctx context.Context, env environment, a *app.App) error {
	debug.SetGCPercent(50) // a small heap matters more than speed for a server at rest
	l, err := listenOn("LINLI_ADDR", env.addr)
	if err != nil {
		return err
	}
	if env.public == "" {
		a.Reach("http://" + l.Addr().String())
	}
	srv := &http.Server{
		Handler: a.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 2 * time.Minute,
		WriteTimeout: 5 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 8 << 10,
	}
	workers := make(chan error, 1)
	workctx, stopWork := context.WithCancel(ctx)
	defer stopWork()
	go func() { workers <- a.Work(workctx) }()
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	stopMetrics, err := serveMetrics(env, a)
	if err != nil {
		return err
	}
	defer stopMetrics()
	if _, err := fmt.Fprintf(env.out, "ready http://%s\n", l.Addr()); err != nil {
		return err
	}
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	err = srv.Shutdown(grace)
	stopWork()
	return errors.Join(err, <-workers)
}

// serveMetrics answers Prometheus on LINLI_METRICS, an address of its own, when
// it is set.
func serveMetrics(env environment, a *app.App) (stop func(), err error) {
	if env.metrics == "" {
		return func() {}, nil
	}
	l, err := listenOn("LINLI_METRICS", env.metrics)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.Metrics())
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: time.Minute, MaxHeaderBytes: 8 << 10}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	if _, err := fmt.Fprintf(env.out, "metrics http://%s/metrics\n", l.Addr()); err != nil {
		return nil, errors.Join(err, srv.Close())
	}
	return func() {
		if err := srv.Close(); err != nil {
			env.log.Warn("stop metrics", "error", err)
		}
		<-ended
	}, nil
}
