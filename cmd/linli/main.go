// Command linli is the whole product in one binary: the server, the demo and
// the tools around them. `linli help` lists the commands.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
)

type command struct {
	name, about string
	run         func(ctx context.Context, env environment, args []string) error
}

func commands() []command {
	return []command{
		{"serve", "启动服务；空目录会打开首次使用向导", serve},
		{"demo", "启动演示：第一次会用产品自己的命令生成一年的数据", demoCommand},
		{"backup", "备份：linli backup --to 文件或目录，可与运行中的服务同时进行", backupCommand},
		{"restore", "恢复到空的数据目录：linli restore --from 文件；演练：linli restore --drill", restoreCommand},
		{"doctor", "检查数据是否完好，可与运行中的服务同时进行；有问题时退出码为 1", doctorCommand},
		{"password", "给账号新的初始密码：管理员自己也登录不了时，停掉服务后用 linli password 登录名", passwordCommand},
		{"sim", "模拟外部系统，供演练：linli sim wechat|alipay|invoice|mail|sms|tencent|mqtt", simCommand},
		{"bench", "测量：linli bench billing|lists|callbacks|reconcile|reports", benchCommand},
		{"openapi", "输出接口文档（OpenAPI 3.1）", openapiCommand},
		{"version", "显示版本", func(_ context.Context, env environment, _ []string) error {
			_, err := fmt.Fprintln(env.out, "linli", version())
			return err
		}},
	}
}

// environment is everything a command takes from the world.
type environment struct {
	addr    string // LINLI_ADDR, host:port
	data    string // LINLI_DATA, folder
	dsn     string // LINLI_DB, postgres://… or empty for SQLite
	secure  bool   // LINLI_TLS=1: a proxy in front speaks TLS
	proxies string // LINLI_TRUSTED_PROXIES, networks of the proxies in front
	metrics string // LINLI_METRICS, host:port of an own listener; empty for none
	wechat  string // LINLI_WECHAT, host of WeChat Pay; empty for the official one
	alipay  string // LINLI_ALIPAY, host of Alipay; empty for the official one
	sms     string // LINLI_SMS, host of Aliyun's SMS service; empty for the official one
	tencent string // LINLI_TENCENT_SMS, host of Tencent's SMS service; empty for the official one
	allow   string // LINLI_OUTBOUND_ALLOW, networks inside that users may name hosts of
	public  string // LINLI_URL, where the world reaches this server; empty for its own address
	out     io.Writer
	log     *slog.Logger
}

func setting(name, fallback string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return fallback
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return "0.1.0+" + s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return "0.1.0"
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	env := environment{
		addr: setting("LINLI_ADDR", "127.0.0.1:8080"), dsn: os.Getenv("LINLI_DB"), secure: os.Getenv("LINLI_TLS") == "1", data: os.Getenv("LINLI_DATA"), proxies: os.Getenv("LINLI_TRUSTED_PROXIES"), metrics: os.Getenv("LINLI_METRICS"),
		wechat: os.Getenv("LINLI_WECHAT"), alipay: os.Getenv("LINLI_ALIPAY"), sms: os.Getenv("LINLI_SMS"), tencent: os.Getenv("LINLI_TENCENT_SMS"),
		allow:  os.Getenv("LINLI_OUTBOUND_ALLOW"),
		public: strings.TrimSuffix(os.Getenv("LINLI_URL"), "/"),
		out:    os.Stdout, log: slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: logLevel()})),
	}
	name := "help"
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	switch name {
	case "help", "-h", "--help":
		fmt.Fprint(env.out, help())
		return
	case "-v", "--version":
		name = "version"
	}
	if err := checkSettings(); err != nil {
		fmt.Fprintln(os.Stderr, "linli "+name+":", err)
		stop()
		os.Exit(1)
	}
	for _, c := range commands() {
		if c.name != name {
			continue
		}
		if err := c.run(ctx, env, os.Args[2:]); err != nil && !errors.Is(err, errHelped) {
			fmt.Fprintln(os.Stderr, "linli "+name+":", words(err))
			stop()
			os.Exit(1)
		}
		return
	}
	fmt.Fprintf(os.Stderr, "没有“%s”这个命令\n\n%s", name, help())
	stop()
	os.Exit(2)
}

// help is the list of commands and variables.
func help() string {
	var b strings.Builder
	fmt.Fprintf(&b, "邻里 Linli %s：物业管理系统\n\n用法：linli <命令> [选项]，每个命令的选项见 linli <命令> --help\n\n", version())
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-9s %s\n", c.name, c.about)
	}
	b.WriteString("\n环境变量（括号里是不设时的值）：\n")
	for _, s := range settings() {
		fmt.Fprintf(&b, "  %-27s %s\n", s[0], s[1])
	}
	return b.String()
}

// tell says how something is used; that is no failure.
func tell(out io.Writer, words string) error {
	if _, err := fmt.Fprintln(out, words); err != nil {
		return err
	}
	return errHelped
}

func logLevel() slog.Level {
	var l slog.Level
	if err := l.UnmarshalText([]byte(setting("LINLI_LOG", "WARN"))); err != nil {
		return slog.LevelWarn
	}
	return l
}
