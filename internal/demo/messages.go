package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"linli/internal/app"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/notify"
	mailsim "linli/internal/outside/mail/sim"
	smssim "linli/internal/outside/sms/sim"
	tencentsim "linli/internal/outside/tencent/sim"
)

// The account of the simulated SMS service; it opens nothing but the simulator.
const (
	SMSKey       = "LTAI5tRehearsal"
	SMSSecret    = "rehearsal-secret"
	SMSSign      = "邻里物业"
	SMSTemplates = "SMS_1001 账单，SMS_1002 到期前，SMS_1003 到期日，SMS_1004 逾期，SMS_1005 验证码，SMS_1006 账号变动"
)

// The account of the simulated 腾讯云短信.
const (
	TencentID        = "AKIDrehearsal"
	TencentSecret    = "rehearsal-secret"
	TencentApp       = "1400006666"
	TencentTemplates = "2100001 账单，2100002 到期前，2100003 到期日，2100004 逾期，2100005 验证码，2100006 账号变动"
)

// RehearseMail starts a mail server and the page of its inbox until ctx ends.
func RehearseMail(ctx context.Context, addr, page string, log *slog.Logger) (smtp, inbox string, wait func() error, err error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", "", nil, fmt.Errorf("listen for mail: %w", err)
	}
	s := mailsim.New(mailsim.Options{Clock: clock.System{}, Log: log})
	inbox, wait, err = serve(ctx, page, s.Handler())
	if err != nil {
		return "", "", nil, errors.Join(err, l.Close())
	}
	go func() {
		if err := s.Serve(ctx, l); err != nil {
			log.Error("simulator", "error", err)
		}
	}()
	return l.Addr().String(), inbox, wait, nil
}

// RehearseSMS starts an SMS service until ctx ends.
func RehearseSMS(ctx context.Context, addr string, log *slog.Logger) (string, func() error, error) {
	s := smssim.New(smssim.Options{Key: SMSKey, Secret: SMSSecret, Sign: SMSSign, Clock: clock.System{}, Log: log, Templates: map[string]string{
		"SMS_1001": "${room} ${month} 的账单已出，应缴 ${amount} 元，请在 ${due} 前缴纳。",
		"SMS_1002": "${room}还有 ${amount} 元费用将于 ${due} 到期，还有 ${days} 天。",
		"SMS_1003": "${room}有 ${amount} 元费用今天到期。",
		"SMS_1004": "${room}有 ${amount} 元费用已过应缴日 ${due} ${days} 天，请尽快缴纳。",
		"SMS_1005": "您的验证码是 ${code}，10 分钟内有效，请勿告诉他人。",
		"SMS_1006": "您的账号 ${account} ${what}。不是您本人操作的，请马上告诉管理员。"}})
	return serve(ctx, addr, s.Handler())
}

// RehearseTencent starts Tencent's SMS service until ctx ends.
func RehearseTencent(ctx context.Context, addr string, log *slog.Logger) (string, func() error, error) {
	s := tencentsim.New(tencentsim.Options{ID: TencentID, Secret: TencentSecret, App: TencentApp, Sign: SMSSign, Clock: clock.System{}, Log: log, Templates: map[string]string{
		"2100001": "{1} {2} 的账单已出，应缴 {3} 元，请在 {4} 前缴纳。",
		"2100002": "{1}还有 {2} 元费用将于 {3} 到期，还有 {4} 天。",
		"2100003": "{1}有 {2} 元费用今天到期。",
		"2100004": "{1}有 {2} 元费用已过应缴日 {3} {4} 天，请尽快缴纳。",
		"2100005": "您的验证码是 {1}，10 分钟内有效，请勿告诉他人。",
		"2100006": "您的账号 {1} {2}。不是您本人操作的，请马上告诉管理员。"}})
	return serve(ctx, addr, s.Handler())
}

func serve(ctx context.Context, addr string, h http.Handler) (string, func() error, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", nil, fmt.Errorf("listen for a simulator: %w", err)
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, MaxHeaderBytes: 8 << 10}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	context.AfterFunc(ctx, func() {
		if err := srv.Close(); err != nil {
			ended <- err
		}
	})
	return "http://" + l.Addr().String(), func() error {
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}, nil
}

// MailAccounts gives every project that has none an account with a mail
// server, or tells the one it has where the server is now.
func MailAccounts(ctx context.Context, a *app.App, smtp string) error {
	who := actor.System("演示")
	projects, err := a.Estate.Projects(ctx, who)
	if err != nil {
		return fmt.Errorf("mail accounts: %w", err)
	}
	for _, p := range projects {
		known, err := a.Notify.Account(ctx, a.DB.Reader(ctx), p.ID, "mail")
		ours := known.Version == 0 || strings.HasSuffix(known.Sender, "@linli.example>")
		if err == nil && ours && known.Host != smtp {
			_, err = a.Notify.SetAccount(ctx, who, p.ID, notify.Account{Carrier: "mail", Host: smtp, Sender: p.Name + " <fuwu@linli.example>", Active: true, Version: known.Version})
		}
		if err != nil {
			return fmt.Errorf("mail accounts: %w", err)
		}
	}
	return nil
}
