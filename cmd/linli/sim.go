package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"linli/internal/demo"
)

// Where the simulators keep their keys and books.
const (
	simFile        = demo.WechatBooks
	alipaySimFile  = demo.AlipayBooks
	invoiceSimFile = demo.InvoiceBooks
)

const simUsage = "用法：linli sim wechat [--addr 127.0.0.1:8091] [--file 文件] [商户号…]，linli sim alipay [--addr 127.0.0.1:8093] [--file 文件] [PID…]，" +
	"linli sim mail [--addr 127.0.0.1:8025] [--page 127.0.0.1:8026]，linli sim sms [--addr 127.0.0.1:8092]，linli sim tencent [--addr 127.0.0.1:8095]，linli sim invoice [--addr 127.0.0.1:8094] [--file 文件]，linli sim mqtt [--addr 127.0.0.1:1883] [--page 127.0.0.1:8096] [表号=读数…]"

// simCommand starts a simulator alone, so that an installation of one's own can
// rehearse with it.
func simCommand(ctx context.Context, env environment, args []string) error {
	if len(args) == 0 {
		return errors.New(simUsage)
	}
	switch kind, rest := args[0], args[1:]; kind {
	case "wechat":
		return simChannel(ctx, env, "wechat", "LINLI_WECHAT", "127.0.0.1:8091", simFile, demo.RehearseWechat, rest)
	case "alipay":
		return simChannel(ctx, env, "alipay", "LINLI_ALIPAY", "127.0.0.1:8093", alipaySimFile, demo.RehearseAlipay, rest)
	case "invoice":
		return simInvoice(ctx, env, rest)
	case "mail", "sms", "tencent":
		return simMessages(ctx, env, kind, rest)
	case "mqtt":
		return simMeters(ctx, env, rest)
	case "-h", "--help", "help":
		return tell(env.out, simUsage)
	}
	return errors.New(simUsage)
}

type rehearse func(ctx context.Context, file, addr string, log *slog.Logger) (*demo.Rehearsal, error)

// simChannel starts the simulator of a channel of payment and enrols merchants.
func simChannel(ctx context.Context, env environment, kind, host, at, books string, start rehearse, args []string) error {
	flags := flag.NewFlagSet("sim "+kind, flag.ContinueOnError)
	addr := flags.String("addr", at, "地址")
	file := flags.String("file", books, "密钥和账本的文件，留空只放在内存里")
	if err := (usage{name: "sim " + kind, args: "[选项] [商户号或 PID…]", about: "模拟支付渠道，供演练：打印每个商户要填的资料，付款人的页面也在这个地址", rest: true}).parse(env.out, flags, args); err != nil {
		return err
	}
	r, err := start(ctx, *file, *addr, env.log)
	if err != nil {
		return err
	}
	for _, number := range flags.Args() {
		papers, err := r.Enrol(number)
		if err != nil {
			return err
		}
		fmt.Fprintln(env.out, papers)
	}
	fmt.Fprintf(env.out, "服务端设 %s=%s 即与它往来；付款人的页面也是这个地址\nready %s\n", host, r.Address, r.Address)
	return r.Wait()
}

// simInvoice starts a provider of 数电发票 for rehearsals; what it issues is none.
func simInvoice(ctx context.Context, env environment, args []string) error {
	flags := flag.NewFlagSet("sim invoice", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:8094", "地址")
	file := flags.String("file", invoiceSimFile, "账本的文件，留空只放在内存里")
	if err := (usage{name: "sim invoice", args: "[选项]", about: "模拟开票平台，供演练；它开的不是真发票"}).parse(env.out, flags, args); err != nil {
		return err
	}
	at, wait, err := demo.RehearseInvoice(ctx, *addr, *file, env.log)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.out, "平台地址 %s\n账号 %s\n密钥 %s\n服务端设 LINLI_OUTBOUND_ALLOW=%s，再在“开票设置”里填这三项即与它往来；它开的不是真发票\nready %s\n", at, demo.InvoiceKey, demo.InvoiceSecret, bare(at), at)
	return wait()
}

// simMessages starts a mail server or one of the SMS services for rehearsals.
func simMessages(ctx context.Context, env environment, kind string, args []string) error {
	flags := flag.NewFlagSet("sim "+kind, flag.ContinueOnError)
	addr := flags.String("addr", map[string]string{"mail": "127.0.0.1:8025", "sms": "127.0.0.1:8092", "tencent": "127.0.0.1:8095"}[kind], "地址")
	page := flags.String("page", "127.0.0.1:8026", "邮件：看收件箱的网页地址")
	if err := (usage{name: "sim " + kind, args: "[选项]", about: "模拟邮件或短信服务，供演练"}).parse(env.out, flags, args); err != nil {
		return err
	}
	if kind == "tencent" {
		at, wait, err := demo.RehearseTencent(ctx, *addr, env.log)
		if err != nil {
			return err
		}
		fmt.Fprintf(env.out, "SecretId %s\nSecretKey %s\nSDK AppID %s\n签名 %s\n模板 ID %s\n服务端设 LINLI_TENCENT_SMS=%s 即与它往来\nready %s\n", demo.TencentID, demo.TencentSecret,
			demo.TencentApp, demo.SMSSign, demo.TencentTemplates, at, at)
		return wait()
	}
	if kind == "sms" {
		at, wait, err := demo.RehearseSMS(ctx, *addr, env.log)
		if err != nil {
			return err
		}
		fmt.Fprintf(env.out, "AccessKey ID %s\nAccessKey Secret %s\n签名 %s\n模板编号 %s\n服务端设 LINLI_SMS=%s 即与它往来\nready %s\n", demo.SMSKey, demo.SMSSecret, demo.SMSSign, demo.SMSTemplates, at, at)
		return wait()
	}
	smtp, inbox, wait, err := demo.RehearseMail(ctx, *addr, *page, env.log)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.out, "邮件服务器 %s，不要账号；收件箱 %s\n服务端设 LINLI_OUTBOUND_ALLOW=%s，再在“发送设置”里填它即与它往来\nready %s\n", smtp, inbox, bare(smtp), inbox)
	return wait()
}

// simMeters starts a collector platform with remote meters.
func simMeters(ctx context.Context, env environment, args []string) error {
	flags := flag.NewFlagSet("sim mqtt", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:1883", "MQTT 的地址")
	page := flags.String("page", "127.0.0.1:8096", "看表和发指令的网页地址")
	every := flags.Duration("every", time.Minute, "多久上报一次，0 只听指令")
	if err := (usage{name: "sim mqtt", args: "[选项] [表号=读数…]", about: "模拟远传表的采集平台，供演练", rest: true}).parse(env.out, flags, args); err != nil {
		return err
	}
	c, err := demo.RehearseMeters(ctx, *addr, *page, *every, env.log)
	if err != nil {
		return err
	}
	for _, text := range flags.Args() {
		if err := c.Enrol(text); err != nil {
			return err
		}
	}
	fmt.Fprintf(env.out, "平台地址 %s\n账号 %s\n密码 %s\n主题 meters/#\n服务端设 LINLI_OUTBOUND_ALLOW=%s，再在“远传接入”里填这几项即与它往来；表和指令在 %s\nready %s\n", c.Broker, demo.PlatformUser, demo.PlatformPassword,
		bare(strings.TrimPrefix(c.Broker, "tcp://")), c.Page, c.Page)
	return c.Wait()
}

// bare is the address of a host:port or of an http address, without the port.
func bare(at string) string {
	host, _, err := net.SplitHostPort(strings.TrimPrefix(at, "http://"))
	if err != nil {
		return at
	}
	return host
}
