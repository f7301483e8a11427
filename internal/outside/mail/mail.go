// Package mail carries messages by SMTP for the socket notify.Carrier. The
// account names the server; nothing else decides whom it speaks to.
package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"linli/internal/kit/outbound"
	"linli/internal/notify"
)

// patience is how long handing over one mail may take.
const patience = 30 * time.Second

// inside tells what to do about a server that must not be reached.
const inside = "服务器在公司内网时，请系统管理员在启动参数 LINLI_OUTBOUND_ALLOW 里放行"

// Carrier is SMTP.
type Carrier struct {
	guard outbound.Guard
}

// New makes the carrier; whoever sets its server up reaches what the guard lets
// through.
func New(guard outbound.Guard) *Carrier { return &Carrier{guard} }

// Key names the carrier.
func (c *Carrier) Key() string { return notify.Mail }

// Channel says what it reaches people by.
func (c *Carrier) Channel() string { return notify.Mail }

// Name is the carrier in words.
func (c *Carrier) Name() string { return "邮件" }

func hostOf(a *notify.Account) (string, int, error) {
	host, port, err := net.SplitHostPort(a.Host)
	if err != nil {
		return "", 0, err
	}
	n, err := strconv.Atoi(port)
	if err != nil || n < 1 || n > 65535 || host == "" {
		return "", 0, fmt.Errorf("port %q", port)
	}
	return host, n, nil
}

// Check refuses a server without port, a sender that is no address and a user
// without password.
func (c *Carrier) Check(a notify.Account) error {
	host, _, err := hostOf(&a)
	if err != nil {
		return notify.ErrAccount.At("body.host", "写成 主机:端口，例如 smtp.exmail.qq.com:465", a.Host)
	}
	if err := c.guard.Named(host); err != nil {
		return notify.ErrAccount.Say("系统不会去连这个邮件服务器").At("body.host", "要填外网的地址。"+inside, a.Host).Because(err)
	}
	if _, err := mail.ParseAddress(a.Sender); err != nil {
		return notify.ErrAccount.At("body.sender", "写成邮箱地址，例如 翠湖物业 <zd@cuihu.cn>", a.Sender)
	}
	if a.Login != "" && a.Secret == "" {
		return notify.ErrAccount.At("body.secret", "请填密码（多数邮箱叫授权码）", nil)
	}
	return nil
}

// Send hands a mail to the server; the reference is its Message-ID, the same
// when the letter comes twice.
func (c *Carrier) Send(ctx context.Context, a notify.Account, l notify.Letter) (string, error) {
	from, err := mail.ParseAddress(a.Sender)
	if err != nil {
		return "", &notify.Refusal{Code: "sender", Text: "发件地址不对", Final: true}
	}
	m := gomail.NewMsg()
	if err := m.FromFormat(from.Name, from.Address); err != nil {
		return "", &notify.Refusal{Code: "sender", Text: "发件地址不对", Final: true}
	}
	if err := m.AddToFormat(l.Name, l.To); err != nil {
		return "", &notify.Refusal{Code: "address", Text: "收件地址不对", Final: true}
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	reference := l.ID.String() + "@" + domain
	m.SetMessageIDWithValue(reference)
	m.Subject(l.Subject)
	m.SetBodyString(gomail.TypeTextPlain, l.Body)
	client, err := c.client(&a)
	if err != nil {
		return "", err
	}
	if err := client.DialAndSendWithContext(ctx, m); err != nil {
		return "", refused(err)
	}
	return reference, nil
}

func (c *Carrier) client(a *notify.Account) (*gomail.Client, error) {
	host, port, err := hostOf(a)
	if err != nil {
		return nil, &notify.Refusal{Code: "host", Text: "邮件服务器写得不对", Final: true}
	}
	options := []gomail.Option{gomail.WithPort(port), gomail.WithTimeout(patience), gomail.WithTLSPolicy(gomail.TLSOpportunistic), gomail.WithDialContextFunc(c.guard.Dial)}
	// Where TLS is not certain, PLAIN: the library gives a password away over
	// TLS or to this machine only.
	auth := gomail.WithSMTPAuth(gomail.SMTPAuthPlain)
	switch port {
	case 465: // RFC 8314: TLS from the first byte
		// The library's own search does not see TLS that it has not begun itself.
		auth = gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256PLUS, gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1PLUS, gomail.SMTPAuthSCRAMSHA1,
			gomail.SMTPAuthNTLM, gomail.SMTPAuthCramMD5, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin)
		options = append(options, gomail.WithSSL(), gomail.WithDialContextFunc(c.guard.DialTLS))
	case 587: // submission: STARTTLS or nothing
		auth = gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover)
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if a.Login != "" {
		options = append(options, auth, gomail.WithUsername(a.Login), gomail.WithPassword(a.Secret))
	}
	client, err := gomail.NewClient(host, options...)
	if err != nil {
		return nil, &notify.Refusal{Code: "client", Text: "发送账户写得不对", Final: true}
	}
	return client, nil
}

// refused tells a no for good (5xx, a server that must not be reached) from one
// for now; the text is the server's own.
func refused(err error) error {
	var barred *outbound.Barred
	if errors.As(err, &barred) {
		return &notify.Refusal{Code: "inside", Text: "邮件服务器的地址指向内网，系统没有去连。" + inside, Final: true}
	}
	var no *gomail.SendError
	if errors.As(err, &no) && no.ErrorCode() >= 400 {
		code := no.ErrorCode()
		return &notify.Refusal{Code: strconv.Itoa(code), Text: fmt.Sprintf("邮件服务器不收（%d）", code), Final: code >= 500}
	}
	return fmt.Errorf("hand over mail: %w", err)
}

// Receipt: SMTP gives none.
func (c *Carrier) Receipt(context.Context, notify.Account, notify.Letter, string) (notify.Receipt, error) {
	return notify.Receipt{Fate: notify.Mute}, nil
}
