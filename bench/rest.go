package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// settled is how long a server that has just started is left alone.
const settled = 5 * time.Second

// atRest starts the binary as a server on the data of dir or dsn, waits until
// its console answers and it has settled, and returns its resident size in
// bytes: what a measuring process holds itself does not count.
func atRest(ctx context.Context, binary, dir, dsn string) (size int64, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	cmd := exec.CommandContext(ctx, binary, "serve")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 20 * time.Second
	cmd.Env = append(os.Environ(), "LINLI_DATA="+dir, "LINLI_DB="+dsn, "LINLI_ADDR=127.0.0.1:0", "LINLI_METRICS=")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, fmt.Errorf("start a server: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("start a server: %w", err)
	}
	defer func() {
		stop()
		if e := cmd.Wait(); err == nil && e != nil && !errors.Is(e, context.Canceled) {
			err = fmt.Errorf("end the server: %w", e)
		}
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	at, ready := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if !ready {
		return 0, fmt.Errorf("start a server: it said “%s”, %w", line, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return 0, fmt.Errorf("ask the server: %w", err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, fmt.Errorf("ask the server: %w", err)
	}
	answer.Body.Close()
	pause(ctx, settled)
	return statusOf(cmd.Process.Pid, "VmRSS:"), nil
}
