// Package mqtt brings the messages of remote meters from a broker by MQTT 3.1.1
// for the socket meter.Collector. It acknowledges a message after it was kept
// and not before, so the broker sends again what was cut off.
package mqtt

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"

	"linli/internal/kit/outbound"
	"linli/internal/meter"
)

const (
	patience  = 15 * time.Second // of one step with the broker
	keepAlive = 30 * time.Second
	// At most so many messages are kept together, so often: a broker that has
	// more waits, and nothing is lost.
	atOnce = 200
	pace   = 200 * time.Millisecond
	// most is the longest packet that is read; a longer one ends the connection.
	most = 1 << 20
)

// inside tells what to do about a broker that must not be reached.
const inside = "平台在公司内网时，请系统管理员在启动参数 LINLI_OUTBOUND_ALLOW 里放行"

// Collector is MQTT.
type Collector struct {
	guard outbound.Guard
}

// New makes the collector; whoever sets a platform up reaches what the guard
// lets through.
func New(guard outbound.Guard) *Collector { return &Collector{guard} }

func broker(host string) (*url.URL, error) {
	u, err := url.Parse(host)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil || port < 1 || port > 65535 || u.Hostname() == "" || u.Path != "" || u.RawQuery != "" || u.User != nil || u.Fragment != "" || u.Scheme != "tcp" && u.Scheme != "ssl" {
		return nil, fmt.Errorf("broker %q", host)
	}
	return u, nil
}

// Check refuses a broker that is written wrongly or inside, a filter that is
// none, and a user without password.
func (c *Collector) Check(p meter.Platform) error {
	u, err := broker(p.Host)
	if err != nil {
		return meter.ErrPlatform.At("body.host", "写成 tcp://主机:端口 或 ssl://主机:端口，例如 ssl://mqtt.example.cn:8883", p.Host)
	}
	if err := c.guard.Named(u.Hostname()); err != nil {
		return meter.ErrPlatform.Say("系统不会去连这个平台").At("body.host", "要填外网的地址。"+inside, p.Host).Because(err)
	}
	if !filter(p.Topic) {
		return meter.ErrPlatform.At("body.topic", "+ 要单独占一级，# 只能单独放在最后，例如 meters/+/reading 或 meters/#", p.Topic)
	}
	if p.Login != "" && p.Secret == "" {
		return meter.ErrPlatform.At("body.secret", "请填密码；换了平台地址要重填", nil)
	}
	return nil
}

// filter holds a topic filter against MQTT 3.1.1, 4.7.1.
func filter(topic string) bool {
	levels := strings.Split(topic, "/")
	for i, l := range levels {
		if l == "+" || l == "#" && i == len(levels)-1 {
			continue
		}
		if strings.ContainsAny(l, "+#\x00") {
			return false
		}
	}
	return topic != ""
}

// Listen holds one connection in the client's lasting session.
func (c *Collector) Listen(ctx context.Context, p meter.Platform, take func(context.Context, []meter.Message) error, up func()) error {
	l := &listener{take: take, came: make(chan paho.Message, atOnce), lost: make(chan error, 1)}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	client, err := c.connect(ctx, p, p.Client, false, l)
	if err != nil {
		return err
	}
	defer client.Disconnect(250)
	var wg sync.WaitGroup
	kept := make(chan error, 1)
	wg.Go(func() { kept <- l.keep(ctx) })
	defer wg.Wait()
	defer stop()
	if err := subscribe(ctx, client, p.Topic); err != nil {
		return err
	}
	up()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-l.lost:
		return unreachable("连接断了", err)
	case err := <-kept:
		return err
	}
}

// Try listens under a name of its own in a session that ends with it.
func (c *Collector) Try(ctx context.Context, p meter.Platform, wait time.Duration) ([]meter.Message, error) {
	l := &listener{came: make(chan paho.Message, atOnce), lost: make(chan error, 1)}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	client, err := c.connect(ctx, p, p.Client+"-try", true, l)
	if err != nil {
		return nil, err
	}
	defer client.Disconnect(250)
	if err := subscribe(ctx, client, p.Topic); err != nil {
		return nil, err
	}
	out := []meter.Message{}
	end := time.After(wait)
	for len(out) < atOnce {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case err := <-l.lost:
			return nil, unreachable("刚连上就断了", err)
		case m := <-l.came:
			out = append(out, meter.Message{Topic: m.Topic(), Payload: m.Payload()})
			continue
		case <-end:
		}
		break
	}
	return out, nil
}

// listener takes what one connection brings.
type listener struct {
	take func(context.Context, []meter.Message) error
	came chan paho.Message
	lost chan error
}

