package drive

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is one of the product's own commands, started and ended again.
type process struct {
	bin  string
	args []string
	env  []string
	log  io.Writer

	mu  sync.Mutex
	cmd *exec.Cmd
}

// start waits until the command says that it is ready, and answers what it
// printed until then.
func (p *process) start() (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cmd = exec.Command(p.bin, p.args...)
	p.cmd.Env, p.cmd.Stderr = append(os.Environ(), p.env...), p.log
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		p.cmd = nil
		return "", fmt.Errorf("start %s: %w", p.args[0], err)
	}
	said := ""
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadString('\n')
		if said += line; strings.HasPrefix(line, "ready ") {
			return said, nil
		}
		if err != nil {
			err = errors.Join(err, p.cmd.Wait())
			p.cmd = nil
			return said, fmt.Errorf("start %s: it ended: %w", p.args[0], err)
		}
	}
}

// end sends a signal and waits; asked to go, it has to go in peace.
func (p *process) end(sig syscall.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return nil
	}
	err := p.cmd.Process.Signal(sig)
	if left := p.cmd.Wait(); sig == syscall.SIGTERM {
		err = errors.Join(err, left)
	}
	p.cmd = nil
	if err != nil {
		return fmt.Errorf("end %s: %w", p.args[0], err)
	}
	return nil
}

// freeAddress is a port that nobody listens on.
func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// channel is the simulator of WeChat Pay as its merchant and its payers know
// it: papers, a page to pay on, and books.
type channel struct {
	process
	address string
	file    string
	papers  papers
}

type papers struct{ number, app, serial, apiKey, publicSerial, publicKey, privateKey string }

const merchantNumber = "1900000109"

func openChannel(ctx context.Context, o *Options) (*channel, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	c := &channel{address: address, file: filepath.Join(o.Dir, "wechat-sim.json")}
	c.process = process{bin: o.Bin, args: []string{"sim", "wechat", "--addr", address, "--file", c.file, merchantNumber}, log: o.Log}
	said, err := c.start()
	if err != nil {
		return nil, err
	}
	field := func(name string) string {
		_, rest, _ := strings.Cut(said, name+" ")
		value, _, _ := strings.Cut(rest, "\n")
		return value
	}
	pem := func(name string) string {
		begin, end := "-----BEGIN "+name+" KEY-----", "-----END "+name+" KEY-----"
		_, rest, _ := strings.Cut(said, begin)
		inside, _, _ := strings.Cut(rest, end)
		return begin + inside + end + "\n"
	}
	c.papers = papers{number: merchantNumber, app: field("AppID"), serial: field("证书序列号"), apiKey: field("APIv3 密钥"), publicSerial: field("公钥 ID"),
		publicKey: pem("PUBLIC"), privateKey: pem("PRIVATE")}
	return c, nil
}

// captured reads the channel's own books: everything that was paid.
func (c *channel) captured() ([]Entry, error) {
	b, err := os.ReadFile(c.file)
	if err != nil {
		return nil, fmt.Errorf("read the channel's books: %w", err)
	}
	var books struct {
		Trades map[string]struct {
			Number      string
			Total       int64
			State       string
			Transaction string
			PaidAt      time.Time `json:"paid_at"`
		}
	}
	if err := json.Unmarshal(b, &books); err != nil {
		return nil, fmt.Errorf("read the channel's books: %w", err)
	}
	var out []Entry
	for _, t := range books.Trades {
		if t.State == "SUCCESS" {
			out = append(out, Entry{Deed: Captured, Number: t.Number, Transaction: t.Transaction, Got: fen(t.Total)})
		}
	}
	return out, nil
}
