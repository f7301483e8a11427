// Package sim is an honest mail server for rehearsals and tests: it speaks SMTP
// (RFC 5321) with AUTH (RFC 4954), keeps every mail it takes, shows them on a
// page, and on command refuses with the published codes or waits. It knows
// nothing of the product, and the product does not know whether it speaks to it.
package sim

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"linli/internal/kit/clock"
)

// Options say how a simulator runs. Without User everybody may send.
type Options struct {
	User, Password string
	Clock          clock.Clock
	Log            *slog.Logger
}

// Mail is one mail that was taken.
type Mail struct {
	From    string    `json:"from"`
	To      []string  `json:"to"`
	Subject string    `json:"subject"`
	ID      string    `json:"message_id"`
	Body    string    `json:"body"`
	At      time.Time `json:"at"`
}

// Orders are what the server was told to do with the next mails.
type Orders struct {
	Refuse string        `json:"refuse"` // "550 …" or "451 …" to RCPT; empty takes all
	Only   string        `json:"only"`   // of addresses that hold this text
	Times  int           `json:"times"`  // so often; 0 means until told otherwise
	Delay  time.Duration `json:"delay"`  // before the answer to DATA
}

// Sim is the server.
type Sim struct {
	o      Options
	mu     sync.Mutex
	mails  []Mail
	orders Orders
}

// New makes a server without mails.
func New(o Options) *Sim { return &Sim{o: o} }

// keep is how many mails are kept.
const keep = 10_000

// Mails are the mails that were taken, the newest last.
func (s *Sim) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail{}, s.mails...)
}

// Tell gives new orders.
func (s *Sim) Tell(o Orders) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.orders = o
}

// refusal is the answer to a recipient, empty when he is welcome.
func (s *Sim) refusal(to string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.orders.Refuse == "" || !strings.Contains(to, s.orders.Only) {
		return ""
	}
	answer := s.orders.Refuse
	if s.orders.Times > 0 {
		if s.orders.Times--; s.orders.Times == 0 {
			s.orders.Refuse = ""
		}
	}
	return answer
}

func (s *Sim) delay() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.orders.Delay
}

func (s *Sim) take(m Mail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, m)
	if len(s.mails) > keep {
		s.mails = append([]Mail{}, s.mails[len(s.mails)-keep:]...)
	}
}

// Serve answers connections until ctx ends.
func (s *Sim) Serve(ctx context.Context, l net.Listener) error {
	stop := context.AfterFunc(ctx, func() {
		if err := l.Close(); err != nil {
			s.o.Log.Error("simulator", "error", err)
		}
	})
	defer stop()
	for {
		c, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return nil
			}
			return fmt.Errorf("accept: %w", err)
		}
		go func() {
			t := &talk{sim: s, conn: c, in: bufio.NewReader(c)}
			if err := t.run(ctx); err != nil && ctx.Err() == nil {
				s.o.Log.Debug("simulator", "error", err)
			}
		}()
	}
}

// talk is one connection.
type talk struct {
	sim    *Sim
	conn   net.Conn
	in     *bufio.Reader
	known  bool // who sends has said who he is
	from   string
	to     []string
	greets bool
}

func (t *talk) say(format string, args ...any) error {
	_, err := fmt.Fprintf(t.conn, format+"\r\n", args...)
	return err
}

const maxLine = 4096

func (t *talk) line() (string, error) {
	s, err := t.in.ReadString('\n')
	if len(s) > maxLine {
		return "", errors.New("line too long")
	}
	return strings.TrimRight(s, "\r\n"), err
}

func (t *talk) run(ctx context.Context) error {
	defer t.conn.Close()
	stop := context.AfterFunc(ctx, func() { t.conn.Close() })
	defer stop()
	if err := t.say("220 mail.example.com ESMTP simulator"); err != nil {
		return err
	}
	for {
		line, err := t.line()
		if err != nil {
			return err
		}
		verb, rest, _ := strings.Cut(line, " ")
		done, err := t.answer(ctx, strings.ToUpper(verb), strings.TrimSpace(rest))
		if done || err != nil {
			return err
		}
	}
}

