package drive

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
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