// keep takes messages together, keeps them, and acknowledges them then.
func (l *listener) keep(ctx context.Context) error {
	for {
		var list []paho.Message
		select {
		case <-ctx.Done():
			return ctx.Err()
		case m := <-l.came:
			list = append(list, m)
		}
		end, more := time.After(pace), true
		for more && len(list) < atOnce {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case m := <-l.came:
				list = append(list, m)
			case <-end:
				more = false
			}
		}
		said := make([]meter.Message, len(list))
		for i, m := range list {
			said[i] = meter.Message{Topic: m.Topic(), Payload: m.Payload()}
		}
		if err := l.take(ctx, said); err != nil {
			return err
		}
		for _, m := range list {
			m.Ack()
		}
		if more {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-end:
			}
		}
	}
}

func (c *Collector) connect(ctx context.Context, p meter.Platform, name string, clean bool, l *listener) (paho.Client, error) {
	u, err := broker(p.Host)
	if err != nil {
		return nil, meter.ErrUnreachable.Say("平台地址写得不对").Because(err)
	}
	var dialled error // the library tells of it in its own words
	o := paho.NewClientOptions().AddBroker(p.Host).SetClientID(name).SetUsername(p.Login).SetPassword(p.Secret).SetProtocolVersion(4).
		SetCleanSession(clean).SetAutoAckDisabled(true).SetOrderMatters(true).SetAutoReconnect(false).SetConnectRetry(false).
		SetKeepAlive(keepAlive).SetPingTimeout(patience).SetConnectTimeout(patience).SetWriteTimeout(patience)
	o.SetCustomOpenConnectionFn(func(*url.URL, paho.ClientOptions) (net.Conn, error) {
		dial := c.guard.Dial
		if u.Scheme == "ssl" {
			dial = c.guard.DialTLS
		}
		conn, err := dial(ctx, "tcp", u.Host)
		if err != nil {
			dialled = err
			return nil, err
		}
		return &framed{Conn: conn}, nil
	})
	o.SetDefaultPublishHandler(func(_ paho.Client, m paho.Message) {
		select {
		case l.came <- m:
		case <-ctx.Done():
		}
	})
	o.SetConnectionLostHandler(func(_ paho.Client, err error) { l.lost <- err })
	client := paho.NewClient(o)
	err = wait(ctx, client.Connect())
	if err == nil {
		return client, nil
	}
	client.Disconnect(0)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if dialled != nil {
		return nil, undialled(dialled)
	}
	return nil, refused(err)
}

func subscribe(ctx context.Context, client paho.Client, topic string) error {
	const atLeastOnce = 1
	t := client.Subscribe(topic, atLeastOnce, nil)
	if err := wait(ctx, t); err != nil {
		return unreachable("平台没有接受订阅，请核对主题", err)
	}
	const failure = 0x80 // MQTT 3.1.1, 3.9.3
	if s, ok := t.(*paho.SubscribeToken); ok && s.Result()[topic] == failure {
		return unreachable("平台不让这个账号订阅这个主题，请核对主题和权限", nil)
	}
	return nil
}

// errSilent is a broker that does not answer.
var errSilent = errors.New("no answer")

func wait(ctx context.Context, t paho.Token) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(patience):
		return errSilent
	case <-t.Done():
		return t.Error()
	}
}

func unreachable(text string, err error) error {
	var long *tooLong
	if errors.As(err, &long) {
		text = "平台发来的一条消息太大，超过 1 MB，连接已断开"
	}
	return meter.ErrUnreachable.Say("%s", text).Because(err)
}

// undialled says why there is no connection at all.
func undialled(err error) error {
	var barred *outbound.Barred
	var name *net.DNSError
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var timeout net.Error
	switch {
	case errors.As(err, &barred):
		return unreachable("平台的地址指向内网，系统没有去连。"+inside, err)
	case errors.As(err, &name):
		return unreachable("找不到这个主机名，请核对平台地址", err)
	case errors.As(err, &cert):
		return unreachable("平台的证书不被信任（"+cert.Err.Error()+"）", err)
	case errors.As(err, &record):
		return unreachable("这个端口不是 TLS，请核对端口，或改用 tcp://", err)
	case errors.As(err, &timeout) && timeout.Timeout():
		return unreachable("连接超时，请核对平台地址、端口和防火墙", err)
	}
	return unreachable("连不上平台，请核对地址和端口", err)
}

// refused says what the broker had against the client (MQTT 3.1.1, 3.2.2.3).
func refused(err error) error {
	switch {
	case errors.Is(err, packets.ErrorRefusedBadUsernameOrPassword), errors.Is(err, packets.ErrorRefusedNotAuthorised):
		return unreachable("平台不认这个账号或密码", err)
	case errors.Is(err, packets.ErrorRefusedIDRejected):
		return unreachable("平台不认这个客户端编号", err)
	case errors.Is(err, packets.ErrorRefusedServerUnavailable):
		return unreachable("平台现在不能服务，稍后再试", err)
	case errors.Is(err, packets.ErrorRefusedBadProtocolVersion):
		return unreachable("平台不支持 MQTT 3.1.1", err)
	}
	return unreachable("对方没有按 MQTT 回答，请核对端口；加密的端口用 ssl://", err)
}