func (t *talk) answer(ctx context.Context, verb, rest string) (done bool, err error) {
	switch verb {
	case "HELO":
		t.greets = true
		return false, t.say("250 mail.example.com")
	case "EHLO":
		t.greets = true
		return false, t.say("250-mail.example.com\r\n250-8BITMIME\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 26214400")
	case "AUTH":
		return false, t.auth(rest)
	case "MAIL":
		return false, t.sender(rest)
	case "RCPT":
		return false, t.recipient(rest)
	case "DATA":
		return false, t.data(ctx)
	case "RSET":
		t.from, t.to = "", nil
		return false, t.say("250 2.0.0 OK")
	case "NOOP":
		return false, t.say("250 2.0.0 OK")
	case "QUIT":
		return true, t.say("221 2.0.0 Bye")
	}
	return false, t.say("500 5.5.1 Command unrecognized")
}

func (t *talk) ask(prompt string) (string, error) {
	if err := t.say("334 %s", base64.StdEncoding.EncodeToString([]byte(prompt))); err != nil {
		return "", err
	}
	return t.line()
}

func (t *talk) auth(rest string) error {
	kind, first, _ := strings.Cut(rest, " ")
	var user, password string
	switch strings.ToUpper(kind) {
	case "PLAIN":
		if first == "" {
			var err error
			if first, err = t.ask(""); err != nil {
				return err
			}
		}
		parts := strings.Split(plain(first), "\x00")
		if len(parts) == 3 {
			user, password = parts[1], parts[2]
		}
	case "LOGIN":
		u, err := t.ask("Username:")
		if err != nil {
			return err
		}
		p, err := t.ask("Password:")
		if err != nil {
			return err
		}
		user, password = plain(u), plain(p)
	default:
		return t.say("504 5.5.4 Unrecognized authentication type")
	}
	if t.sim.o.User != "" && (user != t.sim.o.User || password != t.sim.o.Password) {
		return t.say("535 5.7.8 Authentication credentials invalid")
	}
	t.known = true
	return t.say("235 2.7.0 Authentication successful")
}

func plain(s string) string {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return ""
	}
	return string(b)
}

// inside takes the address out of FROM:<a@b> SIZE=….
func inside(rest, word string) (string, bool) {
	if len(rest) < len(word) || !strings.EqualFold(rest[:len(word)], word) {
		return "", false
	}
	_, s, ok := strings.Cut(rest, "<")
	s, _, end := strings.Cut(s, ">")
	return s, ok && end
}

func (t *talk) sender(rest string) error {
	from, ok := inside(rest, "FROM:")
	switch {
	case !ok:
		return t.say("501 5.5.4 Syntax: MAIL FROM:<address>")
	case !t.greets:
		return t.say("503 5.5.1 Send EHLO first")
	case t.sim.o.User != "" && !t.known:
		return t.say("530 5.7.0 Authentication required")
	}
	t.from, t.to = from, nil
	return t.say("250 2.1.0 OK")
}

func (t *talk) recipient(rest string) error {
	to, ok := inside(rest, "TO:")
	if t.from == "" {
		return t.say("503 5.5.1 Send MAIL first")
	}
	if !ok || !strings.Contains(to, "@") {
		return t.say("501 5.1.3 Bad recipient address syntax")
	}
	if no := t.sim.refusal(to); no != "" {
		return t.say("%s", no)
	}
	t.to = append(t.to, to)
	return t.say("250 2.1.5 OK")
}

const maxMail = 25 << 20

func (t *talk) data(ctx context.Context) error {
	if len(t.to) == 0 {
		return t.say("503 5.5.1 Send RCPT first")
	}
	if err := t.say("354 End data with <CR><LF>.<CR><LF>"); err != nil {
		return err
	}
	var b strings.Builder
	for {
		s, err := t.in.ReadString('\n')
		if err != nil {
			return err
		}
		if s == ".\r\n" {
			break
		}
		if b.Len() < maxMail {
			b.WriteString(strings.TrimPrefix(s, "."))
		}
	}
	if wait := t.sim.delay(); wait > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
	m, err := open(b.String())
	if err != nil {
		return t.say("554 5.6.0 Message cannot be read")
	}
	m.From, m.To, m.At = t.from, t.to, t.sim.o.Clock.Now().UTC()
	t.sim.take(m)
	t.from, t.to = "", nil
	return t.say("250 2.0.0 OK: queued")
}
